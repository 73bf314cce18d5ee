package tier

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
)

// A child of the crash test finds its directory, its seed, and where to die in the
// environment.
const (
	crashDir  = "TIDEMARK_TIER_CRASH_DIR"
	crashSeed = "TIDEMARK_TIER_CRASH_SEED"
	crashStep = "TIDEMARK_TIER_CRASH_STEP" // "written 3": the third time
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := changeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// crashPolicy makes files so small that days are split and merged.
func crashPolicy() Policy { return Policy{Rows: 60, Quiet: time.Nanosecond, Over: time.Hour, Dense: 1} }

const crashRounds = 40

// changeUntilKilled makes the changes of a seed, flushes and compacts, and dies at a
// step. It prints every change that was acknowledged, those between the steps too.
func changeUntilKilled(dir string) error {
	seed, _ := strconv.ParseUint(os.Getenv(crashSeed), 10, 64)
	step, times, _ := strings.Cut(os.Getenv(crashStep), " ")
	left, _ := strconv.Atoi(times)
	m := newModel(seed)
	h := &house{dir: dir, now: base, tables: map[uint32]Definition{1: {Database: "plant", Table: "sensors", Retention: years}}}
	change := func() error {
		if err := h.apply(m.next()); err != nil {
			return err
		}
		_, err := fmt.Println("ok")
		return err
	}
	h.opts = Options{Policy: crashPolicy(), Every: time.Hour, At: func(s Step) {
		if s != StepExpired {
			if err := change(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		if string(s) == step {
			if left--; left == 0 {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}}
	ctx := context.Background()
	if err := h.open(ctx); err != nil {
		return err
	}
	go h.hot.Run(ctx)
	go h.mover.Run(ctx)
	for round := range crashRounds {
		for range 4 {
			if err := change(); err != nil {
				return err
			}
		}
		do := h.mover.Flush
		if round%4 == 3 {
			do = h.mover.Compact
			h.advance(time.Hour)
		}
		if err := do(ctx, 1); err != nil {
			return err
		}
	}
	return nil
}

// Killed at any step of a flush, a compaction or an expiry, the store has exactly what
// it had acknowledged, no file too many, and goes on.
func TestCrashAtEveryStep(t *testing.T) {
	for seed, step := range []Step{StepBegun, StepDefined, StepWritten, StepReady, StepCommitted, StepPublished, StepExpired} {
		for _, times := range []int{1, 2, 5} {
			if step == StepExpired && times > 2 {
				continue // only compactions end with it
			}
			t.Run(fmt.Sprintf("%s %d", step, times), func(t *testing.T) {
				crash(t, uint64(100*seed+times), fmt.Sprintf("%s %d", step, times))
			})
		}
	}
}

func crash(t *testing.T, seed uint64, step string) {
	h := &house{t: t, dir: t.TempDir(), now: base, tables: map[uint32]Definition{1: {Database: "plant", Table: "sensors", Retention: years}}}
	h.opts = Options{Policy: crashPolicy(), Every: time.Hour}
	m := newModel(seed)
	for range runChild(t, h.dir, seed, step) {
		m.next()
	}
	h.start()
	t.Cleanup(func() { h.stop() })
	if wrong := difference(h.rows(), m.String()); wrong != "" {
		t.Fatalf("after the kill: %s", wrong)
	}
	h.noFileTooMany()
	for range 6 {
		h.must(h.apply(m.next()))
	}
	h.flush()
	h.compact()
	if wrong := difference(h.rows(), m.String()); wrong != "" {
		t.Fatalf("after going on: %s", wrong)
	}
	h.invariants()
	h.restart()
	if wrong := difference(h.rows(), m.String()); wrong != "" {
		t.Fatalf("after another start: %s", wrong)
	}
}

// runChild returns how many changes the child had acknowledged when it was killed.
func runChild(t *testing.T, dir string, seed uint64, step string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, fmt.Sprintf("%s=%d", crashSeed, seed), crashStep+"="+step)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		acknowledged++
	}
	err = cmd.Wait()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		t.Fatalf("the child was not killed at %q: %v", step, err)
	}
	return acknowledged
}

// noFileTooMany checks that every Parquet file on disk belongs to the table's present
// or retained past: none is left over from the work that was cut off.
func (h *house) noFileTooMany() {
	h.t.Helper()
	c, err := h.cold.Table(context.Background(), cold.Key{Database: "plant", Table: "sensors", ID: 1})
	h.must(err)
	left, err := c.Orphans(context.Background())
	h.must(err)
	if len(left) > 0 {
		h.t.Errorf("%d files are left over, one is %s", len(left), left[0])
	}
	for _, f := range c.State().Files {
		if !slices.ContainsFunc(h.hot.Table(1).Files(), func(g hot.File) bool { return g.Path == f.Path }) {
			h.t.Errorf("%s is in the table and not in the hot store's list", f.Path)
		}
	}
}
