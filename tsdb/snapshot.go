package tsdb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tidemark/fault"
	"tidemark/tsdb/hot"
)

// Role says what a column holds, in the order in which SELECT * lists the columns.
type Role uint8

// The roles.
const (
	DimensionColumn Role = iota
	MeasureNameColumn
	TimeColumn
	SingleColumn // measure_value::double and its kin
	MultiColumn  // an attribute of multi-measure records
)

// Column is one column of a table.
type Column struct {
	Name string
	Role Role
	Type ValueType
}

// Schema is a table's columns in SELECT * order: dimensions as first seen,
// measure_name, time, then the values. A table without records has two.
type Schema struct{ Columns []Column }

// MeasureInfo is a measure with the dimensions of its series; one that was written
// with two types appears twice.
type MeasureInfo struct {
	Name       string
	Type       string // double, bigint, varchar, boolean or multi
	Dimensions []string
}

var typeNames = [...]string{hot.Double: "double", hot.Bigint: "bigint", hot.Varchar: "varchar", hot.Boolean: "boolean", hot.Multi: "multi"}

// Measures returns a table's measures by name.
func (d *DB) Measures(_ context.Context, ref TableRef) ([]MeasureInfo, error) {
	t, err := d.open(ref)
	if err != nil {
		return nil, err
	}
	uses := t.hot.Measures()
	list := make([]MeasureInfo, len(uses))
	for i, u := range uses {
		list[i] = MeasureInfo{Name: u.Name, Type: typeNames[u.Type], Dimensions: u.Dimensions}
	}
	slices.SortStableFunc(list, func(a, b MeasureInfo) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Schema returns a table's columns now. A query that goes on to read takes them from
// its snapshot instead, where they stay.
func (d *DB) Schema(_ context.Context, ref TableRef) (Schema, error) {
	t, err := d.open(ref)
	if err != nil {
		return Schema{}, err
	}
	return Schema{Columns: layOut(t.hot.Schema()).columns}, nil
}

// arrangement is a schema with the place of each column in the hot store.
type arrangement struct {
	columns []Column
	fields  []hot.Field
}

func (a *arrangement) add(c Column, role hot.Role, ordinal int) {
	a.columns = append(a.columns, c)
	a.fields = append(a.fields, hot.Field{Role: role, Ordinal: ordinal})
}

// singleOrder is the order of the value columns of single-measure records.
var singleOrder = []hot.Type{hot.Double, hot.Bigint, hot.Varchar, hot.Boolean}

func layOut(s hot.Schema) arrangement {
	var a arrangement
	for i, name := range s.Dimensions {
		a.add(Column{name, DimensionColumn, Varchar}, hot.DimensionField, i)
	}
	a.add(Column{"measure_name", MeasureNameColumn, Varchar}, hot.MeasureField, 0)
	a.add(Column{"time", TimeColumn, Timestamp}, hot.TimeField, 0)
	for _, t := range singleOrder {
		for i, c := range s.Columns {
			if c.Single && c.Type == t {
				a.add(Column{c.Name, SingleColumn, ValueType(c.Type)}, hot.ValueField, i)
			}
		}
	}
	for i, c := range s.Columns {
		if !c.Single {
			a.add(Column{c.Name, MultiColumn, ValueType(c.Type)}, hot.ValueField, i)
		}
	}
	return a
}

// Snapshot is what a query reads: the tables as they were when it first asked for
// them, with everything that was acknowledged before. It is safe to use at once.
type Snapshot struct {
	db  *DB
	hot *hot.Snapshot
	now int64

	mu struct {
		sync.Mutex
		tables  map[TableRef]*snapshotTable
		files   []hot.File // that relations read and Fetch has not seen
		release []func()   // what Fetch holds
	}
}

type snapshotTable struct {
	table       *openTable
	view        *hot.View
	arrangement arrangement
}

// Snapshot opens a snapshot. The caller closes it when its query has ended.
func (d *DB) Snapshot(ctx context.Context) (*Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &Snapshot{db: d, hot: d.hot.Snapshot(), now: d.opts.Now().UnixNano()}
	s.mu.tables = map[TableRef]*snapshotTable{}
	return s, nil
}

// Close lets go of the tables. It may be called twice.
func (s *Snapshot) Close() error {
	s.mu.Lock()
	for _, release := range s.mu.release {
		release()
	}
	s.mu.release = nil
	s.mu.Unlock()
	return s.hot.Close()
}

// Fetch makes what the relations given out so far read readable, until Close: files that
// are in a bucket are brought here.
func (s *Snapshot) Fetch(ctx context.Context) error {
	s.mu.Lock()
	files := s.mu.files
	s.mu.files = nil
	s.mu.Unlock()
	release, err := s.db.fetch(ctx, files)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.release = append(s.mu.release, release)
	return nil
}

// Schema returns a table's columns; every call gives the same answer. NotFound when
// there is no such table.
func (s *Snapshot) Schema(ref TableRef) (Schema, error) {
	t, err := s.table(ref)
	if err != nil {
		return Schema{}, err
	}
	return Schema{Columns: t.arrangement.columns}, nil
}

func (s *Snapshot) table(ref TableRef) (*snapshotTable, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, ok := s.mu.tables[ref]; ok {
		return t, nil
	}
	open, err := s.db.open(ref)
	if err != nil {
		return nil, err
	}
	t := &snapshotTable{table: open, view: s.hot.View(open.hot)}
	t.arrangement = layOut(t.view.Schema())
	s.mu.tables[ref] = t
	return t, nil
}

// In keeps rows whose column, a dimension or measure_name, has one of the values.
type In struct {
	Column int // index in the snapshot's schema
	Values []string
}

// Scan says what a query needs of a table: columns by their index in the snapshot's
// schema, and bounds that let the store leave out rows.
type Scan struct {
	Ref              TableRef
	Columns          []int
	MinTime, MaxTime int64 // nanoseconds, inclusive
	In               []In
	Newest           bool    // of each series only the newest row up to MaxTime matters
	Groups           *Groups // not nil: partial results in place of rows
}

// Groups makes the relation of a scan one of partial results: rows of one series in one
// bucket of time become one, or a few. Its columns are of the series; beside them stand
// bucket, the time rounded down to a multiple of Width, and p<i> for every call. A sum of
// bigint may be wider than that.
type Groups struct {
	Width int64 // nanoseconds; 0: no bucket, all of time is one
	Calls []GroupCall
}

// GroupCall is a partial result over a column: the time or a value, none for CountRows.
type GroupCall struct {
	Kind   GroupKind
	Column int // index in the snapshot's schema
}

// GroupKind is what a partial result is.
type GroupKind = hot.GroupKind

// The kinds.
const (
	CountRows = hot.CountRows
	Count     = hot.Count
	Sum       = hot.Sum
	Min       = hot.Min
	Max       = hot.Max
)

// Relation returns a parenthesised SELECT that exposes a column c<i> for every i in
// scan.Columns over all rows that the bounds do not exclude, each once. DuckDB runs it
// on the engine of the store, while the snapshot is open and after Fetch. Rows past their
// retention are left out. It reads footers of files, until the context ends.
func (s *Snapshot) Relation(ctx context.Context, scan Scan) (string, error) {
	t, out, err := s.scan(scan)
	if err != nil {
		return "", err
	}
	text, files, err := t.view.Read(ctx, out)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.files = append(s.mu.files, files...)
	return text, nil
}

// Sums tells of the relation of a scan how many files it reads, and how many of them are
// summed up straight from their columns.
func (s *Snapshot) Sums(ctx context.Context, scan Scan) (direct, files int, err error) {
	t, out, err := s.scan(scan)
	if err != nil {
		return 0, 0, err
	}
	return t.view.Sums(ctx, out)
}

// Bytes estimates the column data that the relation of a scan reads.
func (s *Snapshot) Bytes(scan Scan) (int64, error) {
	t, out, err := s.scan(scan)
	if err != nil {
		return 0, err
	}
	return t.view.Bytes(out), nil
}

// scan finds a scan's table and its fields in the hot store.
func (s *Snapshot) scan(scan Scan) (*snapshotTable, hot.Scan, error) {
	t, err := s.table(scan.Ref)
	if err != nil {
		return nil, hot.Scan{}, err
	}
	out := hot.Scan{Min: max(scan.MinTime, s.now-t.table.doc.Retention.total()), Max: scan.MaxTime, Newest: scan.Newest}
	for _, i := range scan.Columns {
		f, err := t.field(i)
		if err != nil {
			return nil, out, err
		}
		f.As = fmt.Sprintf("c%d", i)
		out.Fields = append(out.Fields, f)
	}
	if scan.Groups != nil {
		if out.Groups, err = t.grouping(scan.Groups); err != nil {
			return nil, out, err
		}
	}
	for _, in := range scan.In {
		f, err := t.field(in.Column)
		if err != nil {
			return nil, out, err
		}
		if f.Role >= hot.TimeField {
			return nil, out, fault.New(fault.Internal, "a scan of %s selects series by column %d, which is no dimension", scan.Ref, in.Column)
		}
		out.In = append(out.In, hot.In{Role: f.Role, Ordinal: f.Ordinal, Values: in.Values})
	}
	return t, out, nil
}

func (t *snapshotTable) grouping(g *Groups) (*hot.Grouping, error) {
	out := &hot.Grouping{Width: g.Width}
	for _, c := range g.Calls {
		call := hot.GroupCall{Kind: c.Kind}
		if c.Kind != hot.CountRows {
			f, err := t.field(c.Column)
			if err != nil {
				return nil, err
			}
			if f.Role < hot.TimeField {
				return nil, fault.New(fault.Internal, "a partial result over column %d, which is of the series", c.Column)
			}
			call.Field = f
		}
		out.Calls = append(out.Calls, call)
	}
	return out, nil
}

func (t *snapshotTable) field(i int) (hot.Field, error) {
	if i < 0 || i >= len(t.arrangement.fields) {
		return hot.Field{}, fault.New(fault.Internal, "a scan of %s asks for column %d of %d", t.table.ref, i, len(t.arrangement.fields))
	}
	return t.arrangement.fields[i], nil
}
