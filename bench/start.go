package main

import (
	"context"
	"os"
	"time"
)

// benchStart measures the time from starting the process to the first answer, and the
// memory of a server that does nothing.
func benchStart(ctx context.Context, o options, r *report) error {
	var first, again []time.Duration
	var idle float64
	for range 5 {
		dir, err := os.MkdirTemp("", "tidemark-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		for _, into := range []*[]time.Duration{&first, &again} {
			n := &node{dir: dir}
			began := time.Now()
			if err := n.start(ctx, o.binary); err != nil {
				return err
			}
			if _, err := n.caller().query(ctx, "SELECT 1"); err != nil {
				return err
			}
			*into = append(*into, time.Since(began))
			time.Sleep(500 * time.Millisecond) // let what starts lazily start
			if idle, err = n.memory(); err != nil {
				return err
			}
			if err := n.stop(); err != nil {
				return err
			}
		}
	}
	r.add(figure{what: "start to first answer, fresh directory (median of 5)", value: quantile(first, 0.5), unit: "ms", floor: 300, below: true})
	r.add(figure{what: "start to first answer, existing directory (median of 5)", value: quantile(again, 0.5), unit: "ms", floor: 300, below: true})
	r.add(figure{what: "resident memory when idle", value: idle, unit: "MB"})
	return nil
}
