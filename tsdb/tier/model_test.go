package tier

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tidemark/tsdb/hot"
)

// model is table 1 as a map, and a stream of changes to it that a seed decides.
type model struct {
	rng     *rand.Rand
	rows    map[identity]stored
	version int64
	newest  int64
}

type identity struct {
	host string
	time int64
}

type stored struct {
	version int64
	value   float64
}

func newModel(seed uint64) *model {
	return &model{rng: rand.New(rand.NewPCG(seed, 7)), rows: map[identity]stored{}, newest: at(0)}
}

// change is one write or delete.
type change struct {
	rows    []hot.Row
	refused int // how many of them must be
	erase   *hot.Range
}

// next makes a change and applies it to the model.
func (m *model) next() change {
	if m.rng.IntN(8) == 0 {
		return m.erase()
	}
	var c change
	taken := map[identity]bool{}
	for range 1 + m.rng.IntN(20) {
		k := m.identity()
		if taken[k] {
			continue
		}
		taken[k] = true
		m.version++
		s := stored{m.version, float64(m.rng.IntN(1000))}
		if old, ok := m.rows[k]; ok && m.rng.IntN(4) == 0 {
			s = stored{old.version - 1, old.value + 1}
			c.refused++
		} else {
			m.rows[k] = s
		}
		c.rows = append(c.rows, row(k.host, k.time, s.value, s.version))
	}
	return c
}

// identity is a stored row, a new one at the end, or one that is late by up to three days.
func (m *model) identity() identity {
	host := fmt.Sprint("h", m.rng.IntN(6))
	switch m.rng.IntN(4) {
	case 0:
		if keys := m.keys(); len(keys) > 0 {
			return keys[m.rng.IntN(len(keys))]
		}
		fallthrough
	case 1:
		return identity{host, m.newest - int64(m.rng.IntN(3*24*60))*int64(time.Minute)}
	default:
		m.newest += int64(m.rng.IntN(40)) * int64(time.Minute)
		return identity{host, m.newest}
	}
}

func (m *model) keys() []identity {
	return slices.SortedFunc(maps.Keys(m.rows), func(a, b identity) int {
		if a.host != b.host {
			return strings.Compare(a.host, b.host)
		}
		return int(a.time/1e9 - b.time/1e9)
	})
}

// erase deletes some hours of one host or of all.
func (m *model) erase() change {
	from := m.newest - int64(m.rng.IntN(3*24))*int64(time.Hour)
	r := hot.Range{From: from, To: from + int64(m.rng.IntN(6))*int64(time.Hour)}
	host := fmt.Sprint("h", m.rng.IntN(6))
	if m.rng.IntN(3) > 0 {
		r.In = []hot.In{{Role: hot.DimensionField, Values: []string{host}}}
	}
	maps.DeleteFunc(m.rows, func(k identity, _ stored) bool {
		return k.time >= r.From && k.time <= r.To && (r.In == nil || k.host == host)
	})
	return change{erase: &r}
}

// String prints the rows as house.rows does.
func (m *model) String() string {
	var list []string
	for _, k := range m.keys() {
		list = append(list, fmt.Sprintf("%s@%g=%v", k.host, float64(k.time-base.UnixNano())/1e9, m.rows[k].value))
	}
	return strings.Join(list, " ")
}

// apply makes a change in the store.
func (h *house) apply(c change) error {
	ctx := context.Background()
	if c.erase != nil {
		_, err := h.hot.Table(1).Delete(ctx, *c.erase)
		return err
	}
	answers := make(chan error, 1)
	err := h.hot.Table(1).Submit(ctx, c.rows, func(refused []hot.Refusal, err error) {
		if err == nil && len(refused) != c.refused {
			err = fmt.Errorf("%d of %d rows refused, want %d", len(refused), len(c.rows), c.refused)
		}
		answers <- err
	})
	if err != nil {
		return err
	}
	return <-answers
}

// The answers are those of a map, whatever moves when: changes come between the steps
// of the work too, the clock runs, the process starts again, and a snapshot shows to its
// end what it showed at first.
func TestModel(t *testing.T) {
	for i := range *modelRuns {
		seed := *modelSeed + uint64(i)
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { runModel(t, seed) })
	}
}

// go test ./tsdb/tier -run TestModel -args -model 100 -model-seed 7
var (
	modelRuns = flag.Int("model", 5, "random sequences that the mover runs beside the model")
	modelSeed = flag.Uint64("model-seed", 10, "seed of the first sequence")
)

const modelRounds = 60

func runModel(t *testing.T, seed uint64) {
	m := newModel(seed)
	var h *house
	h = newHouse(t, Options{
		Policy: Policy{Rows: 60, Quiet: time.Minute, Over: time.Hour, Dense: 1},
		Every:  time.Hour, // nothing moves but what the test has moved
		At: func(s Step) {
			if s != StepExpired && m.rng.IntN(3) == 0 {
				if err := h.apply(m.next()); err != nil {
					t.Errorf("change at step %s: %v", s, err)
				}
			}
		},
	})
	var kept *hot.Snapshot
	var keptRows string
	for round := range modelRounds {
		name := m.act(h, round, &kept, &keptRows)
		if wrong := difference(h.rows(), m.String()); wrong != "" {
			t.Fatalf("round %d, after %s: %s", round, name, wrong)
		}
		if kept != nil {
			if wrong := difference(common(h.rowsOf(kept), common(keptRows, m.String())), common(keptRows, m.String())); wrong != "" {
				t.Fatalf("round %d, after %s, in an open snapshot: %s", round, name, wrong)
			}
		}
	}
	h.invariants()
}

// difference lists rows that only one of two answers has.
func difference(got, want string) string {
	count := map[string]int{}
	for _, r := range strings.Fields(got) {
		count[r]++
	}
	for _, r := range strings.Fields(want) {
		count[r]--
	}
	var list []string
	for _, r := range slices.Sorted(maps.Keys(count)) {
		if n := count[r]; n != 0 {
			list = append(list, fmt.Sprintf("%s %+d", r, n))
		}
	}
	if len(list) > 10 {
		list = append(list[:10], fmt.Sprint("and more, of ", len(list)))
	}
	return strings.Join(list, ", ")
}

// common keeps the rows of an answer that another one has too: a snapshot may show, and
// lose, rows of segments that are still open, but not those that stay as they are.
func common(rows, also string) string {
	has := map[string]bool{}
	for _, r := range strings.Fields(also) {
		has[r] = true
	}
	return strings.Join(slices.DeleteFunc(strings.Fields(rows), func(r string) bool { return !has[r] }), " ")
}

// act does one round's work and returns its name.
func (m *model) act(h *house, round int, kept **hot.Snapshot, keptRows *string) string {
	ctx := context.Background()
	switch n := m.rng.IntN(20); {
	case n < 12:
		h.must(h.apply(m.next()))
		return "a change"
	case n < 15:
		h.must(h.mover.Flush(ctx, 1))
		return "a flush"
	case n == 15:
		h.must(h.mover.Compact(ctx, 1))
		return "a compaction"
	case n == 16:
		h.advance(time.Duration(m.rng.IntN(180)) * time.Minute)
		h.must(h.mover.ask(ctx, 1, h.mover.tend))
		return "a look for work"
	case n == 17:
		h.must(h.hot.Table(1).Freeze(ctx))
		return "a freeze"
	case n == 18 && *kept == nil:
		*kept = h.hot.Snapshot()
		*keptRows = h.rowsOf(*kept)
		return "a snapshot"
	default:
		if *kept != nil {
			(*kept).Close()
			*kept = nil
		}
		h.restart()
		return "a restart"
	}
}

// invariants holds the files against what the stores say of them.
func (h *house) invariants() {
	h.t.Helper()
	state := h.mover.list()[0].cold.State()
	files := h.hot.Table(1).Files()
	if len(files) != len(state.Files) {
		h.t.Errorf("%d files in the hot store's list, %d in the table", len(files), len(state.Files))
	}
	for _, f := range files {
		got := h.query(fmt.Sprintf("SELECT count(*), min(epoch_ns(time)), max(epoch_ns(time)), min(ts_series), max(ts_series) FROM read_parquet('%s')", f.Path))[0]
		want := []any{f.Rows, f.MinTime, f.MaxTime, int32(f.MinSeries), int32(f.MaxSeries)}
		if !slices.Equal(got, want) {
			h.t.Errorf("%s has %v, the table says %v", f.Path, got, want)
		}
		if f.MinTime/dayLength != int64(f.Day) || f.MaxTime/dayLength != int64(f.Day) {
			h.t.Errorf("%s of day %d has times %d to %d", f.Path, f.Day, f.MinTime, f.MaxTime)
		}
	}
}
