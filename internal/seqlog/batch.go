package seqlog

import (
	"context"

	"tidemark/fault"
)

// MaxBatchBytes bounds the keys and values of one batch.
const MaxBatchBytes = 16 << 20

type opKind uint8

const (
	opAppend opKind = iota
	opTrim
	opDrop
	opPut
	opDelete
)

type op struct {
	kind  opKind
	key   string
	value []byte
	seq   uint64
}

// Batch is a list of changes that are committed together or not at all. It is used by
// one goroutine, once. Values belong to the batch until its callback has run.
type Batch struct {
	ops  []op
	size int
}

func (b *Batch) add(o op) {
	b.ops = append(b.ops, o)
	b.size += len(o.key) + len(o.value) + 32
}

// Append adds an entry to the end of a queue. The callback finds its number with Seq.
func (b *Batch) Append(key string, value []byte) { b.add(op{kind: opAppend, key: key, value: value}) }

// TrimBefore removes the entries of a queue whose number is less than seq. A batch of
// nothing else is not synced: after a crash the entries may be back.
func (b *Batch) TrimBefore(key string, seq uint64) { b.add(op{kind: opTrim, key: key, seq: seq}) }

// Drop removes a queue with its numbering.
func (b *Batch) Drop(key string) { b.add(op{kind: opDrop, key: key}) }

// Put sets a value.
func (b *Batch) Put(key string, value []byte) { b.add(op{kind: opPut, key: key, value: value}) }

// Delete removes a value, if there is one.
func (b *Batch) Delete(key string) { b.add(op{kind: opDelete, key: key}) }

// Len returns the number of changes.
func (b *Batch) Len() int { return len(b.ops) }

// Seq returns the number that the i-th change, an Append, was given. It is known once
// the callback runs without an error.
func (b *Batch) Seq(i int) uint64 { return b.ops[i].seq }

// validate refuses what the store cannot hold.
func (b *Batch) validate() error {
	if b.size > MaxBatchBytes {
		return fault.New(fault.Exceeded, "a batch of %d bytes is above %d", b.size, MaxBatchBytes)
	}
	for i := range b.ops {
		if err := validKey(b.ops[i].key); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch) needsSync() bool {
	for i := range b.ops {
		if b.ops[i].kind != opTrim {
			return true
		}
	}
	return false
}

// request is a batch on its way to the committer.
type request struct {
	batch *Batch
	done  func(error)
}

// Commit hands a batch to the committer and returns; done is called once, when the
// batch is durable or has failed as a whole. Callbacks run one after another in the
// order of the Commit calls, on the committer: they must be quick and must not call
// Commit. Commit blocks while Options.Pending batches wait. done may be nil.
func (l *Log) Commit(b *Batch, done func(error)) {
	if done == nil {
		done = func(error) {}
	}
	if err := b.validate(); err != nil {
		done(err)
		return
	}
	l.mu.RLock()
	if l.mu.closed {
		l.mu.RUnlock()
		done(errClosed)
		return
	}
	l.in <- request{b, done}
	l.mu.RUnlock()
}

// CommitWait commits a batch and returns when it is durable. When ctx ends earlier its
// error is returned, and the batch may or may not be committed.
func (l *Log) CommitWait(ctx context.Context, b *Batch) error {
	result := make(chan error, 1)
	l.Commit(b, func(err error) { result <- err })
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Append adds one entry and returns its number when it is durable.
func (l *Log) Append(ctx context.Context, key string, value []byte) (uint64, error) {
	var b Batch
	b.Append(key, value)
	if err := l.CommitWait(ctx, &b); err != nil {
		return 0, err
	}
	return b.Seq(0), nil
}
