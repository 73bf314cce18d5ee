package hot

import (
	"bytes"
	"os"
	"strconv"

	"github.com/shirou/gopsutil/v4/mem"
)

// leastSeriesBytes is the default of Options.SeriesBytes on a small machine.
const leastSeriesBytes = 512 << 20

// defaultSeriesBytes is a quarter of the memory that this process may have.
func defaultSeriesBytes() int64 { return max(machineMemory()/4, leastSeriesBytes) }

// machineMemory returns the memory of the machine, or of the control group where that
// is less; 0 where it cannot be told.
func machineMemory() int64 {
	var total int64
	if m, err := mem.VirtualMemory(); err == nil {
		total = int64(m.Total)
	}
	text, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return total
	}
	limit, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil {
		return total // "max"
	}
	return min(total, limit)
}

// account brings what the store counts up to what the table's series take now. It is
// the committer's own.
func (t *Table) account() {
	now := t.mu.series.bytes()
	t.store.seriesBytes.Add(now - t.mu.counted)
	t.mu.counted = now
}

// discount takes a table that was dropped out of the count: its memory is free once
// nobody holds the table any more.
func (t *Table) discount() {
	t.store.seriesBytes.Add(-t.mu.counted)
	t.mu.counted = 0
}

// room reports whether the table may have another series. The bound on memory is
// looked at before a batch, so that it may be passed by what one batch adds.
func (p *part) room(o Options) bool {
	return p.series() < o.MaxSeries && p.table.store.seriesBytes.Load() < o.SeriesBytes && !p.table.mu.series.full()
}
