package main

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// machine is what the machine could do at the moment of a measurement. Shared machines
// change by a factor of ten within seconds, and a figure says nothing without it.
type machine struct {
	loop  time.Duration // of a fixed computation on one core
	fsync time.Duration // of 50 KB appended to a file: the median

	meanwhile string // what else happened while it was measured; empty when nothing did, or nobody looked
}

func (m machine) String() string {
	text := fmt.Sprintf("loop %.1f ms, fsync %.2f ms", float64(m.loop)/1e6, float64(m.fsync)/1e6)
	if m.meanwhile != "" {
		text += "; meanwhile " + m.meanwhile
	}
	return text
}

// probeMachine takes about a tenth of a second on a machine with nothing else to do.
func probeMachine() (machine, error) {
	f, err := os.CreateTemp("", "tidemark-bench-")
	if err != nil {
		return machine{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block, took := make([]byte, 50000), make([]time.Duration, 0, 41)
	for range cap(took) {
		began := time.Now()
		if _, err := f.Write(block); err != nil {
			return machine{}, err
		}
		if err := f.Sync(); err != nil {
			return machine{}, err
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return machine{loop: compute(), fsync: took[len(took)/2]}, nil
}

var sink atomic.Uint64 // keeps the compiler from dropping the computation

// compute is 20 million steps of splitmix64: about 20 ms on a core of 2024.
func compute() time.Duration {
	began := time.Now()
	steps(20_000_000)
	return time.Since(began)
}

func steps(n int) {
	x := sink.Load()
	for range n {
		x += 0x9e3779b97f4a7c15
		z := (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x ^= z >> 27
	}
	sink.Store(x)
}

// awaitCalm waits until the machine is as fast as it has been, within a quarter, or
// the limit is over, and returns what it found.
func awaitCalm(best *machine, limit time.Duration) (machine, error) {
	for deadline := time.Now().Add(limit); ; time.Sleep(500 * time.Millisecond) {
		m, err := probeMachine()
		if err != nil {
			return m, err
		}
		if best.loop == 0 || m.loop < best.loop {
			best.loop = m.loop
		}
		if best.fsync == 0 || m.fsync < best.fsync {
			best.fsync = m.fsync
		}
		calm := m.loop < best.loop*5/4 && m.fsync < best.fsync*2
		if calm || time.Now().After(deadline) {
			return m, nil
		}
	}
}
