package hot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"tidemark/internal/duckdb"
	"tidemark/internal/parquet"
)

// registerSums makes the relation known to the engine.
func (s *Store) registerSums(ctx context.Context) error {
	return s.opts.Engine.RegisterSource(ctx, duckdb.Source{Name: sumsName, Bind: s.bindSums})
}

// sumsTypes are the types of partial results by the type of their column.
var sumsTypes = map[GroupKind]map[Type]duckdb.Kind{
	CountRows: {Double: duckdb.BigInt, Bigint: duckdb.BigInt, Timestamp: duckdb.BigInt},
	Count:     {Double: duckdb.BigInt, Bigint: duckdb.BigInt, Timestamp: duckdb.BigInt},
	Sum:       {Double: duckdb.Double, Bigint: duckdb.HugeInt},
	Min:       {Double: duckdb.Double, Bigint: duckdb.BigInt, Timestamp: duckdb.TimestampNS},
	Max:       {Double: duckdb.Double, Bigint: duckdb.BigInt, Timestamp: duckdb.TimestampNS},
}

// bindSums finds out which columns the results of a request have.
func (s *Store) bindSums(text string) (duckdb.Relation, error) {
	r := &sumsRequest{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return duckdb.Relation{}, fmt.Errorf("read what is to be summed up: %w", err)
	}
	out := duckdb.Relation{
		Columns: []duckdb.Column{{Name: "sid", Type: duckdb.Type{Kind: duckdb.UInteger}}, {Name: "bucket", Type: duckdb.Type{Kind: duckdb.TimestampNS}}},
		Rows:    r.Rows, Open: func() (duckdb.Reading, error) { return s.openSums(r) },
	}
	for i, c := range r.Calls {
		of := sumsColumn{Type: Bigint}
		if c.Kind != CountRows {
			if c.Column < 0 || c.Column >= len(r.Columns) {
				return out, fmt.Errorf("result %d reads column %d of %d", i, c.Column, len(r.Columns))
			}
			of = r.Columns[c.Column]
		}
		kind, ok := sumsTypes[c.Kind][of.Type]
		if !ok {
			return out, fmt.Errorf("result %d is of kind %d over type %d", i, c.Kind, of.Type)
		}
		out.Columns = append(out.Columns, duckdb.Column{Name: resultColumn(i), Type: duckdb.Type{Kind: kind}})
	}
	return out, nil
}

// summing is one run of a request. Its threads take row groups one after the other.
type summing struct {
	store   *Store
	request *sumsRequest
	files   []*summedFile
	groups  []summedGroup
	next    atomic.Int64
	rows    atomic.Int64 // that were read
}

type summedFile struct {
	*os.File
	path   string
	layout *parquet.Layout
}

// summedGroup is a row group of a file.
type summedGroup struct {
	file  *summedFile
	group int
}

func (s *Store) openSums(r *sumsRequest) (*summing, error) {
	run := &summing{store: s, request: r}
	for _, path := range r.Files {
		if err := run.open(path); err != nil {
			return nil, errors.Join(fmt.Errorf("read %s: %w", path, err), run.Close())
		}
	}
	return run, nil
}

// open opens a file and notes the row groups that may have rows of the request.
func (run *summing) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	file := &summedFile{File: f, path: path}
	run.files = append(run.files, file)
	if file.layout, err = run.store.sums.layouts.of(path); err != nil {
		return err
	}
	if err := run.request.fits(file.layout); err != nil {
		return err
	}
	for i := range file.layout.Groups {
		if run.request.wants(file.layout, i) {
			run.groups = append(run.groups, summedGroup{file, i})
		}
	}
	return nil
}

// wants reports whether a row group may have rows of the request.
func (r *sumsRequest) wants(layout *parquet.Layout, group int) bool {
	if low, high, ok := layout.Column(r.TimeField).Range(group); ok && (low > r.To || high < r.From) {
		return false
	}
	if low, high, ok := layout.Column(r.SeriesField).Range(group); ok && !r.All {
		i, _ := slices.BinarySearchFunc(r.Series, low, func(n uint32, low int64) int { return int(int64(n) - low) })
		if i == len(r.Series) || int64(r.Series[i]) > high {
			return false
		}
	}
	if c := layout.Column(r.KeyField); c != nil && r.KeyField != 0 {
		if low, high, ok := c.TextRange(group); ok && (low > r.Keys[1] || high < r.Keys[0]) {
			return false
		}
	}
	return true
}

// Threads is part of duckdb.Reading.
func (run *summing) Threads() int { return len(run.groups) }

// Close is part of duckdb.Reading.
func (run *summing) Close() error {
	var errs []error
	for _, f := range run.files {
		errs = append(errs, f.Close())
	}
	run.store.metrics.summed.Add(float64(len(run.files)))
	run.store.metrics.summedRows.Add(float64(run.rows.Load()))
	return errors.Join(errs...)
}

// Reader is part of duckdb.Reading.
func (run *summing) Reader() (duckdb.Reader, error) {
	s := run.store.sums.idle.take()
	s.begin(run.request)
	return &sumsReader{run: run, summer: s}, nil
}

// idleSummers keeps the memory of readers for others.
type idleSummers struct{ pool sync.Pool }

func (i *idleSummers) take() *summer {
	if s, ok := i.pool.Get().(*summer); ok {
		return s
	}
	return &summer{}
}

// sumsReader sums up row groups and hands out what became of them.
type sumsReader struct {
	run    *summing
	summer *summer
	file   *summedFile
	given  int // results of the summer
	rows   int // of the row group that are left
}

// Close is part of duckdb.Reader.
func (r *sumsReader) Close() error {
	if r.summer != nil {
		r.run.store.sums.idle.pool.Put(r.summer)
		r.summer = nil
	}
	return nil
}

// batchRows is how many rows are decoded at once. Their columns stay in the fastest cache.
const batchRows = 2048

// Read is part of duckdb.Reader.
func (r *sumsReader) Read(columns []duckdb.Output, limit int) (int, error) {
	for r.summer.done()-r.given < limit {
		if r.rows > 0 {
			n := min(r.rows, batchRows)
			if err := r.summer.batch(n); err != nil {
				return 0, fmt.Errorf("sum up %s: %w", r.file.path, err)
			}
			if r.rows -= n; r.rows == 0 {
				r.summer.finish()
			}
			continue
		}
		more, err := r.nextGroup()
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
	}
	n := min(limit, r.summer.done()-r.given)
	r.write(columns, r.given, n)
	if r.given += n; r.given == r.summer.done() {
		r.summer.forget()
		r.given = 0
	}
	return n, nil
}

func (r *sumsReader) nextGroup() (bool, error) {
	i := r.run.next.Add(1) - 1
	if i >= int64(len(r.run.groups)) {
		return false, nil
	}
	g := r.run.groups[i]
	r.file, r.rows = g.file, int(g.file.layout.Groups[g.group].Rows)
	r.run.rows.Add(int64(r.rows))
	if err := r.summer.open(g.file, g.file.layout, g.group); err != nil {
		return false, fmt.Errorf("sum up %s: %w", r.file.path, err)
	}
	return true, nil
}

// write hands out n results from one on.
func (r *sumsReader) write(columns []duckdb.Output, from, n int) {
	s := r.summer
	copy(columns[0].Uint32s(n), s.sids[from:])
	copy(columns[1].Int64s(n), s.buckets[from:])
	for i, c := range r.run.request.Calls {
		out := &columns[i+2]
		if c.Kind == CountRows {
			copy(out.Int64s(n), s.rows[from:])
			continue
		}
		s.columns[c.Column].write(c.Kind, out, from, n)
	}
}

// write hands out the results of a column. Those of no value are NULL, but for counts.
func (c *summedColumn) write(kind GroupKind, out *duckdb.Output, from, n int) {
	counts := c.counts[from : from+n]
	switch kind {
	case Count:
		copy(out.Int64s(n), counts)
		return
	case Sum:
		if c.of.Type == Bigint {
			copy(out.Words(n), c.sums[from:])
		} else {
			for i, w := range c.sums[from : from+n] {
				out.Int64s(n)[i] = int64(w[0])
			}
		}
	case Min:
		copy(out.Int64s(n), c.mins[from:])
	case Max:
		copy(out.Int64s(n), c.maxs[from:])
	}
	if !slices.Contains(counts, 0) {
		return
	}
	valid := out.Validity(n)
	for i, count := range counts {
		if count == 0 {
			valid[i/64] &^= 1 << (i % 64)
		}
	}
}
