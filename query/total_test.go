package query

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"tidemark/fault"
)

// everyType lists relations of one column with odd values of each type, NULL among them.
var everyType = []struct{ name, relation string }{
	{"boolean", "VALUES true, false, NULL"},
	{"integer", "VALUES 0, -1, 2147483647, -2147483648, NULL"},
	{"bigint", "VALUES BIGINT '0', 9223372036854775807, -9223372036854775808, NULL"},
	{"double", "VALUES 0.0, -0.5, 1e300, nan(), infinity(), NULL"},
	{"varchar", "VALUES '', 'x', '2026-01-01', '1', 'é%', NULL"},
	{"timestamp", "VALUES TIMESTAMP '1677-09-22', TIMESTAMP '2262-04-11 23:47:16.854775806', TIMESTAMP '1970-01-01', NULL"},
	{"date", "VALUES DATE '1970-01-01', DATE '2262-04-11', NULL"},
	{"time", "VALUES TIME '00:00', TIME '23:59:59.999999999', NULL"},
	{"interval day to second", "VALUES 0s, -106751d, 1ns, NULL"},
	{"interval year to month", "VALUES INTERVAL '0' MONTH, INTERVAL '-178956970' YEAR, NULL"},
	{"array(integer)", "VALUES ARRAY[1, NULL], CAST(ARRAY[] AS ARRAY(INTEGER)), ARRAY[2], NULL"},
	{"array(double)", "VALUES ARRAY[1.5, nan()], ARRAY[0.0, NULL], NULL"},
	{"array(varchar)", "VALUES ARRAY['a', NULL], ARRAY['2026-01-01'], NULL"},
	{"array(array(integer))", "VALUES ARRAY[ARRAY[1], NULL], ARRAY[ARRAY[2, NULL]], NULL"},
	{"row(integer, varchar)", "VALUES ROW(ROW(1, 'a')), ROW(ROW(NULL, 'b')), ROW(NULL)"},
	{"row(a double, b array(integer))", "SELECT CAST(r AS ROW(a DOUBLE, b ARRAY(INTEGER))) FROM (VALUES ROW(ROW(nan(), ARRAY[1, NULL])), ROW(ROW(NULL, NULL)), ROW(NULL)) AS q (r)"},
	{"array(row(integer, varchar))", "VALUES ARRAY[ROW(1, 'a')], ARRAY[ROW(1, NULL), NULL], NULL"},
	{"timeseries(double)", "SELECT create_time_series(time, cpu) FROM demo.host GROUP BY host UNION ALL SELECT NULL"},
	{"unknown", "VALUES NULL"},
	{"array(unknown)", "VALUES ARRAY[NULL], ARRAY[], NULL"},
}

// ofOne are the forms of an expression x, ofTwo those of x and y. Each answers or is refused
// for every type and every pair of types.
var (
	ofOne = []string{
		"+x", "-x", "NOT x", "x IS NULL", "x LIKE '%'", "'x' LIKE x", "'x' LIKE 'x' ESCAPE x", "x[1]", "ARRAY[x]", "ROW(x, x)",
		"coalesce(x, x)", "nullif(x, x)", "if(x, 1)", "CASE WHEN x THEN 1 END", "CASE x WHEN NULL THEN 1 END", "greatest(x)", "x = x", "x < x",
		"x IN (x, NULL)", "x BETWEEN x AND x", "typeof(x)", "x || x", "ARRAY[1, 2][x]", "abs(x)", "x AND true", "transform(x, e -> e)",
		"cardinality(x)", "try(x)", "concat(x, x)", "array_sort(ARRAY[x, NULL, x])", "contains(ARRAY[x, NULL], x)", "array_distinct(ARRAY[x, x])",
		"x = ANY (SELECT y FROM (VALUES NULL) AS q (y))", "x IN (SELECT x)", "x >= ALL (SELECT x)", "(SELECT max(x))",
	}
	ofTwo = []string{
		"x + y", "x - y", "x * y", "x / y", "x % y", "x || y", "x = y", "x <> y", "x < y", "x >= y", "x IS DISTINCT FROM y", "x IN (y, NULL)",
		"x NOT IN (SELECT y)", "x BETWEEN y AND x", "x > ANY (SELECT y)", "CASE x WHEN y THEN 1 END", "CASE WHEN true THEN x ELSE y END",
		"coalesce(x, y)", "nullif(x, y)", "if(true, x, y)", "greatest(x, y)", "ARRAY[x, y]", "x[y]", "ROW(x, 1) = ROW(y, 1)", "ARRAY[x] < ARRAY[y]",
		"x IN (SELECT y FROM (VALUES y) AS q (y))",
	}
)

func TestEveryFormOfEveryType(t *testing.T) {
	engine := openDemo(t, Options{})
	for _, l := range everyType {
		for _, form := range ofOne {
			mustAnswer(t, engine, form, "("+l.relation+") AS l (x)")
		}
		mustAnswer(t, engine, "max(x)", "("+l.relation+") AS l (x)")
		mustAnswer(t, engine, "count(DISTINCT x)", "("+l.relation+") AS l (x)")
		mustAnswer(t, engine, "x", "("+l.relation+") AS l (x) GROUP BY x ORDER BY x")
		for _, r := range everyType {
			mustAnswer(t, engine, "x", "(("+l.relation+") UNION ("+r.relation+")) AS l (x)")
			for _, form := range ofTwo {
				mustAnswer(t, engine, form, "("+l.relation+") AS l (x) CROSS JOIN ("+r.relation+") AS r (y)")
			}
		}
	}
}

// Every cast gives a value, is refused, or fails because of a value; TRY_CAST and TRY
// then give NULL.
func TestEveryCastOfEveryType(t *testing.T) {
	engine := openDemo(t, Options{})
	for _, from := range everyType {
		relation := "(" + from.relation + ") AS l (x)"
		for _, to := range everyType {
			if strings.Contains(to.name, "unknown") {
				continue
			}
			mustAnswer(t, engine, "CAST(x AS "+to.name+")", relation)
			mustAnswer(t, engine, "TRY_CAST(x AS "+to.name+")", relation)
		}
	}
}

// aggregated matches the forms whose errors TRY does not catch: those of rows around it.
var aggregated = regexp.MustCompile(`^(max|count)\(|SELECT`)

// mustAnswer runs a form over every row. A failure must be the statement's and say so in
// the language's words; under TRY there is none.
func mustAnswer(t *testing.T, engine *Engine, form, relation string) {
	t.Helper()
	text := "SELECT " + form + " FROM " + relation
	_, err := runAll(t, engine, text)
	var failed *ExecutionError
	switch {
	case err == nil:
		return
	case fault.KindOf(err) != fault.Invalid || leak.MatchString(err.Error()):
		t.Errorf("%s: %v (%v)", text, err, fault.KindOf(err))
	case !errors.As(err, &failed):
		if !placed.MatchString(err.Error()) {
			t.Errorf("%s: %v does not say where", text, err)
		}
	case unknownText(failed.Text):
		t.Errorf("%s: nothing known about %v", text, errors.Unwrap(err))
	case len(form) > 1 && !aggregated.MatchString(form):
		text = fmt.Sprintf("SELECT try(%s) FROM %s", form, relation)
		if _, err := runAll(t, engine, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
