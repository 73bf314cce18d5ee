package query

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"tidemark/fault"
	"tidemark/sql/builtin"
)

// samples are arguments of every type: columns, which hold NULLs too, and constants.
var samples = []string{
	"cpu", "mem", "up", "note", "time", "boot", "host",
	"1", "-1", "0", "3000000000", "0.5", "1e300", "'a'", "''", "'%Y-%m-%d'", "'hour'", "'2026-01-01'", "true", "null",
	"TIMESTAMP '2026-01-01 11:00:00'", "DATE '2026-01-01'", "TIME '01:02:03'", "1h", "1month",
	"ARRAY[1, 2, null]", "ARRAY['a', 'b']", "ARRAY[0.5, 0.25]", "ROW(1, 'x')", "x -> true", "x -> x",
}

var word = regexp.MustCompile(`^[a-z_0-9]+$`)

// Every function with arguments of every type is computed, or refused as the
// statement's fault: an Internal error is a program that DuckDB does not take.
func TestEveryFunction(t *testing.T) {
	e := openDemo(t, Options{})
	rng := rand.New(rand.NewPCG(1, 2))
	answered := 0
	for _, f := range builtin.Functions() {
		if !word.MatchString(f.Name) {
			continue
		}
		took := 0
		for _, args := range argumentLists(rng) {
			call := f.Name + "(" + strings.Join(args, ", ") + ")"
			if f.Kind == builtin.Window {
				call += " OVER (ORDER BY time)"
			}
			text := "SELECT " + call + " FROM demo.host"
			_, err := e.Query(t.Context(), Request{Text: text})
			switch {
			case err == nil:
				took++
			case fault.KindOf(err) == fault.Internal:
				t.Errorf("%s: %v", text, err)
			}
		}
		if took == 0 {
			t.Logf("%s: no list of arguments was taken", f.Name)
		}
		answered += took
	}
	t.Logf("%d calls answered", answered)
}

// argumentLists are all lists of up to one sample, and some longer ones.
func argumentLists(rng *rand.Rand) (lists [][]string) {
	lists = append(lists, nil)
	for _, a := range samples {
		lists = append(lists, []string{a})
	}
	for i := range 160 {
		list := make([]string, 2+i/80*(1+rng.IntN(2)))
		for k := range list {
			list[k] = samples[rng.IntN(len(samples))]
		}
		lists = append(lists, list)
	}
	return lists
}

// Every operator with operands of every type is computed, or refused likewise.
func TestEveryOperator(t *testing.T) {
	e := openDemo(t, Options{})
	forms := []string{
		"%s + %s", "%s - %s", "%s * %s", "%s / %s", "%s %% %s", "%s || %s", "%s = %s", "%s < %s", "%s <> %s", "%s >= %s",
		"%s IS DISTINCT FROM %s", "%s IN (%s)", "%s LIKE %s", "%s BETWEEN %[1]s AND %[2]s", "coalesce(%s, %s)", "nullif(%s, %s)",
		"if(up, %s, %s)", "CASE %s WHEN %s THEN 1 END", "greatest(%s, %s)", "%s[%s]", "ARRAY[%s, %s]", "ROW(%s, %s)",
		"%s = ANY (VALUES %s)", "max_by(%s, %s)", "array_agg(%s ORDER BY %s)", "max(%s) FILTER (WHERE %s)", "lag(%s) OVER (ORDER BY %s)",
		"count(DISTINCT %s) + count(%s)", "try(%s / %s)", "create_time_series(%s, %s)",
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, form := range forms {
		for _, a := range samples {
			for range 8 {
				b := samples[rng.IntN(len(samples))]
				text := "SELECT " + fmt.Sprintf(form, a, b) + " FROM demo.host"
				if _, err := e.Query(t.Context(), Request{Text: text}); fault.KindOf(err) == fault.Internal && err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
		}
	}
}

// Every cast is computed, or refused likewise.
func TestEveryCast(t *testing.T) {
	e := openDemo(t, Options{})
	for _, to := range []string{
		"integer", "bigint", "double", "boolean", "varchar", "timestamp", "date", "time", "interval day to second",
		"array(varchar)", "array(bigint)", "row(a double, b varchar)", "timeseries(double)",
	} {
		for _, a := range append(samples, "create_time_series(time, cpu)") {
			for _, form := range []string{"CAST(%s AS %s)", "TRY_CAST(%s AS %s)"} {
				text := "SELECT " + fmt.Sprintf(form, a, to) + " FROM demo.host"
				if _, err := e.Query(t.Context(), Request{Text: text}); fault.KindOf(err) == fault.Internal && err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
		}
	}
}
