package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tidemark/fault"
)

// Every function over series, with series of every type of value and whatever may
// stand beside them, is computed or refused as the statement's fault.
func TestEverySeries(t *testing.T) {
	e := openDemo(t, Options{})
	values := []string{"cpu", "mem", "up", "note", "time", "boot", "1", "1h", "2month", "DATE '2026-01-01'", "TIME '01:02'", "ARRAY[cpu]", "ROW(mem, note)", "null"}
	beside := []string{
		"now()", "'2026-01-01 11:00'", "null", "ARRAY['2026-01-01 11:00']", "ARRAY[time, boot]", "sequence(time - 1h, time, 1m)", "ARRAY[null]", "1m", "s", "1", "x -> x.value", "'x'",
	}
	functions := []string{
		"interpolate_linear(s, %s)", "interpolate_spline_cubic(s, %s)", "interpolate_locf(s, %s)", "interpolate_fill(s, %s, 0)", "interpolate_fill(s, %s, s[1].value)",
		"derivative_linear(s, %s)", "non_negative_derivative_linear(s, %s)", "integral_trapezoidal(s, %s)", "correlate_pearson(s, %s)", "correlate_spearman(s, %s)", "transform(s, %s)",
	}
	plain := []string{"s", "s[1]", "cardinality(s)", "element_at(s, -1)", "typeof(s)", "integral_trapezoidal(s)", "filter(s, x -> x.value IS NOT NULL)", "reverse(s)", "try(s[9])", "coalesce(s, s)", "if(true, s)", "ARRAY[s]", "ROW(s)", "CAST(s AS array(row(t varchar, v varchar)))"}
	answered := 0
	for _, v := range values {
		series := "(SELECT create_time_series(time, " + v + ") FROM demo.host WHERE host = 'c')"
		calls := slices.Clone(plain)
		for _, f := range functions {
			for _, b := range beside {
				calls = append(calls, fmt.Sprintf(f, b))
			}
		}
		for _, call := range calls {
			text := "SELECT " + call + " FROM (SELECT time, boot, " + series + " AS s FROM demo.host WHERE host <> 'a')"
			_, err := e.Query(t.Context(), Request{Text: text})
			if err == nil {
				answered++
			} else if fault.KindOf(err) == fault.Internal {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	if t.Logf("%d calls answered", answered); answered < 300 {
		t.Errorf("only %d calls were answered", answered)
	}
}

// A block holds many series, of which some are NULL and some short. What they should
// answer was added up by a loop over plain lists in Python.
func TestSeriesInBlocks(t *testing.T) {
	e := openDemo(t, Options{})
	// Series i of 5,000 has i%4 points of the values i, i+2 and i+4, ten seconds apart.
	const made = `WITH numbered AS (SELECT a.x * 100 + b.x AS i FROM UNNEST(sequence(0, 49)) AS a (x) CROSS JOIN UNNEST(sequence(0, 99)) AS b (x)),
		series AS (SELECT i, create_time_series(TIMESTAMP '2026-01-01' + k * 10s, i + 2 * k) FILTER (WHERE k < i % 4) AS s
			FROM numbered CROSS JOIN UNNEST(sequence(0, 3)) AS u (k) GROUP BY i) `
	for _, c := range []struct{ text, want string }{
		// A series of no rows is NULL.
		{"SELECT count(*), count(s), sum(cardinality(s)), sum(s[1].value) FROM series", "5000 | 3750 | 7500 | 9375000"},
		// At 5 s lies i+1, if there are two points.
		{"SELECT count(v), sum(v), sum(i) FROM (SELECT i, interpolate_linear(s, '2026-01-01 00:00:05') AS v FROM series) WHERE v IS NOT NULL", "2500 | 6253750.0 | 6251250"},
		// On the grid 0, 5, 10, 15, 20 s: one value for one point, three for two, five for three.
		{"SELECT count(*), count(u.v), sum(u.v - i) FROM (SELECT i, interpolate_linear(s, sequence('2026-01-01', '2026-01-01 00:00:20', 5s)) AS l FROM series) CROSS JOIN UNNEST(l) AS u (t, v)", "18750 | 11250 | 16250.0"},
		// Each step rises by 2 in 10 s.
		{"SELECT count(*), min(u.v), max(u.v) FROM (SELECT derivative_linear(s, 1s) AS d FROM series) CROSS JOIN UNNEST(d) AS u (t, v)", "3750 | 0.2 | 0.2"},
		// The last value, and -1 where no sample lies at 10 s.
		{"SELECT sum(interpolate_locf(s, now()) - s[cardinality(s)].value), count_if(interpolate_fill(s, '2026-01-01 00:00:10', -1) = -1) FROM series", "0 | 1250"},
		{"SELECT count(a), sum(a) FROM (SELECT integral_trapezoidal(s) AS a, i FROM series) ", "3750 | 9.38375E7"},
	} {
		_, got, _ := strings.Cut(must(runAll(t, e, made+c.text))(t), "\n")
		if got != c.want {
			t.Errorf("%s\n%s, want %s", c.text, got, c.want)
		}
	}
}
