package query

import (
	"fmt"
	"strings"
	"testing"

	"tidemark/fault"
)

// Statements near the limits are answered, or refused as the client's fault.
func TestLargeStatements(t *testing.T) {
	e := openDemo(t, Options{})
	list := func(n int, format string, sep string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(items, sep)
	}
	for _, c := range []struct{ name, text, want string }{
		{"a long IN list", "SELECT count(*) FROM demo.event WHERE code IN (" + list(20_000, "%d", ", ") + ")", "4"},
		{"a long IN list of hosts", "SELECT count(*) FROM demo.event WHERE host IN ('a', " + list(10_000, "'h%d'", ", ") + ")", "2"},
		{"a long OR chain", "SELECT count(*) FROM demo.event WHERE " + list(5_000, "code = %d", " OR "), "4"},
		{"a long AND chain", "SELECT count(*) FROM demo.event WHERE " + list(5_000, "code <> %d + 10", " AND "), "4"},
		{"a long sum", "SELECT " + list(400, "%d", " + "), "79800"},
		{"a wide select list", "SELECT " + list(3_000, "%d AS c%[1]d", ", "), ""},
		{"many unions", list(200, "SELECT %d AS n", " UNION ALL ") + " ORDER BY n DESC LIMIT 1", "199"},
		{"many CTEs", "WITH " + list(100, "c%d AS (SELECT %[1]d AS n)", ", ") + " SELECT n FROM c99", "99"},
		{"nested derived tables", "SELECT n FROM " + strings.Repeat("(SELECT n FROM ", 60) + "(SELECT 7 AS n)" + strings.Repeat(")", 60), "7"},
		{"a long text", "SELECT length('" + strings.Repeat("é", 100_000) + "')", "100000"},
		{"nested parentheses", "SELECT " + strings.Repeat("(", 400) + "1" + strings.Repeat(")", 400), ""},
		{"nested beyond the limit", "SELECT " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000), ""},
		{"nested functions", "SELECT " + strings.Repeat("abs(", 300) + "1" + strings.Repeat(")", 300), ""},
		{"nested CASE", "SELECT " + strings.Repeat("CASE WHEN true THEN ", 200) + "1" + strings.Repeat(" END", 200), ""},
		{"nested NOT", "SELECT " + strings.Repeat("NOT ", 300) + "true", ""},
		{"many minus signs", "SELECT " + strings.Repeat("- ", 300) + "1", ""},
		{"many columns of many joins", "SELECT count(*) FROM " + list(12, "demo.event e%d", " JOIN demo.event x ON true JOIN ") + " ON true", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := runAll(t, e, c.text)
			if err != nil && (c.want != "" || fault.KindOf(err) == fault.Internal) {
				t.Errorf("%.100s… = %.300v (%v)", c.text, err, fault.KindOf(err))
			}
			if c.want != "" && !strings.HasSuffix(got, "\n"+c.want) {
				t.Errorf("%.100s… = %.100s, want %s", c.text, got, c.want)
			}
		})
	}
}
