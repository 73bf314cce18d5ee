// Package seqlog keeps ordered durable queues by key, and plain values by key, in one
// Pebble store with group commit.
//
// A queue is created by its first Append and numbers its entries 1, 2, 3 and so on,
// never twice. Changes are collected in a Batch and handed to Commit, which calls back
// when the batch is on disk as a whole; batches become visible and durable in the order
// of their Commit calls, many with one sync. Read, Get, Scan, Bounds and Queues see
// every batch whose callback has run. All methods of a Log are safe to call at once.
// The format of keys is described in docs/formats.md, "Queues".
package seqlog

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
)

// Options says where a log lies and how much it may hold in memory.
type Options struct {
	Dir        string // required
	FS         vfs.FS // nil is the operating system's
	Pending    int    // batches that may wait for a commit before Commit blocks; 4096
	GroupBytes int    // one group commit takes no more than this and a batch; 4 MiB
	CacheBytes int64  // block cache; 16 MiB
	FreeBytes  int64  // batches are refused while the disk has less free than this; 32 MiB
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Validate reports a setting that cannot work.
func (o Options) Validate() error {
	if o.Dir == "" {
		return fault.New(fault.Invalid, "a queue store needs a directory")
	}
	if o.Pending < 0 || o.GroupBytes < 0 || o.CacheBytes < 0 || o.FreeBytes < 0 {
		return fault.New(fault.Invalid, "the bounds of a queue store are not negative")
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Pending == 0 {
		o.Pending = 4096
	}
	if o.GroupBytes == 0 {
		o.GroupBytes = 4 << 20
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 16 << 20
	}
	if o.FreeBytes == 0 {
		o.FreeBytes = 32 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Log is an open store of queues and values.
type Log struct {
	opt     Options
	db      *pebble.DB
	metrics *metrics
	in      chan request
	done    chan struct{} // closed when the committer has returned

	bounds map[string]bounds // of queues in use; the committer's own
	waste  waste             // the committer's own

	mu struct {
		sync.RWMutex // read-held while sending to in and while reading db
		closed       bool
	}
}

// Open opens or creates the store in a directory and starts its committer, which
// Close stops. A store written by a newer version is refused.
func Open(opt Options) (*Log, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.withDefaults()
	if err := opt.hasRoomToOpen(); err != nil {
		return nil, err
	}
	cache := pebble.NewCache(opt.CacheBytes)
	defer cache.Unref()
	logger := &storeLogger{to: opt.Logger}
	db, err := pebble.Open(opt.Dir, &pebble.Options{
		FS:                 opt.FS,
		Cache:              cache,
		FormatMajorVersion: pebble.FormatNewest,
		MemTableSize:       16 << 20,
		Logger:             logger,
		EventListener:      onDamage(logger),
	})
	if err != nil {
		return nil, fmt.Errorf("open queue store %s: %w", opt.Dir, err)
	}
	if err := checkVersion(db); err != nil {
		return nil, closeAfter(db, err)
	}
	l := &Log{
		opt:     opt,
		db:      db,
		metrics: newMetrics(opt.Registerer),
		in:      make(chan request, opt.Pending),
		done:    make(chan struct{}),
		bounds:  map[string]bounds{},
	}
	go l.run()
	return l, nil
}

func closeAfter(db *pebble.DB, err error) error {
	if closeErr := db.Close(); closeErr != nil {
		return fmt.Errorf("%w (and close: %w)", err, closeErr)
	}
	return err
}

// Close commits what was handed to Commit, then closes the store. A second call does
// nothing. Calls of other methods after Close are fault.Unavailable.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.mu.closed {
		l.mu.Unlock()
		<-l.done
		return nil
	}
	l.mu.closed = true
	close(l.in)
	l.mu.Unlock()
	<-l.done
	if err := l.db.Close(); err != nil {
		return fmt.Errorf("close queue store: %w", err)
	}
	return nil
}

var errClosed = fault.New(fault.Unavailable, "the queue store is closed")
