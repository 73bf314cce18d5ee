package builtin

import (
	"errors"
	"strings"
	"testing"

	"tidemark/sql/types"
)

func of(names ...string) []ArgType {
	args := make([]ArgType, len(names))
	for i, n := range names {
		args[i].Type = (&binding{}).substitute(pattern{kind: types.Unknown})
		if n != "unknown" {
			args[i].Type = (&binding{}).substitute(parsePattern(n))
		}
	}
	return args
}

func TestResolve(t *testing.T) {
	tests := []struct {
		call string // name and the arguments' types
		want string // the coerced arguments and the result, or the error's text
	}{
		{"abs:integer", "integer -> integer"},
		{"ABS:double", "double -> double"},
		{"abs:varchar", "Unexpected parameters (varchar) for function abs. Expected: abs(number)"},
		{"ago:varchar", "Unexpected parameters (varchar) for function ago. Expected: ago(interval day to second), ago(interval year to month)"},
		{"ago:interval day to second", "interval day to second -> timestamp"},
		{"bin:varchar,interval day to second", "timestamp, interval day to second -> timestamp"},
		{"bin:date,interval day to second", "timestamp, interval day to second -> timestamp"},
		{"sum:integer", "integer -> bigint"},
		{"sum:double", "double -> double"},
		{"from_unixtime:bigint", "double -> timestamp"},
		{"+:integer,bigint", "bigint, bigint -> bigint"},
		{"+:integer,double", "double, double -> double"},
		{"+:timestamp,interval year to month", "timestamp, interval year to month -> timestamp"},
		{"+:bigint,varchar", "'+' cannot be applied to bigint, varchar"},
		{"-:timestamp,timestamp", "timestamp, timestamp -> interval day to second"},
		{"-:timestamp,varchar", "timestamp, timestamp -> interval day to second"},
		{"||:varchar,bigint", "'||' cannot be applied to varchar, bigint"},
		{"||:array(integer),double", "array(double), double -> array(double)"},
		{"coalesce:unknown,integer,bigint", "bigint, bigint, bigint -> bigint"},
		{"coalesce:timestamp,varchar", "timestamp, timestamp -> timestamp"},
		{"coalesce:", "Unexpected parameters () for function coalesce. Expected: coalesce(T, T...)"},
		{"count:", " -> bigint"},
		{"count:row(bigint)", "row(bigint) -> bigint"},
		{"count:bigint,bigint", "Unexpected parameters (bigint, bigint) for function count. Expected: count(), count(T)"},
		{"day:varchar", "timestamp -> bigint"},
		{"cardinality:timeseries(double)", "array(row(time timestamp, value double)) -> bigint"},
		{"create_time_series:timestamp,bigint", "timestamp, bigint -> timeseries(bigint)"},
		{"max_by:varchar,timestamp,integer", "varchar, timestamp, bigint -> array(varchar)"},
		{"approx_percentile:bigint,array(double)", "bigint, array(double) -> array(bigint)"},
		{"sequence:varchar,varchar,interval day to second", "timestamp, timestamp, interval day to second -> array(timestamp)"},
		{"sequence:integer,integer", "bigint, bigint -> array(bigint)"},
		{"zip:array(bigint),array(varchar)", "array(bigint), array(varchar) -> array(row(bigint, varchar))"},
		{"foo:bigint", "Function 'foo' not registered"},
		{"Map_Agg:bigint", "Function 'Map_Agg' is not supported: it needs a type that Timestream SQL does not have"},
	}
	for _, tt := range tests {
		name, list, _ := strings.Cut(tt.call, ":")
		if got := resolved(name, of(splitTypes(list)...)); got != tt.want {
			t.Errorf("Resolve(%s) = %q, want %q", tt.call, got, tt.want)
		}
	}
}

func resolved(name string, args []ArgType) string {
	m, err := Resolve(name, args, nil)
	if err != nil {
		return err.Error()
	}
	texts := make([]string, len(m.Args))
	for i, a := range m.Args {
		texts[i] = a.String()
	}
	return strings.Join(texts, ", ") + " -> " + m.Result.String()
}

// A lambda sees the types that the other arguments bound, and binds the rest.
func TestResolveLambda(t *testing.T) {
	var seen []string
	body := func(i int, params []types.Type) (types.Type, error) {
		for _, p := range params {
			seen = append(seen, p.String())
		}
		return []types.Type{2: types.Of(types.Integer), 3: types.Of(types.Varchar)}[i], nil
	}
	args := append(of("timeseries(double)", "bigint"), ArgType{Lambda: 2}, ArgType{Lambda: 1})
	m, err := Resolve("reduce", args, body)
	if err != nil {
		t.Fatalf("Resolve(reduce) = %v", err)
	}
	if got, want := strings.Join(seen, "; "), "bigint; row(time timestamp, value double); bigint"; got != want {
		t.Errorf("lambda parameters = %s, want %s", got, want)
	}
	if m.Args[2].Kind != types.Bigint || m.Result.Kind != types.Varchar {
		t.Errorf("reduce = step %s, result %s, want bigint, varchar", m.Args[2], m.Result)
	}
	wrong := errors.New("no such column")
	if _, err := Resolve("reduce", args, func(int, []types.Type) (types.Type, error) { return types.Type{}, wrong }); err != wrong {
		t.Errorf("Resolve(reduce) = %v, want the error of the lambda", err)
	}
	number := func(int, []types.Type) (types.Type, error) { return types.Of(types.Bigint), nil }
	_, err = Resolve("filter", append(of("array(bigint)"), ArgType{Lambda: 1}), number)
	if want := "Lambda of function filter must return boolean, not bigint"; err == nil || err.Error() != want {
		t.Errorf("Resolve(filter) = %v, want %s", err, want)
	}
}

// Every entry says what it does, and nothing is both in the table and refused.
func TestTable(t *testing.T) {
	for _, f := range Functions() {
		if _, refused := deferred[f.Name]; refused {
			t.Errorf("%s is in the table and refused", f.Name)
		}
		for _, o := range f.Overloads {
			if !strings.HasSuffix(o.Doc, ".") {
				t.Errorf("%s has the doc %q, want a sentence", o.Signature, o.Doc)
			}
			if o.Clock && o.fold == nil {
				t.Errorf("%s reads the clock and cannot be folded", o.Signature)
			}
		}
	}
}

func TestFill(t *testing.T) {
	c := Call{Args: []Arg{{SQL: "a"}, {SQL: "'{2}'"}}, Distinct: "DISTINCT ", Order: " ORDER BY x", Suffix: " OVER ()"}
	tests := map[string]string{
		"f({d}{1}, {2}{o}){f}":    "f(DISTINCT a, '{2}' ORDER BY x) OVER ()",
		"g({*})":                  "g(a, '{2}')",
		"{'v': {1}}":              "{'v': a}",
		"{3} stays, {} stays too": "{3} stays, {} stays too",
	}
	for template, want := range tests {
		if got := fill(template, c); got != want {
			t.Errorf("fill(%q) = %q, want %q", template, got, want)
		}
	}
}
