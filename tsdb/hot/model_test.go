package hot

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// The store against a model that is plain enough to be right at sight: a map of rows.
//
//	go test ./tsdb/hot -run TestModel -args -model 1000 -model-seed 7
var (
	modelRuns = flag.Int("model", modelSequences, "random sequences that the store runs beside the model")
	modelSeed = flag.Uint64("model-seed", 1, "seed of the first sequence")
)

// content is the value of a cell.
type content struct {
	Type Type
	Bits uint64
	Text string
}

func (c content) String() string {
	switch c.Type {
	case Double:
		return fmt.Sprintf("%v(%x)", math.Float64frombits(c.Bits), c.Bits)
	case Varchar:
		return fmt.Sprintf("%.20q", c.Text)
	default:
		return fmt.Sprint(int64(c.Bits))
	}
}

// rowID is what a row is known by.
type rowID struct {
	dims, measure string // dims as name=value, sorted
	time          int64
}

func (id rowID) series() rowID { return rowID{id.dims, id.measure, 0} }

func (id rowID) String() string { return fmt.Sprintf("%s/%s@%d", id.dims, id.measure, id.time) }

func rowIDOf(r *Row) rowID {
	texts := make([]string, len(r.Dims))
	for i, d := range r.Dims {
		texts[i] = d.Name + "=" + d.Value
	}
	return rowID{strings.Join(texts, ","), r.Measure, r.Time}
}

// modelRow is a stored row. It never changes.
type modelRow struct {
	version int64
	cells   map[string]content
}

// modelTable is what a table should hold.
type modelTable struct {
	lastWins bool
	floor    int64 // times below have expired: nothing is said about them
	rows     map[rowID]*modelRow
	columns  map[string]Type
	dims     map[string]bool
}

func (r *modelRow) String() string { return fmt.Sprintf("v%d %v", r.version, r.cells) }

func newModelTable(lastWins bool) *modelTable {
	return &modelTable{lastWins: lastWins, floor: math.MinInt64, rows: map[rowID]*modelRow{}, columns: map[string]Type{}, dims: map[string]bool{}}
}

// write applies a row; changed is what is stored now if that is another row than before.
func (m *modelTable) write(r *Row) (refused Refusal, changed *modelRow) {
	if refused = m.conflict(r); refused.Reason != 0 {
		return refused, nil
	}
	row := &modelRow{r.Version, map[string]content{}}
	for _, c := range r.Cells {
		if row.cells[c.Name] = (content{c.Type, c.Bits, c.Text}); c.Type == Double && c.Bits == 1<<63 {
			row.cells[c.Name] = content{Type: Double} // zero has no sign in the store
		}
	}
	old, exists := m.rows[rowIDOf(r)]
	if exists && r.Version <= old.version {
		switch {
		case maps.Equal(old.cells, row.cells):
			return Refusal{}, nil
		case m.lastWins:
		case r.Version == old.version:
			return Refusal{Reason: SameVersion, Version: old.version}, nil
		default:
			return Refusal{Reason: LowerVersion, Version: old.version}, nil
		}
	}
	m.rows[rowIDOf(r)] = row
	for _, c := range r.Cells {
		m.columns[c.Name] = c.Type
	}
	for _, d := range r.Dims {
		m.dims[d.Name] = true
	}
	return Refusal{}, row
}

func (m *modelTable) conflict(r *Row) Refusal {
	for _, d := range r.Dims {
		if _, taken := m.columns[d.Name]; taken {
			return Refusal{Reason: NameConflict, Name: d.Name}
		}
	}
	for _, c := range r.Cells {
		if m.dims[c.Name] || slices.ContainsFunc(r.Dims, func(d Dim) bool { return d.Name == c.Name }) {
			return Refusal{Reason: NameConflict, Name: c.Name}
		}
		if t, ok := m.columns[c.Name]; ok && t != c.Type {
			return Refusal{Reason: TypeConflict, Name: c.Name}
		}
	}
	return Refusal{}
}

// wanted is a condition in the words of the model.
type wanted struct {
	min, max int64
	in       map[string][]string // values by dimension; the measure name under ""
}

func (w wanted) has(id rowID) bool {
	if id.time < w.min || id.time > w.max {
		return false
	}
	for name, values := range w.in {
		value, ok := id.measure, true
		if name != "" {
			value, ok = dimensionOf(id, name)
		}
		if !ok || !slices.Contains(values, value) {
			return false
		}
	}
	return true
}

func dimensionOf(id rowID, name string) (string, bool) {
	for _, text := range strings.Split(id.dims, ",") {
		if value, ok := strings.CutPrefix(text, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// remove takes rows away and returns which.
func (m *modelTable) remove(w wanted) []rowID {
	var gone []rowID
	for id := range m.rows {
		if w.has(id) {
			gone = append(gone, id)
			delete(m.rows, id)
		}
	}
	return gone
}

// answer returns the rows that a condition has.
func (m *modelTable) answer(w wanted) map[rowID]*modelRow {
	w.min = max(w.min, m.floor)
	return chosen(m.rows, w)
}

func chosen(rows map[rowID]*modelRow, w wanted) map[rowID]*modelRow {
	answer := map[rowID]*modelRow{}
	for id, row := range rows {
		if w.has(id) {
			answer[id] = row
		}
	}
	return answer
}

// newestOf keeps the newest row of every series.
func newestOf(rows map[rowID]*modelRow) map[rowID]*modelRow {
	newest := map[rowID]rowID{}
	for id := range rows {
		if was, ok := newest[id.series()]; !ok || id.time > was.time {
			newest[id.series()] = id
		}
	}
	answer := map[rowID]*modelRow{}
	for _, id := range newest {
		answer[id] = rows[id]
	}
	return answer
}

func sortedIDs[T any](rows map[rowID]T) []rowID {
	return slices.SortedFunc(maps.Keys(rows), func(a, b rowID) int {
		return cmp.Or(cmp.Compare(a.time, b.time), strings.Compare(a.dims, b.dims), strings.Compare(a.measure, b.measure))
	})
}

func TestModel(t *testing.T) {
	for i := range *modelRuns {
		seed := *modelSeed + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			w := newWorld(t, seed)
			for range 120 {
				w.step()
			}
			w.restart()
			w.checkAll()
			t.Logf("sums: %v", w.summed)
		})
	}
}

// The same with a thousand columns, which is nearly as many as a table may have.
func TestModelWide(t *testing.T) {
	w := newWorld(t, *modelSeed)
	for range wideSteps {
		w.widen()
		w.step()
	}
	w.restart()
	w.checkAll()
}
