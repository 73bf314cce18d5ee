package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"time"

	"tidemark/sql"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// construct is a statement or clause of the language. The compiler decides whether it
// works: Example is compiled when the page is printed.
type construct struct {
	Name    string
	Example string
	Ext     bool   // Timestream's documentation does not have it
	Note    string // of one that works
}

// chapter is a group of constructs.
type chapter struct {
	title      string
	constructs []construct
}

// chapters follow the developer guide, "Query language reference".
var chapters = []chapter{
	{"Statements", []construct{
		{Name: "SELECT", Example: "SELECT room, time FROM plant.sensors"},
		{Name: "VALUES", Example: "VALUES (1, 'a'), (2, 'b')"},
		{Name: "TABLE", Example: "TABLE plant.sensors", Ext: true},
		{Name: "SHOW DATABASES", Example: "SHOW DATABASES LIKE 'p%'", Note: "by name"},
		{Name: "SHOW TABLES", Example: "SHOW TABLES FROM plant LIKE 's%'", Note: "without FROM those of every database"},
		{Name: "SHOW MEASURES", Example: "SHOW MEASURES FROM plant.sensors LIKE 't%'"},
		{Name: "DESCRIBE", Example: "DESCRIBE plant.sensors"},
		{Name: "UNLOAD", Example: "UNLOAD (SELECT room, time FROM plant.sensors) TO 's3://bucket/folder' WITH (format = 'CSV')", Note: "into `DATA/objects`, a directory or an S3 service, by the setting `objects`"},
		{Name: "EXPLAIN", Example: "EXPLAIN SELECT room FROM plant.sensors", Ext: true, Note: "our plan, `EXPLAIN (FORMAT SQL)` what DuckDB is given; nothing runs"},
		{Name: "INSERT", Example: "INSERT INTO plant.sensors VALUES (1)"},
		{Name: "DELETE", Example: "DELETE FROM plant.sensors"},
		{Name: "CREATE", Example: "CREATE TABLE plant.t (a bigint)"},
		{Name: "DROP", Example: "DROP TABLE plant.sensors"},
		{Name: "PREPARE", Example: "PREPARE p FROM SELECT 1"},
		{Name: "USE", Example: "USE plant"},
	}},
	{"Clauses", []construct{
		{Name: "WITH", Example: "WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM a, b"},
		{Name: "WITH RECURSIVE", Example: "WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a"},
		{Name: "INNER, LEFT, RIGHT, FULL, CROSS JOIN", Example: "SELECT * FROM plant.sensors a LEFT JOIN plant.sensors b USING (room) CROSS JOIN (VALUES 1) AS c(x)", Note: "with ON or USING"},
		{Name: "NATURAL JOIN", Example: "SELECT * FROM (VALUES 1) AS a(x) NATURAL JOIN (VALUES 1) AS b(x)", Ext: true},
		{Name: "LATERAL", Example: "SELECT * FROM (VALUES 1) AS a(x), LATERAL (SELECT x + 1)", Ext: true},
		{Name: "UNNEST", Example: "SELECT * FROM plant.sensors CROSS JOIN UNNEST(ARRAY[1, 2]) WITH ORDINALITY AS t(x, n)", Note: "of arrays and time series, also with LEFT JOIN … ON true"},
		{Name: "GROUP BY", Example: "SELECT room, count(*) FROM plant.sensors GROUP BY 1 HAVING count(*) > 1"},
		{Name: "ROLLUP, CUBE, GROUPING SETS", Example: "SELECT room, grouping(room) FROM plant.sensors GROUP BY ROLLUP (room)", Ext: true},
		{Name: "UNION, INTERSECT, EXCEPT", Example: "SELECT 1 UNION ALL SELECT 2 EXCEPT ALL SELECT 3 INTERSECT SELECT 4"},
		{Name: "ORDER BY", Example: "SELECT room FROM plant.sensors ORDER BY time DESC NULLS LAST LIMIT 10"},
		{Name: "OFFSET", Example: "SELECT room FROM plant.sensors ORDER BY time OFFSET 10 LIMIT 10", Ext: true},
		{Name: "FETCH FIRST", Example: "SELECT room FROM plant.sensors FETCH FIRST 1 ROW ONLY"},
		{Name: "WINDOW", Example: "SELECT sum(x) OVER w FROM (VALUES 1) AS t(x) WINDOW w AS (ORDER BY x)", Ext: true, Note: "windows within OVER are Timestream's"},
		{Name: "QUALIFY", Example: "SELECT x FROM (VALUES 1) AS t(x) QUALIFY row_number() OVER (ORDER BY x) = 1"},
		{Name: "TABLESAMPLE", Example: "SELECT room FROM plant.sensors TABLESAMPLE BERNOULLI (10)"},
		{Name: "MATCH_RECOGNIZE", Example: "SELECT * FROM plant.sensors MATCH_RECOGNIZE (PATTERN (A))"},
		{Name: "PIVOT", Example: "SELECT * FROM plant.sensors PIVOT (max(time) FOR room IN ('a'))"},
	}},
	{"Expressions", []construct{
		{Name: "subqueries", Example: "SELECT room, (SELECT max(time) FROM plant.sensors b WHERE b.room = a.room) FROM plant.sensors a WHERE EXISTS (SELECT 1) AND room IN (SELECT 'a')", Note: "also correlated, as a value, in EXISTS and in IN"},
		{Name: "ALL, ANY, SOME", Example: "SELECT 1 < ALL (VALUES 2, 3), 1 = ANY (SELECT 1)"},
		{Name: "lambdas", Example: "SELECT filter(ARRAY[1, 2], x -> x > 1)", Note: "in each other, and reading columns around them"},
		{Name: "ARRAY[…], ROW(…), a[1], r.field", Example: "SELECT ARRAY[1, 2][1], CAST(ROW(1, 'a') AS ROW(n bigint, s varchar)).n"},
		{Name: "CASE, COALESCE, NULLIF, IF, TRY, CAST, TRY_CAST", Example: "SELECT try(1 / 0), try_cast('x' AS bigint), CASE WHEN true THEN 1 END"},
		{Name: "timestamp(p), time(p)", Example: "SELECT CAST(now() AS timestamp(0)), CAST(now() AS time(9))", Ext: true, Note: "the value is rounded, the type is timestamp or time"},
		{Name: "durations and intervals", Example: "SELECT ago(15m), now() - INTERVAL '2' DAY, bin(now(), 60000ms)"},
		{Name: "measure_value::TYPE", Example: "SELECT measure_value::double FROM plant.sensors"},
		{Name: "window functions", Example: "SELECT last_value(x) IGNORE NULLS OVER (PARTITION BY x ORDER BY x ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) FROM (VALUES 1) AS t(x)", Note: "frames of ROWS, RANGE, GROUPS"},
		{Name: "FILTER, ORDER BY in aggregates", Example: "SELECT array_agg(x ORDER BY x) FILTER (WHERE x > 1) FROM (VALUES 1) AS t(x)", Ext: true},
		{Name: "WITHIN GROUP", Example: "SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'a') AS t(x)", Ext: true, Note: "of listagg"},
		{Name: "CURRENT_TIMESTAMP(p)", Example: "SELECT current_timestamp(0), localtime(3)", Ext: true, Note: "and the other words of the clock"},
		{Name: "EXTRACT, POSITION, SUBSTRING, TRIM", Example: "SELECT extract(YEAR FROM now()), position('a' IN 'abc'), substring('abc' FROM 2 FOR 1), trim(BOTH 'a' FROM 'abc')"},
		{Name: "IS DISTINCT FROM", Example: "SELECT 1 IS DISTINCT FROM NULL", Ext: true},
		{Name: "AT TIME ZONE", Example: "SELECT now() AT TIME ZONE 'Europe/Zurich'"},
		{Name: "x::TYPE", Example: "SELECT 1::bigint"},
		{Name: "ILIKE", Example: "SELECT room FROM plant.sensors WHERE room ILIKE 'A%'"},
		{Name: "DECIMAL", Example: "SELECT CAST(1 AS decimal)"},
		{Name: "X'…'", Example: "SELECT X'00'"},
	}},
}

// renderLanguage prints what works of the language.
func renderLanguage(b *bytes.Buffer) error {
	b.WriteString(languageIntro)
	for _, c := range chapters {
		fmt.Fprintf(b, "\n### %s\n\n| construct | state | example |\n| --- | --- | --- |\n", c.title)
		for _, row := range c.constructs {
			state, err := stateOf(row)
			if err != nil {
				return err
			}
			fmt.Fprintf(b, "| %s | %s | `%s` |\n", row.Name, cell(state), cell(row.Example))
		}
	}
	b.WriteString(languageEnd)
	return nil
}

// stateOf compiles the example.
func stateOf(row construct) (string, error) {
	_, err := sql.Compile(context.Background(), row.Example, example{}, sql.Options{Now: time.Unix(0, 0)})
	state := "works"
	switch {
	case err != nil && (row.Ext || row.Note != ""):
		return "", fmt.Errorf("%s is said to work: %w", row.Name, err)
	case err != nil:
		return "refused: " + place.ReplaceAllString(err.Error(), ""), nil
	case row.Ext:
		state = "extension"
	}
	if row.Note != "" {
		state += ": " + row.Note
	}
	return state, nil
}

// place is where an error stands in the example, which the page does not need.
var place = regexp.MustCompile(`^(The query syntax is invalid at )?line \d+:\d+: `)

// example is the catalog of the examples.
type example struct{}

// Table returns plant.sensors.
func (example) Table(_ context.Context, database, table string) (*plan.Table, error) {
	return &plan.Table{Database: database, Name: table, Columns: []plan.Column{
		{Name: "room", Type: types.Of(types.Varchar), Role: plan.Dimension},
		{Name: "measure_name", Type: types.Of(types.Varchar), Role: plan.MeasureName},
		{Name: "time", Type: types.Of(types.Timestamp), Role: plan.Time},
		{Name: "measure_value::double", Type: types.Of(types.Double), Role: plan.MeasureValue},
	}}, nil
}

const languageIntro = `
## The query language

Every statement, clause and function of the developer guide's "Query language reference" is
there. What it does not have is either an extension, taken from Trino's SQL from which the
language descends, or refused with an error that says why. A query that has to run on
Timestream as well must not use an extension. The states below are the compiler's own
answers to the examples.
`

const languageEnd = `
### Where the guide is silent

Nothing published says what Timestream does here. A query that depends on one of these is
worth a look.

| matter | here |
| --- | --- |
| ` + "`interpolate_linear`, `interpolate_spline_cubic`" + ` outside of the samples | NULL |
| ` + "`interpolate_locf`" + ` before the first sample; after the last | NULL; the last value |
| the ends of the cubic spline | natural: the second derivative is 0; fewer than three points are an error |
| two points of a series at one time | kept; interpolation and derivatives refuse them with the time |
| ` + "`derivative_linear`" + ` | a point for each but the first, at the time of the later one; the non-negative form leaves out points below 0 |
| ` + "`integral_trapezoidal`" + ` of one point; of none | 0.0; NULL |
| ` + "`correlate_pearson`, `correlate_spearman`" + ` of different times | an error |
| sort order of NULL | last, ascending or descending, unless NULLS FIRST |
| letter case of names | tables, dimensions and measures as written; aliases and the system columns (` + "`time`, `measure_name`, `measure_value::…`" + `) in any case where nothing matches exactly |
| ` + "`bin`, `date_trunc`" + ` before 1970 | rounded down |
| timestamp minus timestamp | an interval, to the nanosecond |
| regular expressions | those of java.util.regex; a match that backtracks for too long is an error |
| errors while a query runs | QueryExecutionException; what is wrong with its text is a ValidationException with line and column |

### Where Trino answers otherwise

Timestream's language descends from Trino's. The answers are the same as those of Trino 435
in some 3,000 expressions and queries of our tests, but for these, on purpose:

| matter | Trino | here |
| --- | --- | --- |
| what timestamps, times and intervals count | milliseconds in most functions | nanoseconds, as the guide says: ` + "`date_parse`" + `, ` + "`from_iso8601_timestamp`" + `, ` + "`date_format`" + `, ` + "`date_diff`" + ` and differences keep nine digits |
| types with a length or digits | part of the type: ` + "`typeof`" + ` prints ` + "`varchar(3)`" + `, ` + "`timestamp(3)`" + ` | not part of it: a value is cut or rounded (half up) where it is cast to ` + "`varchar(n)`" + `, ` + "`timestamp(p)`" + ` or ` + "`time(p)`" + `, p up to 12, and its type is varchar, timestamp or time; a timestamp always has nine digits |
| a number with a point | ` + "`1.5`" + ` is a decimal | a double |
| a double as text | ` + "`1.0E0`" + ` | ` + "`1.0`" + `, as the guide's examples have it |
| ` + "`to_unixtime`" + ` | sums milliseconds and the rest | the nearest double, as the guide's example has it |
| an offset in the text of a timestamp that is cast | ignored | applied |
| the time of day of a timestamp before 1970 | may be a second early | that of the calendar |
| ` + "`array_except(x, ARRAY[])`" + ` | with repetitions | without, as the guide says |
| NULL in a row before IN, or before ` + "`= ALL`" + `, ` + "`<> ANY`" + ` | may answer false | unknown, as the guide says of NULL |
| NaN before IN (subquery) | equals itself | equals nothing, as in a list |
| NaN in a sum over a moving frame | stays after it left the frame | leaves with its row |
| ` + "`ORDER BY x DESC NULLS FIRST`" + ` | NaN comes last | NaN is the largest, wherever NULLs stand |
| the largest or smallest of arrays and rows that hold NaN or NULL | NaN is skipped, NULL is an error | NaN and NULL are the largest |
| ` + "X" + ` | ambiguous | NULL |
| ` + "`corr`" + `, ` + "`regr_slope`" + ` with numbers beyond 1e150 | computed | NULL |
| dates before the year 1 or after 9999 | computed | out of range |

### Limits

The quotas of Timestream that touch the language are the defaults: 262,144 bytes of text, one
hour, 5 GB of result, 1 MB a row, 100 KB of column names and types, 10,000 entries of a
` + "`sequence`" + `. [Operating](operating.md#limits-of-queries) has all of them, those that can be
set, and what happens at each.
`
