package rules

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/sql/iotsql"
)

// memory is a ruleStore in memory.
type memory struct {
	mu    sync.Mutex
	rules map[string]Rule
}

func newMemory() *memory { return &memory{rules: make(map[string]Rule)} }

func (m *memory) Put(_ context.Context, name string, r Rule) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules[name] = r
	return nil
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rules, name)
	return nil
}

func (m *memory) All(context.Context) ([]Rule, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.rules)), nil
}

// recorder is the destination of the actions "record" and, with errors, "fail".
type recorder struct {
	mu     sync.Mutex
	events []string // config's name: payload
	errs   []error  // of the next deliveries by "fail"; the last one stays
	tries  int
}

func (r *recorder) builders() map[string]Builder {
	return map[string]Builder{
		"record": {Shape: "RecordAction", Build: func(stmt *iotsql.Statement, config json.RawMessage) (Action, error) {
			var c struct{ Name, Text string }
			if err := json.Unmarshal(config, &c); err != nil {
				return nil, err
			}
			t, err := stmt.Template(c.Text)
			return recordAction{r, c.Name, t}, err
		}},
		"fail": {Shape: "FailAction", Build: func(*iotsql.Statement, json.RawMessage) (Action, error) { return failAction{r}, nil }},
	}
}

type recordAction struct {
	to   *recorder
	name string
	text *iotsql.Template
}

func (a recordAction) Do(ctx context.Context, ev *Event, done func(error)) {
	text, err := ev.Render(ctx, a.text)
	if err != nil {
		done(fault.Wrap(fault.Invalid, err))
		return
	}
	a.to.mu.Lock()
	a.to.events = append(a.to.events, a.name+text+": "+string(ev.Payload()))
	a.to.mu.Unlock()
	done(nil)
}

type failAction struct{ to *recorder }

// Do answers from another goroutine, as stores do.
func (a failAction) Do(_ context.Context, _ *Event, done func(error)) {
	a.to.mu.Lock()
	defer a.to.mu.Unlock()
	a.to.tries++
	err := a.to.errs[0]
	if len(a.to.errs) > 1 {
		a.to.errs = a.to.errs[1:]
	}
	go done(err)
}

func (r *recorder) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.events))
}

func record(name, text string) ActionSpec {
	config, _ := json.Marshal(map[string]string{"name": name, "text": text})
	return ActionSpec{"record", config}
}

var fail = ActionSpec{"fail", json.RawMessage(`{}`)}

// start opens an engine that runs until the test ends.
func start(t *testing.T, rec *recorder, rules ...Rule) *Engine {
	t.Helper()
	e, err := Open(t.Context(), Options{Store: newMemory(), Builders: rec.builders(), Random: func() float64 { return 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if err := e.Create(t.Context(), r); err != nil {
			t.Fatalf("Create(%s) = %v", r.Name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		if err := e.Close(); err != nil {
			t.Errorf("Close = %v, want nil", err)
		}
	})
	return e
}

var received = time.UnixMilli(1700000000123)

func msg(topic, payload string) *broker.Message {
	return &broker.Message{Topic: topic, Payload: []byte(payload), Received: received,
		Source: broker.Source{ClientID: "c1", TraceID: "7e146a2c-7e14-4e14-8e14-7e146a2c7e14"}}
}

// accept hands a message over and waits until it is done.
func accept(t *testing.T, e *Engine, m *broker.Message) error {
	t.Helper()
	answered := make(chan error, 2)
	e.Accept(t.Context(), m, func(err error) { answered <- err })
	select {
	case err := <-answered:
		return err
	case <-time.After(2 * time.Minute):
		t.Fatal("the message is not done after two minutes")
		return nil
	}
}
