package query

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/query/cursor"
	"tidemark/tsdb"
)

// nestedText puts n openings and n ends around a text.
func nestedText(open, text, end string, n int) string {
	return strings.Repeat(open, n) + text + strings.Repeat(end, n)
}

// listed returns n texts made from their number.
func listed(n int, format, separator string) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(texts, separator)
}

// doubling is a chain of n queries of WITH, each over two of the one before.
func doubling(n int, body string) string {
	text := "WITH c0 AS (SELECT 1 AS n)"
	for i := 1; i <= n; i++ {
		text += fmt.Sprintf(", c%d AS (%s)", i, strings.ReplaceAll(body, "?", fmt.Sprintf("c%d", i-1)))
	}
	return text + fmt.Sprintf(" SELECT count(*) FROM c%d", n)
}

// hostileTime is what a text may take at most; the bound is generous because machines
// differ. A text that is worse than linear somewhere takes hours.
const hostileTime = 5 * time.Minute

// Texts that are large, deep or that multiply are answered, or refused as the client's
// fault, and soon.
func TestHostileSizes(t *testing.T) {
	e := openDemo(t, Options{Paging: cursor.Options{Wait: time.Second}})
	deep := 10_000
	for _, c := range []struct{ name, text string }{
		{"a megabyte", "SELECT '" + strings.Repeat("x", 1<<20) + "'"},
		{"the longest text", "SELECT length('" + strings.Repeat("x", maxText-20) + "')"},
		{"a megabyte of blanks", strings.Repeat(" ", 1<<20) + "SELECT 1"},
		{"blanks", "SELECT" + strings.Repeat("\n", 200_000) + "1"},
		{"an endless comment", "SELECT 1 /*" + strings.Repeat("*", 200_000)},
		{"comments in comments", "SELECT 1 " + nestedText("/*", "", "*/", deep)},
		{"parentheses", "SELECT " + nestedText("(", "1", ")", deep)},
		{"open parentheses", "SELECT " + strings.Repeat("(", 200_000)},
		{"NOT", "SELECT " + nestedText("NOT ", "true", "", deep)},
		{"signs", "SELECT " + nestedText("- ", "1", "", deep)},
		{"CASE", "SELECT " + nestedText("CASE WHEN true THEN ", "1", " END", deep)},
		{"operands of CASE", "SELECT " + nestedText("CASE ", "1", " WHEN 1 THEN 1 END", 5_000)},
		{"calls", "SELECT " + nestedText("abs(", "1", ")", deep)},
		{"calls that repeat their argument", "SELECT " + nestedText("substr(", "'x'", ", 1, 1)", 300)},
		{"calls of a column that repeat their argument", "SELECT " + nestedText("substr(", "host", ", 1, 1)", 400) + " FROM demo.host"},
		{"calls of constants", "SELECT " + nestedText("sign(", "1", ")", 400)},
		{"calls in many columns", "SELECT " + strings.TrimSuffix(strings.Repeat(nestedText("exp(", "cpu", ")", 400)+", ", 120), ", ") + " FROM demo.host"},
		{"calls in some columns", "SELECT " + strings.TrimSuffix(strings.Repeat(nestedText("exp(", "cpu", ")", 400)+", ", 10), ", ") + " FROM demo.host"},
		{"rows that are compared", "SELECT " + nestedText("if(ROW(", "cpu", ", "+nestedText("abs(", "1", ")", 33)+") = ROW(1, 1), 1, 2)", 200) + " FROM demo.host"},
		{"arrays of which something is removed", "SELECT " + nestedText("array_remove(", "ARRAY[cpu]", ", 1)", 200) + " FROM demo.host"},
		{"arrays made distinct", "SELECT " + nestedText("array_distinct(", "ARRAY[cpu]", ")", 100) + " FROM demo.host"},
		{"coalesce", "SELECT " + nestedText("coalesce(NULL, ", "1", ")", deep)},
		{"a macro of the engine's", "SELECT " + nestedText("nullif(", "cpu", ", 1)", 100) + " FROM demo.host"},
		{"arrays that are compared", "SELECT " + nestedText("ARRAY[", "cpu", "]", 12) + " < " + nestedText("ARRAY[", "cpu", "]", 12) + " FROM demo.host"},
		{"casts", "SELECT " + nestedText("CAST(", "1", " AS varchar)", deep)},
		{"TRY", "SELECT " + nestedText("TRY(", "1", ")", 400)},
		{"arrays", "SELECT " + nestedText("ARRAY[", "1", "]", deep)},
		{"rows", "SELECT " + nestedText("ROW(", "1", ")", deep)},
		{"subscripts", "SELECT x" + strings.Repeat("[1]", deep) + " FROM demo.host"},
		{"lambdas", "SELECT " + nestedText("transform(ARRAY[1], x -> ", "1", ")", 2_000)},
		{"scalar subqueries", nestedText("SELECT (", "SELECT 1", ")", deep)},
		{"EXISTS", "SELECT 1 WHERE " + nestedText("EXISTS (SELECT 1 WHERE ", "true", ")", 5_000)},
		{"derived tables", nestedText("SELECT * FROM (", "SELECT 1", ")", deep)},
		{"joins", "SELECT 1 FROM demo.host" + strings.Repeat(" CROSS JOIN demo.host", deep)},
		{"joins in parentheses", "SELECT 1 FROM " + nestedText("(", "demo.host", " CROSS JOIN demo.host)", 5_000)},
		{"commas", "SELECT 1 FROM demo.host" + strings.Repeat(", demo.host", 20_000)},
		{"unions", "SELECT 1" + strings.Repeat(" UNION SELECT 1", 15_000)},
		{"unions in parentheses", nestedText("(", "SELECT 1", " UNION SELECT 1)", 5_000)},
		{"WITH in WITH", nestedText("WITH a AS (", "SELECT 1", ") SELECT * FROM a", 5_000)},
		{"doubling by a cross join", doubling(60, "SELECT 1 AS n FROM ? a, ? b")},
		{"doubling by a union", doubling(60, "SELECT n FROM ? UNION ALL SELECT n FROM ?")},
		{"doubling by subqueries", doubling(60, "SELECT (SELECT max(n) FROM ?) + (SELECT max(n) FROM ?) AS n")},
		{"doubling by IN", doubling(60, "SELECT n FROM ? WHERE n IN (SELECT n FROM ?)")},
		{"doubling over a table", strings.Replace(doubling(40, "SELECT a.n FROM ? a JOIN ? b ON a.n = b.n"), "SELECT 1 AS n", "SELECT cpu AS n FROM demo.host", 1)},
		{"columns that double", nestedText("SELECT *, * FROM (", "SELECT 1 AS a", ")", 60)},
		{"columns", "SELECT " + listed(10_000, "%d", ", ")},
		{"columns of a table", "SELECT " + listed(10_000, "cpu + %d", ", ") + " FROM demo.host"},
		{"an IN list", "SELECT 1 FROM demo.host WHERE cpu IN (" + listed(40_000, "%d", ",") + ")"},
		{"an IN list of 100,000", "SELECT 1 FROM demo.host WHERE cpu IN (1" + strings.Repeat(",1", 100_000) + ")"},
		{"an IN list of rows", "SELECT 1 FROM demo.host WHERE (cpu, mem) IN (" + strings.TrimSuffix(strings.Repeat("(1,2),", 20_000), ",") + ")"},
		{"VALUES", "SELECT count(*) FROM (VALUES 1" + strings.Repeat(",1", 100_000) + ") t(x)"},
		{"an array", "SELECT cardinality(ARRAY[1" + strings.Repeat(",1", 100_000) + "])"},
		{"OR", "SELECT 1 FROM demo.host WHERE cpu = 1" + strings.Repeat(" OR cpu = 1", 20_000)},
		{"concatenation", "SELECT 'a'" + strings.Repeat("||'a'", 40_000)},
		{"a sum", "SELECT 1" + strings.Repeat("+1", 100_000)},
		{"arguments", "SELECT concat('a'" + strings.Repeat(",'a'", 50_000) + ")"},
		{"group keys", "SELECT 1 FROM demo.host GROUP BY " + listed(20_000, "cpu + %d", ", ")},
		{"CUBE", "SELECT 1 FROM demo.host GROUP BY CUBE (" + listed(40, "cpu + %d", ", ") + ")"},
		{"order keys", "SELECT 1 FROM demo.host ORDER BY " + listed(20_000, "cpu + %d", ", ")},
		{"windows", "SELECT " + listed(2_000, "rank() OVER (ORDER BY cpu + %d)", ", ") + " FROM demo.host"},
		{"a number", "SELECT " + strings.Repeat("9", 200_000)},
		{"decimals", "SELECT 0." + strings.Repeat("9", 200_000)},
		{"an exponent", "SELECT 1e" + strings.Repeat("9", 1000)},
		{"a name", "SELECT 1 AS " + strings.Repeat("n", 200_000)},
		{"a quoted name", `SELECT 1 AS "` + strings.Repeat(`""`, 100_000) + `"`},
		{"a name of a megabyte", `SELECT "` + strings.Repeat("n", 1<<20) + `"`},
		{"a name of no column", "SELECT " + strings.Repeat("n", 200_000)},
		{"a value that is no number", "SELECT CAST(lpad('x', 1000000, 'x') AS bigint)"},
		{"a path", "SELECT a" + strings.Repeat(".a", 100_000)},
		{"semicolons", "SELECT 1" + strings.Repeat(";", 200_000)},
		{"a pattern", "SELECT regexp_like('a', '" + nestedText("(", "a", ")*", 2_000) + "')"},
		{"a pattern that explodes", "SELECT regexp_like('" + strings.Repeat("a", 40) + "', '(?=a)(a+)+$b')"},
		{"repetitions of repetitions", "SELECT regexp_like('a', '((((a{1,100}){1,100}){1,100}){1,100}){1,100}')"},
		{"LIKE", "SELECT '" + strings.Repeat("a", 30_000) + "' LIKE '" + strings.Repeat("%a", 1_000) + "b'"},
		{"SHOW LIKE", "SHOW TABLES LIKE '" + strings.Repeat("%a", 50_000) + "'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			page, err := e.Query(t.Context(), Request{Text: c.text, MaxRows: 10})
			if took := time.Since(begin); took > hostileTime {
				t.Errorf("%.60q… took %v", c.text, took)
			} else if took > time.Second {
				t.Logf("took %v", took)
			}
			clientsFault(t, c.text, err)
			if err == nil && page.NextToken != "" {
				e.Cancel(t.Context(), page.QueryID)
			}
			awaitIdle(t, e, c.text)
		})
	}
}

// clientsFault fails the test when an error is not one that a client can do something about.
func clientsFault(t *testing.T, text string, err error) {
	t.Helper()
	kind := fault.KindOf(err)
	if err != nil && kind != fault.Invalid && kind != fault.Exceeded {
		t.Errorf("%.100q = %.300v (%v), want an error of the client's", text, err, kind)
	}
	if err != nil && (len(err.Error()) > 5_000 || strings.Contains(err.Error(), "duckdb")) {
		t.Errorf("%.100q: the error has %d bytes: %.300v", text, len(err.Error()), err)
	}
}

// What DuckDB would do, and Timestream does not know, is refused before DuckDB sees it.
func TestSmuggledStatements(t *testing.T) {
	e := openDemo(t, Options{})
	for _, text := range []string{
		"DELETE FROM demo.host", "INSERT INTO demo.host VALUES (1)", "UPDATE demo.host SET cpu = 1", "TRUNCATE demo.host",
		"DROP TABLE demo.host", "CREATE TABLE x AS SELECT 1", "ALTER TABLE demo.host RENAME TO x", "CREATE MACRO f() AS 1",
		"ATTACH 'x.db'", "DETACH x", "COPY demo.host TO 'x'", "EXPORT DATABASE 'x'", "IMPORT DATABASE 'x'",
		"PRAGMA database_list", "SET memory_limit = '1TB'", "RESET memory_limit", "INSTALL httpfs", "LOAD httpfs", "CALL pragma_version()",
		"CHECKPOINT", "VACUUM", "BEGIN", "COMMIT", "ROLLBACK", "USE demo", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p",
		"SUMMARIZE demo.host", "FROM demo.host", "PIVOT demo.host ON host", "DESCRIBE SELECT 1", "SHOW ALL TABLES",
		"SELECT 1; DROP TABLE demo.host", "SELECT 1; SELECT 2", "SELECT 1 /* */; DELETE FROM demo.host --",
		"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_csv_auto('/etc/passwd')", "SELECT * FROM read_parquet('x')",
		"SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM read_json('/etc/passwd')",
		"SELECT * FROM glob('/*')", "SELECT * FROM parquet_metadata('x')", "SELECT * FROM sniff_csv('/etc/passwd')",
		"SELECT * FROM '/etc/passwd'", "SELECT * FROM 'x.parquet'", `SELECT * FROM "x.csv"`, `SELECT * FROM "/etc/passwd"`,
		`SELECT * FROM "demo"."x.parquet"`, "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_settings", "SELECT * FROM duckdb_secrets()",
		"SELECT * FROM duckdb_tables()", "SELECT * FROM pragma_storage_info('x')", "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('x')",
		"SELECT * FROM pg_catalog.pg_tables", "SELECT * FROM pg_class", "SELECT * FROM information_schema.tables", "SELECT * FROM information_schema.columns",
		"SELECT * FROM sqlite_master", "SELECT * FROM main.sqlite_master", "SELECT * FROM sqlite_schema", "SELECT * FROM temp.x", "SELECT * FROM system.main.x",
		"SELECT * FROM range(10)", "SELECT * FROM generate_series(1, 10)", "SELECT * FROM repeat(1, 10)", "SELECT * FROM unnest([1])",
		"SELECT getenv('HOME')", "SELECT current_setting('memory_limit')", "SELECT version()", "SELECT current_database()", "SELECT pg_sleep(10)",
		"SELECT getvariable('x')", "SELECT nextval('x')", "SELECT currval('x')", "SELECT txid_current()", "SELECT in_search_path('x', 'y')", "SELECT error('x')",
		"SELECT parse_path('x')", "SELECT write_log('x')", "SELECT tm_div(1, 0)", "SELECT tm_raise('x')", "SELECT tm_levenshtein('a', 'b')",
		"SELECT list_transform([1], x -> x)", "SELECT struct_pack(a := 1)", "SELECT {'a': 1}", "SELECT [1, 2]", "SELECT $1", "SELECT ?", "SELECT $$x$$",
		"SELECT * EXCLUDE (cpu) FROM demo.host", "SELECT * REPLACE (1 AS cpu) FROM demo.host", "SELECT COLUMNS('c.*') FROM demo.host",
		"SELECT cpu FROM demo.host QUALIFY true", "SELECT cpu FROM demo.host USING SAMPLE 1", "SELECT cpu FROM demo.host TABLESAMPLE (10)",
		"SELECT cpu FROM demo.host ASOF JOIN demo.host ON true", "SELECT rowid FROM demo.host", "SELECT x1.rowid FROM demo.host x1",
		"SELECT cpu FROM demo.host LIMIT (SELECT 1)", "SELECT 1::INTEGER[]", "SELECT CAST(1 AS HUGEINT)", "SELECT CAST('x' AS BLOB)", "SELECT E'\\x41'", "SELECT x'41'",
		"SELECT CAST('demo.host' AS regclass)", "SELECT 1 FROM main.segments", "SELECT * FROM hot.main.x", "SELECT * FROM \"main\".\"series\"",
	} {
		_, err := e.Query(t.Context(), Request{Text: text})
		if _, ran := errors.AsType[*ExecutionError](err); err == nil || ran || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s = %v (%v), want it refused by the compiler", text, err, fault.KindOf(err))
		}
		if err != nil {
			clientsFault(t, text, err)
		}
	}
	if got := ask(t, e, Request{Text: "SELECT count(*) FROM demo.host"}).Rows[0][0]; got != int64(7) {
		t.Errorf("%v rows are left of demo.host, want 7", got)
	}
}

// Bytes that are no text, or that end one in C.
func TestHostileBytes(t *testing.T) {
	e := openDemo(t, Options{})
	for _, c := range []struct{ name, text string }{
		{"invalid UTF-8 in a text", "SELECT '\xff\xfe'"}, {"invalid UTF-8 in a name", "SELECT 1 AS \"\xff\""}, {"invalid UTF-8 alone", "\xff\xfe\xfd"},
		{"half a surrogate", "SELECT '\xed\xa0\x80'"}, {"a long form of a quote", "SELECT '\xc0\xa7 OR 1=1'"},
		{"a zero byte", "SELECT \x00 1"}, {"a zero byte in a text", "SELECT length('a\x00b')"}, {"a zero byte in a name", "SELECT 1 AS \"a\x00b\""},
		{"a zero byte behind", "SELECT 1\x00; DROP TABLE demo.host"}, {"control characters", "SELECT '\x01\x02\x1b[31m\x7f'"}, {"a control character alone", "SELECT \x01"},
		{"a byte order mark", "\ufeffSELECT 1"}, {"a non-breaking space", "SELECT\u00a01"}, {"quotes of Unicode", "SELECT ’x’"}, {"full-width letters", "ＳＥＬＥＣＴ １"},
		{"right to left", "SELECT '\u202e' AS \"\u202e\""}, {"only blanks", " \t\n "}, {"a quote alone", "'"}, {"a double quote alone", `"`}, {"a comment alone", "-- x"},
		{"a backslash before a quote", `SELECT 'a\' OR 1=1`}, {"doubled quotes", "SELECT '''; DROP TABLE demo.host; --'''"},
	} {
		_, err := e.Query(t.Context(), Request{Text: c.text})
		clientsFault(t, c.text, err)
	}
}

// wicked are names and values that would break out of a text that quotes carelessly.
var wicked = []string{
	`a"b`, `a""b`, `"; DROP TABLE x; --`, `'; DROP TABLE x; --`, `a'b`, `a\`, `a\'b`, "a\nb", "a\tb", "--", "/*", "*/", ";", "$$", "$1", "?", "@p",
	"select", "from", "order", "rowid", "tm_div", "tm_raise", "x1", "o1", "t1", "c0", "c1", "s", "time_", "lambda", "NULL", "true", "*", "a.b", "a::b", "{0}", "%s",
	"’", "é", "日本", "\u202e", " ", "  a", "a ", "measure", "series", "segment", "excluded", "new",
}

// Whatever a dimension and its value are called, they are stored and found under that name.
func TestWickedNames(t *testing.T) {
	e := openEngine(t, Options{})
	ref := tsdb.TableRef{Database: "the-db", Table: "table"}
	createTable(t, e, ref)
	stored := 0
	for i, name := range wicked {
		record := tsdb.Record{MeasureName: name, Multi: true, Time: noon.UnixNano() - int64(i), Version: 1,
			Dimensions: []tsdb.Dimension{{Name: "d " + name, Value: name}}, Measures: []tsdb.Measure{{Name: "m " + name, Value: tsdb.VarcharValue(name)}}}
		if _, err := e.opt.Store.Write(t.Context(), ref, []tsdb.Record{record}); err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("write %q: %v", name, err)
			}
			continue
		}
		stored++
		quoted, literal := `"`+strings.ReplaceAll(name, `"`, `""`)+`"`, "'"+strings.ReplaceAll(name, "'", "''")+"'"
		dimension, measure := `"d `+quoted[1:], `"m `+quoted[1:]
		text := fmt.Sprintf(`WITH %[1]s AS (SELECT %[2]s AS %[1]s, %[3]s AS v, measure_name FROM "the-db"."table" AS %[1]s WHERE %[1]s.%[2]s = %[4]s AND %[3]s IN (%[4]s, 'other'))
			SELECT %[1]s.%[1]s, max(v) AS %[1]s, (SELECT max(measure_name) FROM %[1]s) FROM %[1]s GROUP BY %[1]s.%[1]s ORDER BY 1`, quoted, dimension, measure, literal)
		page, err := e.Query(t.Context(), Request{Text: text})
		if err != nil {
			t.Errorf("name %q: %v", name, err)
			continue
		}
		if len(page.Rows) != 1 || page.Rows[0][0] != name || page.Rows[0][1] != name || page.Rows[0][2] != name || page.Columns[1].Name != name {
			t.Errorf("name %q: %q %v", name, page.Rows, page.Columns)
		}
	}
	if stored < len(wicked)/2 {
		t.Errorf("only %d of %d names can be stored", stored, len(wicked))
	}
	if got := ask(t, e, Request{Text: `SELECT count(*) FROM "the-db"."table"`}).Rows[0][0]; got != int64(stored) {
		t.Errorf("%v rows, want %d", got, stored)
	}
	ask(t, e, Request{Text: `SELECT * FROM "the-db"."table"`})
	ask(t, e, Request{Text: `SHOW MEASURES FROM "the-db"."table"`})
	ask(t, e, Request{Text: `DESCRIBE "the-db"."table"`})
}
