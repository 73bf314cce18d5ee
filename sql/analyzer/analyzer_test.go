package analyzer

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/sql/parser"
	"tidemark/sql/plan"
	"tidemark/sql/sqlerr"
	"tidemark/sql/types"
)

// catalog holds demo.host with multi-measure columns, demo.cpu with single-measure
// ones, and "My-DB"."Fleet" with names that need care.
type catalog map[string]map[string]*plan.Table

func (c catalog) Table(_ context.Context, database, table string) (*plan.Table, error) {
	tables, ok := c[database]
	if !ok {
		return nil, plan.ErrDatabaseNotFound
	}
	if t, ok := tables[table]; ok {
		return t, nil
	}
	return nil, plan.ErrTableNotFound
}

func column(name string, k types.Kind, r plan.Role) plan.Column {
	return plan.Column{Name: name, Type: types.Of(k), Role: r}
}

func table(database, name string, columns ...plan.Column) *plan.Table {
	return &plan.Table{Database: database, Name: name, Columns: columns}
}

var (
	measureName = column("measure_name", types.Varchar, plan.MeasureName)
	timeColumn  = column("time", types.Timestamp, plan.Time)
)

var tables = catalog{
	"demo": {
		"host": table("demo", "host",
			column("hostname", types.Varchar, plan.Dimension), column("region", types.Varchar, plan.Dimension), measureName, timeColumn,
			column("cpu", types.Double, plan.Multi), column("n", types.Bigint, plan.Multi), column("up", types.Boolean, plan.Multi)),
		"cpu": table("demo", "cpu",
			column("hostname", types.Varchar, plan.Dimension), measureName, timeColumn,
			column("measure_value::double", types.Double, plan.MeasureValue), column("measure_value::bigint", types.Bigint, plan.MeasureValue)),
	},
	"My-DB": {
		"Fleet": table("My-DB", "Fleet", column("Id", types.Varchar, plan.Dimension), column("id", types.Varchar, plan.Dimension), measureName, timeColumn),
	},
}

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func analyze(t *testing.T, text string) (plan.Node, error) {
	t.Helper()
	stmt, err := parser.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q) = %v", text, err)
	}
	return Analyze(t.Context(), stmt, tables, Options{Now: noon})
}

// columns prints the result as name:type, separated by blanks.
func columns(n plan.Node) string {
	var parts []string
	for _, c := range n.Columns() {
		parts = append(parts, c.Name+":"+c.Type.String())
	}
	return strings.Join(parts, " ")
}

func checkColumns(t *testing.T, text, want string) {
	t.Helper()
	root, err := analyze(t, text)
	if err != nil {
		t.Errorf("Analyze(%q) = %v, want no error", text, err)
		return
	}
	if got := columns(root); got != want {
		t.Errorf("columns of %q =\n%s, want\n%s", text, got, want)
	}
	checkPlan(t, text, root)
}

// checkPlan holds a plan to its own rules: every column that an expression reads is
// produced somewhere, no two nodes but those that pass columns on share an identity,
// and both sides of what is compared have one type.
func checkPlan(t *testing.T, text string, root plan.Node) {
	t.Helper()
	made, read := map[plan.ID]bool{}, map[plan.ID]bool{}
	plan.RewriteAll(root, func(n plan.Node) plan.Node {
		for _, c := range n.Columns() {
			made[c.ID] = true
		}
		return n
	}, func(e plan.Expr) plan.Expr {
		switch e := e.(type) {
		case *plan.Lambda:
			for _, p := range e.Params {
				made[p.ID] = true
			}
		case *plan.Ref:
			read[e.Col.ID] = true
		case *plan.Compare:
			if !e.L.Type().Equal(e.R.Type()) {
				t.Errorf("%q compares %s with %s without a cast", text, e.L.Type(), e.R.Type())
			}
		}
		return e
	})
	for id := range read {
		if !made[id] {
			t.Errorf("%q reads column %d, which nothing makes:\n%s", text, id, plan.Explain(root))
		}
	}
}

func TestResultNames(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"constant", "SELECT 1", "_col0:integer"},
		{"position counts all items", "SELECT hostname, 1, n, n + 1 FROM demo.host", "hostname:varchar _col1:integer n:bigint _col3:bigint"},
		{"star counts its columns", "SELECT h.*, 1 FROM (SELECT 1 AS a, 2 AS b) h", "a:integer b:integer _col2:integer"},
		{"star order", "SELECT * FROM demo.cpu", "hostname:varchar measure_name:varchar time:timestamp measure_value::double:double measure_value::bigint:bigint"},
		{"alias as written", `SELECT n AS "A b", n Total FROM demo.host`, "A b:bigint Total:bigint"},
		{"measure value in any case", "SELECT Measure_Value::DOUBLE, \"measure_value::bigint\", c.measure_value::double v FROM demo.cpu c", "measure_value::double:double measure_value::bigint:bigint v:double"},
		{"name as in the table", "SELECT host.time, demo.host.n FROM demo.host", "time:timestamp n:bigint"},
		{"name as in the derived table", "SELECT abc FROM (SELECT 1 AS Abc)", "Abc:integer"},
		{"qualified name as in the derived table", "SELECT T.abc FROM (SELECT 1 AS Abc) t", "Abc:integer"},
		{"same letters in another case", "SELECT a, A FROM (SELECT 1 AS A, 2 AS a)", "a:integer A:integer"},
		{"columns that differ in case", `SELECT Id, "id", f.* FROM "My-DB"."Fleet" F`, "Id:varchar id:varchar Id:varchar id:varchar measure_name:varchar time:timestamp"},
		{"unnamed in a derived table", "SELECT *, _col1 + 1 FROM (SELECT 1, 2)", "_col0:integer _col1:integer _col2:integer"},
		{"unnamed in a query of WITH", "WITH a AS (SELECT 1, 'x') SELECT _col1, _col0 FROM a", "_col1:varchar _col0:integer"},
		{"duplicates", "SELECT time AS first, time, time FROM demo.host", "first:timestamp time:timestamp time:timestamp"},
		{"row field", "SELECT CAST(ROW(1, 2) AS ROW(a BIGINT, b DOUBLE)).b", "b:double"},
		{"row star", "SELECT CAST(ROW(1, 2) AS ROW(a BIGINT, b DOUBLE)).*", "a:bigint b:double"},
		{"row star with names", "SELECT CAST(ROW(1, 2) AS ROW(a BIGINT, b DOUBLE)).* AS (x, y)", "x:bigint y:double"},
		{"star with names", "SELECT t.* AS (x, y) FROM (VALUES (1, 'a')) AS t(a, b)", "x:integer y:varchar"},
		{"using once and first", "SELECT * FROM (SELECT 1 AS a, 2 AS k) x JOIN (SELECT 3 AS k, 4 AS b) y USING (k)", "k:integer a:integer b:integer"},
		{"natural", "SELECT * FROM (SELECT 1 AS a, 2 AS k) x NATURAL JOIN (SELECT 3 AS k, 4 AS b) y", "k:integer a:integer b:integer"},
		{"using keeps names of relations", "SELECT x.k, y.k, k FROM (SELECT 2 AS k) x FULL JOIN (SELECT 3 AS k) y USING (k)", "k:integer k:integer k:integer"},
		{"set operation takes the left names", "SELECT 1 AS a UNION SELECT 2 AS b", "a:integer"},
		{"values", "VALUES (1, 'a'), (2, 'b')", "_col0:integer _col1:varchar"},
		{"values without parentheses", "SELECT x FROM (VALUES 1, 2, 3) AS t(x)", "x:integer"},
		{"values of rows", "SELECT a, b FROM (VALUES (('a', 1)), (('b', 2))) AS t(a, b)", "a:varchar b:integer"},
		{"table", "TABLE demo.cpu", "hostname:varchar measure_name:varchar time:timestamp measure_value::double:double measure_value::bigint:bigint"},
		{"unnest of a series", "SELECT * FROM (SELECT create_time_series(time, cpu) AS s FROM demo.host) CROSS JOIN UNNEST(s)", "s:timeseries(double) time:timestamp value:double"},
		{"unnest with names", "SELECT t, v, o FROM (SELECT create_time_series(time, cpu) AS s FROM demo.host) CROSS JOIN UNNEST(s) WITH ORDINALITY AS u(t, v, o)", "t:timestamp v:double o:bigint"},
		{"unnest first", "SELECT x FROM UNNEST(ARRAY[1, 2]) t(x)", "x:integer"},
		{"the same alias twice", "SELECT a, b FROM UNNEST(ARRAY[1]) t(a) CROSS JOIN UNNEST(ARRAY['x']) AS t(b)", "a:integer b:varchar"},
		{"query of WITH named as a column", "WITH damage AS (SELECT 1 AS damage, 2 AS k) SELECT damage, damage.k FROM damage", "damage:integer k:integer"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { checkColumns(t, c.text, c.want) })
	}
}

func TestTypes(t *testing.T) {
	cases := []struct{ name, expr, want string }{
		{"integers", "1 + 2147483647", "integer"},
		{"bigint", "2147483648", "bigint"},
		{"smallest bigint", "-9223372036854775808", "bigint"},
		{"wider wins", "1 + 2147483648", "bigint"},
		{"double wins", "2147483648 * 1.5", "double"},
		{"exponent", "1e3", "double"},
		{"null", "NULL", "unknown"},
		{"comparison of null", "NULL = 1", "boolean"},
		{"duration", "15m", "interval day to second"},
		{"years", "5y", "interval year to month"},
		{"interval", "INTERVAL -'2' week", "interval day to second"},
		{"parsed years", "parse_duration('8month')", "interval year to month"},
		{"timestamp plus interval", "now() - 1m", "timestamp"},
		{"timestamp minus timestamp", "time - now()", "interval day to second"},
		{"ago", "ago(1h)", "timestamp"},
		{"text as timestamp", "bin('2021-11-15 11:18:42', 3d)", "timestamp"},
		{"text compared with timestamp", "time >= '2021-01-01'", "boolean"},
		{"text between", "bin(time, 5m) BETWEEN '2021-01-01' AND '2021-01-02 10:00'", "boolean"},
		{"text in a list", "time IN ('2021-01-01', now())", "boolean"},
		{"date and timestamp", "DATE '2021-01-01' < time", "boolean"},
		{"current date", "current_date", "date"},
		{"local time", "LOCALTIME", "time"},
		{"searched case", "CASE WHEN up THEN 1 WHEN n > 1 THEN NULL ELSE 2.5 END", "double"},
		{"simple case", "CASE n WHEN 1 THEN 'a' END", "varchar"},
		{"case of nulls", "CASE WHEN up THEN NULL END", "unknown"},
		{"array", "ARRAY[1, 2147483648, NULL]", "array(bigint)"},
		{"empty array", "ARRAY[]", "array(unknown)"},
		{"subscript", "ARRAY['a'][1]", "varchar"},
		{"row", "(1, 'a', NULL)", "row(integer, varchar, unknown)"},
		{"row subscript", "ROW(1, 'a')[2]", "varchar"},
		{"cast", "CAST('1' AS int)", "integer"},
		{"try cast", "TRY_CAST('x' AS double)", "double"},
		{"cast to length", "CAST(n AS varchar(3))", "varchar"},
		{"cast to array", "CAST(ARRAY[1] AS array<double>)", "array(double)"},
		{"typeof", "typeof(1.5)", "varchar"},
		{"extract", "EXTRACT(YEAR FROM time)", "bigint"},
		{"position", "POSITION('a' IN hostname)", "bigint"},
		{"substring", "SUBSTRING(hostname FROM 2 FOR 3)", "varchar"},
		{"concatenation", "hostname || '-' || region", "varchar"},
		{"sum of bigint", "sum(n)", "bigint"},
		{"average", "avg(n)", "double"},
		{"count", "count(*) + count(DISTINCT hostname) + count(DISTINCT (hostname, region))", "bigint"},
		{"series", "create_time_series(time, n)", "timeseries(bigint)"},
		{"max by n", "max_by(hostname, cpu, 3)", "array(varchar)"},
		{"filtered", "sum(n) FILTER (WHERE up)", "bigint"},
		{"scalar query", "(SELECT max(n) FROM demo.host)", "bigint"},
		{"query of null", "(SELECT NULL)", "unknown"},
		{"exists", "NOT EXISTS (SELECT 1)", "boolean"},
		{"in query", "n IN (SELECT 1)", "boolean"},
		{"row in query", "(hostname, n) IN (SELECT 'a', 1)", "boolean"},
		{"quantified", "n > ALL (VALUES 1, 2)", "boolean"},
		{"like", "hostname LIKE 'a!%' ESCAPE '!'", "boolean"},
		{"distinct from", "n IS NOT DISTINCT FROM NULL", "boolean"},
		{"window", "row_number() OVER (ORDER BY time)", "bigint"},
		{"window of aggregate", "sum(n) OVER (PARTITION BY hostname ORDER BY time ROWS 5 PRECEDING)", "bigint"},
		{"if", "if(up, n, 1)", "bigint"},
		{"coalesce", "coalesce(NULL, n, 2.5)", "double"},
		{"nullif", "nullif(n, 1)", "bigint"},
		{"lambda", "filter(ARRAY[1, 2], x -> x > n)", "array(integer)"},
		{"nested lambda", "transform(ARRAY[1], x -> transform(ARRAY[2.5], Y -> x + y))", "array(array(double))"},
		{"unary plus", "+ 1.5", "double"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root, err := analyze(t, "SELECT "+c.expr+" FROM demo.host")
			if err != nil {
				t.Fatalf("Analyze(%s) = %v, want type %s", c.expr, err, c.want)
			}
			if got := root.Columns()[0].Type.String(); got != c.want {
				t.Errorf("type of %s = %s, want %s", c.expr, got, c.want)
			}
			checkPlan(t, c.expr, root)
		})
	}
}

func TestErrors(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"column", "SELECT cpu, vehicleName FROM demo.host", "line 1:13: Column 'vehicleName' does not exist"},
		{"case of a table's column", "SELECT Cpu FROM demo.host", "line 1:8: Column 'Cpu' does not exist. Did you mean 'cpu'?"},
		{"qualified column", "SELECT h.x FROM demo.host h", "line 1:8: Column 'h.x' does not exist"},
		{"alias hides the table", "SELECT host.cpu FROM demo.host h", "line 1:8: Column 'host.cpu' does not exist"},
		{"alias in WHERE", "SELECT n AS m FROM demo.host WHERE m = 1", "line 1:36: Column 'm' does not exist"},
		{"alias in GROUP BY", "SELECT n AS m FROM demo.host GROUP BY m", "line 1:39: Column 'm' does not exist"},
		{"alias in HAVING", "SELECT count(*) AS c FROM demo.host HAVING c > 1", "line 1:44: Column 'c' does not exist"},
		{"alias in the same list", "SELECT 1 AS x, x + 1", "line 1:16: Column 'x' does not exist"},
		{"double quotes are names", `SELECT 1 FROM demo.host WHERE hostname = "ABC"`, "line 1:42: Column 'ABC' does not exist. Double quotes stand around names, single ones around text"},
		{"ambiguous", "SELECT hostname FROM demo.host a JOIN demo.cpu b ON a.hostname = b.hostname", "line 1:8: Column 'hostname' is ambiguous"},
		{"ambiguous in another case", "SELECT ab FROM (SELECT 1 AS Ab, 2 AS aB)", "line 1:8: Column 'ab' is ambiguous"},
		{"database", "SELECT 1 FROM abc.sampleDB", "Requested database 'abc' not found for identifier 'abc.sampleDB' at line 1:15"},
		{"case of a database", "SELECT 1 FROM Demo.host", "Requested database 'Demo' not found for identifier 'Demo.host' at line 1:15"},
		{"table", "SELECT 1\nFROM demo.t", "Requested table 't' not found for identifier 'demo.t' at line 2:6"},
		{"describe", "DESCRIBE demo.t", "Requested table 't' not found for identifier 'demo.t' at line 1:10"},
		{"measures", "SHOW MEASURES FROM abc.t", "Requested database 'abc' not found for identifier 'abc.t' at line 1:20"},
		{"bare table", "SELECT 1 FROM host", "line 1:15: Schema must be specified when session schema is not set"},
		{"three parts", "SELECT 1 FROM a.demo.host", "line 1:15: Too many parts in table name: a.demo.host"},
		{"function", "SELECT foo(1)", "line 1:8: Function 'foo' not registered"},
		{"function keeps its spelling", "SELECT Foo(1)", "line 1:8: Function 'Foo' not registered"},
		{"qualified function", "SELECT a.max(1)", "line 1:8: Function 'a.max' not registered"},
		{"operator types", "SELECT 1 FROM demo.host WHERE n = hostname", "line 1:33: '=' cannot be applied to bigint, varchar"},
		{"number and text", "SELECT 1 = '1'", "line 1:10: '=' cannot be applied to integer, varchar"},
		{"arithmetic types", "SELECT 1 + 'a'", "line 1:10: '+' cannot be applied to integer, varchar"},
		{"number to text", "SELECT 'a' || 1", "line 1:12: '||' cannot be applied to varchar, integer"},
		{"mixed intervals", "SELECT 1d + 1y", "line 1:11: '+' cannot be applied to interval day to second, interval year to month"},
		{"series do not compare", "SELECT create_time_series(time, n) = create_time_series(time, n) FROM demo.host", "line 1:36: '=' cannot be applied to timeseries(bigint), timeseries(bigint)"},
		{"bad timestamp", "SELECT 1 FROM demo.host WHERE time > 'yesterday'", "line 1:38: Value cannot be cast to timestamp: yesterday"},
		{"bad literal", "SELECT TIMESTAMP 'x'", "line 1:8: 'x' is not a valid timestamp literal"},
		{"unknown literal type", "SELECT DECIMAL '1'", "line 1:8: Unknown type: decimal"},
		{"large number", "SELECT 9223372036854775808", "line 1:8: Invalid numeric literal: 9223372036854775808"},
		{"cast", "SELECT CAST(time AS bigint) FROM demo.host", "line 1:8: Cannot cast timestamp to bigint"},
		{"unknown type", "SELECT CAST(1 AS decimal(10, 2))", "line 1:18: Unknown type: decimal(10, 2)"},
		{"between", "SELECT n BETWEEN 'a' AND 'b' FROM demo.host", "line 1:10: Cannot check if bigint is BETWEEN varchar and varchar"},
		{"in", "SELECT n IN (1, 'a') FROM demo.host", "line 1:17: IN value and list items must be the same type: bigint, varchar"},
		{"like", "SELECT n LIKE 'a' FROM demo.host", "line 1:8: Left side of LIKE expression must evaluate to a varchar (actual: bigint)"},
		{"escape", "SELECT 'a' LIKE 'b' ESCAPE 'ab'", "line 1:28: Escape string must be a single character"},
		{"where", "SELECT 1 FROM demo.host WHERE n", "line 1:31: WHERE clause must evaluate to a boolean: actual type bigint"},
		{"and", "SELECT up AND n FROM demo.host", "line 1:15: Right side of logical expression must evaluate to a boolean (actual: bigint)"},
		{"and, its left", "SELECT n AND up AND up FROM demo.host", "line 1:8: Left side of logical expression must evaluate to a boolean (actual: bigint)"},
		{"not", "SELECT NOT 1", "line 1:12: Value of logical NOT expression must evaluate to a boolean (actual: integer)"},
		{"case", "SELECT CASE WHEN up THEN 1 ELSE 'a' END FROM demo.host", "line 1:33: All CASE results must be the same type or coercible to a common type. Cannot find common type between integer and varchar"},
		{"not grouped", "SELECT hostname, n FROM demo.host GROUP BY hostname", "line 1:18: 'n' must be an aggregate expression or appear in GROUP BY clause"},
		{"part not grouped", "SELECT hostname, max(n) + n FROM demo.host GROUP BY 1", "line 1:18: 'max(n) + n' must be an aggregate expression or appear in GROUP BY clause"},
		{"star not grouped", "SELECT * FROM demo.cpu GROUP BY hostname", "line 1:8: 'measure_name' must be an aggregate expression or appear in GROUP BY clause"},
		{"having not grouped", "SELECT hostname FROM demo.host GROUP BY hostname HAVING n > 1", "line 1:57: 'n > 1' must be an aggregate expression or appear in GROUP BY clause"},
		{"order not grouped", "SELECT hostname FROM demo.host GROUP BY hostname ORDER BY n", "line 1:59: 'n' must be an aggregate expression or appear in GROUP BY clause"},
		{"global aggregate", "SELECT n, count(*) FROM demo.host", "line 1:8: 'n' must be an aggregate expression or appear in GROUP BY clause"},
		{"window not grouped", "SELECT rank() OVER (ORDER BY n) FROM demo.host GROUP BY hostname", "line 1:8: 'rank() OVER (ORDER BY n)' must be an aggregate expression or appear in GROUP BY clause"},
		{"aggregate in WHERE", "SELECT 1 FROM demo.host WHERE max(n) > 1", "line 1:31: WHERE clause cannot contain aggregations, window functions or grouping operations: [max(n)]"},
		{"aggregate in GROUP BY", "SELECT 1 FROM demo.host GROUP BY max(n)", "line 1:34: GROUP BY clause cannot contain aggregations, window functions or grouping operations: [max(n)]"},
		{"aggregate by ordinal", "SELECT max(n) FROM demo.host GROUP BY 1", "line 1:8: GROUP BY clause cannot contain aggregations, window functions or grouping operations: [max(n)]"},
		{"nested aggregate", "SELECT max(min(n)) FROM demo.host", "line 1:12: Cannot nest aggregations inside aggregation 'max': [min(n)]"},
		{"nested window", "SELECT max(rank() OVER ()) OVER () FROM demo.host", "line 1:12: Cannot nest window functions inside window function 'max': [rank() OVER ()]"},
		{"window in HAVING", "SELECT count(*) FROM demo.host HAVING rank() OVER () > 1", "line 1:39: HAVING clause cannot contain window functions: [rank() OVER ()]"},
		{"window without OVER", "SELECT rank() FROM demo.host", "line 1:8: Window function rank requires an OVER clause"},
		{"OVER for a scalar", "SELECT abs(n) OVER () FROM demo.host", "line 1:8: 'abs' is not an aggregate or window function"},
		{"window name", "SELECT sum(n) OVER w FROM demo.host", "line 1:20: Cannot resolve WINDOW name w"},
		{"frame", "SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND 1 PRECEDING) FROM demo.host", "line 1:32: Window frame starting from CURRENT ROW cannot end with PRECEDING"},
		{"distinct for a scalar", "SELECT abs(DISTINCT n) FROM demo.host", "line 1:8: DISTINCT is not supported for non-aggregation functions"},
		{"group by position", "SELECT n FROM demo.host GROUP BY 2", "line 1:34: GROUP BY position 2 is not in select list"},
		{"order by position", "SELECT n FROM demo.host ORDER BY 5", "line 1:34: ORDER BY position 5 is not in select list"},
		{"order of a union", "SELECT n FROM demo.host UNION SELECT n FROM demo.host ORDER BY cpu", "line 1:64: Column 'cpu' does not exist"},
		{"order of distinct", "SELECT DISTINCT hostname FROM demo.host ORDER BY n", "line 1:50: For SELECT DISTINCT, ORDER BY expressions must appear in select list"},
		{"order by a series", "SELECT create_time_series(time, n) AS s FROM demo.host ORDER BY s", "line 1:65: Type timeseries(bigint) is not orderable, and therefore cannot be used in ORDER BY: s"},
		{"ambiguous order", "SELECT n AS x, cpu AS x FROM demo.host ORDER BY x", "line 1:49: Column 'x' is ambiguous"},
		{"alias list", "SELECT 1 FROM (SELECT 1, 2) AS t(a)", "line 1:32: Column alias list has 1 entries but 't' has 2 columns available"},
		{"union width", "SELECT 1 UNION SELECT 1, 2", "line 1:10: UNION query has different number of fields: 1, 2"},
		{"union types", "SELECT 1, 1 UNION ALL SELECT 2, 'a'", "line 1:13: column 2 in UNION query has incompatible types: integer, varchar"},
		{"values width", "VALUES (1, 2), (3)", "line 1:17: Values rows have mismatched sizes: 2 vs 1"},
		{"IN query width", "SELECT 1 IN (SELECT 1, 2)", "line 1:10: Multiple columns returned by subquery are not yet supported. Found 2"},
		{"star without from", "SELECT *", "line 1:8: SELECT * not allowed in queries without FROM clause"},
		{"star of nothing", "SELECT t.* FROM demo.host", "line 1:8: Table 't' not found"},
		{"using", "SELECT 1 FROM demo.host a JOIN demo.cpu b USING (cpu)", "line 1:50: Column 'cpu' is missing from right side of join"},
		{"twice in WITH", "WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1", "line 1:23: WITH query name 'a' specified more than once"},
		{"later query of WITH", "WITH a AS (SELECT * FROM b), b AS (SELECT 2) SELECT 1", "line 1:26: Schema must be specified when session schema is not set"},
		{"extract field", "SELECT EXTRACT(MILLENNIUM FROM now())", "line 1:16: Invalid EXTRACT field: MILLENNIUM"},
		{"time zone", "SELECT now() AT TIME ZONE 'UTC'", "line 1:14: AT TIME ZONE is not supported: timestamps are in UTC and have no zone"},
		{"parameter", "SELECT @scheduled_runtime", "line 1:8: Parameter '@scheduled_runtime' has no value here"},
		{"lambda alone", "SELECT x -> x", "line 1:8: Lambda expression should always be used inside a function"},
		{"query in a lambda", "SELECT filter(ARRAY[1], x -> EXISTS (SELECT 1))", "line 1:30: Lambda expression cannot contain subqueries"},
		{"aggregate in a lambda", "SELECT filter(ARRAY[1], x -> max(n) = 1) FROM demo.host", "line 1:30: Lambda expression cannot contain aggregations, window functions or grouping operations: [max(n)]"},
		{"unnest", "SELECT 1 FROM UNNEST(1)", "line 1:22: Cannot unnest type: integer"},
		{"grouping", "SELECT GROUPING(n) FROM demo.host GROUP BY hostname", "line 1:17: The arguments to GROUPING() must be expressions referenced by the GROUP BY at this level. Mismatch due to: n"},
		{"select list before its WHERE", "SELECT n, zz FROM demo.host WHERE yy = 1", "line 1:11: Column 'zz' does not exist"},
		{"WHERE before a list without errors", "SELECT n, grouping(region) FROM demo.host WHERE yy = 1 GROUP BY region", "line 1:49: Column 'yy' does not exist"},
		{"select list before GROUP BY", "SELECT sum(zz) FROM demo.host GROUP BY yy", "line 1:12: Column 'zz' does not exist"},
		{"WHERE before GROUP BY", "SELECT n FROM demo.host WHERE yy GROUP BY zz", "line 1:31: Column 'yy' does not exist"},
		{"inner list before inner WHERE", "SELECT n FROM demo.host WHERE EXISTS (SELECT zz WHERE yy)", "line 1:46: Column 'zz' does not exist"},
		{"WINDOW before ORDER BY", "SELECT n FROM demo.host WINDOW w AS (ORDER BY yy) ORDER BY zz", "line 1:47: Column 'yy' does not exist"},
		{"database of tables", "SHOW TABLES FROM nowhere", "Requested database 'nowhere' not found at line 1:18"},
		{"limit", "SELECT 1 LIMIT 99999999999999999999", "line 1:16: Invalid LIMIT row count: 99999999999999999999"},
		{"array elements", "SELECT ARRAY[1, 'a']", "line 1:17: All ARRAY elements must be the same type: integer"},
		{"field", "SELECT CAST(ROW(1) AS ROW(a int)).b", "line 1:35: Field 'b' does not exist in row(a integer)"},
		{"field of a number", "SELECT n.x FROM demo.host", "line 1:8: Column 'n.x' does not exist"},
		{"star argument", "SELECT sum(*) FROM demo.host", "line 1:8: * is not an argument of function sum"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := analyze(t, c.text)
			if err == nil || err.Error() != c.want {
				t.Fatalf("Analyze(%q) =\n%v, want\n%s", c.text, err, c.want)
			}
			if _, ok := errors.AsType[*sqlerr.Error](err); !ok || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%v has no place or is not invalid", err)
			}
		})
	}
}

func TestWrongArgumentsNameWhatIsExpected(t *testing.T) {
	_, err := analyze(t, "SELECT ago('7d')")
	const want = "line 1:8: Unexpected parameters (varchar) for function ago. Expected: ago(interval day to second), ago(interval year to month)"
	if err == nil || err.Error() != want {
		t.Errorf("Analyze = %v, want %s", err, want)
	}
}

// broken is a catalog that fails for reasons of its own.
type broken struct{}

func (broken) Table(context.Context, string, string) (*plan.Table, error) {
	return nil, context.DeadlineExceeded
}

func TestCatalogFailureIsNotTheQuerysFault(t *testing.T) {
	stmt, err := parser.Parse("SELECT 1 FROM demo.host")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Analyze(t.Context(), stmt, broken{}, Options{Now: noon})
	if !errors.Is(err, context.DeadlineExceeded) || fault.KindOf(err) != fault.Internal {
		t.Errorf("Analyze = %v of kind %v, want the catalog's own error, internal", err, fault.KindOf(err))
	}
}

func TestMetadataStatements(t *testing.T) {
	like := "a%"
	cases := []struct {
		text string
		want plan.Meta
	}{
		{"SHOW DATABASES", plan.Meta{Kind: plan.ShowDatabases}},
		{"SHOW TABLES LIKE 'a%'", plan.Meta{Kind: plan.ShowTables, Like: &like}},
		{"SHOW TABLES FROM demo", plan.Meta{Kind: plan.ShowTables, Database: "demo"}},
		{"SHOW MEASURES FROM demo.cpu", plan.Meta{Kind: plan.ShowMeasures, Database: "demo", Table: "cpu"}},
		{`DESCRIBE "My-DB"."Fleet"`, plan.Meta{Kind: plan.Describe, Database: "My-DB", Table: "Fleet"}},
	}
	for _, c := range cases {
		root, err := analyze(t, c.text)
		if err != nil {
			t.Errorf("Analyze(%q) = %v", c.text, err)
			continue
		}
		got := root.(*plan.Meta)
		sameLike := (got.Like == nil) == (c.want.Like == nil) && (got.Like == nil || *got.Like == *c.want.Like)
		if got.Kind != c.want.Kind || got.Database != c.want.Database || got.Table != c.want.Table || !sameLike {
			t.Errorf("Analyze(%q) = %+v, want %+v", c.text, got, c.want)
		}
	}
}
