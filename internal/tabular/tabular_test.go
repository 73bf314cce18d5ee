package tabular

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"tidemark/fault"
	"tidemark/sql/types"
)

var (
	varchar = types.Of(types.Varchar)
	double  = types.Of(types.Double)
	bigint  = types.Of(types.Bigint)
)

// at is 2020-08-08 01:00:00.
const at = int64(1596848400000000000)

func render(t *testing.T, f Format, columns []Column, batches ...[][]any) string {
	t.Helper()
	var b strings.Builder
	w := New(&b, f, columns)
	for _, rows := range batches {
		if err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func check(t *testing.T, got string, lines ...string) {
	t.Helper()
	if want := strings.Join(lines, "\n") + "\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTable(t *testing.T) {
	columns := []Column{{"host", varchar}, {"cpu", double}, {"n", bigint}, {"note", varchar}}
	got := render(t, Table, columns, [][]any{
		{"alpha", 1.0, int64(7), "x"},
		{"日本", 12.25, nil, nil},
		{"e\u0301", math.NaN(), int64(-1234), "two\nlines\x1b[31m"},
	}, [][]any{{"a name that is longer than before", 0.5, int64(1), ""}})
	check(t, got,
		"host  |   cpu |     n | note",
		"------+-------+-------+-"+strings.Repeat("-", 18),
		"alpha |   1.0 |     7 | x",
		"日本  | 12.25 |  NULL | NULL",
		"e\u0301     |   NaN | -1234 | two\\nlines\\x1b[31m",
		"a name that is longer than before |   0.5 |     1 | ",
		"(4 rows)")
}

func TestTableOfNothing(t *testing.T) {
	check(t, render(t, Table, []Column{{"Database", varchar}}), "Database", "--------", "(0 rows)")
	check(t, render(t, Table, []Column{{"a", varchar}}, [][]any{{"long"}}), "a", "----", "long", "(1 row)")
}

// nestedColumns are a list, a row, a row with names, a series and a list of series.
func nestedColumns() ([]Column, []any) {
	named := types.RowOf(types.Field{Name: "a", Type: bigint}, types.Field{Name: "b", Type: varchar})
	series := types.SeriesOf(double)
	return []Column{
			{"list", types.ArrayOf(bigint)}, {"row", types.RowOf(types.Field{Type: bigint}, types.Field{Type: varchar})},
			{"named", named}, {"series", series}, {"lists", types.ArrayOf(series)},
		}, []any{
			[]any{int64(1), nil}, []any{int64(1), "x"}, []any{int64(1), "x"},
			[]types.Point{{Time: at, Value: 1.5}, {Time: at + 1, Value: nil}}, []any{[]types.Point{}},
		}
}

func TestNested(t *testing.T) {
	columns, row := nestedColumns()
	const first, second = "2020-08-08 01:00:00.000000000", "2020-08-08 01:00:00.000000001"
	lines := strings.Split(render(t, Table, columns, [][]any{row}), "\n")
	points := "[{time: " + first + ", value: 1.5}, {time: " + second + ", value: NULL}]"
	if want := "[1, NULL] | (1, x) | (1, x) | " + points + " | [[]]"; lines[2] != want {
		t.Errorf("table line = %q, want %q", lines[2], want)
	}
	check(t, render(t, JSON, columns, [][]any{row}),
		`{"list":[1,null],"row":[1,"x"],"named":{"a":1,"b":"x"},`+
			`"series":[{"time":"`+first+`","value":1.5},{"time":"`+second+`","value":null}],"lists":[[]]}`)
	check(t, render(t, CSV, columns[2:3], [][]any{row[2:3]}), "named", `"{""a"":1,""b"":""x""}"`)
}

func TestCSV(t *testing.T) {
	columns := []Column{{"a", varchar}, {"b,c", varchar}, {"d", double}, {"e", types.Of(types.Timestamp)}}
	got := render(t, CSV, columns, [][]any{
		{"x", `say "hi"`, 1e10, at},
		{"", nil, nil, nil},
		{"two\nlines", " padded", 0.001, at + 5},
	})
	check(t, got, `a,"b,c",d,e`, `x,"say ""hi""",1.0E10,2020-08-08 01:00:00.000000000`, `"",,,`,
		"\"two\nlines\",\" padded\",0.001,2020-08-08 01:00:00.000000005")
	check(t, render(t, CSV, columns), `a,"b,c",d,e`)
}

func TestJSON(t *testing.T) {
	columns := []Column{{"time", types.Of(types.Timestamp)}, {"v", double}, {"v", bigint}, {"v_2", types.Of(types.Boolean)}, {`q"`, varchar}, {"u", types.Of(types.Unknown)}}
	got := render(t, JSON, columns, [][]any{
		{at, math.Inf(-1), int64(math.MaxInt64), true, "tab\t", nil},
		{nil, 1e21, int64(0), false, "é", nil},
	})
	check(t, got,
		`{"time":"2020-08-08 01:00:00.000000000","v":"-Infinity","v_2":9223372036854775807,"v_2_2":true,"q\"":"tab\t","u":null}`,
		`{"time":null,"v":1e+21,"v_2":0,"v_2_2":false,"q\"":"é","u":null}`)
	for line := range strings.Lines(got) {
		if !json.Valid([]byte(line)) {
			t.Errorf("%s is not JSON", line)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range []Format{Table, CSV, JSON} {
		if got, err := ParseFormat(f.String()); got != f || err != nil {
			t.Errorf("ParseFormat(%q) = %v, %v, want %v", f, got, err, f)
		}
	}
	if _, err := ParseFormat("xml"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("ParseFormat(xml) = %v, want Invalid", err)
	}
}
