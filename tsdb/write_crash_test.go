package tsdb

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/meta"
	"tidemark/tsdb/hot"
)

// crashDir names the directory in which a child of the crash test writes until it is killed.
const crashDir = "TIDEMARK_TSDB_CRASH_DIR"

func TestMain(m *testing.M) {
	children := map[string]func(dir string) error{crashDir: writeUntilKilled, modelDir: modelUntilKilled, fullDir: writeUntilFull}
	for name, child := range children {
		if dir := os.Getenv(name); dir != "" {
			if err := child(dir); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			return
		}
	}
	os.Exit(m.Run())
}

// openStore opens the store of a fixture's directory in a child.
func openStore(ctx context.Context, dir string, o Options) (*DB, error) {
	engine, err := duckdb.Open(ctx, duckdb.Options{Path: filepath.Join(dir, "hot.db"), AllowedDirs: []string{filepath.Join(dir, "tables")}})
	if err != nil {
		return nil, err
	}
	metadata, err := meta.Open(ctx, filepath.Join(dir, "meta.db"))
	if err != nil {
		return nil, err
	}
	o.Engine, o.Meta, o.Tables = engine, metadata, filepath.Join(dir, "tables")
	return Open(ctx, o)
}

const crashWriters = 4

// crashOptions make segments and checkpoints so small that kills meet them.
func crashOptions() Options {
	return Options{Now: func() time.Time { return base }, Hot: hot.Options{SegmentRows: 400, LogBytes: 200 << 10}}
}

// crashRecord is the row i of a writer: first with its number as the value, then, in
// version 2, with the negative number.
func crashRecord(writer, i int, version int64) Record {
	value := float64(i)
	if version == 2 {
		value = -value
	}
	return multi(fmt.Sprint(writer), at(time.Duration(i)), version, double("n", value))
}

// writeUntilKilled writes rows and tells each acknowledgement on standard output. It
// goes on where the row before the last acknowledged one is, so that rows in flight
// at the kill are sent again.
func writeUntilKilled(dir string) error {
	ctx := context.Background()
	db, err := openStore(ctx, dir, crashOptions())
	if err != nil {
		return err
	}
	var from [crashWriters]int
	if _, err := fmt.Sscan(os.Getenv(crashDir+"_FROM"), &from[0], &from[1], &from[2], &from[3]); err != nil {
		return err
	}
	go db.Run(ctx)
	failed := make(chan error, crashWriters)
	for w := range crashWriters {
		go func() { failed <- crashWriter(ctx, db, w, from[w]) }()
	}
	return <-failed
}

func crashWriter(ctx context.Context, db *DB, writer, from int) error {
	for i := from; ; i++ {
		batch := []Record{crashRecord(writer, i, 1)}
		if old := i - 7; i%3 == 0 && old >= 0 {
			batch = append(batch, crashRecord(writer, old, 2))
		}
		if _, err := db.Write(ctx, demo, batch); err != nil {
			return fmt.Errorf("writer %d row %d: %w", writer, i, err)
		}
		fmt.Printf("%d %d\n", writer, i) // one write(2): it is whole or absent
	}
}

// What Write acknowledged is there after the process was killed at any moment, once,
// and rows that are sent again do not multiply.
func TestKilledProcessKeepsAcknowledged(t *testing.T) {
	const rounds = 20
	f := newFixture(t, crashOptions())
	f.table()
	f.stop()
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	acked := [crashWriters]int{-1, -1, -1, -1}
	for round := range rounds {
		runAndKill(t, f.dir, &acked, time.Duration(20+rng.IntN(120))*time.Millisecond)
		f.start()
		checkAcknowledged(t, f, acked, fmt.Sprintf("seed %d round %d", seed, round))
		f.stop()
	}
	t.Logf("acknowledged per writer: %v", acked)
	if acked[0] < rounds {
		t.Errorf("only %v rows were acknowledged in %d rounds", acked, rounds)
	}
}

// runAndKill starts a child, notes what it acknowledges, and kills it some time after its first answer.
func runAndKill(t *testing.T, dir string, acked *[crashWriters]int, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir,
		fmt.Sprintf("%s_FROM=%d %d %d %d", crashDir, acked[0]+1, acked[1]+1, acked[2]+1, acked[3]+1))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill := func() {
		once.Do(func() { time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) }) })
	}
	readAcknowledged(t, out, acked, kill)
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended before it was killed")
	}
}

func readAcknowledged(t *testing.T, out io.Reader, acked *[crashWriters]int, first func()) {
	t.Helper()
	for lines := bufio.NewScanner(out); lines.Scan(); first() {
		var writer, i int
		if _, err := fmt.Sscan(lines.Text(), &writer, &i); err != nil {
			t.Fatalf("the child said %q", lines.Text())
		}
		if i != acked[writer]+1 {
			t.Fatalf("writer %d acknowledged row %d after row %d", writer, i, acked[writer])
		}
		acked[writer] = i
	}
}

func checkAcknowledged(t *testing.T, f *fixture, acked [crashWriters]int, when string) {
	t.Helper()
	seen := [crashWriters]map[int64]float64{}
	for w := range seen {
		seen[w] = map[int64]float64{}
	}
	for _, row := range f.rows(Scan{}, "1", "host", "time", "n") {
		w, i := int(row[0].(string)[0]-'0'), row[1].(int64)-base.UnixNano()
		if _, twice := seen[w][i]; twice {
			t.Fatalf("%s: row %d of writer %d is there twice", when, i, w)
		}
		seen[w][i] = row[2].(float64)
	}
	for w, last := range acked {
		for i := range last + 1 {
			value, ok := seen[w][int64(i)]
			if !ok {
				t.Fatalf("%s: lost row %d of writer %d, which acknowledged %d", when, i, w, last)
			}
			if want := expected(i, last); value != want && value != -want {
				t.Fatalf("%s: row %d of writer %d is %v, want %v", when, i, w, value, want)
			} else if want < 0 && value != want {
				t.Fatalf("%s: row %d of writer %d lost its second version", when, i, w)
			}
		}
	}
}

// expected is the value of a row when rows up to last were acknowledged; a later,
// unacknowledged write may have replaced it by its negative.
func expected(i, last int) float64 {
	if by := i + 7; by%3 == 0 && by <= last {
		return -float64(i)
	}
	return float64(i)
}
