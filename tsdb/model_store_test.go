package tsdb

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/cold"
	"tidemark/tsdb/hot"
	"tidemark/tsdb/tier"
)

// go test ./tsdb -run TestStoreAgreesWithModel -args -model 1000 -model-seed 7
var (
	modelRuns = flag.Int("model", modelSequences, "random sequences that the store runs beside the model")
	modelSeed = flag.Uint64("model-seed", firstSequence, "seed of the first sequence")
)

func TestStoreAgreesWithModel(t *testing.T) {
	for i := range *modelRuns {
		seed := *modelSeed + uint64(i)
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			w := newModelWorld(t, seed)
			for range 100 {
				w.next()
			}
			w.restart()
			w.settle()
			w.must(w.f.db.Flush(t.Context(), demo))
			w.must(w.f.db.Compact(t.Context(), demo))
			w.check()
		})
	}
}

// modelWorld is a store beside its model. The mover stops at some of its steps until it
// is told to go on, so that writes and deletions fall between them.
type modelWorld struct {
	t    *testing.T
	f    *fixture
	m    *model
	d    *drawer
	conn *duckdb.Conn
	now  atomic.Int64
	log  []string

	gate    *moverGate
	moving  []chan error // flushes and compactions under way
	held    *Snapshot
	heldAll map[modelKey]map[string]Value
	floor   int64             // of the model then
	deleted map[modelKey]bool // since then
}

// moverGate holds the mover at steps drawn from a seed.
type moverGate struct {
	mu     sync.Mutex
	rng    *rand.Rand
	closed chan struct{} // what the mover waits for; nil lets it pass
}

// at is called by the mover.
func (g *moverGate) at(tier.Step) {
	g.mu.Lock()
	closed := g.closed
	if g.rng.IntN(2) == 0 {
		closed = nil
	}
	g.mu.Unlock()
	if closed != nil {
		<-closed
	}
}

// turn lets the mover go on, and stops it at a later step if it shall.
func (g *moverGate) turn(stop bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != nil {
		close(g.closed)
		g.closed = nil
	}
	if stop {
		g.closed = make(chan struct{})
	}
}

func newModelWorld(t *testing.T, seed uint64) *modelWorld {
	w := &modelWorld{t: t, deleted: map[modelKey]bool{}, d: &drawer{rng: rand.New(rand.NewPCG(seed, 1))}}
	w.gate = &moverGate{rng: rand.New(rand.NewPCG(seed, 2))}
	w.now.Store(base.Add(time.Duration(w.d.rng.IntN(30)) * time.Hour).UnixNano())
	var bucket *cold.Bucket // for some seeds, with copies that every restart loses
	if seed%4 == 3 {
		bucket = bucketOf(t, 0)
	}
	w.f = newFixture(t, Options{
		Bucket: bucket, Now: w.clock, at: w.gate.at, Hot: hot.Options{SegmentRows: 20 + w.d.rng.IntN(200), LogBytes: 64 << 10},
		Policy: tier.Policy{Quiet: time.Minute, Deletes: time.Nanosecond},
	})
	t.Cleanup(func() { w.gate.turn(false) })
	w.must(second(w.f.db.CreateDatabase(t.Context(), demo.Database, "", nil)))
	w.create()
	w.connect()
	return w
}

func second[T any](_ T, err error) error { return err }

func (w *modelWorld) clock() time.Time { return time.Unix(0, w.now.Load()).UTC() }

func (w *modelWorld) connect() {
	var err error
	w.conn, err = w.f.engine.Connect(w.t.Context())
	w.must(err)
}

func (w *modelWorld) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf("%d: ", w.d.step)+fmt.Sprintf(format, args...))
}

func (w *modelWorld) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\nafter\n%s", fmt.Sprintf(format, args...), strings.Join(w.log, "\n"))
}

func (w *modelWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.fail("%v", err)
	}
}

// create makes the table with settings drawn for it.
func (w *modelWorld) create() {
	w.m = newModel()
	o := TableOptions{Retention: &w.m.retention, MagneticWrites: &MagneticWrites{Enabled: true}}
	switch w.d.rng.IntN(3) {
	case 0:
		w.m.required = "region"
		o.PartitionKey = []PartitionKey{{Type: KeyDimension, Name: "region", Enforcement: Required}}
	case 1:
		o.PartitionKey = []PartitionKey{{Type: KeyDimension, Name: "host", Enforcement: Optional}}
	}
	if w.d.one(4) {
		w.m.lastWins = true
		o.Tags = map[string]string{UpsertTag: LastWriteWins}
	}
	w.m.advance(w.clock())
	w.must(second(w.f.db.CreateTable(w.t.Context(), demo, o)))
	w.note("create %+v", o)
}

// modelDeeds are what may happen, and how often.
var modelDeeds = []struct {
	weight int
	do     func(*modelWorld)
}{
	{40, (*modelWorld).write},
	{10, (*modelWorld).flush},
	{6, (*modelWorld).compact},
	{25, (*modelWorld).turn},
	{8, (*modelWorld).delete},
	{5, (*modelWorld).pass},
	{2, (*modelWorld).change},
	{2, (*modelWorld).retag},
	{3, (*modelWorld).restart},
	{5, (*modelWorld).hold},
	{1, (*modelWorld).recreate},
}

func (w *modelWorld) next() {
	w.d.step++
	total := 0
	for _, d := range modelDeeds {
		total += d.weight
	}
	n := w.d.rng.IntN(total)
	for _, d := range modelDeeds {
		if n -= d.weight; n < 0 {
			d.do(w)
			break
		}
	}
	w.check()
	w.checkHeld()
}

// write submits several batches at once.
func (w *modelWorld) write() {
	type outcome struct {
		n   Ingested
		err error
	}
	var outcomes []chan outcome
	var wants []outcome
	for range 1 + w.d.rng.IntN(3) {
		records := make([]Record, 1+w.d.rng.IntN(16))
		var want outcome
		var rejected []Rejection
		for i := range records {
			records[i] = w.d.record(w.m, w.clock())
			reason, existing := w.m.write(w.clock(), &records[i])
			w.note("write %d.%d %v v%d %q: %s", len(wants), i, keyOf(&records[i]), records[i].Version, fmt.Sprint(records[i].Measures), reason)
			if reason != "" {
				rejected = append(rejected, Rejection{i, reason, existing})
				continue
			}
			want.n.Total++
			if _, memory := w.m.outside(w.clock(), records[i].Time); memory {
				want.n.Memory++
			}
		}
		want.n.Magnetic = want.n.Total - want.n.Memory
		if len(rejected) > 0 {
			want.err = &RejectedRecords{rejected}
		}
		done := make(chan outcome, 1)
		w.f.db.Submit(w.t.Context(), demo, records, func(n Ingested, err error) { done <- outcome{n, err} })
		outcomes, wants = append(outcomes, done), append(wants, want)
	}
	for i, done := range outcomes {
		got := <-done
		if diff := gocmp.Diff(wants[i].err, got.err); diff != "" {
			w.fail("batch %d of the last: %s", i, diff)
		}
		if got.n != wants[i].n {
			w.fail("batch %d of the last: ingested %+v, want %+v", i, got.n, wants[i].n)
		}
	}
}

func (w *modelWorld) flush()   { w.move("flush", w.f.db.Flush) }
func (w *modelWorld) compact() { w.move("compact", w.f.db.Compact) }

// turn lets the mover go on for a step or more.
func (w *modelWorld) turn() { w.gate.turn(!w.d.one(4)) }

// settle waits for what the mover was asked to do.
func (w *modelWorld) settle() {
	w.gate.turn(false)
	for _, done := range w.moving {
		w.must(<-done)
	}
	w.moving = nil
	w.note("settled")
}

func (w *modelWorld) delete() {
	s := w.d.scan(w.m, w.clock())
	del := s.deletion(w.m)
	want := int64(0)
	maps.DeleteFunc(w.m.rows, func(k modelKey, _ modelRow) bool {
		if !s.has(k) {
			return false
		}
		want++
		w.deleted[k] = true
		return true
	})
	w.note("delete %v: %d", s, want)
	counted, err := w.f.db.CountDeletion(w.t.Context(), demo, del)
	w.must(err)
	report, err := w.f.db.Delete(w.t.Context(), demo, del, "model")
	w.must(err)
	if counted != want || report.Records != want {
		w.fail("Delete of %v counted %d and removed %d, want %d", s, counted, report.Records, want)
	}
}

// pass lets time pass.
func (w *modelWorld) pass() {
	d := []time.Duration{time.Nanosecond, time.Minute, time.Hour, 9 * time.Hour, 50 * time.Hour}[w.d.rng.IntN(5)]
	w.now.Add(int64(d))
	w.m.advance(w.clock())
	w.note("now %v", w.clock())
}

// change alters the windows.
func (w *modelWorld) change() {
	u := TableUpdate{Retention: &Retention{MemoryHours: 1 + w.d.rng.IntN(48), MagneticDays: 1 + w.d.rng.IntN(12)}}
	u.MagneticWrites = &MagneticWrites{Enabled: !w.d.one(4)}
	w.must(second(w.f.db.UpdateTable(w.t.Context(), demo, u)))
	w.m.retention, w.m.magnetic = *u.Retention, u.MagneticWrites.Enabled
	w.m.advance(w.clock())
	w.note("change %+v %t", w.m.retention, w.m.magnetic)
}

func (w *modelWorld) retag() {
	w.m.lastWins = !w.m.lastWins
	if w.m.lastWins {
		w.must(w.f.db.Tag(w.t.Context(), demo, map[string]string{UpsertTag: LastWriteWins}))
	} else {
		w.must(w.f.db.Untag(w.t.Context(), demo, []string{UpsertTag}))
	}
	w.note("last wins %t", w.m.lastWins)
}

func (w *modelWorld) restart() {
	w.note("restart")
	w.letGo()
	w.gate.turn(false)
	w.f.restart()
	for _, done := range w.moving {
		<-done // it was given up, or it was in time
	}
	w.moving = nil
	w.connect()
}

// recreate deletes the table and makes another one of the same name.
func (w *modelWorld) recreate() {
	w.letGo()
	w.must(w.f.db.DeleteTable(w.t.Context(), demo))
	w.gate.turn(false)
	for _, done := range w.moving {
		<-done // NotFound, or it was in time
	}
	w.moving = nil
	w.create()
}

func (w *modelWorld) letGo() {
	if w.held != nil {
		w.must(w.held.Close())
	}
	w.held, w.heldAll, w.deleted = nil, nil, map[modelKey]bool{}
}

// hold opens a snapshot that stays. What moves is frozen first, so that it does not change.
func (w *modelWorld) hold() {
	w.letGo()
	t, err := w.f.db.open(demo)
	w.must(err)
	w.must(t.hot.Freeze(w.t.Context()))
	w.held, err = w.f.db.Snapshot(w.t.Context())
	w.must(err)
	w.heldAll = w.m.answer(modelScan{min: -1 << 63, max: 1<<63 - 1})
	w.floor = w.m.floor
	w.must(second(w.held.Schema(demo)))
	w.note("hold")
}

func (w *modelWorld) check() {
	w.t.Helper()
	s, err := w.f.db.Snapshot(w.t.Context())
	w.must(err)
	defer s.Close()
	all := modelScan{min: w.m.floor, max: 1<<63 - 1}
	if diff := modelDiff(w.read(s, all, false), w.m.answer(all)); diff != "" {
		w.fail("%s", diff)
	}
	some := w.d.scan(w.m, w.clock())
	some.min = max(some.min, w.m.floor)
	if diff := modelDiff(w.read(s, some, false), w.m.answer(some)); diff != "" {
		w.fail("scan %v: %s", some, diff)
	}
	newest := newestRows(w.m.answer(some))
	got := w.read(s, some, true)
	maps.DeleteFunc(got, func(k modelKey, _ map[string]Value) bool {
		_, ok := newest[k]
		return !ok && w.m.rows[k].values != nil
	})
	if diff := modelDiff(got, newest); diff != "" {
		w.fail("scan %v for the newest: %s", some, diff)
	}
}

// checkHeld compares the snapshot that stays with what it showed first. Rows that were
// deleted since, or are past their retention by now, may be in it or not.
func (w *modelWorld) checkHeld() {
	w.t.Helper()
	if w.held == nil || !w.d.one(2) {
		return
	}
	s := w.d.scan(w.m, w.clock())
	s.min = max(s.min, w.floor)
	schema, err := w.held.Schema(demo)
	w.must(err)
	maps.DeleteFunc(s.in, func(name string, _ []string) bool {
		return !slices.ContainsFunc(schema.Columns, func(c Column) bool { return c.Name == name })
	})
	want := maps.Clone(w.heldAll)
	maps.DeleteFunc(want, func(k modelKey, _ map[string]Value) bool { return !s.has(k) })
	got := w.read(w.held, s, false)
	maps.DeleteFunc(want, func(k modelKey, _ map[string]Value) bool {
		_, shown := got[k]
		return !shown && (w.deleted[k] || k.time < w.m.floor)
	})
	if diff := modelDiff(got, want); diff != "" {
		w.fail("snapshot, scan %v: %s", s, diff)
	}
}

// read returns the rows of a scan.
func (w *modelWorld) read(s *Snapshot, want modelScan, newest bool) map[modelKey]map[string]Value {
	w.t.Helper()
	rows, err := readModel(w.t.Context(), w.conn, s, want, newest)
	if err != nil {
		w.fail("scan %v: %v", want, err)
	}
	return rows
}

// move starts a flush or compaction.
func (w *modelWorld) move(what string, do func(context.Context, TableRef) error) {
	if len(w.moving) > 1 {
		w.settle()
	}
	w.note("%s", what)
	done := make(chan error, 1)
	go func() { done <- do(context.Background(), demo) }()
	w.moving = append(w.moving, done)
}
