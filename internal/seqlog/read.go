package seqlog

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Entry is one entry of a queue. The value is the caller's.
type Entry struct {
	Seq   uint64
	Value []byte
}

// enter keeps the store open until the returned function is called.
func (l *Log) enter() (leave func(), err error) {
	l.mu.RLock()
	if l.mu.closed {
		l.mu.RUnlock()
		return nil, errClosed
	}
	return l.mu.RUnlock, nil
}

// Read returns entries of a queue in order, starting with the first whose number is at
// least from. It stops after limit entries or maxBytes of values, but returns at least
// one entry when there is one.
func (l *Log) Read(key string, from uint64, limit, maxBytes int) ([]Entry, error) {
	leave, err := l.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	it, err := l.db.NewIter(&pebble.IterOptions{LowerBound: appendEntryKey(nil, key, from), UpperBound: appendEntryKey(nil, key, 1<<64-1)})
	if err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	defer it.Close()
	var entries []Entry
	size := 0
	for ok := it.First(); ok && len(entries) < limit; ok = it.Next() {
		if size += len(it.Value()); size > maxBytes && len(entries) > 0 {
			break
		}
		_, seq, err := splitEntryKey(it.Key())
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{seq, bytes.Clone(it.Value())})
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	return entries, nil
}

// Bounds returns the number of the first entry of a queue and of the next one to come;
// they are equal when it is empty.
func (l *Log) Bounds(key string) (first, next uint64, err error) {
	leave, err := l.enter()
	if err != nil {
		return 0, 0, err
	}
	defer leave()
	b, err := readBounds(l.db, key)
	return b.first, b.next, err
}

// Queues returns the keys, in order, of up to limit queues that begin with prefix,
// come after the key after, and hold an entry.
func (l *Log) Queues(prefix, after string, limit int) ([]string, error) {
	leave, err := l.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	low := appendKey(nil, entryPrefix, prefix)
	it, err := l.db.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: prefixEnd(low)})
	if err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	defer it.Close()
	start := low
	if after != "" {
		start = appendKey(nil, entryPrefix, after+"\x01")
	}
	var keys []string
	for ok := it.SeekGE(start); ok && len(keys) < limit; {
		key, _, err := splitEntryKey(it.Key())
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		ok = it.SeekGE(appendKey(nil, entryPrefix, key+"\x01")) // entries of a key end with 0x00 and a number
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("list queues: %w", err)
	}
	return keys, nil
}

// Get returns a value; ok is false when there is none.
func (l *Log) Get(key string) (value []byte, ok bool, err error) {
	leave, err := l.enter()
	if err != nil {
		return nil, false, err
	}
	defer leave()
	raw, closer, err := l.db.Get(appendKey(nil, valuePrefix, key))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read value: %w", err)
	}
	defer closer.Close()
	return bytes.Clone(raw), true, nil
}

// Value is a value with its key.
type Value struct {
	Key   string
	Value []byte
}

// Scan returns up to limit values, in the order of their keys, whose key begins with
// prefix and comes after the key after.
func (l *Log) Scan(prefix, after string, limit int) ([]Value, error) {
	leave, err := l.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	low := appendKey(nil, valuePrefix, prefix)
	it, err := l.db.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: prefixEnd(low)})
	if err != nil {
		return nil, fmt.Errorf("scan values: %w", err)
	}
	defer it.Close()
	start := low
	if after != "" {
		start = appendKey(nil, valuePrefix, after+"\x00")
	}
	var values []Value
	for ok := it.SeekGE(start); ok && len(values) < limit; ok = it.Next() {
		values = append(values, Value{string(it.Key()[1:]), bytes.Clone(it.Value())})
	}
	if err := it.Error(); err != nil {
		return nil, fmt.Errorf("scan values: %w", err)
	}
	return values, nil
}
