package hot

import (
	"context"
	"encoding/json"
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
	if r.Snapshot != 0 {
		out.Columns = append(out.Columns, duckdb.Column{Name: "single", Type: duckdb.Type{Kind: duckdb.TimestampNS}})
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

// summing is one run of a request. Its threads take row groups one after the other. Each
// opens the file that it reads, so a request of many files has few open.
type summing struct {
	store   *Store
	request *sumsRequest
	touched touchedRows  // those of overlays
	rows    atomic.Int64 // of the row groups that were read

	mu struct {
		sync.Mutex
		files   int        // that were taken up
		pieces  []piece    // row groups of them that are left
		reading int        // files of which the footer is being read
		read    *sync.Cond // one was
		taken   bool       // a reader has the memory that the statement's snapshot reserved
	}
}

// summed is a file that is summed up.
type summed struct {
	path    string
	applied uint64 // the deletes that it obeys
	layout  *parquet.Layout
}

// piece is what a thread takes.
type piece struct {
	file  *summed
	group int
}

// openSums begins a run. What overlays have is looked at now: the transaction has begun, so
// it sees no row that they do not know.
func (s *Store) openSums(r *sumsRequest) (duckdb.Reading, error) {
	run := &summing{store: s, request: r}
	run.mu.read = sync.NewCond(&run.mu)
	if r.Snapshot == 0 {
		return run, nil
	}
	overlays, ok := s.overlaysOf(r)
	if !ok {
		return nil, fmt.Errorf("snapshot %d of table %d is closed", r.Snapshot, r.Table)
	}
	for _, seg := range overlays {
		run.touched.take(seg.touched, r.From, r.To)
	}
	run.touched.ranges = run.touched.ranges.united()
	return run, nil
}

// overlaysOf returns the overlays of the table of a request as its snapshot has them.
func (s *Store) overlaysOf(r *sumsRequest) (list []segmentView, ok bool) {
	s.mu.Lock()
	sn := s.mu.snapshots[r.Snapshot]
	s.mu.Unlock()
	if sn == nil {
		return nil, false
	}
	sn.mu.Lock()
	defer sn.mu.Unlock()
	for t, v := range sn.mu.views {
		if t.id == r.Table {
			return v.overlays(Scan{Min: r.From, Max: r.To}), true
		}
	}
	return nil, false
}

// take returns the next row group that may have rows of the request; ok is false when
// there is none. Each thread that finds none reads the footer of one more file, or waits for
// what others find in theirs.
func (run *summing) take() (p piece, ok bool, err error) {
	run.mu.Lock()
	defer run.mu.Unlock()
	for len(run.mu.pieces) == 0 {
		switch {
		case run.mu.files < len(run.request.Files):
			if err := run.nextFile(); err != nil {
				return p, false, err
			}
		case run.mu.reading == 0:
			return p, false, nil
		default:
			run.mu.read.Wait()
		}
	}
	p, run.mu.pieces = run.mu.pieces[0], run.mu.pieces[1:]
	return p, true, nil
}

// nextFile takes up a file. The lock is held, but not while the footer is read.
func (run *summing) nextFile() (err error) {
	file := &summed{path: run.request.Files[run.mu.files]}
	if len(run.request.Applied) > run.mu.files {
		file.applied = run.request.Applied[run.mu.files]
	}
	run.mu.files++
	run.mu.reading++
	run.mu.Unlock()
	defer func() {
		run.mu.Lock()
		run.mu.reading--
		run.mu.read.Broadcast()
		for i := 0; err == nil && i < len(file.layout.Groups); i++ {
			if run.request.wants(file.layout, i) {
				run.mu.pieces = append(run.mu.pieces, piece{file, i})
			}
		}
	}()
	if file.layout, err = run.store.sums.layouts.of(file.path); err == nil {
		err = run.request.fits(file.layout)
	}
	if err != nil {
		err = fmt.Errorf("sum up %s: %w", file.path, err)
	}
	return err
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
func (run *summing) Threads() int { return run.request.Pieces }

// Close is part of duckdb.Reading.
func (run *summing) Close() error {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.store.metrics.summed.Add(float64(run.mu.files))
	run.store.metrics.summedRows.Add(float64(run.rows.Load()))
	return nil
}

// Reader is part of duckdb.Reading.
func (run *summing) Reader() (duckdb.Reader, error) {
	s := run.store.sums.idle.take(run.request)
	s.begin(run.request, &run.touched)
	return &sumsReader{run: run, summer: s}, nil
}

// sumsReader sums up row groups and hands out what became of them.
type sumsReader struct {
	run    *summing
	summer *summer
	path   string   // of the file; empty: none
	file   *os.File // it, open
	given  int      // results of the summer
	rows   int      // of the row group that are left
	share  readerShare
}

// Close is part of duckdb.Reader.
func (r *sumsReader) Close() error {
	if r.summer != nil {
		r.summer.holes.touched = nil
		r.run.store.sums.idle.pool.Put(r.summer)
		r.summer = nil
		r.run.leave(r.share)
		r.share = noShare
	}
	return r.open("")
}

// open has another file open, or none.
func (r *sumsReader) open(path string) (err error) {
	if r.path == path {
		return nil
	}
	if r.file != nil {
		err = r.file.Close()
	}
	r.path, r.file = "", nil
	if path == "" || err != nil {
		return err
	}
	if r.file, err = os.Open(path); err == nil {
		r.path = path
	}
	return err
}

// batchRows is how many rows are decoded at once. Their columns stay in the fastest cache.
const batchRows = 2048

// patience is how many rows are summed up before what there is, complete or not, is handed
// out: DuckDB looks for an interrupt only then. They take a millisecond or two.
const patience = 1 << 18

// Read is part of duckdb.Reader.
func (r *sumsReader) Read(columns []duckdb.Output, limit int) (int, error) {
	for left := patience; r.summer.done()-r.given < limit; {
		if left <= 0 {
			if r.summer.finish(); r.summer.done() > r.given {
				break
			}
		}
		if r.rows > 0 {
			n := min(r.rows, batchRows)
			left -= n
			if err := r.summer.batch(n); err != nil {
				return 0, fmt.Errorf("sum up %s: %w", r.path, err)
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
	if r.share == noShare {
		if r.share = r.run.admit(); r.share == noShare {
			return false, nil
		}
	}
	next, ok, err := r.run.take()
	if err != nil || !ok {
		return false, err
	}
	file, group := next.file, next.group
	r.rows = int(file.layout.Groups[group].Rows)
	r.run.rows.Add(int64(r.rows))
	if err = r.open(file.path); err == nil {
		err = r.summer.open(r.file, file, group)
	}
	if err != nil {
		return false, fmt.Errorf("sum up %s: %w", file.path, err)
	}
	return true, nil
}

// write hands out n results from one on.
func (r *sumsReader) write(columns []duckdb.Output, from, n int) {
	s := r.summer
	copy(columns[0].Uint32s(n), s.sids[from:])
	copy(columns[1].Int64s(n), s.buckets[from:])
	columns = columns[2:]
	if r.run.request.Snapshot != 0 {
		s.writeSingles(&columns[0], from, n)
		columns = columns[1:]
	}
	for i, c := range r.run.request.Calls {
		out := &columns[i]
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

// writeSingles hands out the times of results that are single rows; of others it is NULL.
func (s *summer) writeSingles(out *duckdb.Output, from, n int) {
	copy(out.Int64s(n), s.moments[from:from+n])
	valid := out.Validity(n)
	for i, is := range s.single[from : from+n] {
		if !is {
			valid[i/64] &^= 1 << (i % 64)
		}
	}
}
