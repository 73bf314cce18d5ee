//go:build e2e

package e2e

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	iottypes "github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	writetypes "github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
)

// awsConfig points the SDK at a node; endpoint discovery stays as the SDK has it: on.
func (n *node) awsConfig() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(n.key.ID, n.key.Secret, ""),
		BaseEndpoint: aws.String("http://" + n.addrs.HTTP),
	}
}

func (n *node) writer() *timestreamwrite.Client { return timestreamwrite.NewFromConfig(n.awsConfig()) }
func (n *node) reader() *timestreamquery.Client { return timestreamquery.NewFromConfig(n.awsConfig()) }

// createTable makes a database and a table whose memory store holds a week.
func (n *node) createTable(ctx context.Context, database, table string) {
	n.t.Helper()
	w := n.writer()
	var conflict *writetypes.ConflictException
	if _, err := w.CreateDatabase(ctx, &timestreamwrite.CreateDatabaseInput{DatabaseName: &database}); err != nil && !errors.As(err, &conflict) {
		n.t.Fatal(err)
	}
	_, err := w.CreateTable(ctx, &timestreamwrite.CreateTableInput{
		DatabaseName: &database, TableName: &table,
		RetentionProperties: &writetypes.RetentionProperties{MemoryStoreRetentionPeriodInHours: aws.Int64(168), MagneticStoreRetentionPeriodInDays: aws.Int64(365)},
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// rows runs a query through the SDK's paginator and returns the scalar texts; NULL is "NULL".
func (n *node) rows(ctx context.Context, text string) [][]string {
	n.t.Helper()
	var all [][]string
	for p := timestreamquery.NewQueryPaginator(n.reader(), &timestreamquery.QueryInput{QueryString: &text}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			n.t.Fatalf("%s: %v", text, err)
		}
		for _, r := range page.Rows {
			row := make([]string, len(r.Data))
			for i, d := range r.Data {
				row[i] = datum(d)
			}
			all = append(all, row)
		}
	}
	return all
}

func datum(d querytypes.Datum) string {
	if d.ScalarValue == nil {
		return "NULL"
	}
	return *d.ScalarValue
}

func TestGoSDK(t *testing.T) {
	n, ctx := serve(t), t.Context()
	n.createTable(ctx, "plant", "sensors")
	now := time.Now().Truncate(time.Millisecond)

	t.Run("partial rejection", func(t *testing.T) {
		record := func(v string, at time.Time) writetypes.Record {
			return writetypes.Record{MeasureValue: &v, Time: aws.String(strconv.FormatInt(at.UnixMilli(), 10))}
		}
		_, err := n.writer().WriteRecords(ctx, &timestreamwrite.WriteRecordsInput{
			DatabaseName: aws.String("plant"), TableName: aws.String("sensors"),
			CommonAttributes: &writetypes.Record{
				Dimensions:  []writetypes.Dimension{{Name: aws.String("room"), Value: aws.String("boiler")}},
				MeasureName: aws.String("temperature"), MeasureValueType: writetypes.MeasureValueTypeDouble,
			},
			Records: []writetypes.Record{record("21.5", now), record("22.5", now.Add(-9*24*time.Hour)), record("23.5", now.Add(time.Second))},
		})
		var rejected *writetypes.RejectedRecordsException
		if !errors.As(err, &rejected) {
			t.Fatalf("WriteRecords says %v, want a RejectedRecordsException", err)
		}
		if len(rejected.RejectedRecords) != 1 || rejected.RejectedRecords[0].RecordIndex != 1 {
			t.Errorf("rejected %v, want record 1 alone", rejected.RejectedRecords)
		}
		got := n.rows(ctx, `SELECT room, measure_name, time, "measure_value::double" FROM plant.sensors ORDER BY time`)
		if len(got) != 2 || got[0][3] != "21.5" || got[1][3] != "23.5" {
			t.Errorf("stored rows are %v, want 21.5 and 23.5", got)
		}
		if want := now.UTC().Format("2006-01-02 15:04:05.000000000"); len(got) > 0 && got[0][2] != want {
			t.Errorf("time of the first row is %q, want %q", got[0][2], want)
		}
	})

	t.Run("typed errors", func(t *testing.T) {
		var notFound *writetypes.ResourceNotFoundException
		if _, err := n.writer().DescribeTable(ctx, &timestreamwrite.DescribeTableInput{DatabaseName: aws.String("plant"), TableName: aws.String("none")}); !errors.As(err, &notFound) {
			t.Errorf("DescribeTable of nothing says %v, want ResourceNotFoundException", err)
		}
		var invalid *querytypes.ValidationException
		if _, err := n.reader().Query(ctx, &timestreamquery.QueryInput{QueryString: aws.String("SELECT nothing FROM plant.sensors")}); !errors.As(err, &invalid) {
			t.Errorf("Query of an unknown column says %v, want ValidationException", err)
		} else if got := *invalid.Message; got != "line 1:8: Column 'nothing' does not exist" && len(got) < 20 {
			t.Errorf("Query of an unknown column says %q", got)
		}
	})

	t.Run("pages", func(t *testing.T) {
		pages, rows := 0, 0
		text := "SELECT * FROM (VALUES 1,2,3,4,5,6,7) AS t(x) ORDER BY x"
		for p := timestreamquery.NewQueryPaginator(n.reader(), &timestreamquery.QueryInput{QueryString: &text, MaxRows: aws.Int32(3)}); p.HasMorePages(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			rows += len(page.Rows)
			if len(page.ColumnInfo) != 1 || *page.ColumnInfo[0].Name != "x" {
				t.Errorf("page %d has columns %v, want x", pages, page.ColumnInfo)
			}
		}
		if pages != 3 || rows != 7 {
			t.Errorf("%d rows in %d pages, want 7 in 3", rows, pages)
		}
	})

	t.Run("rules", func(t *testing.T) {
		client := iot.NewFromConfig(n.awsConfig())
		rule := &iottypes.TopicRulePayload{
			Sql: aws.String("SELECT temperature FROM 'dt/+/measures'"), AwsIotSqlVersion: aws.String("2016-03-23"),
			Actions: []iottypes.Action{{Timestream: &iottypes.TimestreamAction{
				RoleArn: aws.String("arn:aws:iam::000000000000:role/rule"), DatabaseName: aws.String("plant"), TableName: aws.String("sensors"),
				Dimensions: []iottypes.TimestreamDimension{{Name: aws.String("device"), Value: aws.String("${topic(2)}")}},
			}}},
		}
		if _, err := client.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r1"), TopicRulePayload: rule}); err != nil {
			t.Fatal(err)
		}
		var exists *iottypes.ResourceAlreadyExistsException
		if _, err := client.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r1"), TopicRulePayload: rule}); !errors.As(err, &exists) {
			t.Errorf("creating a rule twice says %v, want ResourceAlreadyExistsException", err)
		}
		got, err := client.GetTopicRule(ctx, &iot.GetTopicRuleInput{RuleName: aws.String("r1")})
		if err != nil {
			t.Fatal(err)
		}
		if *got.Rule.Sql != *rule.Sql || *got.Rule.Actions[0].Timestream.Dimensions[0].Value != "${topic(2)}" {
			t.Errorf("GetTopicRule answers %+v", got.Rule)
		}
		rule.Sql = aws.String("SELEKT x")
		var syntax *iottypes.SqlParseException
		if _, err := client.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r2"), TopicRulePayload: rule}); !errors.As(err, &syntax) {
			t.Errorf("a rule that does not parse says %v, want SqlParseException", err)
		}
	})
}
