package hot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// row draws from few identities, versions and values, so that they meet.
func (w *world) row(t *worldTable) Row {
	r := Row{Measure: fmt.Sprint("m", w.rng.IntN(3)), Time: w.time(t), Version: int64(1 + w.rng.IntN(4))}
	r.Dims = w.dims(t)
	if w.rng.IntN(4) == 0 {
		r.Given = slices.Clone(r.Dims)
		w.rng.Shuffle(len(r.Given), func(i, j int) { r.Given[i], r.Given[j] = r.Given[j], r.Given[i] })
	}
	if w.rng.IntN(3) == 0 {
		r.Kind = Type(1 + w.rng.IntN(4))
		r.Cells = []Cell{w.cell(SingleColumn(r.Kind), r.Kind)}
		return r
	}
	r.Kind = Multi
	first := w.rng.IntN(2 + w.steps/10) // new columns over time
	for i := range 1 + w.rng.IntN(4) {
		r.Cells = append(r.Cells, w.cell(attribute(first+i)))
	}
	w.rng.Shuffle(len(r.Cells), func(i, j int) { r.Cells[i], r.Cells[j] = r.Cells[j], r.Cells[i] })
	switch w.rng.IntN(60) {
	case 0: // the name of a dimension
		r.Cells[0] = w.cell("host", Double)
	case 1: // another type
		name, typ := attribute(first)
		if _, taken := t.model.columns[name]; taken {
			i := slices.IndexFunc(r.Cells, func(c Cell) bool { return c.Name == name })
			r.Cells[i] = w.cell(name, 1+typ%Timestamp)
		}
	case 2: // the name of an attribute
		if _, taken := t.model.columns["a0"]; taken {
			r.Dims = append([]Dim{{"a0", "x"}}, r.Dims...)
			r.Given = nil
		}
	}
	return r
}

// attribute is the name and type of the n-th attribute of multi-measure records.
func attribute(n int) (string, Type) { return fmt.Sprint("a", n), Type(1 + n%int(Timestamp)) }

func (w *world) dims(t *worldTable) []Dim {
	dims := []Dim{{"host", w.dimensionValue("host")}}
	if w.rng.IntN(2) == 0 {
		dims = append(dims, Dim{"region", w.dimensionValue("region")})
	}
	if w.steps > 20 && w.rng.IntN(6) == 0 {
		name := fmt.Sprint("tag", w.rng.IntN(1+w.steps/20))
		dims = append(dims, Dim{name, w.dimensionValue(name)})
	}
	slices.SortFunc(dims, func(a, b Dim) int { return strings.Compare(a.Name, b.Name) })
	return dims
}

func (w *world) dimensionValue(name string) string {
	if name == "host" {
		return fmt.Sprint("h", w.rng.IntN(4))
	}
	return fmt.Sprintf("%s'%d", name[:1], w.rng.IntN(2))
}

// time draws one of few times in a few days, more of the later ones as time goes on,
// with the first and last moments of a day among them.
func (w *world) time(t *worldTable) int64 {
	day := int64(min(w.rng.IntN(2+w.steps/30), 4))
	offset := int64(w.rng.IntN(12))
	switch w.rng.IntN(6) {
	case 0:
		offset = dayLength - 1
	case 1:
		offset = dayLength - 1 - int64(w.rng.IntN(3))*1000
	case 2, 3:
		offset = int64(w.rng.IntN(1 + w.steps)) // goes on and on
	}
	return max(w.base+day*dayLength+offset, t.model.floor)
}

// condition draws bounds on time and series.
func (w *world) condition(t *worldTable, schema Schema) (wanted, []In) {
	want := wanted{min: -1 << 63, max: 1<<63 - 1, in: map[string][]string{}}
	switch w.rng.IntN(5) {
	case 0, 1:
		want.min, want.max = w.time(t), w.time(t)
		if want.min > want.max && w.rng.IntN(10) > 0 {
			want.min, want.max = want.max, want.min
		}
	case 2:
		want.min = w.time(t)
		want.max = want.min
	case 3:
		if want.max = w.time(t); w.rng.IntN(2) == 0 {
			want.min, want.max = want.max, 1<<63-1
		}
	}
	var in []In
	if w.rng.IntN(3) == 0 {
		want.in[""] = []string{fmt.Sprint("m", w.rng.IntN(4)), "m0"}[:1+w.rng.IntN(2)]
		in = append(in, In{Role: MeasureField, Values: want.in[""]})
	}
	for i, name := range schema.Dimensions {
		if w.rng.IntN(4) != 0 {
			continue
		}
		values := []string{}
		for range w.rng.IntN(4) {
			values = append(values, w.dimensionValue(name))
		}
		if w.rng.IntN(12) == 0 {
			for i := range maxListed + 100 {
				values = append(values, fmt.Sprint("crowd", i))
			}
		}
		want.in[name] = values
		in = append(in, In{DimensionField, i, values})
	}
	return want, in
}

var texts = []string{"", "a", "ä€😀", "'\"\\", "\n", strings.Repeat("long ", 100)}

func (w *world) cell(name string, t Type) Cell {
	c := Cell{Name: name, Type: t}
	switch t {
	case Double:
		list := []float64{0, 1, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, math.NaN(), math.Inf(1)}
		c.Bits = math.Float64bits(list[min(w.rng.IntN(len(list)), w.rng.IntN(len(list)))])
	case Bigint:
		c.Bits = uint64([]int64{0, 1, -1, math.MaxInt64, math.MinInt64}[w.rng.IntN(5)])
	case Varchar:
		c.Text = texts[min(w.rng.IntN(len(texts)), w.rng.IntN(len(texts)))]
	case Boolean:
		c.Bits = uint64(w.rng.IntN(2))
	case Timestamp:
		c.Bits = uint64([]int64{0, -1, w.base + 1}[w.rng.IntN(3)])
	}
	return c
}

// held is a snapshot with what it has to show.
type held struct {
	snapshot *Snapshot
	views    map[*worldTable]*heldView
}

// heldView is a table of a snapshot. An exact one had no segment open: rows that came
// later are not in it. Rows that were deleted later may be in it or not.
type heldView struct {
	view    *View
	exact   bool
	floor   int64
	rows    map[rowID]*modelRow
	later   map[rowID][]*modelRow
	deleted map[rowID]bool
}

// may reports whether the view may show a row. Rows that come while it is open are
// shown with the dimensions and columns that it has.
func (v *heldView) may(id rowID, row *modelRow, fields []string) bool {
	if was, ok := v.rows[id]; ok && sameFields(was, row, fields) {
		return true
	}
	if v.exact {
		return false
	}
	for other, rows := range v.later {
		if other.time != id.time || other.measure != id.measure || v.seen(other) != id {
			continue
		}
		if slices.ContainsFunc(rows, func(r *modelRow) bool { return partOf(row, r) }) {
			return true
		}
	}
	return false
}

// seen is an identity with the dimensions that the view has.
func (v *heldView) seen(id rowID) rowID {
	var dims []string
	for _, text := range strings.Split(id.dims, ",") {
		if name, _, _ := strings.Cut(text, "="); slices.Contains(v.view.schema.dims, name) {
			dims = append(dims, text)
		}
	}
	id.dims = strings.Join(dims, ",")
	return id
}

// partOf reports whether a row has all the values of another one that are there.
func partOf(part, whole *modelRow) bool {
	for name, c := range part.cells {
		if whole.cells[name] != c {
			return false
		}
	}
	return true
}

// sameFields compares rows in some columns.
func sameFields(a, b *modelRow, names []string) bool {
	for _, name := range names {
		x, has := a.cells[name]
		y, also := b.cells[name]
		if has != also || x != y {
			return false
		}
	}
	return true
}

// firstDifference describes how two answers differ in some columns, "" if they do not.
func firstDifference(got, want map[rowID]*modelRow, names []string) string {
	for _, id := range sortedIDs(want) {
		row, ok := got[id]
		if !ok {
			return fmt.Sprintf("%v is missing among %d rows, want %d", id, len(got), len(want))
		}
		if !sameFields(row, want[id], names) {
			return fmt.Sprintf("%v is %v, want %v", id, row.cells, want[id].cells)
		}
	}
	for _, id := range sortedIDs(got) {
		if _, ok := want[id]; !ok {
			return fmt.Sprintf("%v is there, but should not be", id)
		}
	}
	return ""
}

// sortFiles orders files by day and path.
func sortFiles(files []File) {
	slices.SortFunc(files, func(a, b File) int { return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.Path, b.Path)) })
}
