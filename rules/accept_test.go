package rules

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tidemark/fault"
	"tidemark/sql/iotsql"
)

func TestAccept(t *testing.T) {
	const payload = `{"temp":22.50,"room":"r1"}`
	tests := []struct {
		name, topic string
		rules       []Rule
		want        []string
	}{
		{"one rule", "dt/1", []Rule{{Name: "a", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{record("a", "")}}}, []string{`a: {"temp":22.50}`}},
		{"no rule matches", "other/1", []Rule{{Name: "a", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{record("a", "")}}}, nil},
		{"where is not true", "dt/1", []Rule{{Name: "a", SQL: "SELECT temp FROM 'dt/+' WHERE temp > 30", Actions: []ActionSpec{record("a", "")}}}, nil},
		{"a disabled rule", "dt/1", []Rule{{Name: "a", SQL: "SELECT temp FROM 'dt/+'", Disabled: true, Actions: []ActionSpec{record("a", "")}}}, nil},
		{"a rule without FROM", "dt/1", []Rule{{Name: "a", SQL: "SELECT temp", Actions: []ActionSpec{record("a", "")}}}, nil},
		{"a rule without actions", "dt/1", []Rule{{Name: "a", SQL: "SELECT temp FROM 'dt/+'"}}, nil},
		{"two rules and three actions", "dt/1", []Rule{
			{Name: "a", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{record("a", ""), record("b", "")}},
			{Name: "b", SQL: "SELECT * FROM 'dt/#'", Actions: []ActionSpec{record("c", "")}},
		}, []string{`a: {"temp":22.50}`, `b: {"temp":22.50}`, `c: ` + payload}},
		{"a template reads a field that is not selected", "dt/1", []Rule{{Name: "a", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{record("a", "/${room}/${topic(2)}")}}}, []string{`a/r1/1: {"temp":22.50}`}},
		{"version of the rule", "dt/1", []Rule{{Name: "a", SQL: "SELECT 10.0 AS x FROM 'dt/+'", Version: "2016-03-23", Actions: []ActionSpec{record("a", "")}}}, []string{`a: {"x":10}`}},
		{"basic ingest", "$aws/rules/a/Buildings/5/x", []Rule{
			{Name: "a", SQL: "SELECT topic() AS t, topic(1) AS one, topic(4) AS four FROM 'never'", Actions: []ActionSpec{record("a", "")}},
			{Name: "b", SQL: "SELECT * FROM '$aws/rules/#'", Actions: []ActionSpec{record("b", "")}},
		}, []string{`a: {"t":"Buildings/5/x","one":"Buildings"}`}},
		{"basic ingest without a rest", "$aws/rules/a", []Rule{{Name: "a", SQL: "SELECT topic() AS t", Actions: []ActionSpec{record("a", "")}}}, []string{`a: {"t":""}`}},
		{"basic ingest with WHERE", "$aws/rules/a/x", []Rule{{Name: "a", SQL: "SELECT 1 AS one WHERE temp > 30", Actions: []ActionSpec{record("a", "")}}}, nil},
		{"basic ingest of an unknown rule", "$aws/rules/x/y", nil, nil},
		{"an error in SQL does not call the error action", "dt/1", []Rule{{Name: "a", SQL: "SELECT aws_lambda('arn', 1) AS x FROM 'dt/+'", Actions: []ActionSpec{record("a", "")}, ErrorAction: new(record("e", ""))}}, nil},
		{"one failing action does not stop the others", "dt/1", []Rule{
			{Name: "a", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{fail, record("a", "")}},
			{Name: "b", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{record("b", "")}},
		}, []string{`a: {"temp":22.50}`, `b: {"temp":22.50}`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rec := &recorder{errs: []error{fault.New(fault.Invalid, "broken")}}
			e := start(t, rec, test.rules...)
			if err := accept(t, e, msg(test.topic, payload)); err != nil {
				t.Errorf("done(%v), want nil", err)
			}
			if got := rec.got(); !slices.Equal(got, test.want) {
				t.Errorf("actions got %q, want %q", got, test.want)
			}
		})
	}
}

// The error action gets one message that lists what failed, and its templates
// read the original message.
func TestErrorAction(t *testing.T) {
	rec := &recorder{errs: []error{&ActionError{Resource: "db#t", Err: fault.New(fault.Invalid, "broken <1>")}}}
	e := start(t, rec, Rule{Name: "r", SQL: "SET @v = room SELECT temp FROM 'dt/+'", Actions: []ActionSpec{fail, record("a", ""), fail}, ErrorAction: new(record("e", "/${replace(topic(),'/','-')}/${@v}"))})
	const payload = `{"temp":1,"room":"x"}`
	if err := accept(t, e, msg("dt/1", payload)); err != nil {
		t.Errorf("done(%v), want nil", err)
	}
	one := `{"failedAction":"FailAction","failedResource":"db#t","errorMessage":"broken <1>"}`
	want := []string{
		`a: {"temp":1}`,
		`e/dt-1/x: {"ruleName":"r","topic":"dt/1","cloudwatchTraceId":"7e146a2c-7e14-4e14-8e14-7e146a2c7e14","clientId":"c1","base64OriginalPayload":"` +
			base64.StdEncoding.EncodeToString([]byte(payload)) + `","failures":[` + one + `,` + one + `]}`,
	}
	if got := rec.got(); !slices.Equal(got, want) {
		t.Errorf("actions got %q, want %q", got, want)
	}
}

func TestRetries(t *testing.T) {
	throttled, unavailable := fault.New(fault.Throttled, "slow down"), fault.New(fault.Unavailable, "disk full")
	tests := []struct {
		name  string
		errs  []error
		tries int
		took  time.Duration
		want  error // of done
	}{
		{"passes at the second try", []error{throttled, nil}, 2, 100 * time.Millisecond, nil},
		{"passes at the last try", []error{throttled, unavailable, errors.New("reset"), nil}, 4, 2100 * time.Millisecond, nil},
		{"throttled for ever is dropped", []error{throttled}, 4, 2100 * time.Millisecond, nil},
		{"unavailable for ever is sent again", []error{unavailable}, 4, 2100 * time.Millisecond, unavailable},
		{"invalid is final", []error{fault.New(fault.Invalid, "no")}, 1, 0, nil},
		{"denied is final", []error{fault.New(fault.Denied, "no")}, 1, 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &recorder{errs: test.errs}
				e := start(t, rec, Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{fail}})
				began := time.Now()
				if err := accept(t, e, msg("dt/1", "{}")); err != test.want {
					t.Errorf("done(%v), want %v", err, test.want)
				}
				if took := time.Since(began); rec.tries != test.tries || took != test.took {
					t.Errorf("%d tries in %v, want %d in %v", rec.tries, took, test.tries, test.took)
				}
			})
		})
	}
}

// An error action that takes the message makes sending it again needless; one
// that fails does not.
func TestUnavailableWithErrorAction(t *testing.T) {
	for name, want := range map[string]fault.Kind{"record": fault.Internal, "fail": fault.Unavailable} {
		synctest.Test(t, func(t *testing.T) {
			rec := &recorder{errs: []error{fault.New(fault.Unavailable, "disk full")}}
			spec := fail
			if name == "record" {
				spec = record("e", "")
			}
			e := start(t, rec, Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{fail}, ErrorAction: &spec})
			err := accept(t, e, msg("dt/1", "{}"))
			if (err == nil) != (want == fault.Internal) || fault.KindOf(err) != want {
				t.Errorf("%s: done(%v), want kind %v", name, err, want)
			}
		})
	}
}

// Run ends only when every accepted message is done, and gives waiting retries
// their last try at once.
func TestRunFinishesWhatItAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{errs: []error{fault.New(fault.Throttled, "slow down"), fault.New(fault.Throttled, "slow down"), nil}}
		e, err := Open(t.Context(), Options{Store: newMemory(), Builders: rec.builders()})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Create(t.Context(), Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{fail}}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- e.Run(ctx) }()
		answered := make(chan error, 1)
		e.Accept(t.Context(), msg("dt/1", "{}"), func(err error) { answered <- err })
		synctest.Wait() // the first try failed, the second waits
		began := time.Now()
		cancel()
		if err := <-ran; err != nil || time.Since(began) != 0 {
			t.Errorf("Run = %v after %v, want nil at once", err, time.Since(began))
		}
		if err := <-answered; err != nil || rec.tries != 2 {
			t.Errorf("done(%v) after %d tries, want nil after 2", err, rec.tries)
		}
		e.Accept(t.Context(), msg("dt/1", "{}"), func(err error) { answered <- err })
		if err := <-answered; fault.KindOf(err) != fault.Unavailable {
			t.Errorf("Accept after Run: done(%v), want fault.Unavailable", err)
		}
		if err := errors.Join(e.Close(), e.Close()); err != nil {
			t.Errorf("Close twice = %v", err)
		}
	})
}

// Accept blocks at the bound, and a republished message does not.
func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var held []func(error)
		var mu sync.Mutex
		rec := &recorder{}
		builders := rec.builders()
		builders["hold"] = holdBuilder(func(done func(error)) {
			mu.Lock()
			defer mu.Unlock()
			held = append(held, done)
		})
		e, err := Open(t.Context(), Options{Store: newMemory(), Builders: builders, MaxMemory: 2 * estimate(msg("dt/1", "{}"))})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Create(t.Context(), Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{{"hold", []byte(`{}`)}}}); err != nil {
			t.Fatal(err)
		}
		answered := make(chan error, 10)
		done := func(err error) { answered <- err }
		e.Accept(t.Context(), msg("dt/1", "{}"), done)
		e.Accept(t.Context(), msg("dt/2", "{}"), done)
		again := msg("dt/3", "{}")
		again.Hops = 1
		e.Accept(t.Context(), again, done)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		e.Accept(ctx, msg("dt/4", "{}"), done)
		if err := <-answered; fault.KindOf(err) != fault.Unavailable {
			t.Errorf("the message above the bound: done(%v), want fault.Unavailable", err)
		}
		blocked := make(chan struct{})
		go func() {
			e.Accept(t.Context(), msg("dt/5", "{}"), done)
			close(blocked)
		}()
		synctest.Wait()
		select {
		case <-blocked:
			t.Error("Accept returned while the engine is full")
		default:
		}
		mu.Lock()
		held[0](nil)
		mu.Unlock()
		<-blocked
		mu.Lock()
		defer mu.Unlock()
		if len(held) != 4 {
			t.Errorf("%d messages reached the action, want 4", len(held))
		}
	})
}

func TestLargeResultFailsTheActions(t *testing.T) {
	rec := &recorder{}
	e := start(t, rec, Rule{Name: "r", SQL: "SELECT *, * AS copy FROM 'dt/+'", Actions: []ActionSpec{record("a", "")}, ErrorAction: new(record("e", ""))})
	if err := accept(t, e, msg("dt/1", `{"s":"`+strings.Repeat("x", 100_000)+`"}`)); err != nil {
		t.Errorf("done(%v), want nil", err)
	}
	got := rec.got()
	if len(got) != 1 || !strings.Contains(got[0], "e: {") || !strings.Contains(got[0], "the result of SELECT is larger than 131072 bytes") {
		t.Errorf("actions got %.200q, want the error action alone", got)
	}
}

func TestMetrics(t *testing.T) {
	rec := &recorder{errs: []error{fault.New(fault.Invalid, "broken")}}
	e := start(t, rec, Rule{Name: "r", SQL: "SELECT a FROM 'dt/+'", Actions: []ActionSpec{record("a", "${a}"), fail}, ErrorAction: new(record("e", ""))},
		Rule{Name: "f", SQL: "SELECT aws_lambda('a', 'b') AS x FROM 'fn'", Actions: []ActionSpec{record("a", "")}})
	for _, m := range []struct{ topic, payload string }{{"dt/1", `{"a":1}`}, {"dt/2", "binary"}, {"fn", "{}"}, {"$aws/rules/nobody/x", "{}"}} {
		if err := accept(t, e, msg(m.topic, m.payload)); err != nil {
			t.Fatal(err)
		}
	}
	for name, got := range map[string][2]float64{
		"matches":        {testutil.ToFloat64(e.metrics.matches.WithLabelValues("r")), 2},
		"executions":     {testutil.ToFloat64(e.metrics.executions.WithLabelValues("r")), 2},
		"parse errors":   {testutil.ToFloat64(e.metrics.parseErrors.WithLabelValues("r")), 2}, // by the statement and by the template
		"functions":      {testutil.ToFloat64(e.metrics.functionErrors.WithLabelValues("f")), 1},
		"successes":      {testutil.ToFloat64(e.metrics.successes.WithLabelValues("r", "record")), 2},
		"failures":       {testutil.ToFloat64(e.metrics.failures.WithLabelValues("r", "fail")), 2},
		"error actions":  {testutil.ToFloat64(e.metrics.errorActions.WithLabelValues("r")), 2},
		"error failures": {testutil.ToFloat64(e.metrics.errorFailures.WithLabelValues("r")), 0},
		"not found":      {testutil.ToFloat64(e.metrics.notFound), 1},
	} {
		if got[0] != got[1] {
			t.Errorf("%s = %v, want %v", name, got[0], got[1])
		}
	}
	if err := e.Delete(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if n := testutil.CollectAndCount(e.metrics.matches); n != 1 {
		t.Errorf("%d rules are counted after one of two was deleted, want 1", n)
	}
}

func TestRaces(t *testing.T) {
	rec := &recorder{errs: []error{fault.New(fault.Throttled, "slow"), nil, fault.New(fault.Invalid, "no"), nil}}
	e := start(t, rec, Rule{Name: "r", SQL: "SELECT * FROM 'dt/#'", Actions: []ActionSpec{record("a", "${x}"), fail}, ErrorAction: new(record("e", ""))})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				if err := accept(t, e, msg(fmt.Sprintf("dt/%d", j), `{"x":1}`)); err != nil {
					t.Errorf("done(%v), want nil", err)
				}
				if err := e.SetDisabled(t.Context(), "r", false); err != nil || i < 0 {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := len(slices.DeleteFunc(rec.got(), func(s string) bool { return s[0] != 'a' })); n != 400 {
		t.Errorf("%d events, want 400", n)
	}
}

// cut is an action that Close interrupts.
type cut struct{}

func (cut) Do(ctx context.Context, _ *Event, done func(error)) {
	go func() {
		<-ctx.Done()
		done(context.Cause(ctx))
	}()
}

// A message whose action Close interrupts was not stored, and must not count as done.
func TestCloseAsksToSendAgain(t *testing.T) {
	builders := map[string]Builder{"cut": {Shape: "CutAction", Build: func(*iotsql.Statement, json.RawMessage) (Action, error) { return cut{}, nil }}}
	e, err := Open(t.Context(), Options{Store: newMemory(), Builders: builders})
	if err != nil {
		t.Fatal(err)
	}
	spec := ActionSpec{"cut", json.RawMessage(`{}`)}
	if err := e.Create(t.Context(), Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{spec}}); err != nil {
		t.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- e.Run(t.Context()) }()
	answered := make(chan error, 1)
	e.Accept(t.Context(), msg("dt/1", "{}"), func(err error) { answered <- err })
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; fault.KindOf(err) != fault.Unavailable {
		t.Errorf("done(%v) for an action that Close interrupted, want %v", err, fault.Unavailable)
	}
	<-ran
}
