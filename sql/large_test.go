package sql

import (
	"fmt"
	"strings"
	"testing"
)

// wrapped puts text between n openings and n closings.
func wrapped(open, text, end string, n int) string {
	return strings.Repeat(open, n) + text + strings.Repeat(end, n)
}

// listed returns n texts made from their number, with commas.
func listed(n int, format string) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(texts, ", ")
}

// Texts near the limits of size and depth compile; were a stage worse than linear in
// its worst case, the test would not end in time.
func TestLargeTextsCompile(t *testing.T) {
	const from = " FROM demo.metrics"
	cases := []struct{ name, text string }{
		{"signs and parentheses", "SELECT " + wrapped("-(", "1", ")", 240)},
		{"a sum", "SELECT 1" + strings.Repeat("+1", 480)},
		{"calls in calls", "SELECT " + wrapped("abs(", "1", ")", 480)},
		{"CASE in CASE", "SELECT " + wrapped("CASE WHEN true THEN ", "1", " END", 240)},
		{"lambdas in lambdas", "SELECT " + wrapped("transform(ARRAY[1], x -> ", "1", ")", 16)},
		{"subqueries in subqueries", wrapped("SELECT (", "SELECT 1", ")", 12)},
		{"EXISTS in EXISTS", "SELECT 1" + from + " WHERE " + wrapped("EXISTS (SELECT 1"+from+" WHERE ", "true", ")", 12)},
		{"derived tables in derived tables", wrapped("SELECT *, hostname || 'x' FROM (", "SELECT *"+from, ")", 160)},
		{"OR", "SELECT 1" + from + " WHERE az = 'a'" + strings.Repeat(" OR az = 'b'", 20_000)},
		{"bounds on time", "SELECT 1" + from + " WHERE az = 'a'" + strings.Repeat(" AND time > ago(1h)", 10_000)},
		{"IN", "SELECT 1" + from + " WHERE az IN ('a'" + strings.Repeat(",'b'", 50_000) + ")"},
		{"columns", "SELECT " + listed(5000, "bin(time, 1%ds)") + from},
		{"aggregates", "SELECT " + listed(5000, "max(measure_value::double + %d)") + from},
		{"joins", "SELECT 1" + from + strings.Repeat(" CROSS JOIN demo.metrics", 400)},
		{"all columns of joins", "SELECT *" + from + strings.Repeat(", demo.metrics", 400)},
		{"joins by name", "SELECT hostname" + from + strings.Repeat(" JOIN demo.metrics USING (hostname)", 400)},
		{"lateral joins", "SELECT 1" + from + strings.Repeat(" CROSS JOIN LATERAL (SELECT 1)", 400)},
		{"unnested arrays", "SELECT 1" + from + strings.Repeat(" CROSS JOIN UNNEST(ARRAY[1, 2])", 100)},
		{"order by aliases", "SELECT " + listed(3000, "hostname || '%d' AS c%[1]d") + from + " ORDER BY " + listed(500, "c%d || 'x'")},
		{"windows of their own", "SELECT " + listed(2000, "rank() OVER (ORDER BY time, hostname || '%d')") + from},
		{"unions", "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 450)},
		{"queries of WITH", "WITH " + listed(2000, "c%d AS (SELECT hostname"+from+")") + " SELECT * FROM c1999, c0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile(t.Context(), c.text, demo{}, Options{Now: noon})
			if err != nil {
				t.Fatalf("Compile(%.60q...) = %v, want a program", c.text, err)
			}
			if s, err := p.SQL(relation); err != nil || len(s) > 20*len(c.text)+1000*1000 {
				t.Errorf("SQL of %.60q... has %d bytes from %d, %v", c.text, len(s), len(c.text), err)
			}
		})
	}
}
