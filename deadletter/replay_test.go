package deadletter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/tsdb"
)

// results are the outcomes of a report by the table of their letters.
func results(r Report) (list []string) {
	for _, o := range r.Outcomes {
		list = append(list, fmt.Sprintf("%s: %s %s", o.Entry.Target.Table, o.Result, o.Reason))
	}
	return list
}

func (f *fixture) replay(r Replay) Report {
	f.t.Helper()
	report, err := f.letters.Replay(f.t.Context(), r)
	f.must(err)
	return report
}

// What fits its table by now is stored with its own time and version and marked; what
// is refused again stays open with the new reason.
func TestReplayRecords(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	old := base.Add(-48 * time.Hour)
	if _, err := f.store.Write(t.Context(), plant, []tsdb.Record{reading("d2", base, 1, tsdb.DoubleValue(1))}); err != nil {
		t.Fatal(err)
	}
	missing := tsdb.TableRef{Database: "plant", Table: "later"}
	f.mustPost(
		letter(plant, reading("d1", old, 3, tsdb.DoubleValue(21.5)), reading("d1", old.Add(1), 3, tsdb.DoubleValue(22))),
		letter(missing, reading("d3", base, 1, tsdb.BigintValue(5))),
		letter(plant, reading("d2", base, 1, tsdb.DoubleValue(2))),
		letter(tsdb.TableRef{Database: "plant", Table: "none"}),
	)
	const noRecords = "The letter has no records: they could not be made of the message, or were too large to keep. Replay it through its rule."
	want := []string{"sensors: would be replayed ", "later: cannot be replayed The table later does not exist.", "sensors: would be replayed ", "none: cannot be replayed " + noRecords}
	if diff := cmp.Diff(want, results(f.replay(Replay{}))); diff != "" {
		t.Errorf("the dry run differs:\n%s", diff)
	}
	before := f.list(Filter{})
	if before[0].Revision != 1 || before[0].State != StateOpen {
		t.Errorf("the dry run changed %+v", before[0])
	}

	f.table(missing)
	_, err := f.store.UpdateTable(t.Context(), plant, tsdb.TableUpdate{MagneticWrites: &tsdb.MagneticWrites{Enabled: true}})
	f.must(err)
	const conflict = "temp: A record already exists with the same time, dimensions, measure name, and record version. A higher record version must be specified in order to update the measure value. Specifying record version is supported by the latest SDKs."
	want = []string{"sensors: replayed ", "later: replayed ", "sensors: refused again " + conflict, "none: refused again " + noRecords}
	if diff := cmp.Diff(want, results(f.replay(Replay{Apply: true}))); diff != "" {
		t.Errorf("the replay differs:\n%s", diff)
	}
	got := f.rows(`SELECT device, time, measure_value::double FROM plant.sensors ORDER BY device, time`)
	if diff := cmp.Diff([][]any{{"d1", old.UnixNano(), 21.5}, {"d1", old.UnixNano() + 1, 22.0}, {"d2", base.UnixNano(), 1.0}}, got); diff != "" {
		t.Errorf("the rows differ:\n%s", diff)
	}
	var states []string
	for _, e := range f.list(Filter{}) {
		states = append(states, fmt.Sprintf("%s %d %d %d %s", e.State, e.Attempts, e.Revision, e.Updated-base.UnixNano(), e.Note))
	}
	want = []string{"replayed 1 2 0 ", "replayed 1 2 0 ", "open 1 2 0 " + conflict, "open 1 2 0 " + noRecords}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("the states differ:\n%s", diff)
	}
	want = []string{"sensors: replayed "}
	if diff := cmp.Diff(want, results(f.replay(Replay{Apply: true, Version: 2, Filter: Filter{Table: "sensors"}}))); diff != "" {
		t.Errorf("the replay with a higher version differs:\n%s", diff)
	}
	if got := f.rows(`SELECT measure_value::double FROM plant.sensors WHERE device = 'd2'`); got[0][0] != 2.0 {
		t.Errorf("the value is %v, want 2", got[0][0])
	}
	if rows := f.rows(`SELECT count(*) FROM plant.tidemark_dead_letter`)[0][0]; rows != int64(4) {
		t.Errorf("%v rows of letters, want 4: a state replaces the row", rows)
	}
}

// Letters that have moved into files are listed, replayed and marked as those that have not.
func TestLettersInFiles(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	own := tsdb.TableRef{Database: "plant", Table: tsdb.DeadLetters}
	f.mustPost(letter(plant, reading("d1", base, 1, tsdb.DoubleValue(1))), letter(plant, reading("d2", base, 1, tsdb.DoubleValue(1))))
	f.must(f.store.Flush(t.Context(), own))
	f.mustPost(letter(plant, reading("d3", base, 1, tsdb.DoubleValue(1))))
	id := f.list(Filter{})[0].ID
	f.replay(Replay{Apply: true, Filter: Filter{IDs: []string{id}}})
	_, err := f.letters.Discard(t.Context(), Replay{Apply: true, Filter: Filter{IDs: []string{f.list(Filter{})[1].ID}}})
	f.must(err)
	want := []string{"replayed 1 true", "discarded 0 false", "open 0 true"}
	for _, when := range []string{"before", "after"} {
		var got []string
		for _, e := range f.list(Filter{}) {
			whole, err := f.letters.Get(t.Context(), "plant", e.ID)
			f.must(err)
			got = append(got, fmt.Sprintf("%s %d %v", e.State, e.Attempts, whole.Payload != ""))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s the states move into files, the letters differ:\n%s", when, diff)
		}
		f.must(f.store.Flush(t.Context(), own))
	}
	if files, err := f.store.Files(own); err != nil || len(files) == 0 {
		t.Errorf("%d files of letters, %v, want some", len(files), err)
	}
}

// runner is a fake of the rules.
type runner struct {
	got  []string
	fail error
}

func (r *runner) Replay(_ context.Context, rule string, m *broker.Message, done func(error)) {
	r.got = append(r.got, fmt.Sprintf("%s %s %s %s %s", rule, m.Topic, m.Payload, m.Source.ClientID, m.Received.Format(time.RFC3339Nano)))
	go done(r.fail)
}

// A letter may go through its rule again, which sees the message as it came.
func TestReplayThroughRule(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	f.mustPost(letter(plant))
	if _, err := f.letters.Replay(t.Context(), Replay{Rules: true, Apply: true}); err == nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Replay without rules = %v, want fault.Unavailable", err)
	}
	r := &runner{fail: fault.New(fault.Invalid, "no such column")}
	f.letters.Rules(func() Runner { return r })
	for _, step := range []struct {
		fail error
		want string
	}{{r.fail, "sensors: refused again no such column"}, {nil, "sensors: replayed "}} {
		r.fail = step.fail
		if diff := cmp.Diff([]string{step.want}, results(f.replay(Replay{Rules: true, Apply: true}))); diff != "" {
			t.Errorf("the replay differs:\n%s", diff)
		}
	}
	once := `store dt/1 {"temp":21.5} d1 2026-03-01T12:00:00Z`
	if diff := cmp.Diff([]string{once, once}, r.got); diff != "" {
		t.Errorf("the rule got:\n%s", diff)
	}
	of := letter(plant)
	of.Source = SourceErrorAction
	f.mustPost(of)
	const refused = "The letter is of an error action, which no replay runs. Replay its records."
	if diff := cmp.Diff([]string{"sensors: cannot be replayed " + refused}, results(f.replay(Replay{Rules: true}))); diff != "" {
		t.Errorf("the dry run of an error action's letter differs:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"sensors: refused again " + refused}, results(f.replay(Replay{Rules: true, Apply: true}))); diff != "" {
		t.Errorf("the replay of an error action's letter differs:\n%s", diff)
	}
	if _, err := f.letters.Replay(t.Context(), Replay{Rules: true, Version: 2}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Replay through rules with a version = %v, want fault.Invalid", err)
	}
}

// full is a store that takes no records of clients.
type full struct{ store }

func (full) Submit(_ context.Context, _ tsdb.TableRef, _ []tsdb.Record, done func(tsdb.Ingested, error)) {
	go done(tsdb.Ingested{}, fault.New(fault.Unavailable, "disk full"))
}

// A store that cannot write ends the replay, and no letter is touched.
func TestReplayIntoFullStore(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	f.mustPost(letter(plant, reading("d1", base, 1, tsdb.DoubleValue(1))), letter(plant, reading("d2", base, 1, tsdb.DoubleValue(1))))
	f.letters.opt.Store = full{f.letters.opt.Store}
	report, err := f.letters.Replay(t.Context(), Replay{Apply: true})
	if fault.KindOf(err) != fault.Unavailable || len(report.Outcomes) != 0 {
		t.Errorf("Replay = %+v, %v, want no outcomes and fault.Unavailable", report, err)
	}
	for _, e := range f.list(Filter{}) {
		if e.Revision != 1 || e.State != StateOpen {
			t.Errorf("the letter is %+v, want it untouched", e)
		}
	}
}

// Calls that change letters take turns.
func TestOneReplayAtATime(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	f.mustPost(letter(plant))
	f.letters.replaying.Lock()
	if _, err := f.letters.Replay(t.Context(), Replay{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("Replay beside another = %v, want fault.Conflict", err)
	}
	f.letters.replaying.Unlock()
}

// Another writer's change of a row wins over the mark of a replay.
func TestChangedMeanwhile(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	f.mustPost(letter(plant, reading("d1", base, 1, tsdb.DoubleValue(1))))
	e := f.list(Filter{})[0]
	whole, err := f.letters.Get(t.Context(), "plant", e.ID)
	f.must(err)
	whole.Revision, whole.Note = 2, "mine"
	f.letters.Rules(func() Runner { return &during{f, whole} })
	if diff := cmp.Diff([]string{"sensors: changed meanwhile "}, results(f.replay(Replay{Rules: true, Apply: true}))); diff != "" {
		t.Errorf("the replay differs:\n%s", diff)
	}
	if got := f.list(Filter{})[0]; got.Note != "mine" || got.State != StateOpen {
		t.Errorf("the letter is %+v, want the other writer's", got)
	}
}

// during changes a letter while it is replayed.
type during struct {
	f *fixture
	e Entry
}

func (d *during) Replay(ctx context.Context, _ string, _ *broker.Message, done func(error)) {
	d.f.must(d.f.store.WriteOwn(ctx, tsdb.TableRef{Database: "plant", Table: tsdb.DeadLetters}, []tsdb.Record{d.e.record()}))
	go done(nil)
}

// A list goes on where the last one ended, over all databases, and replays likewise.
func TestListInParts(t *testing.T) {
	f := newFixture(t, Options{})
	other := tsdb.TableRef{Database: "office", Table: "desks"}
	f.table(plant)
	f.table(other)
	for i := range 7 {
		f.now = func() time.Time { return base.Add(time.Duration(i) * time.Minute) }
		f.mustPost(letter(plant, reading(fmt.Sprint("d", i), base, 1, tsdb.BigintValue(1))))
		if i%2 == 0 {
			f.mustPost(letter(other, reading(fmt.Sprint("d", i), base, 1, tsdb.BigintValue(1))))
		}
	}
	var all, seen []string
	for _, e := range f.list(Filter{}) {
		all = append(all, e.ID)
		if e.Payload != "" || e.Records != "" || e.Message != "" {
			t.Errorf("the list has the bodies of %s", e.ID)
		}
	}
	for after := (Cursor{}); ; {
		part, next, err := f.letters.List(t.Context(), Filter{}, after, 3)
		f.must(err)
		for _, e := range part {
			seen = append(seen, e.ID)
		}
		if after = next; after == (Cursor{}) {
			break
		}
	}
	if len(all) != 11 || !slices.Equal(all, seen) {
		t.Errorf("in parts: %v, at once: %v, want the same eleven", seen, all)
	}
	replayed := 0
	for after := (Cursor{}); ; {
		report := f.replay(Replay{Apply: true, After: after, Limit: 2})
		replayed += len(report.Outcomes)
		if after = report.Next; after == (Cursor{}) {
			break
		}
	}
	if left := len(f.list(Filter{State: StateOpen})); replayed != 11 || left != 0 {
		t.Errorf("%d replayed and %d open, want 11 and none", replayed, left)
	}
}

func TestFilters(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	for i, rule := range []string{"a", "b", "it's"} {
		f.now = func() time.Time { return base.Add(time.Duration(i) * time.Minute) }
		l := letter(tsdb.TableRef{Database: "plant", Table: "t" + rule}, reading("d", base, 1, tsdb.BigintValue(1)))
		l.Rule, l.Kind = rule, "kind_"+rule
		f.mustPost(l)
	}
	id := f.list(Filter{})[1].ID
	for _, test := range []struct {
		name   string
		filter Filter
		want   string
	}{
		{"none", Filter{}, "a,b,it's"},
		{"rule", Filter{Rule: "it's"}, "it's"},
		{"another's quote", Filter{Rule: "x' OR '1' = '1"}, ""},
		{"table", Filter{Table: "tb"}, "b"},
		{"kind", Filter{Kind: "kind_a"}, "a"},
		{"id", Filter{IDs: []string{id, "none"}}, "b"},
		{"state", Filter{State: StateReplayed}, ""},
		{"from", Filter{From: base.Add(time.Minute)}, "b,it's"},
		{"to", Filter{To: base.Add(time.Minute)}, "a"},
		{"all of them", Filter{Database: "plant", IDs: []string{id}, State: StateOpen, Rule: "b", Table: "tb", Kind: "kind_b", From: base, To: base.Add(time.Hour)}, "b"},
	} {
		var got []string
		for _, e := range f.list(test.filter) {
			got = append(got, e.Rule)
		}
		if text := strings.Join(got, ","); text != test.want {
			t.Errorf("%s: List = %s, want %s", test.name, text, test.want)
		}
	}
	if _, _, err := f.letters.List(t.Context(), Filter{Database: "nowhere"}, Cursor{}, 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("List of a database without letters = %v, want fault.NotFound", err)
	}
	if _, err := f.letters.Get(t.Context(), "plant", "none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Get of no letter = %v, want fault.NotFound", err)
	}
}
