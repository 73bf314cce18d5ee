package tsdb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tidemark/tsdb/hot"
	"tidemark/tsdb/tier"
)

// modelDir names the directory in which a child goes through the deeds of a seed until
// it is killed; modelDir_FROM has the seed and the first deed to do.
const modelDir = "TIDEMARK_TSDB_MODEL_DIR"

// crashScript is a sequence of deeds that follows from its seed alone.
type crashScript struct {
	m *model
	d *drawer
}

func newCrashScript(seed uint64) *crashScript {
	return &crashScript{newModel(), &drawer{rng: rand.New(rand.NewPCG(seed, 3))}}
}

// crashDeed is a write or a deletion, with what the model says of it.
type crashDeed struct {
	now      time.Time
	records  []Record
	rejected []Rejection
	deletion Deletion
	deleted  int64
}

func (s *crashScript) clock() time.Time {
	return base.Add(time.Duration(s.d.step) * 17 * time.Minute)
}

// next draws the next deed and applies it to the model.
func (s *crashScript) next() crashDeed {
	s.d.step++
	deed := crashDeed{now: s.clock()}
	s.m.advance(deed.now)
	if s.d.step > 3 && s.d.one(8) {
		scan := s.d.scan(s.m, deed.now)
		deed.deletion = scan.deletion(s.m)
		maps.DeleteFunc(s.m.rows, func(k modelKey, _ modelRow) bool {
			if !scan.has(k) {
				return false
			}
			deed.deleted++
			return true
		})
		return deed
	}
	deed.records = make([]Record, 1+s.d.rng.IntN(24))
	for i := range deed.records {
		deed.records[i] = s.d.record(s.m, deed.now)
		if reason, existing := s.m.write(deed.now, &deed.records[i]); reason != "" {
			deed.rejected = append(deed.rejected, Rejection{i, reason, existing})
		}
	}
	return deed
}

// do carries a deed out. What the store answers is compared unless the deed was perhaps
// done before.
func (deed *crashDeed) do(ctx context.Context, db *DB, again bool) error {
	if deed.records == nil {
		report, err := db.Delete(ctx, demo, deed.deletion, "child")
		if err == nil && !again && report.Records != deed.deleted {
			err = fmt.Errorf("%d records deleted, want %d", report.Records, deed.deleted)
		}
		return err
	}
	_, err := db.Write(ctx, demo, deed.records)
	var rejected []Rejection
	if refused, ok := errors.AsType[*RejectedRecords](err); ok {
		rejected = refused.Rejections
	} else if err != nil {
		return err
	}
	if diff := gocmp.Diff(deed.rejected, rejected); diff != "" && !again {
		return errors.New(diff)
	}
	return nil
}

// modelCrashOptions make everything happen soon. Rests at the mover's steps let kills
// fall between them.
func modelCrashOptions(now *atomic.Int64, rest time.Duration) Options {
	return Options{
		Now: func() time.Time { return time.Unix(0, now.Load()).UTC() },
		Hot: hot.Options{SegmentRows: 60, LogBytes: 64 << 10}, Policy: tier.Policy{Deletes: time.Nanosecond, Quiet: time.Minute},
		at: func(tier.Step) { time.Sleep(rest) },
	}
}

// modelUntilKilled does deeds and tells the number of each one that is done on standard
// output, while rows move.
func modelUntilKilled(dir string) error {
	var seed uint64
	var from int
	if _, err := fmt.Sscan(os.Getenv(modelDir+"_FROM"), &seed, &from); err != nil {
		return err
	}
	var now atomic.Int64
	now.Store(base.UnixNano())
	ctx := context.Background()
	script := newCrashScript(seed)
	for range from {
		now.Store(script.next().now.UnixNano())
	}
	db, err := openStore(ctx, dir, modelCrashOptions(&now, 3*time.Millisecond))
	if err != nil {
		return err
	}
	go db.Run(ctx)
	moved := make(chan error, 1)
	go func() { moved <- moveOn(ctx, db) }()
	for i := from; ; i++ {
		select {
		case err := <-moved:
			return err
		default:
		}
		deed := script.next()
		now.Store(deed.now.UnixNano())
		if err := deed.do(ctx, db, i == from); err != nil {
			return fmt.Errorf("deed %d: %w", i, err)
		}
		fmt.Println(i) // one write(2): it is whole or absent
	}
}

// moveOn flushes and compacts without end.
func moveOn(ctx context.Context, db *DB) error {
	for {
		for range 3 {
			if err := db.Flush(ctx, demo); err != nil {
				return err
			}
		}
		if err := db.Compact(ctx, demo); err != nil {
			return err
		}
	}
}

// A process that is killed while it writes, deletes and moves leaves just the deeds that
// it told, and perhaps the one that was under way: that wholly or not at all.
func TestKilledProcessAgreesWithModel(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 4))
	var now atomic.Int64
	now.Store(base.UnixNano())
	f := newFixture(t, modelCrashOptions(&now, 0))
	f.table()
	f.stop()
	done := -1
	for round := range max(8, *modelRuns) {
		done = killAfter(t, f.dir, seed, done, time.Duration(50+rng.IntN(700))*time.Millisecond)
		script := newCrashScript(seed)
		for range done + 1 {
			script.next()
		}
		before := script.m.answer(modelScan{min: -1 << 63, max: 1<<63 - 1})
		now.Store(script.next().now.UnixNano())
		f.start()
		checkDeeds(t, f, before, script.m, fmt.Sprintf("seed %d round %d after deed %d", seed, round, done))
		f.stop()
	}
	t.Logf("%d deeds", done+1)
}

// killAfter lets a child go on and returns the last deed that it told.
func killAfter(t *testing.T, dir string, seed uint64, done int, after time.Duration) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), modelDir+"="+dir, fmt.Sprintf("%s_FROM=%d %d", modelDir, seed, done+1))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	done = lastDeed(out, done, func() {
		once.Do(func() { time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) }) })
	})
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() == 1 {
		t.Fatalf("seed %d: the child ended after deed %d before it was killed: %v", seed, done, err)
	}
	return done
}

func lastDeed(out io.Reader, done int, first func()) int {
	for lines := bufio.NewScanner(out); lines.Scan(); first() {
		var i int
		if _, err := fmt.Sscan(lines.Text(), &i); err == nil {
			done = i
		}
	}
	return done
}

// checkDeeds compares the store with the model before and after the deed under way.
func checkDeeds(t *testing.T, f *fixture, before map[modelKey]map[string]Value, m *model, when string) {
	t.Helper()
	conn, err := f.engine.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s, err := f.db.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := modelScan{min: m.floor, max: 1<<63 - 1}
	maps.DeleteFunc(before, func(k modelKey, _ map[string]Value) bool { return !all.has(k) })
	var diffs [2][2]string
	for i, newest := range []bool{false, true} {
		got, err := readModel(t.Context(), conn, s, all, newest)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		for k, want := range []map[modelKey]map[string]Value{before, m.answer(all)} {
			if newest {
				want = newestRows(want)
				rows := maps.Clone(got)
				maps.DeleteFunc(rows, func(k modelKey, _ map[string]Value) bool { _, ok := want[k]; return !ok })
				diffs[k][i] = modelDiff(rows, want)
				continue
			}
			diffs[k][i] = modelDiff(got, want)
		}
	}
	if diffs[0] != [2]string{} && diffs[1] != [2]string{} {
		t.Fatalf("%s: the deed under way undone: %q; done: %q", when, diffs[0], diffs[1])
	}
}
