package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tidemark/fault"
)

// Memory is how much an engine may use and what DuckDB does use.
type Memory struct {
	Limit   int64 // bytes of blocks, above which operators spill: Options.MemoryLimit, or its default
	Ceiling int64 // bytes of blocks and vectors, above which an allocation fails
	Used    int64 // bytes of blocks and vectors now, in all engines of this process; 0 where it is not counted
	Held    int64 // bytes of those that DuckDB can neither drop nor spill
	Spilled int64 // bytes in TempDir now
}

// Memory reads the figures on a connection of the caller's that runs nothing else. Held is
// the lower bound of what it was meanwhile: blocks come and go between two looks.
func (c *Conn) Memory(ctx context.Context) (Memory, error) {
	before := memoryUsed()
	row, err := c.row(ctx, `SELECT (SELECT coalesce(sum(size), 0)::BIGINT FROM duckdb_temporary_files()), sum(memory_usage_bytes) FILTER (tag <> 'ALLOCATOR')::BIGINT,
		sum(memory_usage_bytes) FILTER (tag = 'ALLOCATOR')::BIGINT FROM duckdb_memory()`)
	if err != nil {
		return Memory{}, fmt.Errorf("read the memory in use: %w", err)
	}
	m := c.engine.limits()
	blocks, states := row[1].(int64), row[2].(int64)
	m.Used, m.Spilled = memoryUsed(), row[0].(int64)
	m.Held = max(min(before, m.Used)-blocks, states)
	return m, nil
}

// limits returns what the engine may use.
func (e *Engine) limits() Memory {
	e.mu.Lock()
	defer e.mu.Unlock()
	return Memory{Limit: e.mu.memory.limit, Ceiling: e.mu.memory.ceiling}
}

// Limits returns the bytes of memory above which the engine spills, and those that it may spill.
func (e *Engine) Limits() (memory, spill int64) {
	return e.limits().Limit, orDefault(e.opts.TempLimit, defaultTempLimit)
}

// budget is what an engine may use.
type budget struct{ limit, ceiling int64 }

// minHeadroom is the least memory for vectors beside that for blocks.
const minHeadroom = 256 << 20

// limitMemory bounds what the engine may use from now on.
func (e *Engine) limitMemory(b budget) {
	e.mu.Lock()
	defer e.mu.Unlock()
	raiseCeiling(b.ceiling - e.mu.memory.ceiling)
	e.mu.memory = b
}

// limitMemory bounds what the connection's engine may use. Without an option that is
// half of DuckDB's own default, which is most of the machine's memory or of what its
// control group may have: devices, rules and doors live in the same process.
func (c *Conn) limitMemory(ctx context.Context) error {
	limit := c.engine.opts.MemoryLimit
	if limit == 0 {
		row, err := c.row(ctx, "SELECT current_setting('memory_limit')")
		if err != nil {
			return err
		}
		most, err := parseBytes(row[0].(string))
		if err != nil {
			return err
		}
		limit = most / 2
		if _, err := c.Exec(ctx, "SET memory_limit = "+Quote(bytesText(limit))); err != nil {
			return err
		}
	}
	c.engine.limitMemory(budget{limit: limit, ceiling: limit + max(limit/2, minHeadroom)})
	return nil
}

// row returns the one row of a statement.
func (c *Conn) row(ctx context.Context, text string) ([]any, error) {
	rows, err := c.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	all, err := rows.All(ctx)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// removeSpilled removes what an engine that was killed has spilled.
func removeSpilled(dir string) error {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Unavailable, "look for what was spilled before a crash: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "duckdb_temp_") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fault.New(fault.Unavailable, "remove what was spilled before a crash: %w", err)
		}
	}
	return nil
}

// units are those of DuckDB's texts for sizes.
var units = map[string]float64{"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

// parseBytes reads a size as DuckDB prints it: "18.3 GiB".
func parseBytes(text string) (int64, error) {
	number, unit, _ := strings.Cut(text, " ")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || units[unit] == 0 {
		return 0, fmt.Errorf("%q is not a size", text)
	}
	return int64(n * units[unit]), nil
}
