//go:build e2e

package e2e

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// TestQueriesOnSmallDisk runs queries that want more disk than there is, for
// intermediate results and for the files of an UNLOAD: they fail with the reason, their
// room comes back, and the store goes on.
func TestQueriesOnSmallDisk(t *testing.T) {
	n := &node{t: t, disk: smallDisk(t, "220m"), args: []string{"--store-memory", "128MB", "--store-reserve", "32MiB"}}
	n.dir = n.disk.path("data")
	n.start()
	t.Cleanup(n.kill)
	n.createTable(t.Context(), "plant", "sensors")
	written := 0
	write := func(when string) {
		if err := n.writeLarge(written); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		written += 100
	}
	write("before all")
	for name, text := range map[string]string{
		"a sort":    `SELECT x, t, row_number() OVER (ORDER BY t) FROM (SELECT x, lpad(CAST(x * 7919 % 10000019 AS varchar), 200, 'x') AS t FROM (SELECT a * 10000 + b AS x FROM UNNEST(sequence(1, 350)) AS s(a) CROSS JOIN UNNEST(sequence(1, 5000)) AS u(b)))`,
		"an UNLOAD": `UNLOAD (SELECT x, lpad(CAST(x * 7919 % 10000019 AS varchar), 200, 'x') AS t FROM (SELECT a * 10000 + b AS x FROM UNNEST(sequence(1, 350)) AS s(a) CROSS JOIN UNNEST(sequence(1, 5000)) AS u(b))) TO 's3://bucket/x' WITH (compression = 'NONE')`,
	} {
		var err error
		for p := timestreamquery.NewQueryPaginator(n.reader(), &timestreamquery.QueryInput{QueryString: aws.String(text)}); p.HasMorePages() && err == nil; {
			_, err = p.NextPage(t.Context())
		}
		var answer *smithyhttp.ResponseError
		if !errors.As(err, &answer) || !strings.Contains(err.Error(), "disk") && !strings.Contains(err.Error(), "space") {
			t.Errorf("%s answers %v, want the disk\n%s", name, err, n.log)
		}
		if code, text := n.get("/healthz"); code != http.StatusOK {
			t.Errorf("after %s healthz says %d %q", name, code, text)
		}
		write("after " + name)
	}
	n.expectRows("after all", written)
}
