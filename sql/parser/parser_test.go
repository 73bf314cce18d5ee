package parser

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tidemark/fault"
	"tidemark/sql/ast"
	"tidemark/sql/scanner"
	"tidemark/sql/sqlerr"
)

// dump writes out a tree without the places in the text, so that two can be compared.
func dump(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		dump(b, v.Elem())
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			dump(b, v.Index(i))
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[ast.Place]() {
			return
		}
		b.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			dump(b, v.Field(i))
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	default:
		fmt.Fprintf(b, "%#v", v.Interface())
	}
}

func dumped(n ast.Node) string {
	var b strings.Builder
	dump(&b, reflect.ValueOf(n))
	return b.String()
}

func TestPrintedTextParsesToTheSameTree(t *testing.T) {
	for _, text := range corpus {
		checkRoundTrip(t, text)
	}
}

func checkRoundTrip(t *testing.T, text string) {
	t.Helper()
	stmt, err := Parse(text)
	if err != nil {
		t.Errorf("Parse(%q) = %v, want no error", text, err)
		return
	}
	printed := ast.Print(stmt)
	again, err := Parse(printed)
	if err != nil {
		t.Errorf("Parse(%q), printed from %q, = %v, want no error", printed, text, err)
		return
	}
	if first, second := dumped(stmt), dumped(again); first != second {
		t.Errorf("%q printed as %q gives another tree:\n%s\nwas\n%s", text, printed, second, first)
	}
	if twice := ast.Print(again); twice != printed {
		t.Errorf("%q prints as %q and then as %q", text, printed, twice)
	}
}

// The printed form shows how a text was understood: what binds to what.
func TestParse(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"precedence", "select 1+2*3-4||'x'", "SELECT 1 + 2 * 3 - 4 || 'x'"},
		{"concatenation is lowest", "select a||b+c", "SELECT a || b + c"},
		{"parentheses that matter stay", "select (1+2)*3, 1-(2-3), (a or b) and c", "SELECT (1 + 2) * 3, 1 - (2 - 3), (a OR b) AND c"},
		{"parentheses that do not go", "select ((1)), (a*b)+c, ((a)) = (b)", "SELECT 1, a * b + c, a = b"},
		{"sign binds tighter than product", "select -a*b, -(a*b)", "SELECT -a * b, -(a * b)"},
		{"sign of a sign", "select - - 1", "SELECT -(-1)"},
		{"not", "select not a = b and c", "SELECT NOT a = b AND c"},
		{"between", "select a between 1 and 2 and b", "SELECT a BETWEEN 1 AND 2 AND b"},
		{"intersect before union", "select 1 union select 2 intersect select 3", "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3"},
		{"tail belongs to the whole", "(select 1) limit 1", "(SELECT 1) LIMIT 1"},
		{"limit is no alias", "select a from t limit 1", "SELECT a FROM t LIMIT 1"},
		{"limit is an alias", "select a limit from t", "SELECT a AS limit FROM t"},
		{"some is any", "select 1 = some (values 1)", "SELECT 1 = ANY (VALUES 1)"},
		{"doubly parenthesised row", "values (('a', 1))", "VALUES ('a', 1)"},
		{"measure value", "select t.MEASURE_VALUE::Double v", "SELECT t.measure_value::double AS v"},
		{"nested joins", "select * from a join b join c on x on y", "SELECT * FROM a JOIN (b JOIN c ON x) ON y"},
		{"lambda takes all", "select f(x -> x + 1, 2)", "SELECT f(x -> x + 1, 2)"},
		{"lambda in an operator", "select f(1 + x -> x or y)", "SELECT f(1 + (x -> x OR y))"},
		{"substring", "select substring(a from b for c)", "SELECT substring(a, b, c)"},
		{"trim", "select trim(a), trim(a, b), TRIM(a FROM b), trim(both a from b), trim(leading 'x' from b), trim(trailing from b)", "SELECT trim(a), trim(a, b), TRIM(b, a), trim(b, a), ltrim(b, 'x'), rtrim(b)"},
		{"normalize", "select normalize(a), NORMALIZE(a, nfd)", `SELECT "normalize"(a), "normalize"(a, 'NFD')`},
		{"trim of columns named as its words", "select trim(both), trim(leading, trailing), trim(both both from leading)", "SELECT trim(both), trim(leading, trailing), trim(leading, both)"},
		{"array type", "select cast(a as bigint array)", "SELECT CAST(a AS array(bigint))"},
		{"quoted names keep quotes", `select "a", "B c"`, `SELECT "a", "B c"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			stmt, err := Parse(c.text)
			if err != nil {
				t.Fatalf("Parse(%q) = %v, want no error", c.text, err)
			}
			if got := ast.Print(stmt); got != c.want {
				t.Errorf("Parse(%q) prints %s, want %s", c.text, got, c.want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"nothing", "", "1:1: unexpected end of query, expected SELECT, WITH, VALUES, SHOW, DESCRIBE or UNLOAD"},
		{"another statement", "INSERT INTO t VALUES 1", "1:1: INSERT is not supported: records are written with WriteRecords"},
		{"creating", " create table t (a int)", "1:2: CREATE is not supported: databases and tables are made with CreateDatabase and CreateTable"},
		{"a session", "use demo", "1:1: USE is not supported: there are no sessions, a table is named with its database"},
		{"describe in short", "DESC d.t", "1:1: DESC is not supported: write DESCRIBE"},
		{"a refused word elsewhere", "SELECT 1 + INSERT", "1:12: unexpected 'INSERT', expected an expression"},
		{"explain of nothing", "EXPLAIN", "1:8: unexpected end of query, expected SELECT, WITH, VALUES, SHOW, DESCRIBE or UNLOAD"},
		{"explain of explain", "EXPLAIN EXPLAIN SELECT 1", "1:9: unexpected 'EXPLAIN', expected SELECT, WITH, VALUES, SHOW, DESCRIBE or UNLOAD"},
		{"explain analyze", "EXPLAIN ANALYZE SELECT 1", "1:9: EXPLAIN ANALYZE is not supported: EXPLAIN runs nothing"},
		{"option without value", "EXPLAIN (FORMAT) SELECT 1", "1:16: unexpected ')', expected a name"},
		{"misspelt statement", "SELEC 1", "1:1: unexpected 'SELEC', expected SELECT, WITH, VALUES, SHOW, DESCRIBE or UNLOAD; did you mean SELECT instead of SELEC?"},
		{"two statements", "SELECT 1; SELECT 2", "1:11: unexpected 'SELECT', expected the end of the query"},
		{"misspelt word", "SELECT a\nFORM d.t WHERE x", "2:6: unexpected 'd', expected the end of the query; did you mean FROM instead of FORM?"},
		{"no item", "SELECT FROM t", "1:8: unexpected 'FROM', expected an expression"},
		{"reserved name", "SELECT * FROM d.table", "1:17: unexpected 'table', expected a name (TABLE is a reserved word; as a name it needs double quotes)"},
		{"open parenthesis", "SELECT (1 + 2", "1:14: unexpected end of query, expected ')'"},
		{"join without condition", "SELECT * FROM a JOIN b WHERE x", "1:24: unexpected 'WHERE', expected ON or USING"},
		{"comparisons do not chain", "SELECT a = b = c", "1:14: unexpected '=', expected the end of the query"},
		{"list for a quantifier", "SELECT 1 = ANY (1, 2)", "1:17: unexpected '1', expected SELECT, VALUES, TABLE or '('"},
		{"recursive", "WITH RECURSIVE a AS (SELECT 1) SELECT 1", "1:6: WITH RECURSIVE is not supported"},
		{"unit with a space", "SELECT parse_duration(3 hours)", "1:25: unexpected 'hours', expected ')'"},
		{"interval without unit", "SELECT INTERVAL '1'", "1:20: unexpected end of query, expected a name"},
		{"case without branch", "SELECT CASE END", "1:13: unexpected 'END', expected an expression"},
		{"frame without direction", "SELECT sum(x) OVER (ROWS 1)", "1:27: unexpected ')', expected PRECEDING or FOLLOWING"},
		{"show what", "SHOW COLUMNS FROM t", "1:6: unexpected 'COLUMNS', expected DATABASES, TABLES or MEASURES"},
		{"show tables from a table", "SHOW TABLES FROM d.t", "1:19: unexpected '.', expected the end of the query"},
		{"unicode column", "SELECT '日本' FROM a b c", "1:22: unexpected 'c', expected the end of the query"},
		{"tablesample", "SELECT * FROM t TABLESAMPLE BERNOULLI (10)", "1:17: TABLESAMPLE is not supported"},
		{"fetch first", "SELECT * FROM t FETCH FIRST 1 ROW ONLY", "1:17: FETCH FIRST is not supported: write LIMIT"},
		{"fetch next behind an order", "SELECT * FROM t ORDER BY a FETCH NEXT ROW ONLY", "1:28: FETCH FIRST is not supported: write LIMIT"},
		{"qualify", "SELECT * FROM t QUALIFY rank() OVER w = 1", "1:17: QUALIFY is not supported: write the window function in a subquery and WHERE around it"},
		{"qualify behind a condition", "SELECT * FROM t WHERE a QUALIFY b = 1", "1:25: QUALIFY is not supported: write the window function in a subquery and WHERE around it"},
		{"pivot", "SELECT * FROM t PIVOT (sum(a) FOR b IN ('x'))", "1:17: PIVOT is not supported: write an aggregate with FILTER for each column"},
		{"unpivot", "SELECT * FROM t UNPIVOT (a FOR b IN (c, d))", "1:17: UNPIVOT is not supported: write UNNEST"},
		{"match_recognize", "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A))", "1:17: MATCH_RECOGNIZE is not supported"},
		{"an interval of two units", "SELECT INTERVAL '1' DAY TO SECOND", "1:25: INTERVAL ... TO ... is not supported: an interval has one unit"},
		{"another LIKE", "SELECT a FROM t WHERE a ILIKE 'x'", "1:25: ILIKE is not supported: write LIKE between texts that lower makes"},
		{"a regular expression", "SELECT a rlike 'x'", "1:16: unexpected a string, expected the end of the query"},
		{"binary string", "SELECT X'00'", "1:8: X'...' is not supported: there is no binary type"},
		{"scanner error", "SELECT 'a", "1:8: the string has no end"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.text)
			want := "The query syntax is invalid at line " + c.want
			if err == nil || err.Error() != want {
				t.Fatalf("Parse(%q) =\n%v, want\n%s", c.text, err, want)
			}
			if _, ok := errors.AsType[*sqlerr.Error](err); !ok || fault.KindOf(err) != fault.Invalid {
				t.Errorf("Parse(%q): %v has no span or the wrong kind", c.text, err)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	n := 100_000
	cases := []struct{ name, text string }{
		{"parentheses", "SELECT " + strings.Repeat("(", n)},
		{"queries", strings.Repeat("(", n) + "SELECT 1"},
		{"subqueries", strings.Repeat("SELECT (", 30_000) + "1"},
		{"derived tables", strings.Repeat("SELECT * FROM (", 15_000)},
		{"relations", "SELECT * FROM " + strings.Repeat("(", n)},
		{"signs", "SELECT " + strings.Repeat("- ", n) + "1"},
		{"not", "SELECT " + strings.Repeat("NOT ", 60_000) + "a"},
		{"sums", "SELECT 1" + strings.Repeat("+1", n)},
		{"products in sums", "SELECT 1" + strings.Repeat("*1", n)},
		{"fields", "SELECT a" + strings.Repeat(".a", n)},
		{"subscripts", "SELECT a" + strings.Repeat("[a", n)},
		{"zones", "SELECT a" + strings.Repeat(" AT TIME ZONE a", 16_000)},
		{"cases", "SELECT " + strings.Repeat("CASE ", 50_000)},
		{"calls", "SELECT " + strings.Repeat("f(", n)},
		{"lambdas", "SELECT " + strings.Repeat("x->", 80_000)},
		{"unions", "SELECT 1" + strings.Repeat(" UNION SELECT 1", 15_000)},
		{"intersections", "SELECT 1" + strings.Repeat(" INTERSECT SELECT 1", 10_000)},
		{"joins", "SELECT * FROM a" + strings.Repeat(" CROSS JOIN a", 15_000)},
		{"joins to the right", "SELECT * FROM a" + strings.Repeat(" JOIN a", 30_000)},
		{"types", "SELECT CAST(a AS " + strings.Repeat("array(", 40_000)},
		{"array types", "SELECT CAST(a AS a" + strings.Repeat(" array", 40_000) + ")"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if len(c.text) > scanner.MaxText {
				t.Fatalf("the text has %d bytes, so that its size is refused and not its depth", len(c.text))
			}
			_, err := Parse(c.text)
			if err == nil || !strings.Contains(err.Error(), "nested more than 500 levels deep") {
				t.Errorf("Parse of %.30q... = %v, want the depth error", c.text, err)
			}
		})
	}
}

func TestLongChainsOfConditionsParse(t *testing.T) {
	text := "SELECT 1 FROM d.t WHERE a = 1" + strings.Repeat(" OR a = 1", 20_000)
	checkRoundTrip(t, text)
}

func TestDeepestAllowedNesting(t *testing.T) {
	checkRoundTrip(t, "SELECT "+strings.Repeat("f(", MaxDepth-2)+"1"+strings.Repeat(")", MaxDepth-2))
}

func TestSpansCoverTheirText(t *testing.T) {
	text := "SELECT bin(time, 5m) AS t, a + b * 2 FROM d.t WHERE x IN (1, 2)"
	stmt, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ast.Walk(stmt, func(n ast.Node) bool {
		s := n.Span()
		got = append(got, text[s.Start.Offset:s.End.Offset])
		return true
	})
	for _, want := range []string{text, "bin(time, 5m) AS t", "bin(time, 5m)", "5m", "a + b * 2", "b * 2", "d.t", "x IN (1, 2)"} {
		found := false
		for _, g := range got {
			found = found || g == want
		}
		if !found {
			t.Errorf("no node covers %q; the nodes cover %q", want, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range corpus {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Parse(text); err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("Parse(%q) = %v, which is not invalid", text, err)
			}
			return
		}
		checkRoundTrip(t, text)
	})
}

func BenchmarkParse(b *testing.B) {
	text := "(" + strings.Join(corpus[10:13], ") UNION ALL (") + ")"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
