package hot

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// originRows are rows of some origins, with more measures than an origin remembers.
func originRows() []Row {
	var rows []Row
	for host := range 20 {
		sorted := []Dim{{"host", fmt.Sprint("h", host)}, {"region", "eu"}}
		given := sorted
		if host%2 == 0 {
			given = []Dim{sorted[1], sorted[0]}
		}
		o := NewOrigin(sorted, given)
		for measure := range originMeasures + 3 {
			r := Row{Measure: fmt.Sprint("m", measure), Kind: Double, Cells: []Cell{{Name: SingleColumn(Double), Type: Double}}}
			r.From(o)
			rows = append(rows, r)
		}
	}
	return rows
}

// fill gives a table all series of rows but the first, in an order.
func fill(t *Table, rows []Row, backwards bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	order := slices.Clone(rows[1:])
	if backwards {
		slices.Reverse(order)
	}
	for i := range order {
		r := &order[i]
		if g, refusal := t.mu.schema.missing(r, Limits{Dimensions: 128, MeasureNames: 8192, Attributes: 1024}); refusal.Reason == 0 {
			t.mu.schema.grow(r, g)
		}
		r.hash = t.mu.series.hash(r)
		t.mu.series.add(r, t.mu.schema)
	}
}

// copies returns rows that may be resolved at once with the others.
func copies(rows []Row) []Row {
	list := slices.Clone(rows)
	for i := range list {
		list[i].Cells = slices.Clone(list[i].Cells)
	}
	return list
}

// checkResolved resolves rows again and again, as requests do, and compares with what
// rows without an origin get.
func checkResolved(t *testing.T, table *Table, rows []Row) {
	t.Helper()
	for range 3 {
		got, want := copies(rows), copies(rows)
		for i := range want {
			want[i].origin = nil
		}
		table.resolve(got)
		table.resolve(want)
		for i := range got {
			if got[i].series != want[i].series || got[i].hash != want[i].hash || (i == 0) != (got[i].series == noSeries) {
				t.Errorf("row %d has series %d and hash %x, want %d and %x", i, got[i].series, got[i].hash, want[i].series, want[i].hash)
			}
		}
	}
}

// What an origin remembers is of one table, one measure, and one life of the table.
func TestOriginsRememberSeries(t *testing.T) {
	rows := originRows()
	a, b := newTable(nil, 1), newTable(nil, 2)
	fill(a, rows, false)
	fill(b, rows, true)
	var wait sync.WaitGroup
	for _, table := range []*Table{a, b, a, b} {
		wait.Go(func() { checkResolved(t, table, rows) })
	}
	wait.Wait()
	a.mu.Lock()
	a.mu.series.reset()
	a.mu.Unlock()
	fill(a, rows, true)
	checkResolved(t, a, rows)
}

// A row that is resolved again, for another table or measure, is not taken for what it was.
func TestOriginOfRowThatChanges(t *testing.T) {
	rows := originRows()
	a, b := newTable(nil, 1), newTable(nil, 2)
	fill(a, rows, false)
	fill(b, rows, true)
	r := slices.Clone(rows[5:6])
	a.resolve(r)
	a.resolve(r) // from what was remembered
	for _, table := range []*Table{b, a} {
		for _, measure := range []string{"m6", "m5", "other"} {
			r[0].Measure = measure
			table.resolve(r)
			want := noSeries
			if i := slices.IndexFunc(rows[:11], func(x Row) bool { return x.Measure == measure }); i >= 0 {
				fresh := slices.Clone(rows[i : i+1])
				fresh[0].origin = nil
				table.resolve(fresh)
				want = int(fresh[0].series)
			}
			if int(r[0].series) != want {
				t.Errorf("series of %s in table %d = %d, want %d", measure, table.id, r[0].series, want)
			}
		}
	}
}

// BenchmarkResolve is the search for the series of a request of 100 rows.
func BenchmarkResolve(b *testing.B) {
	for _, origin := range []bool{false, true} {
		b.Run(fmt.Sprintf("origin=%v", origin), func(b *testing.B) {
			rows := originRows()
			table := newTable(nil, 1)
			fill(table, rows, false)
			rows = rows[1:101]
			for i := range rows {
				if !origin {
					rows[i].origin = nil
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				table.resolve(rows)
			}
		})
	}
}
