package hot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"tidemark/internal/duckdb"
	"tidemark/internal/parquet"
)

// Files are sorted by series and time, so a reader that knows it sums up a bucket of a
// series at once, where DuckDB computes a key for each row. What it cannot read is left
// to DuckDB.

// sumsName is the name of the relation in statements.
const sumsName = "tidemark_sums"

// sumsRequest says what is summed up of which files. It stands in the statement.
type sumsRequest struct {
	Files    []string
	Applied  []uint64 // deletes up to these numbers are not in the files any more
	Deletes  []sumsDelete
	Snapshot uint64 // whose overlays of a table may have other versions of rows; 0: none has
	Table    uint32
	From, To int64 // times, inclusive
	Width    int64 // of a bucket; 0: no buckets
	All      bool  // series; else those listed, ascending
	Series   []uint32
	Rows     int64 // of the result, about
	Bytes    int64 // of memory that a reader needs
	Pieces   int   // row groups of the files

	SeriesField, TimeField int // numbers of columns in files
	KeyField               int // of the column by which files are sorted first, 0: all its values are wanted
	Keys                   [2]string

	Columns []sumsColumn
	Calls   []sumsCall
}

// sumsColumn is a column that calls read.
type sumsColumn struct {
	Field int  // 0: it is in no file
	Type  Type // Bigint or Double; Timestamp is the time
}

// sumsCall is a partial result over Columns[Column], which CountRows does not read.
type sumsCall struct {
	Kind   GroupKind
	Column int
}

// summed takes from a view the files that are summed up straight from their columns, and
// returns the SELECT that does it, empty if there are none.
func (v *View) summed(ctx context.Context, scan Scan, sel selection) (text string, rest *View, err error) {
	req, ok := v.sumsOf(scan, sel)
	if !ok {
		return "", v, nil
	}
	overlays := v.overlays(scan)
	if len(overlays) > 0 {
		req.Snapshot, req.Table = v.snapshot.number, v.table.id
	}
	var left, taken []File
	files := v.filesIn(scan, sel)
	unsaid := req.obey(files, v.deletesNow(), sel)
	offers, err := v.table.store.sums.offers(ctx, files, &req)
	if err != nil {
		return "", nil, err
	}
	for i, f := range files {
		if !offers[i].fits || slices.ContainsFunc(unsaid, func(d deletion) bool { return d.concerns(&f) }) {
			left = append(left, f)
			continue
		}
		taken = append(taken, f)
		req.add(&f, offers[i])
	}
	if len(taken) == 0 || v.table.store.sums.crowded(overlays, taken, scan) {
		return "", v, nil
	}
	if !v.snapshot.reserve(req.Bytes) {
		v.table.store.metrics.unsummed.Add(float64(len(taken)))
		return "", v, nil
	}
	ours := *v
	ours.segments, ours.files = nil, taken
	req.Rows = ours.results(scan, sel)
	v.note(taken)
	others := *v
	others.files = left
	return req.text(scan.Groups, overlays), &others, nil
}

// filesIn returns the files that may have rows of a scan.
func (v *View) filesIn(scan Scan, sel selection) []File {
	return slices.DeleteFunc(slices.Clone(v.files), func(f File) bool { return !f.touches(scan.Min, scan.Max) || !f.holds(sel) })
}

// crowdedShare is the part of the rows of files from which on it costs more to hand those
// out one by one which overlays may have than to leave the files to DuckDB.
const crowdedShare = 8

func (s *sums) crowded(overlays []segmentView, files []File, scan Scan) bool {
	touched, rows := 0.0, 0.0
	for _, seg := range overlays {
		touched += float64(seg.rows) * share(seg.first, seg.last, scan.Min, scan.Max)
	}
	for i := range files {
		rows += float64(files[i].Rows) * share(files[i].MinTime, files[i].MaxTime, scan.Min, scan.Max)
	}
	return or(s.share, crowdedShare)*touched > rows
}

// Sums tells of a scan how many files it reads, and how many of them are summed up straight
// from their columns.
func (v *View) Sums(ctx context.Context, scan Scan) (direct, files int, err error) {
	_, all, err := v.Read(ctx, scan)
	if err != nil {
		return 0, 0, err
	}
	var taken []File
	asking := *v
	asking.read = &taken
	if len(all) > 0 {
		_, _, err = asking.summed(ctx, scan, v.table.choose(scan.In))
	}
	return len(taken), len(all), err
}

// results estimates how many results there are.
func (v *View) results(scan Scan, sel selection) int64 {
	e := v.reach(scan, sel)
	return int64(min(e.rows, float64(e.series)*float64(e.buckets(scan.Groups.Width))))
}

// sumsOf describes a scan, but for its files; ok is false when they cannot be summed up
// so.
func (v *View) sumsOf(scan Scan, sel selection) (req sumsRequest, ok bool) {
	if scan.Groups == nil || scan.Newest || scan.version || len(v.files) == 0 || v.snapshot == nil {
		return req, false
	}
	key := v.fileKey(scan, sel)
	req = sumsRequest{
		From: scan.Min, To: scan.Max, Width: scan.Groups.Width, All: !sel.listed, Series: sel.series,
		SeriesField: v.fields[SeriesColumn], TimeField: v.fields[TimeColumn], KeyField: key.field,
	}
	if key.field != 0 {
		req.Keys = [2]string{key.values[0], key.values[len(key.values)-1]}
	}
	for _, c := range scan.Groups.Calls {
		if !req.compute(v, c) {
			return req, false
		}
	}
	return req, utf8.ValidString(req.Keys[0] + req.Keys[1])
}

// compute takes up a call.
func (r *sumsRequest) compute(v *View, c GroupCall) bool {
	if c.Kind == CountRows {
		r.Calls = append(r.Calls, sumsCall{Kind: c.Kind})
		return true
	}
	column := sumsColumn{Field: r.TimeField, Type: Timestamp}
	if c.Field.Role == ValueField {
		of := v.schema.columns[c.Field.Ordinal]
		column = sumsColumn{Field: v.fields[of.Name], Type: of.Type}
		if of.Type != Bigint && of.Type != Double {
			return false
		}
	}
	i := slices.Index(r.Columns, column)
	if i < 0 || column.Field == 0 {
		i = len(r.Columns)
		r.Columns = append(r.Columns, column)
	}
	r.Calls = append(r.Calls, sumsCall{Kind: c.Kind, Column: i})
	return c.Kind != Sum || column.Type != Timestamp
}

// text is the SELECT that runs a request, with the columns of View.grouped.
func (r *sumsRequest) text(g *Grouping, overlays []segmentView) string {
	spec, err := json.Marshal(r)
	if err != nil {
		panic(err) // it has numbers and texts only
	}
	head := "SELECT sid"
	if r.Width != 0 {
		head += ", bucket"
	}
	text := head + g.results(GroupCall.passed) + " FROM " + sumsName + "(" + duckdb.Quote(string(spec)) + ")"
	if len(overlays) == 0 {
		return text
	}
	return text + " b WHERE NOT EXISTS (SELECT 1 FROM (" + overlaidKeys(overlays, r.From, r.To) + ") o WHERE o.sid = b.sid AND o.time = b.single)"
}

// sums is what the store needs to sum up files itself.
type sums struct {
	layouts layouts
	memory  readingMemory
	keys    keyMemory
	share   float64 // 0 is crowdedShare
	idle    idleSummers
}

// maxReading bounds the bytes that a reader needs, however much memory there is. The row
// groups of files of ours have half as many.
const maxReading = 256 << 20

// physicalTypes are the types of columns in files.
var physicalTypes = map[Type]parquet.Type{Bigint: parquet.Int64, Double: parquet.Double, Timestamp: parquet.Int64}

// offer is what the footer of a file says of it for a request.
type offer struct {
	fits   bool
	groups int   // row groups
	bytes  int64 // that a reader needs
}

// offers reads the footers of files. One that is not there, because it is in a bucket, is
// DuckDB's to read; one that is damaged too, so that its error is the same.
func (s *sums) offers(ctx context.Context, files []File, r *sumsRequest) ([]offer, error) {
	list := make([]offer, len(files))
	err := s.layouts.each(ctx, files, func(i int, layout *parquet.Layout, err error) {
		if err == nil && utf8.ValidString(files[i].Path) && r.fits(layout) == nil {
			bytes := r.bytes(layout)
			list[i] = offer{bytes <= s.memory.largest(), len(layout.Groups), bytes}
		}
	})
	return list, err
}

// add adds a file that fits.
func (r *sumsRequest) add(f *File, o offer) {
	r.Files, r.Applied, r.Pieces = append(r.Files, f.Path), append(r.Applied, f.Applied), r.Pieces+o.groups
	r.Bytes = max(r.Bytes, o.bytes)
}

// bytes is the memory that a reader of a file needs.
func (r *sumsRequest) bytes(layout *parquet.Layout) int64 {
	total := layout.Column(r.SeriesField).Bytes() + layout.Column(r.TimeField).Bytes()
	for _, column := range r.Columns {
		if c := layout.Column(column.Field); c != nil && column.Type != Timestamp {
			total += c.Bytes()
		}
	}
	return total
}

// fits says what is wrong with a file for a request.
func (r *sumsRequest) fits(layout *parquet.Layout) error {
	if c := layout.Column(r.SeriesField); c == nil || !c.Readable || c.Type != parquet.Int32 {
		return fmt.Errorf("column %d holds no series", r.SeriesField)
	}
	if c := layout.Column(r.TimeField); c == nil || !c.Readable || !c.Instant {
		return fmt.Errorf("column %d holds no times", r.TimeField)
	}
	for _, column := range r.Columns {
		c := layout.Column(column.Field)
		if c == nil {
			continue // its values are NULL
		}
		if !c.Readable || c.Type != physicalTypes[column.Type] || c.Instant != (column.Type == Timestamp) {
			return fmt.Errorf("column %d cannot be read", column.Field)
		}
	}
	if bytes := r.bytes(layout); bytes > maxReading {
		return fmt.Errorf("a row group of its columns takes %d bytes, more than %d", bytes, int64(maxReading))
	}
	return nil
}
