package tsdb

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tidemark/fault"
	"tidemark/internal/diskfault"
)

// faultDir names the directory in which a child works on a disk that fails now and then.
const faultDir = "TIDEMARK_TSDB_FAULT_DIR"

var (
	faultRounds = flag.Int("faultrounds", 1, "how often TestFailingDisk goes through its faults")
	faultOnly   = flag.String("faultonly", "", "the `name` of the only fault that TestFailingDisk goes through")
)

// diskFault is a fault of a kind of file.
type diskFault struct {
	name string
	path string // pattern
	call diskfault.Calls
	err  unix.Errno
	torn bool
	most int // calls before the first that fails
}

var diskFaults = []diskFault{
	{"log of rows cannot be written", `/hot\.db\.wal$`, diskfault.Write, unix.EIO, false, 40},
	{"log of rows is full", `/hot\.db\.wal$`, diskfault.Write, unix.ENOSPC, true, 40},
	{"log of rows can be neither written nor cut", `/hot\.db\.wal$`, diskfault.Write | diskfault.Truncate, unix.EIO, false, 30},
	{"log of rows can be neither synced nor cut", `/hot\.db\.wal$`, diskfault.Sync | diskfault.Truncate, unix.EIO, false, 20},
	{"log of rows cannot be synced", `/hot\.db\.wal$`, diskfault.Sync, unix.EIO, false, 20},
	{"log of rows cannot be made or cut", `/hot\.db\.wal`, diskfault.Truncate | diskfault.Create | diskfault.Remove | diskfault.Rename, unix.EIO, false, 0},
	{"rows cannot be written", `/hot\.db$`, diskfault.Write, unix.EIO, false, 3},
	{"rows are full", `/hot\.db$`, diskfault.Write, unix.ENOSPC, true, 3},
	{"rows cannot be synced", `/hot\.db$`, diskfault.Sync | diskfault.Truncate, unix.EIO, false, 1},
	{"files cannot be written", `\.parquet$`, diskfault.Write, unix.EIO, false, 3},
	{"files are full", `\.parquet$`, diskfault.Write, unix.ENOSPC, true, 3},
	{"files cannot be synced", `\.parquet$`, diskfault.Sync, unix.EIO, false, 3},
	{"files cannot be made", `\.parquet$`, diskfault.Create | diskfault.Rename, unix.EIO, false, 4},
	{"files cannot be removed", `\.parquet$`, diskfault.Remove, unix.EIO, false, 1},
	{"metadata cannot be written", `/metadata/`, diskfault.Write, unix.EIO, false, 8},
	{"metadata is full", `/metadata/`, diskfault.Write, unix.ENOSPC, true, 8},
	{"metadata cannot be synced", `/metadata(/|$)`, diskfault.Sync, unix.EIO, false, 8},
	{"metadata cannot be made", `/metadata/`, diskfault.Create | diskfault.Link | diskfault.Rename, unix.EIO, false, 6},
	{"definitions cannot be written", `/meta\.db`, diskfault.Write, unix.EIO, false, 8},
	{"definitions are full", `/meta\.db`, diskfault.Write, unix.ENOSPC, true, 8},
	{"definitions cannot be synced", `/meta\.db`, diskfault.Sync, unix.EIO, false, 4},
	{"nothing can be written", `/(hot\.db|meta\.db|tables)`, diskfault.Any &^ diskfault.Remove, unix.EIO, false, 60},
	{"nothing can be synced", `/(hot\.db|meta\.db|tables)`, diskfault.Sync, unix.EIO, false, 60},
	{"all is full", `/(hot\.db|meta\.db|tables)`, diskfault.Write | diskfault.Create | diskfault.Truncate, unix.ENOSPC, true, 60},
}

func (d diskFault) drawn(rng *rand.Rand) diskfault.Fault {
	f := diskfault.Fault{Path: regexp.MustCompile(d.path), Calls: d.call, Errno: d.err, Torn: d.torn, After: rng.IntN(d.most + 1)}
	if rng.IntN(2) == 0 {
		f.Times = 1 + rng.IntN(4)
	}
	return f
}

// faultActors are what the child does side by side, each of them again and again. A line
// that begins with one of these names is a success, one with "no" in front a failure.
var faultActors = []string{"write0", "write1", "write2", "write3", "move", "read", "define", "erase"}

// TestFailingDisk lets the disk of a store fail in many ways while it is written, read,
// moved and defined. What it refuses may be tried again, what it answers is right, it goes
// on by itself once the disk does, and what it acknowledged is there after it was killed.
func TestFailingDisk(t *testing.T) {
	if dir := os.Getenv(faultDir); dir != "" {
		if err := workOnFailingDisk(dir); err != nil {
			t.Fatal(err)
		}
		return
	}
	f := newFixture(t, crashOptions())
	f.table()
	if _, err := f.db.CreateTable(t.Context(), erasures, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	f.stop()
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 5))
	t.Logf("seed %d", seed)
	done := progress{acked: [crashWriters]int{-1, -1, -1, -1}}
	for range *faultRounds {
		list := slices.DeleteFunc(slices.Clone(diskFaults), func(d diskFault) bool { return *faultOnly != "" && d.name != *faultOnly })
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for len(list) > 0 {
			n := min(len(list), 4+rng.IntN(8))
			startBroken(t, f.dir, list[0].drawn(rng))
			c := startFaultChild(t, f.dir, done)
			for _, d := range list[:n] {
				c.suffer(d, d.drawn(rng), time.Duration(rng.IntN(200))*time.Millisecond)
			}
			done = c.kill(list[n-1].drawn(rng))
			list = list[n:]
			f.start()
			checkAcknowledged(t, f, done.acked, fmt.Sprintf("seed %d", seed))
			checkDefined(t, f, done)
			f.stop()
		}
	}
	t.Logf("acknowledged: %+v", done)
}

// progress is what a child has acknowledged.
type progress struct {
	acked           [crashWriters]int // last row by writer
	defined, erased int               // how many tables were created, and rows deleted
}

// erasures is a table whose rows are deleted one after the other.
var erasures = TableRef{demo.Database, "erased"}

func checkDefined(t *testing.T, f *fixture, done progress) {
	t.Helper()
	for i := range done.defined {
		if _, err := f.db.Table(t.Context(), faultTable(i)); err != nil {
			t.Fatalf("table %d of %d that were created: %v", i, done.defined, err)
		}
	}
	for _, row := range f.rows(Scan{Ref: erasures}, "1", "time") {
		if i := row[0].(int64) - base.UnixNano(); i < int64(done.erased) {
			t.Fatalf("row %d is there, and %d were deleted", i, done.erased)
		}
	}
}

func faultTable(i int) TableRef { return TableRef{demo.Database, fmt.Sprint("defined", i)} }

// faultChild is a child and what it has said.
type faultChild struct {
	t    *testing.T
	cmd  *exec.Cmd
	disk *diskfault.Disk
	read sync.WaitGroup

	mu    sync.Mutex
	count map[string]int // successes by actor
	done  progress
	said  []string // what was no success
	wrong string
	more  chan struct{}
}

func faultCommand(dir, from string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestFailingDisk$")
	cmd.Env = append(os.Environ(), faultDir+"="+dir, faultDir+"_FROM="+from)
	return cmd
}

// startBroken starts a child on a disk that fails while it opens the store, and kills it
// if that does not end it.
func startBroken(t *testing.T, dir string, f diskfault.Fault) {
	t.Helper()
	f.After %= 5 // opening does not take many calls
	cmd := faultCommand(dir, onlyOpen)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	disk, err := diskfault.Start(cmd, f)
	if err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(3*time.Minute, func() { cmd.Process.Signal(syscall.SIGQUIT) })
	if err := cmd.Wait(); err != nil && !strings.Contains(said.String(), "FAIL: TestFailingDisk") || !late.Stop() {
		t.Errorf("a store on a failing disk does not open or fail: %v\n%.12000s", err, said.String())
	}
	if err := disk.Wait(); err != nil {
		t.Fatal(err)
	}
}

// onlyOpen has a child open the store and close it.
const onlyOpen = "open"

func startFaultChild(t *testing.T, dir string, done progress) *faultChild {
	t.Helper()
	c := &faultChild{t: t, count: map[string]int{}, done: done, more: make(chan struct{}, 1)}
	acked := done.acked
	c.cmd = faultCommand(dir, fmt.Sprintf("%d %d %d %d %d %d", acked[0]+1, acked[1]+1, acked[2]+1, acked[3]+1, done.defined, done.erased))
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stderr = c.cmd.Stdout
	if c.disk, err = diskfault.Start(c.cmd, diskfault.Fault{}); err != nil {
		t.Fatal(err)
	}
	c.read.Go(func() { c.listen(out) })
	c.goesOn("start")
	return c
}

// listen notes what the child says.
func (c *faultChild) listen(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		c.hear(lines.Text())
		select {
		case c.more <- struct{}{}:
		default:
		}
	}
}

func (c *faultChild) hear(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var i int
	who, rest, _ := strings.Cut(line, " ")
	switch {
	case who == "no":
		c.said = append(c.said, line)
		return
	case strings.HasPrefix(who, "write"):
		w := int(who[len(who)-1] - '0')
		if fmt.Sscan(rest, &i); i != c.done.acked[w]+1 {
			c.wrong = fmt.Sprintf("%s after row %d", line, c.done.acked[w])
		}
		c.done.acked[w] = i
	case who == "define":
		fmt.Sscan(rest, &i)
		c.done.defined = i + 1
	case who == "erase":
		fmt.Sscan(rest, &i)
		c.done.erased = i + 1
	case who != "move" && who != "read":
		c.wrong += line + "\n"
	}
	c.count[who]++
}

// goesOn waits until every actor has succeeded twice: once may have begun before.
func (c *faultChild) goesOn(when string) {
	c.t.Helper()
	const patience = 3 * time.Minute
	begin := c.counted()
	late := time.After(patience)
	for {
		lacks := ""
		now := c.counted()
		for _, who := range faultActors {
			if now[who] < begin[who]+2 {
				lacks += " " + who
			}
		}
		if lacks == "" {
			return
		}
		select {
		case <-c.more:
		case <-late:
			c.fail("%s: %s do not go on in %v", when, lacks, patience)
		}
	}
}

func (c *faultChild) counted() map[string]int {
	c.mu.Lock()
	wrong := c.wrong
	counts := map[string]int{}
	for who, n := range c.count {
		counts[who] = n
	}
	c.mu.Unlock()
	if wrong != "" {
		c.fail("the child said %s", wrong)
	}
	return counts
}

func (c *faultChild) fail(form string, args ...any) {
	c.t.Helper()
	c.mu.Lock()
	last := c.said[max(0, len(c.said)-12):]
	c.mu.Unlock()
	c.cmd.Process.Signal(syscall.SIGQUIT) // it says where it stands
	c.read.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t.Fatalf(form+"\nlast failures:\n%s\n%.12000s", append(args, strings.Join(last, "\n"), c.wrong)...)
}

// suffer breaks the disk for a while.
func (c *faultChild) suffer(d diskFault, f diskfault.Fault, long time.Duration) {
	c.t.Helper()
	c.mu.Lock()
	c.said = nil
	c.mu.Unlock()
	c.disk.Break(f)
	select {
	case <-c.disk.Fired():
		time.Sleep(long) // the fault goes on
	case <-time.After(2 * time.Second):
	}
	failed := c.disk.Heal()
	began := time.Now()
	c.goesOn(d.name)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t.Logf("%s: after %d calls %d failed, %d refusals, went on after %v", d.name, f.After, failed, len(c.said), time.Since(began).Round(time.Millisecond))
}

// kill ends the child while its disk fails, and returns what it has acknowledged.
func (c *faultChild) kill(f diskfault.Fault) progress {
	c.t.Helper()
	c.disk.Break(f)
	select {
	case <-c.disk.Fired():
	case <-time.After(200 * time.Millisecond):
	}
	c.cmd.Process.Kill()
	c.read.Wait()
	c.cmd.Wait()
	if err := c.disk.Wait(); err != nil {
		c.t.Fatal(err)
	}
	c.counted()
	return c.done
}

// faultOptions let checkpoints and the deletion of files happen all the time.
func faultOptions() Options {
	o := crashOptions()
	o.Hot.LogBytes, o.Keep = 20<<10, time.Nanosecond
	began := time.Now()
	o.Now = func() time.Time { return base.Add(time.Since(began)) }
	return o
}

// workOnFailingDisk is the child.
func workOnFailingDisk(dir string) error {
	if err := diskfault.Enter(); err != nil {
		return err
	}
	ctx := context.Background()
	db, err := openStore(ctx, dir, faultOptions())
	if err != nil {
		return err
	}
	if os.Getenv(faultDir+"_FROM") == onlyOpen {
		return db.Close()
	}
	var from [crashWriters]int
	var defined, erased int
	if _, err := fmt.Sscan(os.Getenv(faultDir+"_FROM"), &from[0], &from[1], &from[2], &from[3], &defined, &erased); err != nil {
		return err
	}
	go db.Run(ctx)
	for w := range crashWriters {
		go act(fmt.Sprint("write", w), from[w], func(i int) error { return faultWrite(ctx, db, w, i) })
	}
	go act("define", defined, func(i int) error {
		time.Sleep(10 * time.Millisecond) // so that the others have the processor, too
		_, err := db.CreateTable(ctx, faultTable(i), TableOptions{})
		if fault.KindOf(err) == fault.Conflict {
			return nil // it was created when its creation failed
		}
		return refusal(err)
	})
	go act("erase", erased, func(i int) error { return faultErase(ctx, db, i) })
	go act("move", 0, func(i int) error {
		ref := demo
		if i/4%2 == 1 {
			ref = erasures
		}
		if i%4 == 3 {
			return db.Compact(ctx, ref)
		}
		return db.Flush(ctx, ref)
	})
	return act("read", 0, func(int) error { return faultRead(ctx, db) })
}

// act does something again and again, and goes on to the next number after each success.
func act(who string, from int, do func(i int) error) error {
	for i := from; ; {
		if err := do(i); err != nil {
			fmt.Printf("no %s %d: %.400s\n", who, i, strings.ReplaceAll(err.Error(), "\n", " "))
			time.Sleep(3 * time.Millisecond)
			continue
		}
		fmt.Printf("%s %d\n", who, i) // one write(2): it is whole or absent
		i++
	}
}

// refusal tells an error that cannot be tried again.
func refusal(err error) error {
	if err != nil && fault.KindOf(err) != fault.Unavailable {
		fmt.Printf("an error of kind %v: %v\n", fault.KindOf(err), err)
	}
	return err
}

func faultWrite(ctx context.Context, db *DB, writer, i int) error {
	batch := []Record{crashRecord(writer, i, 1)}
	if old := i - 7; i%3 == 0 && old >= 0 {
		batch = append(batch, crashRecord(writer, old, 2))
	}
	_, err := db.Write(ctx, demo, batch)
	return refusal(err)
}

// faultErase writes a row, and deletes it after a moment in which it may move.
func faultErase(ctx context.Context, db *DB, i int) error {
	if _, err := db.Write(ctx, erasures, []Record{multi("e", at(time.Duration(i)), 1, double("n", 1))}); err != nil {
		return refusal(err)
	}
	time.Sleep(5 * time.Millisecond)
	when := time.Unix(0, at(time.Duration(i)))
	_, err := db.Delete(ctx, erasures, Deletion{Dimensions: map[string][]string{"host": {"e"}}, From: &when, To: &when}, "child")
	return refusal(err)
}

// faultRead reads all rows, and tells those that cannot be.
func faultRead(ctx context.Context, db *DB) error {
	snapshot, err := db.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	schema, err := snapshot.Schema(demo)
	if err != nil {
		return err
	}
	scan := Scan{Ref: demo, MinTime: -1 << 63, MaxTime: 1<<63 - 1}
	for _, name := range []string{"host", "time", "n"} {
		scan.Columns = append(scan.Columns, slices.IndexFunc(schema.Columns, func(c Column) bool { return c.Name == name }))
	}
	if slices.Contains(scan.Columns, -1) {
		return nil // nothing was written yet
	}
	text, err := snapshot.Relation(ctx, scan)
	if err == nil {
		err = snapshot.Fetch(ctx)
	}
	if err != nil {
		return err
	}
	conn, err := db.opts.Engine.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	rows, err := conn.Query(ctx, "SELECT * FROM "+text)
	if err != nil {
		return err
	}
	all, err := rows.All(ctx)
	if err != nil {
		return err
	}
	judge(all)
	return nil
}

// judge tells rows that are there twice or wrong, and rows that a writer wrote after one
// that is lost: what was read is of one moment, and each writer's rows come one by one.
func judge(rows [][]any) {
	seen, last := map[[2]int64]bool{}, map[int64]int64{}
	for _, row := range rows {
		k := [2]int64{int64(row[0].(string)[0] - '0'), row[1].(int64) - base.UnixNano()}
		if value := row[2].(float64); seen[k] || value != float64(k[1]) && value != -float64(k[1]) {
			fmt.Printf("row %d of writer %d is %v, there before: %v\n", k[1], k[0], value, seen[k])
		}
		seen[k] = true
		last[k[0]] = max(last[k[0]], k[1])
	}
	for w, i := range last {
		for ; i >= 0; i-- {
			if !seen[[2]int64{w, i}] {
				fmt.Printf("row %d of writer %d is missing before row %d\n", i, w, last[w])
			}
		}
	}
}
