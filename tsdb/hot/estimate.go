package hot

import "slices"

// widths are the bytes that a value takes in memory, texts without their own bytes.
var widths = map[Type]int64{Double: 8, Bigint: 8, Timestamp: 8, Boolean: 1, Varchar: 16}

// Bytes estimates the column data that a relation reads: the rows of the segments, in
// proportion to the part of their time and of the series that the scan asks for, by
// the widths of its columns. The newest rows count as one per series.
func (v *View) Bytes(scan Scan) int64 {
	sel := v.table.choose(scan.In)
	series := v.table.seriesCount()
	rows := 0.0
	for _, seg := range v.segments {
		rows += float64(seg.rows) * share(seg.first, seg.last, scan.Min, scan.Max)
	}
	for i := range v.files {
		rows += float64(v.files[i].Rows) * share(v.files[i].MinTime, v.files[i].MaxTime, scan.Min, scan.Max)
	}
	if scan.Newest {
		rows = min(rows, float64(series))
	}
	if sel.listed && series > 0 {
		rows *= float64(len(sel.series)) / float64(series)
	}
	return int64(rows * float64(v.rowBytes(scan)))
}

// share is the part of the time from first to last that lies between two times.
func share(first, last, from, to int64) float64 {
	from, to = max(from, first), min(to, last)
	switch {
	case from > to:
		return 0
	case first == last:
		return 1
	}
	return float64(uint64(to)-uint64(from)) / float64(uint64(last)-uint64(first)) // exact however near they are
}

// rowBytes is the width of the columns that a scan reads.
func (v *View) rowBytes(scan Scan) int64 {
	total := int64(0)
	for _, f := range scan.reads() {
		switch f.Role {
		case TimeField:
			total += widths[Timestamp]
		case ValueField:
			total += widths[v.schema.columns[f.Ordinal].Type]
		default:
			total += widths[Varchar]
		}
	}
	return total
}

// reads lists the fields that a scan reads: those of the relation and those of its calls.
func (s Scan) reads() []Field {
	if s.Groups == nil {
		return s.Fields
	}
	list := slices.Clone(s.Fields)
	if s.Groups.Width != 0 {
		list = append(list, Field{Role: TimeField})
	}
	for _, v := range s.Groups.columns(nil) {
		list = append(list, Field{Role: ValueField, Ordinal: v})
	}
	return list
}

// seriesCount returns the number of series of the table.
func (t *Table) seriesCount() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.mu.series.len()
}
