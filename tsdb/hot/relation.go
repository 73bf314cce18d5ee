package hot

import (
	"fmt"
	"math"
	"slices"
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
	if f.Role == MeasureField {
		return duckdb.Quote(t.mu.series.measureOf(n))
	}
	if value, ok := t.mu.series.dimension(n, f.Ordinal); ok {
		return duckdb.Quote(value)
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
