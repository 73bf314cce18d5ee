package hot

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tidemark/internal/duckdb"
)

// Role says which part of a row a field is.
type Role uint8

// The roles.
const (
	DimensionField Role = iota
	MeasureField
	TimeField
	ValueField
)

// Field is one column of a relation.
type Field struct {
	Role    Role
	Ordinal int    // of the dimension or value in the view's schema
	As      string // its name in the relation, a plain identifier
}

// In keeps rows whose dimension or measure name has one of the values.
type In struct {
	Role    Role // DimensionField or MeasureField
	Ordinal int
	Values  []string
}

// Scan says which rows and columns a reader needs. Rows that no In and no time
// excludes are all in the relation; Newest allows it to leave out those that are not
// the newest of their series up to Max.
type Scan struct {
	Fields   []Field
	Min, Max int64 // times, inclusive
	In       []In
	Newest   bool
}

// Relation returns a parenthesised SELECT with the fields of the scan. It is valid for
// DuckDB while the snapshot is open.
func (v *View) Relation(scan Scan) string {
	if scan.Min > scan.Max {
		return v.empty(scan)
	}
	sel := v.table.choose(scan.In)
	if sel.listed && len(sel.series) == 0 {
		return v.empty(scan)
	}
	parts := v.parts(scan, sel)
	if len(parts) == 0 {
		return v.empty(scan)
	}
	rows := strings.Join(parts, " UNION ALL ")
	if !scan.needsDictionary(sel) {
		return "(SELECT " + scan.outputs(v, sel) + " FROM (" + rows + ") s)"
	}
	return "(SELECT " + scan.outputs(v, sel) + " FROM (" + rows + ") s JOIN (" + v.dictionary(scan, sel) + ") d ON d.sid = s.sid)"
}

// empty is the relation without rows.
func (v *View) empty(scan Scan) string {
	fields := make([]string, len(scan.Fields))
	for i, f := range scan.Fields {
		fields[i] = "NULL::" + v.typeOf(f) + " AS " + f.As
	}
	if len(fields) == 0 {
		fields = []string{"NULL"}
	}
	return "(SELECT " + strings.Join(fields, ", ") + " WHERE false)"
}

func (v *View) typeOf(f Field) string {
	switch f.Role {
	case TimeField:
		return sqlTypes[Timestamp]
	case ValueField:
		return sqlTypes[v.schema.columns[f.Ordinal].Type]
	default:
		return sqlTypes[Varchar]
	}
}

// needsDictionary reports whether the answer needs more of the series than their
// numbers. The texts of a single series are written into the statement.
func (s Scan) needsDictionary(sel selection) bool {
	if len(s.In) > 0 && !sel.listed {
		return true
	}
	return !sel.single() && slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Role < TimeField })
}

func (s Scan) outputs(v *View, sel selection) string {
	fields := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		fields[i] = v.output(f, sel) + " AS " + f.As
	}
	if len(fields) == 0 {
		return "1"
	}
	return strings.Join(fields, ", ")
}

func (v *View) output(f Field, sel selection) string {
	switch {
	case f.Role == TimeField:
		return "s.time"
	case f.Role == ValueField:
		return "s." + valueColumn(f.Ordinal)
	case sel.single():
		return v.table.text(sel.series[0], f)
	case f.Role == MeasureField:
		return "d.measure"
	default:
		return "d." + dimensionColumn(f.Ordinal)
	}
}

// text returns a dimension or the measure name of a series as a literal.
func (t *Table) text(n uint32, f Field) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	st := &t.mu.series
	s := &st.list[n]
	if f.Role == MeasureField {
		return duckdb.Quote(st.measures.texts[s.measure])
	}
	for _, p := range st.run(s) {
		if int(p.dim) == f.Ordinal {
			return duckdb.Quote(st.dims[p.dim].values.texts[p.value])
		}
	}
	return "NULL::VARCHAR"
}

// dictionary is the selected part of the dictionary.
func (v *View) dictionary(scan Scan, sel selection) string {
	var b strings.Builder
	b.WriteString("SELECT * FROM " + dictionaryName(v.table.id))
	if sel.listed {
		b.WriteString(" WHERE sid IN (" + sel.text() + ")")
		return b.String()
	}
	for i, in := range scan.In {
		column := "measure"
		if in.Role == DimensionField {
			column = dimensionColumn(in.Ordinal)
		}
		quoted := make([]string, len(in.Values))
		for k, value := range in.Values {
			quoted[k] = duckdb.Quote(value)
		}
		b.WriteString([2]string{" AND ", " WHERE "}[bit(i == 0)] + column + " IN (" + strings.Join(quoted, ", ") + ")")
	}
	return b.String()
}

// parts returns the SELECTs over single segments.
func (v *View) parts(scan Scan, sel selection) []string {
	var parts []string
	newest := v.newest(scan, sel)
	for _, seg := range v.segments {
		if seg.max < scan.Min || seg.min > scan.Max {
			continue
		}
		if newest == nil {
			parts = append(parts, v.part(seg, scan, scan.Min, scan.Max, sel))
			continue
		}
		for _, w := range newest[seg.seq] {
			parts = append(parts, v.part(seg, scan, max(scan.Min, w.min), min(scan.Max, w.max), w.series))
		}
	}
	return parts
}

// part selects the rows of one segment.
func (v *View) part(seg segmentView, scan Scan, from, to int64, sel selection) string {
	var b strings.Builder
	b.WriteString("SELECT sid, time")
	for _, f := range scan.Fields {
		if f.Role != ValueField {
			continue
		}
		name := valueColumn(f.Ordinal)
		if f.Ordinal >= seg.columns {
			name = "NULL::" + v.typeOf(f) + " AS " + name
		}
		b.WriteString(", " + name)
	}
	b.WriteString(" FROM " + seg.name)
	var where []string
	if from != math.MinInt64 {
		where = append(where, "time >= "+instant(from))
	}
	if to != math.MaxInt64 {
		where = append(where, "time <= "+instant(to))
	}
	if sel.single() {
		where = append(where, "sid = "+sel.text())
	} else if sel.listed {
		where = append(where, "sid IN ("+sel.text()+")")
	}
	if len(where) > 0 {
		b.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	return b.String()
}

func instant(ns int64) string { return fmt.Sprintf("make_timestamp_ns(%d)", ns) }

// maxListed is the most series that a statement names; above, the dictionary is joined.
const maxListed = 1024

// selection is a set of series: all of them, or those listed.
type selection struct {
	listed bool
	series []uint32
}

func (sel selection) single() bool { return sel.listed && len(sel.series) == 1 }

func (sel selection) text() string {
	texts := make([]string, len(sel.series))
	for i, n := range sel.series {
		texts[i] = strconv.FormatUint(uint64(n), 10)
	}
	return strings.Join(texts, ",")
}

// choose finds the series that pass every In, if they are few.
func (t *Table) choose(list []In) selection {
	if len(list) == 0 {
		return selection{}
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	best, found := t.mu.series.having(list[0])
	for _, in := range list[1:] {
		if more, ok := t.mu.series.having(in); ok && (!found || len(more) < len(best)) {
			best, found = more, true
		}
	}
	if !found {
		return selection{}
	}
	best = slices.DeleteFunc(best, func(n uint32) bool { return !t.mu.series.passes(n, list) })
	return selection{listed: true, series: best}
}

// having returns the series with one of the values, unless they are too many.
func (st *seriesTable) having(in In) ([]uint32, bool) {
	var series []uint32
	for _, value := range distinct(in.Values) {
		more := st.with(in, value)
		if len(series)+len(more) > maxListed {
			return nil, false
		}
		series = append(series, more...)
	}
	return series, true
}

func distinct(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

func (st *seriesTable) with(in In, value string) []uint32 {
	if in.Role == MeasureField {
		if n, ok := st.measures.byText[value]; ok {
			return st.named[n]
		}
		return nil
	}
	if in.Ordinal >= len(st.dims) {
		return nil
	}
	d := &st.dims[in.Ordinal]
	if n, ok := d.values.byText[value]; ok {
		return d.having[n]
	}
	return nil
}

func (st *seriesTable) passes(n uint32, list []In) bool {
	for _, in := range list {
		if !slices.Contains(in.Values, st.value(n, in)) {
			return false
		}
	}
	return true
}

// value returns a series' value, and an empty text, which none has, where it lacks the dimension.
func (st *seriesTable) value(n uint32, in In) string {
	s := &st.list[n]
	if in.Role == MeasureField {
		return st.measures.texts[s.measure]
	}
	for _, p := range st.run(s) {
		if int(p.dim) == in.Ordinal {
			return st.dims[p.dim].values.texts[p.value]
		}
	}
	return ""
}
