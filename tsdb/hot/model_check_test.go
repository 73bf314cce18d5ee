package hot

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// check compares a table with its model: all of it, random scans, and what is known of
// its series.
func (w *world) check(t *worldTable) {
	w.t.Helper()
	sn := w.store.Snapshot()
	defer sn.Close()
	v := sn.View(t.hot)
	w.checkRows(t, v)
	w.checkScan(t, v)
	for range min(2*len(v.files), 10) {
		w.checkSums(t, v)
	}
	w.checkSeries(t)
}

// glance does one part of that.
func (w *world) glance(t *worldTable) {
	w.t.Helper()
	sn := w.store.Snapshot()
	defer sn.Close()
	if len(t.cold.files) > 0 {
		w.checkSums(t, sn.View(t.hot))
	}
	switch w.rng.IntN(3) {
	case 0:
		w.checkRows(t, sn.View(t.hot))
	case 1:
		w.checkScan(t, sn.View(t.hot))
	default:
		w.checkSeries(t)
	}
}

func (w *world) checkRows(t *worldTable, v *View) {
	w.t.Helper()
	all := wanted{min: t.model.floor, max: math.MaxInt64}
	fields, names := w.fields(v, true)
	got := w.read(v, Scan{Fields: fields, Min: all.min, Max: all.max})
	if diff := firstDifference(got, t.model.answer(all), names); diff != "" {
		w.fail("table %d: %s\n%s", t.id, diff, v.Relation(Scan{Fields: fields, Min: all.min, Max: all.max}))
	}
}

// fields are the fields that identify a row, and all values or some.
func (w *world) fields(v *View, all bool) ([]Field, []string) {
	fields := []Field{{TimeField, 0, "t"}, {MeasureField, 0, "m"}}
	for i := range v.schema.dims {
		fields = append(fields, Field{DimensionField, i, fmt.Sprint("d", i)})
	}
	var names []string
	for i, c := range v.schema.columns {
		if all || w.rng.IntN(3) == 0 {
			fields = append(fields, Field{ValueField, i, fmt.Sprint("v", i)})
			names = append(names, c.Name)
		}
	}
	return fields, names
}

// read runs a scan whose fields identify rows.
func (w *world) read(v *View, scan Scan) map[rowID]*modelRow {
	w.t.Helper()
	outputs := make([]string, len(scan.Fields))
	for i, f := range scan.Fields {
		outputs[i] = f.As
		if v.typeOf(f) == sqlTypes[Timestamp] {
			outputs[i] = "epoch_ns(" + f.As + ")"
		}
	}
	text := "SELECT " + strings.Join(outputs, ", ") + " FROM " + v.Relation(scan)
	rows, err := collect(w.t.Context(), w.conn, text)
	if err != nil {
		w.fail("%s: %v", text, err)
	}
	answer := map[rowID]*modelRow{}
	for _, values := range rows {
		id, row := w.rowOf(v, scan.Fields, values)
		if _, twice := answer[id]; twice && !slices.ContainsFunc(w.held, func(h *held) bool { return h.shows(v, id) }) {
			w.fail("table %d: %v is there twice: %v and %v\n%s", v.table.id, id, answer[id].cells, row.cells, text)
		}
		answer[id] = row
	}
	return answer
}

func (w *world) rowOf(v *View, fields []Field, values []any) (rowID, *modelRow) {
	var id rowID
	row := &modelRow{cells: map[string]content{}}
	var dims []string
	for i, f := range fields {
		switch {
		case values[i] == nil:
		case f.Role == TimeField:
			id.time = values[i].(int64)
		case f.Role == MeasureField:
			id.measure = values[i].(string)
		case f.Role == DimensionField:
			dims = append(dims, v.schema.dims[f.Ordinal]+"="+values[i].(string))
		default:
			c := v.schema.columns[f.Ordinal]
			row.cells[c.Name] = contentOf(c.Type, values[i])
		}
	}
	slices.Sort(dims)
	id.dims = strings.Join(dims, ",")
	return id, row
}

func contentOf(t Type, value any) content {
	c := content{Type: t}
	switch v := value.(type) {
	case float64:
		c.Bits = math.Float64bits(v)
	case int64:
		c.Bits = uint64(v)
	case bool:
		c.Bits = bit(v)
	case string:
		c.Text = v
	}
	return c
}

// checkScan compares a random scan with the model.
func (w *world) checkScan(t *worldTable, v *View) {
	w.t.Helper()
	want, in := w.condition(t, v.Schema())
	want.min = max(want.min, t.model.floor)
	fields, names := w.fields(v, false)
	scan := Scan{Fields: fields, Min: want.min, Max: want.max, In: in, Newest: w.rng.IntN(2) == 0}
	if bytes := v.Bytes(scan); bytes < 0 {
		w.fail("table %d: a scan of %d bytes", t.id, bytes)
	}
	got, all := w.read(v, scan), t.model.answer(want)
	whole := all
	if scan.Newest {
		for id := range got {
			if _, ok := all[id]; !ok {
				w.fail("table %d, scan %v for the newest: %v is there, but should not be\n%s", t.id, want, id, v.Relation(scan))
			}
		}
		all = newestOf(all)
		maps.DeleteFunc(got, func(id rowID, _ *modelRow) bool { return all[id] == nil })
	}
	if diff := firstDifference(got, all, names); diff != "" {
		w.fail("table %d, scan %v newest %t: %s\n%s", t.id, want, scan.Newest, diff, v.Relation(scan))
	}
	w.checkTimes(t, v, Scan{Min: want.min, Max: want.max, In: in}, whole)
}

// checkTimes asks for nothing but times: no dictionary is needed for that.
func (w *world) checkTimes(t *worldTable, v *View, scan Scan, want map[rowID]*modelRow) {
	w.t.Helper()
	scan.Fields = []Field{{Role: TimeField, As: "t"}}
	found, err := collect(w.t.Context(), w.conn, "SELECT epoch_ns(t) FROM "+v.Relation(scan)+" ORDER BY 1")
	w.must(err)
	times := make([]int64, 0, len(found))
	for _, row := range found {
		times = append(times, row[0].(int64))
	}
	expected := make([]int64, 0, len(want))
	for id := range want {
		expected = append(expected, id.time)
	}
	slices.Sort(expected)
	if !slices.Equal(times, expected) {
		w.fail("table %d: times %v, want %v\n%s", t.id, times, expected, v.Relation(scan))
	}
}

// place is where the row that counts of an rowID lies.
type place struct {
	home    uint32
	overlay bool
}

// checkSeries compares the newest time and home of every series with where its rows lie.
func (w *world) checkSeries(t *worldTable) {
	w.t.Helper()
	places := w.places(t.hot)
	newest := map[uint32]int64{}
	for k := range places {
		if at, ok := newest[k.series]; !ok || k.time > at {
			newest[k.series] = k.time
		}
	}
	t.hot.mu.RLock()
	defer t.hot.mu.RUnlock()
	for n := range uint32(t.hot.mu.series.len()) {
		s := t.hot.mu.series.at(n)
		at, any := newest[n]
		switch {
		case s.tip != s.newest:
			w.fail("table %d: series %d has newest time %d, but tip %d", t.id, n, s.newest, s.tip)
		case any && at < t.model.floor || !any && s.newest < t.model.floor:
		case !any && s.newest != never:
			w.fail("table %d: series %d has no rows, its newest time is %d", t.id, n, s.newest)
		case any && (s.newest != at || s.home != places[key{n, at}].home):
			w.fail("table %d: series %d has newest time %d in %d, want %d in %d", t.id, n, s.newest, s.home, at, places[key{n, at}].home)
		}
	}
}

// places reads where every row lies, deleted ones aside.
func (w *world) places(t *Table) map[key]place {
	w.t.Helper()
	sn := w.store.Snapshot()
	defer sn.Close()
	v := sn.View(t)
	places := map[key]place{}
	if len(v.files) > 0 {
		w.placesIn(places, filesText(v.files, v.fields, v.schema, nil, false, everything, v.deletes), place{})
	}
	for _, overlay := range []bool{false, true} {
		for _, seg := range v.segments {
			if seg.overlay == overlay {
				w.placesIn(places, "SELECT sid, time FROM "+seg.name, place{seg.seq, overlay})
			}
		}
	}
	return places
}

func (w *world) placesIn(places map[key]place, rows string, p place) {
	w.t.Helper()
	found, err := collect(w.t.Context(), w.conn, "SELECT sid::BIGINT, epoch_ns(time) FROM ("+rows+")")
	if err != nil {
		w.fail("%s: %v", rows, err)
	}
	for _, row := range found {
		k := key{uint32(row[0].(int64)), row[1].(int64)}
		if was, ok := places[k]; ok && !p.overlay {
			w.fail("series %d at %d lies in %d and in %d, which is no overlay", k.series, k.time, was.home, p.home)
		}
		places[k] = p
	}
}

// checkHeld compares what the snapshots show with what they showed at their moment.
func (w *world) checkHeld() {
	w.t.Helper()
	for _, h := range w.held {
		for t, v := range h.views {
			if w.rng.IntN(3) == 0 {
				w.checkView(t, v)
				w.checkSums(t, v.view)
			}
		}
	}
}

func (w *world) checkView(t *worldTable, v *heldView) {
	w.t.Helper()
	want, in := w.condition(t, v.view.Schema())
	want.min = max(want.min, v.floor)
	fields, names := w.fields(v.view, w.rng.IntN(2) == 0)
	scan := Scan{Fields: fields, Min: want.min, Max: want.max, In: in, Newest: w.rng.IntN(3) == 0}
	got := w.read(v.view, scan)
	for id, row := range got {
		if !v.may(id, row, names) || !want.has(id) {
			w.fail("snapshot of table %d: %v is %v, was %v, then %v (exact %t)\n%s", t.id, id, row.cells, v.rows[id], v.later[id], v.exact, v.view.Relation(scan))
		}
	}
	expected := chosen(v.rows, want)
	if scan.Newest {
		expected = newestOf(expected)
	}
	for id := range expected {
		if _, ok := got[id]; !ok && !v.deleted[id] && !(scan.Newest && v.overtaken(id, got)) {
			w.fail("snapshot of table %d, scan %v newest %t: %v is missing (exact %t)\n%s", t.id, want, scan.Newest, id, v.exact, v.view.Relation(scan))
		}
	}
}

// shows reports whether the snapshot has a view that may show an identity twice: once for
// a series that has a dimension which the view lacks.
func (h *held) shows(view *View, id rowID) bool {
	for _, v := range h.views {
		for other := range v.later {
			if v.view == view && !v.exact && other != id && v.seen(other) == id {
				return true
			}
		}
	}
	return false
}

// overtaken reports whether a view shows a later row of the same series, as it may
// where rows come into it.
func (v *heldView) overtaken(id rowID, got map[rowID]*modelRow) bool {
	for other := range got {
		if other.series() == id.series() && other.time > id.time {
			return !v.exact
		}
	}
	return false
}
