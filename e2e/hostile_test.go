//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"
)

// numbers is a relation of 100,000,000 rows.
const numbers = "UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y)"

// TestHostileQueries sends through a real SDK what is large, deep, smuggled or never
// ends. Each is answered with the SDK's own error, and the server goes on.
func TestHostileQueries(t *testing.T) {
	n := serve(t, "--store-memory", "256MB", "--query-spill", "64MB", "--query-memory", "128MB", "--query-timeout", "20s")
	n.createTable(t.Context(), "plant", "sensors")
	for _, c := range []struct {
		name, text string
		limit      string // of a QueryExecutionException; empty for a ValidationException
	}{
		{"a megabyte", "SELECT '" + strings.Repeat("x", 1<<20) + "'", ""},
		{"parentheses", "SELECT " + strings.Repeat("(", 10_000) + "1" + strings.Repeat(")", 10_000), ""},
		{"columns", "SELECT 1" + strings.Repeat(", 1", 50_000), ""},
		{"statements", "SELECT 1; DROP TABLE plant.sensors", ""},
		{"a file", "SELECT * FROM read_csv('/etc/passwd')", ""},
		{"a file as a table", "SELECT * FROM '/etc/passwd'", ""},
		{"the engine's settings", "SELECT * FROM duckdb_settings()", ""},
		{"the catalogue", "SELECT * FROM information_schema.tables", ""},
		{"a zero byte", "SELECT 1 \x00", ""},
		{"an open quote", "SELECT 'x", ""},
		{"disk", "SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY x * 7919 % 5000011, y) AS n FROM " + numbers + ")", "query.spill"},
		{"memory", "SELECT cardinality(array_agg(x * y)) FROM " + numbers, "query.memory"},
	} {
		_, err := n.reader().Query(t.Context(), &timestreamquery.QueryInput{QueryString: &c.text})
		var invalid *querytypes.ValidationException
		var failed *querytypes.QueryExecutionException
		switch {
		case c.limit == "" && !errors.As(err, &invalid):
			t.Errorf("%s: %.300v, want a ValidationException", c.name, err)
		case c.limit != "" && (!errors.As(err, &failed) || !strings.Contains(err.Error(), c.limit)):
			t.Errorf("%s: %.300v, want a QueryExecutionException that names %s", c.name, err, c.limit)
		}
		if got := n.rows(t.Context(), "SELECT 1"); len(got) != 1 {
			t.Fatalf("%s: the server does not answer any more", c.name)
		}
	}
}

// TestCancelledQueries cancels a query by its id, and one by going away.
func TestCancelledQueries(t *testing.T) {
	n := serve(t)
	text := "SELECT x, y FROM " + numbers
	in := &timestreamquery.QueryInput{QueryString: &text, MaxRows: aws.Int32(10)}
	page, err := n.reader().Query(t.Context(), in)
	if err != nil || page.NextToken == nil {
		t.Fatalf("the first page: %+v, %v", page, err)
	}
	if _, err := n.reader().CancelQuery(t.Context(), &timestreamquery.CancelQueryInput{QueryId: page.QueryId}); err != nil {
		t.Fatal(err)
	}
	in.NextToken = page.NextToken
	var conflict *querytypes.ConflictException
	if _, err := n.reader().Query(t.Context(), in); !errors.As(err, &conflict) {
		t.Errorf("the next page of a cancelled query: %v, want a ConflictException", err)
	}
	endless := "SELECT count(*) FROM " + numbers + " CROSS JOIN UNNEST(sequence(1, 10000)) AS c (z) WHERE x * y + z = 3"
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := n.reader().Query(ctx, &timestreamquery.QueryInput{QueryString: &endless}); err == nil {
		t.Error("an endless query ended")
	}
	eventually(t, func() error {
		if _, text := n.get("/metrics"); !strings.Contains(text, "tidemark_query_running_queries 0\n") {
			return fmt.Errorf("a query computes for a client that went away")
		}
		return nil
	})
}
