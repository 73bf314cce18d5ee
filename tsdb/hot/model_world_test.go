package hot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/internal/duckdb"
)

// world is a running store beside its model: one goroutine does one thing after the
// other, drawn from a seed.
type world struct {
	t       *testing.T
	rng     *rand.Rand
	dir     string
	life    int // how often the store was started
	opts    Options
	engine  *duckdb.Engine
	store   *Store
	conn    *duckdb.Conn
	tables  []*worldTable
	made    uint32 // tables so far
	held    []*held
	removed []string // files that no table has any more
	files   int      // made so far
	stop    func()
	steps   int
	base    int64
	log     []string
	summed  map[[2]bool]int // scans by whether files are summed up directly, and overlays obeyed so
}

// worldTable is a table with its model and its cold side.
type worldTable struct {
	id     uint32
	model  *modelTable
	hot    *Table
	cold   coldState
	moving *worldMoving
}

// bases are the days around which times lie.
var bases = []int64{20_500 * dayLength, 0, -3 * dayLength, -70_000 * dayLength, 106_745 * dayLength, math.MaxInt64 - 5*dayLength - 10, math.MinInt64 + 5}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 0)), dir: t.TempDir(), summed: map[[2]bool]int{}}
	w.base = bases[w.rng.IntN(len(bases))]
	w.opts = Options{SegmentRows: 10 + w.rng.IntN(150), LogBytes: int64(1+w.rng.IntN(40)) << 12, IdleAfter: time.Millisecond * time.Duration(1+w.rng.IntN(50))}
	w.start(filepath.Join(w.dir, "hot0.duckdb"))
	t.Cleanup(func() { w.stop() })
	for range 1 + w.rng.IntN(3) {
		w.addTable()
	}
	return w
}

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf("%d: ", w.steps)+fmt.Sprintf(format, args...))
}

// fail ends the test and says what led there.
func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\nafter\n%s", fmt.Sprintf(format, args...), strings.Join(w.log, "\n"))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.fail("%v", err)
	}
}

func (w *world) start(path string) {
	w.t.Helper()
	ctx := context.Background()
	var err error
	w.engine, err = duckdb.Open(ctx, duckdb.Options{Path: path, AllowedDirs: []string{w.dir}, Threads: 1})
	w.must(err)
	o := w.opts
	o.Engine = w.engine
	w.store, err = Open(ctx, o)
	w.must(err)
	w.store.sums.share = 1e-9 // however many rows of files are replaced
	if w.rng.IntN(4) == 0 {
		w.store.sums.keys.most = int64(w.rng.IntN(1000))
	}
	defined := map[uint32]bool{}
	for _, t := range w.tables {
		defined[t.id] = true
		w.attach(t)
	}
	w.store.Retain(func(id uint32) bool { return defined[id] })
	w.conn, err = w.engine.Connect(ctx)
	w.must(err)
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.store.Run(running) }()
	w.stop = func() {
		cancel()
		w.must(<-ended)
		w.must(w.store.Close())
		w.must(w.engine.Close())
		w.stop = func() {}
	}
}

// attach gives a table of the store what the cold side knows of it.
func (w *world) attach(t *worldTable) {
	t.hot = w.store.Table(t.id)
	t.hot.SetLastWriteWins(t.model.lastWins)
	w.must(t.hot.SetFiles(t.cold.files, t.cold.fields, t.cold.flushed))
}

func (w *world) addTable() {
	w.made++
	t := &worldTable{id: w.made, model: newModelTable(w.rng.IntN(4) == 0)}
	w.attach(t)
	w.tables = append(w.tables, t)
	w.note("table %d, last wins %t", t.id, t.model.lastWins)
}

func (w *world) table() *worldTable { return w.tables[w.rng.IntN(len(w.tables))] }

// onCommitter runs f between two batches.
func (w *world) onCommitter(f func() error) { w.must(w.store.ask(context.Background(), f)) }

// deeds are what may happen, and how often.
var deeds = []struct {
	weight int
	do     func(*world)
}{
	{40, (*world).write},
	{6, (*world).freeze},
	{8, (*world).beginMove},
	{24, (*world).advance},
	{2, (*world).abort},
	{6, (*world).beginCompaction},
	{8, (*world).delete},
	{1, (*world).dropTable},
	{2, (*world).restart},
	{3, (*world).kill},
	{2, (*world).revive},
	{5, (*world).hold},
	{3, (*world).letGo},
	{1, (*world).expire},
	{3, (*world).checkpoint},
	{6, (*world).sweep},
	{1, (*world).crowd},
}

func (w *world) step() {
	w.steps++
	total := 0
	for _, d := range deeds {
		total += d.weight
	}
	n := w.rng.IntN(total)
	for _, d := range deeds {
		if n -= d.weight; n < 0 {
			d.do(w)
			break
		}
	}
	w.glance(w.table())
	w.checkHeld()
}

func (w *world) freeze() {
	t := w.table()
	w.note("freeze %d", t.id)
	w.must(t.hot.Freeze(w.t.Context()))
}

func (w *world) checkpoint() {
	w.note("checkpoint")
	w.onCommitter(func() error {
		w.store.writer.retry = time.Time{}
		w.store.checkpoint(0)
		return nil
	})
}

func (w *world) dropTable() {
	i := w.rng.IntN(len(w.tables))
	t := w.tables[i]
	w.note("drop table %d", t.id)
	w.store.Drop(t.id)
	w.retire(t.cold.files)
	if m := t.moving; m != nil {
		if err := m.moving.Publish(w.t.Context(), nil, nil, nil); !errors.Is(err, errDropped) {
			w.fail("Publish on a dropped table = %v, want %v", err, errDropped)
		}
	}
	w.tables = slices.Delete(w.tables, i, i+1)
	if len(w.tables) == 0 || w.rng.IntN(2) == 0 {
		w.addTable()
	}
}

// restart stops the store as it should be stopped.
func (w *world) restart() {
	w.note("restart")
	w.forgetRun(true)
	path := w.engine.Path()
	w.stop()
	w.start(path)
	w.checkAll()
}

// kill goes on with the files as they are at a moment between two commits.
func (w *world) kill() {
	w.life++
	path := filepath.Join(w.dir, fmt.Sprintf("hot%d.duckdb", w.life))
	w.note("kill %d", w.life)
	w.onCommitter(func() error {
		for _, suffix := range []string{"", ".wal"} {
			if err := copyFile(w.engine.Path()+suffix, path+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		return nil
	})
	w.forgetRun(false)
	w.stop()
	w.start(path)
	w.checkAll()
}

// forgetRun ends what does not outlive the process.
func (w *world) forgetRun(politely bool) {
	for _, h := range w.held {
		w.must(h.snapshot.Close())
	}
	w.held = nil
	for _, t := range w.tables {
		if t.moving != nil && politely {
			t.moving.moving.Abort()
		}
		if t.moving != nil && t.moving.committed {
			w.retire(t.moving.remove)
		}
		t.moving = nil
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = io.Copy(out, in)
	return err
}

// revive opens the engine anew under the running store, as after an error of the disk.
func (w *world) revive() {
	w.note("revive")
	w.onCommitter(func() error {
		w.store.writer.dead, w.store.writer.revived = true, time.Time{}
		return w.store.revive()
	})
	var err error
	w.conn, err = w.engine.Connect(w.t.Context())
	w.must(err)
	for _, h := range w.held {
		for _, v := range h.views {
			v.exact = false // the last segment takes rows again
		}
	}
	w.checkAll()
}

// submitted is a submission under way.
type submitted struct {
	table *worldTable
	rows  []Row
	want  []Refusal
	done  chan error
	got   []Refusal
}

// write submits rows to several tables at once.
func (w *world) write() {
	var list []*submitted
	for range 1 + w.rng.IntN(3) {
		t := w.table()
		s := &submitted{table: t, done: make(chan error, 1)}
		for range 1 + w.rng.IntN(16) {
			s.rows = append(s.rows, w.row(t))
		}
		list = append(list, s)
	}
	w.submit(list)
}

func (w *world) submit(list []*submitted) {
	for _, s := range list {
		for i := range s.rows {
			refused, changed := s.table.model.write(&s.rows[i])
			if refused.Reason != 0 {
				refused.Row = i
				s.want = append(s.want, refused)
			}
			if changed != nil {
				w.tellHeld(s.table, rowIDOf(&s.rows[i]), changed)
			}
			if len(s.rows) < 100 {
				w.note("write %d %v v%d %v: %v", s.table.id, rowIDOf(&s.rows[i]), s.rows[i].Version, cellTexts(s.rows[i].Cells), refused)
			}
		}
		w.must(s.table.hot.Submit(w.t.Context(), s.rows, func(refused []Refusal, err error) {
			s.got = refused
			s.done <- err
		}))
	}
	for _, s := range list {
		w.must(<-s.done)
		slices.SortFunc(s.got, func(a, b Refusal) int { return a.Row - b.Row })
		if !slices.Equal(s.got, s.want) {
			w.fail("table %d refused %v, want %v", s.table.id, s.got, s.want)
		}
	}
}

func cellTexts(cells []Cell) []string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = c.Name + "=" + content{c.Type, c.Bits, c.Text}.String()
	}
	return texts
}

// crowd writes one row for each of so many hosts that statements no longer list them.
func (w *world) crowd() {
	t := w.table()
	if len(t.model.rows) > 2*maxListed {
		return
	}
	w.note("crowd %d", t.id)
	s := &submitted{table: t, done: make(chan error, 1)}
	at := w.time(t)
	for i := range maxListed + 100 {
		r := Row{Dims: []Dim{{"host", fmt.Sprint("crowd", i)}, {"region", "r0"}}, Measure: "m0", Kind: Multi, Time: at, Version: 1 + int64(i%2)}
		r.Cells = []Cell{w.cell("a0", Double)}
		s.rows = append(s.rows, r)
	}
	w.submit([]*submitted{s})
}

// widen writes a row with some of many attributes, and once one with all of them.
func (w *world) widen() {
	t := w.table()
	r := Row{Dims: w.dims(t), Measure: "wide", Kind: Multi, Time: w.time(t), Version: int64(1 + w.rng.IntN(3))}
	_, there := t.model.columns["w0"]
	for i := range 1000 {
		if !there || w.rng.IntN(10) == 0 {
			r.Cells = append(r.Cells, w.cell(fmt.Sprint("w", i), Type(1+i%int(Timestamp))))
		}
	}
	w.submit([]*submitted{{table: t, rows: []Row{r}, done: make(chan error, 1)}})
}

// delete removes rows by random conditions.
func (w *world) delete() {
	t := w.table()
	want, in := w.condition(t, t.hot.Schema())
	want.min = max(want.min, t.model.floor)
	gone := t.model.remove(want)
	w.note("delete %d %v: %d rows", t.id, want, len(gone))
	n, err := t.hot.Delete(w.t.Context(), Range{In: in, From: want.min, To: want.max})
	w.must(err)
	if n != int64(len(gone)) {
		w.fail("Delete from table %d of %v removed %d rows, want %d", t.id, want, n, len(gone))
	}
	for _, h := range w.held {
		if v, ok := h.views[t]; ok {
			for _, id := range gone {
				v.deleted[id] = true
			}
		}
	}
}

// sweep removes files that nobody can read any more.
func (w *world) sweep() {
	w.removed = slices.DeleteFunc(w.removed, func(path string) bool {
		if !w.store.Unread(path) {
			return false
		}
		w.must(os.Remove(path))
		return true
	})
}

func (w *world) retire(files []File) {
	for _, f := range files {
		w.removed = append(w.removed, f.Path)
	}
}

func (w *world) checkAll() {
	for _, t := range w.tables {
		w.check(t)
	}
}

// tellHeld notes what snapshots may see although it came later.
func (w *world) tellHeld(t *worldTable, id rowID, row *modelRow) {
	for _, h := range w.held {
		if v, ok := h.views[t]; ok {
			v.later[id] = append(v.later[id], row)
		}
	}
}

// hold opens a snapshot that stays.
func (w *world) hold() {
	if w.rng.IntN(2) == 0 {
		for _, t := range w.tables {
			w.must(t.hot.Freeze(w.t.Context()))
		}
		w.note("freeze all")
	}
	h := &held{snapshot: w.store.Snapshot(), views: map[*worldTable]*heldView{}}
	for _, t := range w.tables {
		if w.rng.IntN(4) == 0 {
			continue
		}
		h.views[t] = &heldView{
			view: h.snapshot.View(t.hot), exact: t.hot.allFrozen(), floor: t.model.floor, rows: maps.Clone(t.model.rows),
			later: map[rowID][]*modelRow{}, deleted: map[rowID]bool{},
		}
		w.note("hold %d, exact %t", t.id, h.views[t].exact)
	}
	w.held = append(w.held, h)
}

func (t *Table) allFrozen() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return !slices.ContainsFunc(t.mu.segments, func(seg *segment) bool { return !seg.frozen })
}

func (w *world) letGo() {
	if len(w.held) == 0 {
		return
	}
	i := w.rng.IntN(len(w.held))
	w.note("let go of snapshot %d", i)
	w.must(w.held[i].snapshot.Close())
	w.held = slices.Delete(w.held, i, i+1)
}
