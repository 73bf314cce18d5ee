// Package duckdb is the only room that talks to DuckDB: it opens a database, runs
// statements, streams results, appends columns and registers functions.
//
//	engine, err := duckdb.Open(ctx, duckdb.Options{Path: path})
//	conn, err := engine.Connect(ctx)
//	rows, err := conn.Query(ctx, "SELECT time, value FROM t WHERE id = $1", int64(7))
//	for chunk, err := rows.Next(ctx); chunk != nil; chunk, err = rows.Next(ctx) { … }
//
// An Engine is safe to call at once. A Conn serves one statement at a time; a Rows
// occupies its Conn until it is closed. A cancelled context interrupts what runs. The
// engine reads no file but its own: external access and extensions are switched off
// and the configuration is locked.
package duckdb

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Options says how a database is opened. The zero value is a database in memory.
type Options struct {
	Path                string   // the file; empty keeps everything in memory
	MemoryLimit         int64    // bytes for blocks, above which queries spill; vectors may take half as much again, at least 256 MiB; 0 is half of DuckDB's own default
	Threads             int      // 0 is one per processor, but at least 3
	TempDir             string   // where queries spill, for this engine alone; what a crash left there is removed; empty forbids it
	TempLimit           int64    // bytes in TempDir; 0 is 10 GiB
	CheckpointThreshold int64    // bytes of log after which a commit itself checkpoints; 0 is 1 TiB: never
	AllowedDirs         []string // directories that COPY and read_parquet may touch; none by default
	Settings            map[string]string
}

const (
	defaultTempLimit  = 10 << 30
	defaultCheckpoint = 1 << 40

	// With two threads or fewer DuckDB lets each of them group in one hash table that
	// doubles again and again, for hundreds of milliseconds without a look for an
	// interrupt; with more it groups in small ones, which is also faster on two processors.
	leastThreads = 3

	// Groups by integers of so few bits together have a table that is indexed instead of
	// hashed, five times as fast. Its places cost memory in every thread, used or not.
	groupBits = 17
)

// Validate reports the first value that cannot be used.
func (o Options) Validate() error {
	switch {
	case o.MemoryLimit < 0 || o.TempLimit < 0 || o.CheckpointThreshold < 0:
		return errors.New("duckdb limits must not be negative")
	case o.Threads < 0 || o.Threads > 1024:
		return fmt.Errorf("duckdb threads must be 0 to 1024, not %d", o.Threads)
	}
	return nil
}

// settings returns the configuration that is applied when the file is opened.
func (o Options) settings() [][2]string {
	list := [][2]string{
		{"threads", strconv.Itoa(orDefault(o.Threads, max(leastThreads, runtime.NumCPU())))},
		{"checkpoint_threshold", bytesText(orDefault(o.CheckpointThreshold, defaultCheckpoint))},
		{"temp_directory", o.TempDir},
		{"perfect_ht_threshold", strconv.Itoa(groupBits)},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
	}
	if o.MemoryLimit > 0 {
		list = append(list, [2]string{"memory_limit", bytesText(o.MemoryLimit)})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Settings)) {
		list = append(list, [2]string{name, o.Settings[name]})
	}
	return list
}

// lockdown returns the statements that end configuration, for all connections and for
// good. Engine.Close makes the last checkpoint itself, where one may be made. DuckDB does not obey the limit on what it spills unless it is set while open.
func (o Options) lockdown() string {
	return "PRAGMA disable_checkpoint_on_shutdown; SET max_temp_directory_size = " + Quote(bytesText(orDefault(o.TempLimit, defaultTempLimit))) +
		"; SET allowed_directories = " + listText(o.AllowedDirs) +
		"; SET enable_external_access = false; SET lock_configuration = true"
}

func orDefault[T int | int64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

func bytesText(n int64) string { return strconv.FormatInt(n, 10) + "B" }

func listText(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = Quote(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// Quote returns text as a string expression of DuckDB: a literal, but for the zero bytes
// in it, which would end a statement.
func Quote(text string) string {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if !strings.Contains(text, "\x00") {
		return quoted
	}
	return "(" + strings.ReplaceAll(quoted, "\x00", "' || chr(0) || '") + ")"
}

// Ident returns name as a quoted identifier of DuckDB.
func Ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
