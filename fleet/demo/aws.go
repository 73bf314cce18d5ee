package demo

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
)

// clients are the SDK's clients of one server.
type clients struct {
	write *timestreamwrite.Client
	query *timestreamquery.Client
	iot   *iot.Client
}

// newClients configures the SDK as AWS_ENDPOINT_URL would; nothing else of the
// environment is read. The Timestream clients discover their endpoint first.
func newClients(o Options) clients {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.TLSClientConfig = &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
	})
	conf := aws.Config{
		Region: o.Region, BaseEndpoint: aws.String(o.Endpoint), HTTPClient: transport,
		Credentials: credentials.NewStaticCredentialsProvider(o.KeyID, o.Secret, ""),
	}
	return clients{write: timestreamwrite.NewFromConfig(conf), query: timestreamquery.NewFromConfig(conf), iot: iot.NewFromConfig(conf)}
}

// table is a query's result as texts.
type table struct {
	columns []string
	rows    [][]string
}

// maxRows bounds what the demo takes of a result; its own statements have far less.
const maxRows = 200_000

// ask runs a statement to its end.
func (c clients) ask(ctx context.Context, text string) (t table, err error) {
	pages := timestreamquery.NewQueryPaginator(c.query, &timestreamquery.QueryInput{QueryString: &text})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return t, fmt.Errorf("query %q: %w", text, err)
		}
		t.columns = names(page.ColumnInfo)
		for _, row := range page.Rows {
			t.rows = append(t.rows, texts(row.Data))
		}
		if len(t.rows) > maxRows {
			return t, fmt.Errorf("query %q: more than %d rows", text, maxRows)
		}
	}
	return t, nil
}

func names(columns []types.ColumnInfo) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = aws.ToString(c.Name)
	}
	return out
}

func texts(data []types.Datum) []string {
	out := make([]string, len(data))
	for i, d := range data {
		out[i] = datumText(d)
	}
	return out
}

// datumText is a scalar's text; the demo's statements have no other results.
func datumText(d types.Datum) string {
	if d.ScalarValue == nil {
		return "NULL"
	}
	return *d.ScalarValue
}
