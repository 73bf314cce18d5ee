package tier

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// Work waits for memory, not for ever, and does not hide other errors.
func TestInsist(t *testing.T) {
	full := &duckdb.Error{Class: duckdb.OutOfMemory, Message: "failed to allocate"}
	for _, c := range []struct {
		name  string
		fails int
		with  error
		tries int
		ok    bool
		want  fault.Kind
	}{
		{"memory comes", 3, full, 4, true, 0},
		{"memory never comes", 100, full, 7, false, fault.Unavailable},
		{"anything else", 100, fault.New(fault.NotFound, "no table"), 1, false, fault.NotFound},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := &Mover{}
			m.metrics = newMetrics(prometheus.NewRegistry(), m)
			tries := 0
			err := m.insist(t.Context(), func() error {
				if tries++; tries <= c.fails {
					return c.with
				}
				return nil
			})
			if tries != c.tries || (err == nil) != c.ok || err != nil && fault.KindOf(err) != c.want {
				t.Errorf("%s: %v after %d tries, want kind %v after %d", c.name, err, tries, c.want, c.tries)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		m := &Mover{}
		m.metrics = newMetrics(prometheus.NewRegistry(), m)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.insist(ctx, func() error { return full }); !errors.Is(err, full) {
			t.Errorf("insist when the store stops: %v, want %v", err, full)
		}
	})
}
