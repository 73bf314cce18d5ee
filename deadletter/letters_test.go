package deadletter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/tsdb"
)

// A letter is a row that SQL reads, in a table that is made with the first one.
func TestLetterIsRow(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	f.mustPost(letter(plant, reading("d1", base.Add(-time.Hour*24*400), 3, tsdb.DoubleValue(21.5))))
	got := f.rows(`SELECT time, source, rule, measure_name, state, reason, database_name, table_name, topic, client_id, payload, payload_encoding, record_count, attempts FROM plant.tidemark_dead_letter`)
	want := [][]any{{base.UnixNano(), "rule", "store", "rejected", "open", "temp: too old", "plant", "sensors", "dt/1", "d1", `{"temp":21.5}`, "utf8", int64(1), int64(0)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the row differs:\n%s", diff)
	}
	got = f.rows(`SELECT records, message FROM plant.tidemark_dead_letter`)
	want = [][]any{{
		`{"DatabaseName":"plant","TableName":"sensors","CommonAttributes":{"Dimensions":[{"Name":"device","Value":"d1"}],"TimeUnit":"NANOSECONDS"},"Records":[{"MeasureName":"temp","MeasureValue":"21.5","MeasureValueType":"DOUBLE","Time":"1737806400000000000","Version":3}]}`,
		`{"received":"2026-03-01T12:00:00Z","clientId":"d1","traceId":"t-1","qos":1}`,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the bodies differ:\n%s", diff)
	}
	table, err := f.store.Table(t.Context(), tsdb.TableRef{Database: "plant", Table: tsdb.DeadLetters})
	f.must(err)
	if r := table.Retention; !table.MagneticWrites.Enabled || r != (tsdb.Retention{MemoryHours: 24, MagneticDays: 365}) {
		t.Errorf("the table has retention %v and magnetic writes %v, want a day, a year and true", r, table.MagneticWrites.Enabled)
	}
}

// Letters of databases that do not exist have a home too, and no device makes databases.
func TestHomes(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	long := strings.Repeat("x", 300)
	for i, name := range []string{"", "nowhere", "plant!sensors", "../etc", `a"b`, long, "plant", "nül"} {
		f.mustPost(letter(tsdb.TableRef{Database: name, Table: fmt.Sprint("t", i)}, reading("d", base, 1, tsdb.BigintValue(1))))
	}
	names, err := f.letters.homes(t.Context())
	f.must(err)
	if diff := cmp.Diff([]string{"plant", "tidemark"}, names); diff != "" {
		t.Errorf("the homes differ:\n%s", diff)
	}
	list := f.list(Filter{})
	if len(list) != 8 || list[0].Database != "plant" || list[0].Target.Table != "t6" || list[1].Database != "tidemark" || list[1].Target.Database != "" {
		t.Errorf("letters %+v, want that of plant and seven of tidemark", list)
	}
	if list := f.list(Filter{Database: "tidemark", Table: "t5"}); len(list) != 1 || list[0].Target.Database != long {
		t.Errorf("letters %+v, want the one of t5 with its long database", list)
	}
}

// Whatever a message is made of is kept, byte for byte.
func TestHostileLetters(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	format := byte(1)
	messages := []*broker.Message{
		{Topic: "t", Payload: nil},
		{Topic: "t", Payload: []byte{0}},
		{Topic: "t", Payload: []byte("a\x00b")},
		{Topic: "t", Payload: []byte{0xff, 0xfe}},
		{Topic: "t", Payload: []byte("it's \"quoted\" \\ ; DROP TABLE ☃ 😀")},
		{Topic: "'", Payload: bytes.Repeat([]byte("<"), 128<<10)},
		{Topic: "t", Payload: bytes.Repeat([]byte{0xff}, 128<<10), Retain: true, Hops: 3, Source: broker.Source{ClientID: "c\x00\xff", Principal: "p", RemoteIP: "::1"},
			Properties: broker.Properties{ContentType: "x", ResponseTopic: "y", CorrelationData: []byte{0, 1}, PayloadFormat: &format, MessageExpiry: new(uint32), User: []broker.UserProperty{{Key: "k", Value: "v"}, {Key: "k", Value: ""}}}},
	}
	for i, m := range messages {
		m.Received = base.Add(time.Duration(i))
		l := letter(plant)
		l.Message, l.Reason, l.Rule = m, strings.Repeat("\x00\xff", 5000), "r"
		f.mustPost(l)
	}
	for i, e := range f.list(Filter{}) {
		whole, err := f.letters.Get(t.Context(), "", e.ID)
		f.must(err)
		m, err := whole.message()
		f.must(err)
		want := *messages[i]
		if want.Payload == nil {
			want.Payload = []byte{}
		}
		want.Source.ClientID = strings.ToValidUTF8(want.Source.ClientID, "�") // as JSON keeps it; MQTT lets none through
		if diff := cmp.Diff(&want, m); diff != "" {
			t.Errorf("message %d differs:\n%.2000s", i, diff)
		}
	}
	if n := len(f.list(Filter{})); n != len(messages) {
		t.Errorf("%d letters, want %d", n, len(messages))
	}
}

// Letters that come at one instant, and after a restart with a clock that went back,
// are all kept.
func TestLettersAtOneInstant(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	list := make([]Letter, 500)
	for i := range list {
		list[i] = letter(plant, reading(fmt.Sprint("d", i), base, 1, tsdb.BigintValue(int64(i))))
	}
	f.mustPost(list...)
	f.stop()
	f.start()
	for i := range 50 { // in batches that take several steps to pass those there are
		f.mustPost(list[10*i : 10*i+10]...)
	}
	if got := f.rows(`SELECT count(*), count(DISTINCT id), count(DISTINCT time) FROM plant.tidemark_dead_letter`)[0]; got[0] != int64(1000) || got[1] != int64(1000) || got[2] != int64(1000) {
		t.Errorf("rows, ids and times: %v, want 1000 of each", got)
	}
}

// At its limits a database takes no letters, which is counted; another one does.
func TestLimits(t *testing.T) {
	f := newFixture(t, Options{Rate: 10, Burst: 20, MaxBytes: 50_000})
	other := tsdb.TableRef{Database: "other", Table: "other"}
	f.table(plant)
	f.table(other)
	list := make([]Letter, 100)
	for i := range list {
		list[i] = letter(plant, reading("d", base, 1, tsdb.BigintValue(1)))
	}
	f.mustPost(list...)
	if got := len(f.list(Filter{Database: "plant"})); got != 20 {
		t.Errorf("%d letters at once, want the burst of 20", got)
	}
	f.now = func() time.Time { return base.Add(500 * time.Millisecond) }
	f.mustPost(list...)
	if got := len(f.list(Filter{Database: "plant"})); got != 25 {
		t.Errorf("%d letters after half a second, want 5 more", got)
	}
	if got := testutil.ToFloat64(f.letters.metrics.refused.WithLabelValues("rate")); got != 175 {
		t.Errorf("%v letters counted as refused, want 175", got)
	}
	large := letter(other)
	large.Message.Payload = bytes.Repeat([]byte("x"), 30_000)
	f.mustPost(large, large)
	if got := len(f.list(Filter{Database: "other"})); got != 1 {
		t.Errorf("%d large letters, want one", got)
	}
	if got := testutil.ToFloat64(f.letters.metrics.refused.WithLabelValues("size")); got != 1 {
		t.Errorf("%v letters counted as refused for their size, want 1", got)
	}
	report, err := f.letters.Discard(t.Context(), Replay{Filter: Filter{Database: "other"}, Apply: true})
	f.must(err)
	if len(report.Outcomes) != 1 || report.Outcomes[0].Result != Deleted {
		t.Errorf("Discard = %+v, want the letter deleted", report)
	}
	f.letters.measure(t.Context())
	f.mustPost(large)
	if got := len(f.list(Filter{Database: "other", State: StateOpen})); got != 1 {
		t.Errorf("%d open letters once the other is discarded, want one", got)
	}
	if got := testutil.ToFloat64(f.letters.metrics.letters.WithLabelValues("other", "discarded")); got != 1 {
		t.Errorf("%v letters measured as discarded, want 1", got)
	}
}

// broken is a store whose own tables cannot be written.
type broken struct {
	store
	err error
}

func (b broken) WriteOwn(context.Context, tsdb.TableRef, []tsdb.Record) error { return b.err }

// A letter that cannot be written is an error that asks for its message again.
func TestUnwrittenLetters(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	full := fault.New(fault.Unavailable, "disk full")
	for name, err := range map[string]error{"full": full, "for ever colliding": &tsdb.RejectedRecords{Rejections: []tsdb.Rejection{{Index: 0}}}, "internal": errors.New("broken")} {
		letters, failed := Open(Options{Store: broken{f.store, err}, Queries: f.queries})
		f.must(failed)
		answered := make(chan error, 2)
		letters.Post(letter(plant), func(err error) { answered <- err })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f.must(letters.Run(ctx)) // finishes what was accepted
		if got := <-answered; fault.KindOf(got) != fault.Unavailable || !errors.Is(got, err) {
			t.Errorf("%s: done(%v), want fault.Unavailable with %v", name, got, err)
		}
		letters.Post(letter(plant), func(err error) { answered <- err })
		if got := <-answered; fault.KindOf(got) != fault.Unavailable {
			t.Errorf("%s: done(%v) after the end, want fault.Unavailable", name, got)
		}
		if got := testutil.ToFloat64(letters.metrics.failures); got != 2 {
			t.Errorf("%s: %v failures counted, want 2", name, got)
		}
	}
}

// A table of letters that is deleted is made again.
func TestDeletedTable(t *testing.T) {
	f := newFixture(t, Options{})
	f.table(plant)
	f.mustPost(letter(plant))
	f.must(f.store.DeleteTable(t.Context(), tsdb.TableRef{Database: "plant", Table: tsdb.DeadLetters}))
	if list := f.list(Filter{}); len(list) != 0 {
		t.Errorf("%d letters of a deleted table, want none", len(list))
	}
	f.mustPost(letter(plant), letter(plant))
	if list := f.list(Filter{}); len(list) != 2 {
		t.Errorf("%d letters, want two", len(list))
	}
}
