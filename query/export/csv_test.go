package export

import (
	"math"
	"testing"

	"tidemark/sql/types"
)

func TestCSVValues(t *testing.T) {
	row := types.Type{Kind: types.Row, Fields: []types.Field{{Name: "a", Type: types.Of(types.Integer)}, {Type: types.Of(types.Varchar)}}}
	series := types.Type{Kind: types.Timeseries, Elem: &types.Type{Kind: types.Double}}
	for _, c := range []struct {
		t    types.Type
		v    any
		want string
	}{
		{types.Of(types.Varchar), nil, ``},
		{types.Of(types.Varchar), "", `""`},
		{types.Of(types.Varchar), "plain text", `plain text`},
		{types.Of(types.Varchar), "a,b", `"a,b"`},
		{types.Of(types.Varchar), `say "hi"`, `"say \"hi\""`},
		{types.Of(types.Varchar), `C:\dir`, `"C:\\dir"`},
		{types.Of(types.Varchar), "two\nlines\r", "\"two\nlines\r\""},
		{types.Of(types.Varchar), "Grüße 東京", `Grüße 東京`},
		{types.Of(types.Boolean), true, `true`},
		{types.Of(types.Integer), int32(-5), `-5`},
		{types.Of(types.Bigint), int64(math.MaxInt64), `9223372036854775807`},
		{types.Of(types.Double), 1.0, `1.0`},
		{types.Of(types.Double), math.NaN(), `NaN`},
		{types.Of(types.Double), math.Inf(-1), `-Infinity`},
		{types.Of(types.Timestamp), int64(-1), `1969-12-31 23:59:59.999999999`},
		{types.Of(types.Date), int32(18482), `2020-08-08`},
		{types.Of(types.IntervalDayToSecond), int64(162000000000000), `1 21:00:00.000000000`},
		{types.Of(types.IntervalYearToMonth), int32(-8), `-0-8`},
		{types.ArrayOf(types.Of(types.Bigint)), []any{int64(1), nil}, `"[1,null]"`},
		{types.ArrayOf(types.Of(types.Bigint)), []any{}, `[]`},
		{types.ArrayOf(types.Of(types.Double)), []any{math.NaN(), 1e20}, `"[\"NaN\",1.0E20]"`},
		{row, []any{int32(1), `"\`}, `"{\"a\":1,\"field1\":\"\\\"\\\\\"}"`},
		{series, []types.Point{{Time: 1575486000000000000, Value: 35.2}, {Time: 1575486000000000001, Value: nil}},
			`"[{\"time\":\"2019-12-04 19:00:00.000000000\",\"value\":35.2},{\"time\":\"2019-12-04 19:00:00.000000001\",\"value\":null}]"`},
		{types.ArrayOf(types.Of(types.Timestamp)), []any{int64(0)}, `"[\"1970-01-01 00:00:00.000000000\"]"`},
	} {
		f := &csv{job: csvJob(newShelf())}
		if f.value(c.t, c.v); string(f.line) != c.want {
			t.Errorf("%s %v is %s, want %s", c.t, c.v, f.line, c.want)
		}
	}
}

func TestCSVCharacters(t *testing.T) {
	for _, c := range []struct {
		delimiter byte
		escape    rune
		text      string
		want      string
	}{
		{'|', '\\', "a,b", `a,b`},
		{'|', '\\', "a|b", `"a|b"`},
		{'\t', '\\', "a\tb", "\"a\tb\""},
		{',', '!', `wow! "x" \`, `"wow!! !"x!" \"`},
		{',', '§', `5 § "b"`, `"5 §§ §"b§""`},
		{',', '\uFFFD', "bad\xff\"", "\"bad\xff\uFFFD\"\""},
	} {
		job := csvJob(newShelf())
		job.FieldDelimiter, job.EscapedBy = c.delimiter, c.escape
		f := &csv{job: job}
		if f.text(c.text); string(f.line) != c.want {
			t.Errorf("%q with delimiter %q and escape %q is %s, want %s", c.text, c.delimiter, c.escape, f.line, c.want)
		}
	}
}

// A delimiter or an escape may be a sign of a number.
func TestCSVNumbersWithDelimiters(t *testing.T) {
	for _, c := range []struct {
		delimiter byte
		escape    rune
		want      string
	}{{',', '\\', `-1.5`}, {'.', '\\', `"-1.5"`}, {',', '-', `"--1.5"`}, {'1', '5', `"-1.55"`}} {
		job := csvJob(newShelf())
		job.FieldDelimiter, job.EscapedBy = c.delimiter, c.escape
		f := &csv{job: job}
		if f.value(types.Of(types.Double), -1.5); string(f.line) != c.want {
			t.Errorf("-1.5 with delimiter %q and escape %q is %s, want %s", c.delimiter, c.escape, f.line, c.want)
		}
	}
}

// What a reader that knows delimiter, quote and escape makes of a line is what was written.
func FuzzCSV(f *testing.F) {
	f.Add("a,b", `"\`, "\n", byte(','), '\\')
	f.Add("", "\xff", "x", byte('|'), '!')
	f.Fuzz(func(t *testing.T, a, b, c string, delimiter byte, escape rune) {
		if delimiter >= 0x80 || delimiter == '"' || delimiter == '\n' || delimiter == '\r' || delimiter == 0 || rune(delimiter) == escape ||
			escape == '"' || escape <= 0 || escape == '\n' || escape == '\r' || escape > 0x10FFFF || escape >= 0xD800 && escape < 0xE000 {
			return
		}
		job := csvJob(newShelf())
		job.FieldDelimiter, job.EscapedBy = delimiter, escape
		w := &csv{job: job}
		for i, text := range []string{a, b, c} {
			w.delimit(i)
			w.text(text)
		}
		got := readLine(string(w.line), delimiter, escape)
		if len(got) != 3 || got[0] != a || got[1] != b || got[2] != c {
			t.Errorf("%q, %q, %q are written as %q and read as %q", a, b, c, w.line, got)
		}
	})
}

// readLine reads the fields of one line.
func readLine(line string, delimiter byte, escape rune) (fields []string) {
	mark := string(escape)
	field, quoted := "", false
	for len(line) > 0 {
		switch {
		case quoted && len(line) > len(mark) && line[:len(mark)] == mark:
			line = line[len(mark):]
			if line[0] == '"' {
				field, line = field+`"`, line[1:]
			} else {
				field, line = field+mark, line[len(mark):]
			}
			continue
		case line[0] == '"':
			quoted = !quoted
		case !quoted && line[0] == delimiter:
			fields, field = append(fields, field), ""
		default:
			field += line[:1]
		}
		line = line[1:]
	}
	return append(fields, field)
}

func TestFolders(t *testing.T) {
	for _, c := range []struct {
		t    types.Type
		v    any
		want string
	}{
		{types.Of(types.Varchar), "a b-c_d.e", "k=a b-c_d.e/"},
		{types.Of(types.Varchar), "../../etc/passwd", "k=..%2F..%2Fetc%2Fpasswd/"},
		{types.Of(types.Varchar), "a=b%?\x00\n", "k=a%3Db%25%3F%00%0A/"},
		{types.Of(types.Varchar), nil, "k=__HIVE_DEFAULT_PARTITION__/"},
		{types.Of(types.Varchar), "", "k=/"},
		{types.Of(types.Bigint), int64(-7), "k=-7/"},
		{types.Of(types.Double), 0.5, "k=0.5/"},
		{types.Of(types.Boolean), false, "k=false/"},
		{types.Of(types.Date), int32(0), "k=1970-01-01/"},
		{types.Of(types.IntervalDayToSecond), int64(1e9), "k=0 00%3A00%3A01.000000000/"},
	} {
		got, err := appendFolder(nil, []Column{{"k", c.t}}, []any{c.v})
		if err != nil || string(got) != c.want {
			t.Errorf("%s %v is %q, %v, want %q", c.t, c.v, got, err, c.want)
		}
	}
	if got, _ := appendFolder(nil, []Column{{"a/b", types.Of(types.Bigint)}}, []any{int64(1)}); string(got) != "a%2Fb=1/" {
		t.Errorf("a column a/b is %q, want a%%2Fb=1/", got)
	}
}
