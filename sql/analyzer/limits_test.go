package analyzer

import (
	"fmt"
	"strings"
	"testing"
)

// nested puts a text into itself n times, %s being the place.
func nested(pattern, inside string, n int) string {
	for range n {
		inside = strings.ReplaceAll(pattern, "%s", inside)
	}
	return inside
}

func TestHostileTextsAreRefused(t *testing.T) {
	numbers := make([]string, 3000)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("n + %d", i)
	}
	windows := make([]string, 499)
	for i := range windows {
		windows[i] = fmt.Sprintf("max(x + x + x + %d) OVER ()", i)
	}
	cases := []struct{ name, text, want string }{
		{"columns that double", nested("SELECT *, * FROM (%s)", "SELECT 1 AS a", 100), "The query has more than 10000 columns"},
		{"many stars", "SELECT *" + strings.Repeat(", *", 50_000) + " FROM demo.host", "The query has more than 10000 columns"},
		{"columns of joins", nested("SELECT * FROM (%s) a CROSS JOIN (SELECT *, *, * FROM demo.host) b", "SELECT "+strings.Repeat("1, ", 9_990)+"1", 10), "The query has more than 10000 columns in FROM"},
		{"rows that double", nested("SELECT (x, x) AS x FROM (%s)", "SELECT 1 AS x", 100), "The type has more than 1000 fields"},
		{"operands that double", "SELECT " + nested("CASE %s WHEN 1 THEN 1 WHEN 2 THEN 1 END", "1", 100), "The query is too complex: it has more than 300000 expressions"},
		{"aliases that repeat in windows", "SELECT 1" + strings.Repeat(" + 1", 400) + " AS x ORDER BY " + strings.Join(windows, ", "), "The query is too complex: it has more than 300000 expressions"},
		{"group keys", "SELECT 1 FROM demo.host GROUP BY " + strings.Join(numbers, ", "), "The query has more than 500 keys in GROUP BY"},
		{"order keys", "SELECT 1 FROM demo.host ORDER BY " + strings.Join(numbers, ", "), "The query has more than 500 keys in ORDER BY"},
		{"order keys of a window", "SELECT rank() OVER (ORDER BY " + strings.Join(numbers, ", ") + ") FROM demo.host", "The query has more than 500 keys in ORDER BY"},
		{"lambdas in lambdas", "SELECT " + nested("transform(ARRAY[1], x -> %s)", "1", 17), "The query has more than 16 lambdas inside each other"},
		{"subqueries in subqueries", "SELECT " + nested("(SELECT %s)", "1", 13), "The query has more than 12 subqueries inside each other"},
		{"predicates in predicates", "SELECT " + nested("EXISTS (SELECT 1 WHERE 1 IN (SELECT 1 WHERE %s))", "true", 7), "The query has more than 12 subqueries inside each other"},
		{"cube", "SELECT 1 FROM demo.host GROUP BY CUBE (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)", "GROUP BY has more than 2048 grouping sets"},
		{"cubes", "SELECT 1 FROM demo.host GROUP BY CUBE (1, 1, 1, 1, 1, 1), CUBE (1, 1, 1, 1, 1, 1)", "GROUP BY has more than 2048 grouping sets"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := analyze(t, c.text)
			if err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("Analyze(%.60q...) = %v, want %s", c.text, err, c.want)
			}
		})
	}
}

// An alias in ORDER BY reads the column, however often it stands there.
func TestAliasesDoNotMultiply(t *testing.T) {
	text := "SELECT 1" + strings.Repeat(" + 1", 400) + " AS x ORDER BY x" + strings.Repeat(" + x", 400) + strings.Repeat(", x + x + x + x", 499)
	if _, err := analyze(t, text); err != nil {
		t.Errorf("Analyze(%.60q...) = %v, want no error", text, err)
	}
}

func TestManyAggregatesAreAnalyzed(t *testing.T) {
	var list []string
	for i := range 5000 {
		list = append(list, fmt.Sprintf("max(n + %d)", i))
	}
	if _, err := analyze(t, "SELECT "+strings.Join(list, ", ")+" FROM demo.host"); err != nil {
		t.Errorf("Analyze of %d aggregates = %v, want no error", len(list), err)
	}
}
