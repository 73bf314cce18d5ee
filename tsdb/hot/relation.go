package hot

import (
	"context"
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
	Groups   *Grouping // not nil: partial results in place of rows
	version  bool      // the relation's rows have their version
}

// Relation returns a parenthesised SELECT with the fields of the scan. It is valid for
// DuckDB while the snapshot is open.
func (v *View) Relation(scan Scan) string {
	text, err := v.relation(context.Background(), scan)
	if err != nil {
		panic(err) // the context has no end
	}
	return text
}

func (v *View) relation(ctx context.Context, scan Scan) (string, error) {
	if scan.Min > scan.Max {
		return v.empty(scan), nil
	}
	sel := v.table.choose(scan.In)
	if sel.listed && len(sel.series) == 0 {
		return v.empty(scan), nil
	}
	rows, err := v.contents(ctx, scan, sel)
	switch {
	case err != nil:
		return "", err
	case rows == "":
		return v.empty(scan), nil
	case !scan.needsDictionary(sel):
		return "(SELECT " + scan.outputs(v, sel) + " FROM (" + rows + ") s)", nil
	}
	return "(SELECT " + scan.outputs(v, sel) + " FROM (" + rows + ") s JOIN (" + v.dictionary(scan, sel) + ") d ON d.sid = s.sid)", nil
}

// contents selects what a scan is to find: rows, or partial results.
func (v *View) contents(ctx context.Context, scan Scan, sel selection) (string, error) {
	if scan.Groups == nil {
		return v.rows(scan, sel), nil
	}
	sums, rest, err := v.summed(ctx, scan, sel)
	if err != nil {
		return "", err
	}
	rows := rest.rows(scan, sel)
	switch {
	case rows == "":
		return sums, nil
	case sums == "":
		return rest.grouped(scan, sel, rows), nil
	}
	return sums + " UNION ALL " + rest.grouped(scan, sel, rows), nil
}

// empty is the relation without rows.
func (v *View) empty(scan Scan) string {
	fields := make([]string, len(scan.Fields))
	for i, f := range scan.Fields {
		fields[i] = "NULL::" + v.typeOf(f) + " AS " + f.As
	}
	if scan.Groups != nil {
		fields = append(fields, scan.Groups.none(v)...)
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
	if s.Groups != nil {
		fields = append(fields, s.Groups.outputs()...)
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

// rows selects sid, time and the values of the scan from all parts of the view, each
// row once; it is empty when no part can have one.
func (v *View) rows(scan Scan, sel selection) string {
	newest := v.newest(scan, sel)
	base := strings.Join(append(v.parts(scan, sel, newest), v.fileParts(scan, sel, newest)...), " UNION ALL ")
	overlays := v.overlays(scan)
	if len(overlays) == 0 {
		return base
	}
	var all []string
	for i, seg := range overlays {
		for _, text := range v.segmentParts(seg, scan, sel, newest) {
			all = append(all, exceptOverlaid(text, overlays[i+1:], scan.Min, scan.Max))
		}
	}
	if base != "" {
		all = append(all, exceptOverlaid(base, overlays, scan.Min, scan.Max))
	}
	return strings.Join(all, " UNION ALL ")
}

// parts returns the SELECTs over single segments that are no overlays.
func (v *View) parts(scan Scan, sel selection, newest *newestRows) []string {
	var parts []string
	for _, seg := range v.segments {
		if !seg.overlay && seg.max >= scan.Min && seg.min <= scan.Max {
			parts = append(parts, v.segmentParts(seg, scan, sel, newest)...)
		}
	}
	return parts
}

// segmentParts returns the SELECTs over one segment: one, or one for each window.
func (v *View) segmentParts(seg segmentView, scan Scan, sel selection, newest *newestRows) []string {
	if newest == nil {
		return []string{v.part(seg, scan, selecting{from: scan.Min, to: scan.Max, sel: sel})}
	}
	var parts []string
	for _, w := range newest.windows[seg.seq] {
		parts = append(parts, v.part(seg, scan, w.within(scan)))
	}
	return parts
}

// within is the window inside the bounds of a scan.
func (w window) within(scan Scan) selecting {
	return selecting{from: max(scan.Min, w.min), to: min(scan.Max, w.max), sel: w.series}
}

// fileParts returns the SELECTs over files.
func (v *View) fileParts(scan Scan, sel selection, newest *newestRows) []string {
	if newest == nil {
		return v.filePart(nil, scan, selecting{from: scan.Min, to: scan.Max, sel: sel})
	}
	var parts []string
	for _, w := range newest.windows[inFiles] {
		if newest.saved >= 0 {
			parts = append(parts, segmentText(newestName(v.table.id), newest.saved, v.schema, scan.values(), scan.version, w.within(scan)))
			continue
		}
		parts = v.filePart(parts, scan, w.within(scan))
	}
	return parts
}

func (v *View) filePart(parts []string, scan Scan, want selecting) []string {
	files := slices.DeleteFunc(slices.Clone(v.files), func(f File) bool { return !f.touches(want.from, want.to) || !f.holds(want.sel) })
	if len(files) == 0 {
		return parts
	}
	v.note(files)
	want.key = v.fileKey(scan, want.sel)
	want.beside = v.table.store.beside(files, want.sel)
	want.stored = scan.Groups != nil && v.onlyFiles(scan)
	return append(parts, filesText(files, v.fields, v.schema, scan.values(), scan.version, want, v.deletesNow()))
}

// onlyFiles reports that no segment has rows in the time of a scan.
func (v *View) onlyFiles(scan Scan) bool {
	return !slices.ContainsFunc(v.segments, func(seg segmentView) bool { return seg.max >= scan.Min && seg.min <= scan.Max })
}

// values are the ordinals of the value columns that a scan reads.
func (s Scan) values() []int {
	var list []int
	for _, f := range s.Fields {
		if f.Role == ValueField {
			list = append(list, f.Ordinal)
		}
	}
	if s.Groups != nil {
		list = s.Groups.columns(list)
	}
	return list
}

// part selects the rows of one segment.
func (v *View) part(seg segmentView, scan Scan, want selecting) string {
	return segmentText(seg.name, seg.columns, v.schema, scan.values(), scan.version, want)
}

// segmentText selects sid, time, the version if it is wanted and value columns from a
// segment that has the first so many value columns.
func segmentText(name string, columns int, sc *schema, values []int, version bool, want selecting) string {
	var b strings.Builder
	b.WriteString("SELECT sid, time")
	if version {
		b.WriteString(", version")
	}
	for _, v := range values {
		text := valueColumn(v)
		if v >= columns {
			text = "NULL::" + sqlTypes[sc.columns[v].Type] + " AS " + text
		}
		b.WriteString(", " + text)
	}
	b.WriteString(" FROM " + name)
	if where := want.conditions("sid"); len(where) > 0 {
		b.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	return b.String()
}

func timeRange(from, to int64) []string {
	var where []string
	if from != math.MinInt64 {
		where = append(where, "time >= "+instant(from))
	}
	if to != math.MaxInt64 {
		where = append(where, "time <= "+instant(to))
	}
	return where
}

func instant(ns int64) string { return fmt.Sprintf("make_timestamp_ns(%d)", ns) }
