package importer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// State says how far an import is.
type State string

// The states. The last three are final.
const (
	Receiving State = "RECEIVING" // parts come; what came is being stored
	Loading   State = "LOADING"   // the file is complete
	Succeeded State = "SUCCEEDED"
	Failed    State = "FAILED" // records that were stored before stay
	Cancelled State = "CANCELLED"
)

// Status is what is known of an import.
type Status struct {
	State    State
	Err      error // why it failed or was cancelled
	Received int64 // bytes
	Read     int64 // records
	Stored   int64
	Replaced int64 // of them, in place of one with a lower version
	Refused  int64
	Refusals []Refusal
	Mapping  *Mapping // nil until the first records were looked at
	Preview  [][]string
	Started  time.Time
	Ended    time.Time
}

// job is one import.
type job struct {
	owner  *Importer
	spec   Spec
	dir    string
	ctx    context.Context
	stop   context.CancelCauseFunc
	chunks chan chunk // closed when the file is complete

	adding sync.Mutex // one part at a time; taken before mu
	spool  spool      // adding's

	mu struct {
		sync.Mutex
		Status
		last time.Time // something came or was stored
	}
}

// waitingChunks are those that may wait for the one being stored.
const waitingChunks = 1

func newJob(m *Importer, id string, spec Spec) (*job, error) {
	j := &job{owner: m, spec: spec, dir: filepath.Join(m.opts.Dir, id), chunks: make(chan chunk, waitingChunks)}
	if err := os.Mkdir(j.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory for the import: %w", err)
	}
	j.ctx, j.stop = context.WithCancelCause(m.ctx)
	j.spool = spool{dir: j.dir, cut: formats[spec.Format].cut, bytes: m.opts.ChunkBytes, lines: m.opts.ChunkRows, line: 1}
	switch spec.Format {
	case CSV:
		j.spool.quote, j.spool.ends = spec.CSV.quote(), true
	case Lines:
		j.spool.bytes *= linesLonger
	case Parquet:
		j.spool.bytes, j.spool.lines = math.MaxInt64, math.MaxInt // its index comes last
	}
	j.mu.State, j.mu.Started, j.mu.last = Receiving, m.opts.Now(), m.opts.Now()
	return j, nil
}

// quiet reports whether the import ended, and for how long nothing has happened.
func (j *job) quiet(now time.Time) (ended bool, since time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.mu.State == Loading {
		return false, 0
	}
	return j.mu.State != Receiving, now.Sub(j.mu.last)
}

func (j *job) status() Status {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.mu.Status
	s.Refusals = cloneRefusals(s.Refusals)
	return s
}

// add takes a part of the file.
func (j *job) add(ctx context.Context, offset int64, part []byte) (int64, error) {
	j.adding.Lock()
	defer j.adding.Unlock()
	received, err := j.expects(offset)
	if err != nil {
		return received, err
	}
	if have := received - offset; have >= int64(len(part)) {
		return received, nil
	} else if have > 0 {
		part = part[have:]
	}
	if err := j.room(); err != nil {
		return received, err
	}
	if j.spool.full() {
		if err := j.handOver(ctx); err != nil {
			return received, err
		}
	}
	if err := j.spool.add(part); err != nil {
		j.stop(err)
		return received, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.owner.metrics.bytes.Add(float64(len(part)))
	j.mu.Received += int64(len(part))
	j.mu.last = j.owner.opts.Now()
	return j.mu.Received, nil
}

// expects says how much of the file is there, and whether a part from offset may come.
func (j *job) expects(offset int64) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.mu.State == Failed || j.mu.State == Cancelled:
		return j.mu.Received, fault.New(fault.Conflict, "The import has ended: %w", j.mu.Err)
	case j.mu.State != Receiving:
		return j.mu.Received, fault.New(fault.Conflict, "The file of the import is complete.")
	case offset < 0 || offset > j.mu.Received:
		return j.mu.Received, fault.New(fault.Conflict, "The next part of the file begins at %d, not at %d.", j.mu.Received, offset)
	}
	return j.mu.Received, nil
}

func (j *job) room() error {
	free, err := j.owner.opts.Free(j.dir)
	if err == nil && free < j.owner.opts.FreeBytes {
		return fault.New(fault.Unavailable, "The disk has %d MiB free, and imports leave %d MiB.", free>>20, j.owner.opts.FreeBytes>>20)
	}
	return err
}

func freeBytes(dir string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", dir, err)
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// handOver gives the records that came to the loader, and waits while it has enough.
func (j *job) handOver(ctx context.Context) error {
	c, err := j.spool.take()
	if err != nil || c.bytes == 0 {
		return err
	}
	select {
	case j.chunks <- c:
		j.spool.taken()
		return nil
	case <-j.ctx.Done():
		return fault.New(fault.Conflict, "The import has ended.")
	case <-ctx.Done():
		return fault.New(fault.Throttled, "The records that came before are still being stored; send this part again.")
	}
}

// finish hands over the rest. Saying it twice does no harm.
func (j *job) finish(ctx context.Context) error {
	j.adding.Lock()
	defer j.adding.Unlock()
	if s := j.status(); s.State != Receiving || j.ctx.Err() != nil {
		return nil // the status says why
	}
	if j.spool.full() {
		if err := j.handOver(ctx); err != nil {
			return j.unlessEnded(err)
		}
	}
	if err := j.spool.end(); err != nil {
		j.stop(err)
		return nil // the status says it
	}
	if err := j.handOver(ctx); err != nil {
		return j.unlessEnded(err)
	}
	close(j.chunks)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.mu.State == Receiving {
		j.mu.State = Loading
	}
	return nil
}

// unlessEnded forgets an error of an import that ended: its status says more.
func (j *job) unlessEnded(err error) error {
	if j.ctx.Err() != nil {
		return nil
	}
	return err
}

// run stores chunks until the file ends or the import does.
func (j *job) run() {
	err := j.load()
	if err != nil && j.ctx.Err() != nil {
		err = context.Cause(j.ctx)
	}
	_ = os.RemoveAll(j.dir) // the next start removes it otherwise
	j.stop(nil)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.State, j.mu.Err = Succeeded, err
	if err != nil {
		j.mu.State = Failed
		if cause := context.Cause(j.ctx); fault.KindOf(cause) == fault.Conflict && errors.Is(err, cause) {
			j.mu.State = Cancelled
		}
	}
	j.owner.metrics.imports.WithLabelValues(string(j.mu.State)).Inc()
	j.mu.Ended = j.owner.opts.Now()
	j.mu.last = j.mu.Ended
	ref := j.spec.Table
	j.owner.opts.Logger.Info("import ended", "component", "importer", "database", ref.Database, "table", ref.Table,
		"count", j.mu.Stored, "took", j.mu.Ended.Sub(j.mu.Started), "err", err)
}

func (j *job) load() error {
	conn, err := j.owner.opts.Engine.Connect(j.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	l := formats[j.spec.Format].open(j, conn)
	for {
		select {
		case c, more := <-j.chunks:
			if !more {
				return j.checkSome()
			}
			if err := j.loadChunk(l, c); err != nil {
				return err
			}
		case <-j.ctx.Done():
			return context.Cause(j.ctx)
		}
	}
}

// checkSome refuses a file without records, which is more likely a mistake.
func (j *job) checkSome() error {
	if s := j.status(); s.Mapping == nil {
		return fault.New(fault.Invalid, "The file has no records.")
	}
	return nil
}

// loadChunk stores a chunk when it is its turn.
func (j *job) loadChunk(l loader, c chunk) error {
	select {
	case j.owner.loading <- struct{}{}:
	case <-j.ctx.Done():
		return context.Cause(j.ctx)
	}
	defer func() { <-j.owner.loading }()
	defer os.Remove(c.path)
	if err := l.load(j.ctx, c); err != nil {
		if j.ctx.Err() != nil {
			return context.Cause(j.ctx)
		}
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.last = j.owner.opts.Now()
	return nil
}

// loader stores the chunks of a file of one format.
type loader interface {
	load(ctx context.Context, c chunk) error
}

// Format is a format of files.
type Format string

// The formats.
const (
	CSV     Format = "csv"
	Parquet Format = "parquet"
	Lines   Format = "lp" // InfluxDB line protocol
)

// formats say how the file of a format is cut into chunks, and what stores them.
var formats = map[Format]struct {
	cut  func(buf []byte, quote byte) int
	open func(j *job, conn *duckdb.Conn) loader
}{
	CSV:     {lastRecord, openCSV},
	Parquet: {everything, openParquet},
	Lines:   {lastLine, openLines},
}
