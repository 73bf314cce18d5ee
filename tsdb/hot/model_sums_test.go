package hot

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// checkSums compares the partial results of a random scan, merged, with what its rows give.
func (w *world) checkSums(t *worldTable, v *View) {
	w.t.Helper()
	want, in := w.condition(t, v.Schema())
	if w.rng.IntN(2) == 0 {
		want, in = wanted{min: math.MinInt64, max: math.MaxInt64}, nil
	}
	scan := Scan{Min: max(want.min, t.model.floor), Max: want.max, In: in}
	keys := []string{"m"}
	scan.Fields = []Field{{MeasureField, 0, "m"}}
	for i := range v.schema.dims {
		keys = append(keys, fmt.Sprint("d", i))
		scan.Fields = append(scan.Fields, Field{DimensionField, i, keys[i+1]})
	}
	grouped := scan
	grouped.Groups = w.grouping(v)
	scan.Fields = append(slices.Clone(scan.Fields), Field{Role: TimeField, As: "t"})
	bucket := "0"
	if grouped.Groups.Width != 0 {
		bucket = fmt.Sprintf("epoch_ns(t) - (epoch_ns(t) %% %[1]d + %[1]d) %% %[1]d", grouped.Groups.Width)
	}
	var direct, merged []string
	for i, c := range grouped.Groups.Calls {
		column := "t"
		if c.Field.Role == ValueField {
			column = fmt.Sprint("v", c.Field.Ordinal)
			if f := (Field{ValueField, c.Field.Ordinal, column}); !slices.Contains(scan.Fields, f) {
				scan.Fields = append(scan.Fields, f)
			}
		}
		text, merge := groupTexts(c.Kind, column, i)
		direct, merged = append(direct, text+"::VARCHAR"), append(merged, merge+"::VARCHAR")
	}
	key := strings.Join(keys, ", ") + ", "
	expected := w.lines("SELECT " + key + bucket + " AS b, " + strings.Join(direct, ", ") + " FROM " + v.Relation(scan) + " GROUP BY ALL ORDER BY ALL")
	bucket = "0"
	if grouped.Groups.Width != 0 {
		bucket = "epoch_ns(bucket)"
	}
	text := "SELECT " + key + bucket + " AS b, " + strings.Join(merged, ", ") + " FROM " + v.Relation(grouped) + " GROUP BY ALL ORDER BY ALL"
	if got := w.lines(text); !slices.Equal(got, expected) {
		w.fail("table %d, scan %v: partial results merge to\n%s\nwant\n%s\n%s\n%s", t.id, want, strings.Join(got, "\n"), strings.Join(expected, "\n"), text, v.Relation(scan))
	}
	w.summed[[2]bool{strings.Contains(text, sumsName), strings.Contains(text, "b.single")}]++
}

// groupTexts computes a result from rows, and from partial results.
func groupTexts(kind GroupKind, column string, i int) (direct, merged string) {
	p := fmt.Sprint("p", i)
	switch kind {
	case CountRows:
		return "count(*)", "sum(" + p + ")"
	case Count:
		return "count(" + column + ")", "sum(" + p + ")"
	case Sum:
		return "sum(" + column + ")", "sum(" + p + ")"
	case Min:
		return "min(" + column + ")", "min(" + p + ")"
	}
	return "max(" + column + ")", "max(" + p + ")"
}

// grouping draws what is computed: sums of integers only, as those of doubles depend on
// their order.
func (w *world) grouping(v *View) *Grouping {
	g := &Grouping{Calls: []GroupCall{{CountRows, Field{Role: TimeField}}, {Max, Field{Role: TimeField}}}}
	for i, c := range v.schema.columns {
		if len(g.Calls) > 8 || c.Type != Bigint && c.Type != Double || w.rng.IntN(3) == 0 {
			continue
		}
		for _, kind := range []GroupKind{Count, Sum, Min, Max} {
			if kind != Sum || c.Type == Bigint {
				g.Calls = append(g.Calls, GroupCall{kind, Field{Role: ValueField, Ordinal: i}})
			}
		}
	}
	// The first bucket of all would begin before all times.
	if w.base > math.MinInt64+5 && w.base < math.MaxInt64-6*dayLength {
		g.Width = []int64{0, 1, 1000, 3_600_000_000_000, dayLength}[w.rng.IntN(5)]
	}
	return g
}

func (w *world) lines(text string) (lines []string) {
	w.t.Helper()
	rows, err := collect(w.t.Context(), w.conn, text)
	if err != nil {
		w.fail("%s: %v", text, err)
	}
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("%q", row))
	}
	return lines
}
