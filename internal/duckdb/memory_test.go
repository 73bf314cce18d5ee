package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// answer runs a statement to its end.
func answer(t *testing.T, ctx context.Context, c *Conn, text string) ([][]any, error) {
	t.Helper()
	rows, err := c.Query(ctx, text)
	if err != nil {
		return nil, err
	}
	return rows.All(ctx)
}

// Values that DuckDB's own limit does not count end their statement, not the process.
func TestCeiling(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // nothing is counted
	}
	e := openEngine(t, Options{MemoryLimit: 64 << 20})
	c := connect(t, e)
	before := memoryUsed()
	for _, text := range []string{
		"SELECT max(len(range(x, x + 10000000))) FROM range(100) t(x)",                            // 80 MB a row in one vector
		"SELECT max(len(repeat('x', 100000000 + x::INT))) FROM range(100) t(x)",                   // a heap of texts
		"SELECT max(len(n)) FROM (SELECT list(x) OVER (ORDER BY x) AS n FROM range(100000) t(x))", // values of one block refer to all before
	} {
		if _, err := answer(t, t.Context(), c, text); ClassOf(err) != OutOfMemory {
			t.Errorf("%s: %v, want out of memory", text, err)
		}
		if got, err := answer(t, t.Context(), c, "SELECT 1"); err != nil || got[0][0] != int32(1) {
			t.Errorf("SELECT 1 after %s: %v, %v", text, got, err)
		}
	}
	eventually(t, func() error {
		if left := memoryUsed() - before; left > 64<<20 {
			return fmt.Errorf("%d bytes more in use than before the statements that failed", left)
		}
		return nil
	})
}

// eventually fails the test when a check still does after a minute.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	var err error
	for late := time.Now().Add(time.Minute); time.Now().Before(late); {
		if err = check(); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(err)
}

// A sort that is larger than the limit spills, within the budget for it.
func TestSpill(t *testing.T) {
	const text = "SELECT count(*), max(n) FROM (SELECT x * 7919 % 5000011 AS n, x::VARCHAR || 'some text' AS v FROM range(5000000) t(x) ORDER BY v, n LIMIT 4000000 OFFSET 10)"
	dir := filepath.Join(t.TempDir(), "spill")
	e := openEngine(t, Options{Path: filepath.Join(t.TempDir(), "db"), MemoryLimit: 64 << 20, TempDir: dir})
	c := connect(t, e)
	rows, err := answer(t, t.Context(), c, text)
	if err != nil || rows[0][0] != int64(4_000_000) {
		t.Fatalf("%s = %v, %v", text, rows, err)
	}
	eventually(t, func() error { // a thread of DuckDB's may be the last to let go of a file
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			return fmt.Errorf("%v is left of what was spilled", left)
		}
		return nil
	})
	small := openEngine(t, Options{MemoryLimit: 64 << 20, TempDir: t.TempDir(), TempLimit: 8 << 20})
	_, err = answer(t, t.Context(), connect(t, small), text)
	if ClassOf(err) != OutOfMemory || !strings.Contains(err.Error(), "max_temp_directory_size") {
		t.Errorf("with 8 MB to spill: %v, want an error that names the limit", err)
	}
}

// What a killed process has spilled is gone after the next start.
func TestSpillOfCrashIsRemoved(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"duckdb_temp_storage_DEFAULT-0.tmp", "duckdb_temp_block-17.block", "kept.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	openEngine(t, Options{TempDir: dir})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "kept.txt" {
		t.Errorf("%v is left (%v), want kept.txt", left, err)
	}
}

func TestDefaultMemoryLimit(t *testing.T) {
	e := openEngine(t, Options{})
	m, err := connect(t, e).Memory(t.Context())
	if err != nil || m.Limit < 64<<20 || m.Ceiling < m.Limit+minHeadroom {
		t.Errorf("Memory = %+v, %v", m, err)
	}
}

// A cancelled statement ends although DuckDB does not look for interrupts in what it evaluates.
func TestHaltInsideFunctions(t *testing.T) {
	if runtime.GOOS != "linux" {
		return
	}
	e := openEngine(t, Options{MemoryLimit: 1 << 30})
	slow := Scalar{Name: "slow", Args: []Type{{Kind: BigInt}}, Result: Type{Kind: BigInt}, Call: func(args []any) (any, error) {
		time.Sleep(100 * time.Millisecond) // 200 s a block
		return args[0], nil
	}}
	block := Scalar{Name: "slow_block", Args: slow.Args, Result: slow.Result, Batch: func(in *Chunk, out *Output) error {
		for range in.Len() {
			if out.Halted() {
				return errHalted
			}
			time.Sleep(100 * time.Millisecond)
		}
		return nil
	}}
	if err := e.RegisterScalar(t.Context(), slow, block); err != nil {
		t.Fatal(err)
	}
	c := connect(t, e)
	for _, text := range []string{
		"SELECT max(slow_block(x)) FROM range(100000000) t(x)",
		"SELECT len(list_transform(range(10000), lambda x: len(list_transform(range(10000), lambda y: len(list_filter(range(10000), lambda z: z = x + y))))))",
		"SELECT max(len(replace(repeat('ab', 100000), 'a', x::VARCHAR))) FROM range(100000000) t(x)",
		"SELECT max(slow(x)) FROM range(100000000) t(x)",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		begin := time.Now()
		_, err := answer(t, ctx, c, text)
		cancel()
		if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || took > 100*time.Second {
			t.Errorf("%s: %v after %v", text, err, took)
		}
		if _, err := answer(t, t.Context(), c, "SELECT len(repeat('ab', 1000)), slow(1)"); err != nil {
			t.Errorf("after %s: %v", text, err)
		}
	}
}

// DuckDB's memory for what a function of ours returns is not refused: an exception
// would unwind through Go and end the process.
func TestFunctionsOfOursAllocateToTheEnd(t *testing.T) {
	e := openEngine(t, Options{MemoryLimit: 64 << 20})
	text := strings.Repeat("x", 200_000)
	long := Scalar{Name: "long", Args: []Type{{Kind: BigInt}}, Result: Type{Kind: Varchar}, Call: func([]any) (any, error) { return text, nil }}
	lists := Scalar{Name: "lists", Args: []Type{{Kind: BigInt}}, Result: Type{Kind: List, Elem: &Type{Kind: BigInt}}, Batch: func(in *Chunk, out *Output) error {
		for row := range in.Len() {
			if err := out.Reserve((row + 1) * 1000); err != nil {
				return err
			}
			out.Ranges(in.Len())[row] = [2]uint64{uint64(row) * 1000, 1000}
		}
		return nil
	}}
	if err := e.RegisterScalar(t.Context(), long, lists); err != nil {
		t.Fatal(err)
	}
	c := connect(t, e)
	for _, call := range []string{"long(x)", "lists(x)"} {
		for i := range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*7*time.Millisecond)
			_, err := answer(t, ctx, c, "SELECT max(len("+call+")) FROM range(100000000) t(x)")
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) && ClassOf(err) != OutOfMemory {
				t.Errorf("%s: %v", call, err)
			}
		}
	}
}
