package tsdb

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tidemark/fault"
	"tidemark/tsdb/hot"
)

// Below its reserve the disk takes no writes, which are refused in a way that may be
// tried again; it takes them again a bit above the reserve, not just at it.
func TestReserveOfTheDisk(t *testing.T) {
	var free atomic.Uint64
	var unknown atomic.Bool
	registry := prometheus.NewRegistry()
	f := newFixture(t, Options{Registerer: registry, Hot: hot.Options{FreeBytes: 1000, Free: func() (uint64, error) {
		if unknown.Load() {
			return 0, errors.New("no such device")
		}
		return free.Load(), nil
	}}})
	free.Store(5000)
	f.table()
	stored := 0
	for i, step := range []struct {
		free    uint64
		unknown bool
		stored  bool
	}{{5000, false, true}, {1000, false, true}, {999, false, false}, {1000, false, false}, {1124, false, false}, {1125, false, true}, {1000, false, true}, {0, false, false}, {5000, true, false}, {5000, false, true}} {
		free.Store(step.free)
		unknown.Store(step.unknown)
		_, err := f.db.Write(t.Context(), demo, []Record{multi("a", at(0)+int64(i), 1, double("x", 1))})
		if health := f.db.Health(); (err == nil) != step.stored || (health == nil) != step.stored {
			t.Errorf("with %d free after step %d: Write = %v, Health = %v, want success %v", step.free, i, err, health, step.stored)
		}
		if err != nil && fault.KindOf(err) != fault.Unavailable {
			t.Errorf("with %d free: Write = %v, want fault.Unavailable", step.free, err)
		}
		if step.stored {
			stored++
		}
	}
	if rows := f.rows(Scan{}, "1", "time"); len(rows) != stored {
		t.Errorf("%d rows, want the %d that were acknowledged", len(rows), stored)
	}
	if n, err := testutil.GatherAndCount(registry, "tidemark_hot_free_bytes", "tidemark_hot_reserve_bytes", "tidemark_hot_disk_refusals_total"); n != 3 || err != nil {
		t.Errorf("%d metrics of the disk, %v, want 3", n, err)
	}
}
