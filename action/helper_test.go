package action

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"tidemark/broker"
	"tidemark/deadletter"
	"tidemark/rules"
	"tidemark/tsdb"
)

const role = "arn:aws:iam::000000000000:role/service-role/x"

// received is the instant of every message: 2023-11-14T22:13:20.123Z.
var received = time.UnixMilli(1700000000123)

// written is one call of Submit.
type written struct {
	ref  tsdb.TableRef
	recs []tsdb.Record
}

// world is the fake destinations. Its answers come from another goroutine, as
// those of the store do.
type world struct {
	mu        sync.Mutex
	writes    []written
	published []*broker.Message
	letters   []deadletter.Letter
	refuse    func(tsdb.TableRef) error // nil: everything is stored
	lose      error                     // what Post answers
	engine    *rules.Engine             // where published messages go on
}

func (w *world) Submit(_ context.Context, ref tsdb.TableRef, recs []tsdb.Record, done func(tsdb.Ingested, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = append(w.writes, written{ref, slices.Clone(recs)})
	var err error
	if w.refuse != nil {
		err = w.refuse(ref)
	}
	go done(tsdb.Ingested{Total: len(recs)}, err)
}

func (w *world) Post(l deadletter.Letter, done func(error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.letters = append(w.letters, l)
	go done(w.lose)
}

func (w *world) Publish(ctx context.Context, m *broker.Message, done func(error)) {
	w.mu.Lock()
	w.published = append(w.published, m)
	w.mu.Unlock()
	w.engine.Accept(ctx, m, done)
}

// bucket is a store of rules that forgets.
type bucket struct{}

func (bucket) Put(context.Context, string, rules.Rule) error { return nil }
func (bucket) Delete(context.Context, string) error          { return nil }
func (bucket) All(context.Context) ([]rules.Rule, error)     { return nil, nil }

// start runs an engine over the world until the test ends.
func start(t *testing.T, w *world, list ...rules.Rule) *rules.Engine {
	t.Helper()
	e, err := rules.Open(t.Context(), rules.Options{Store: bucket{}, Builders: Builders(Deps{Store: w, Letters: w, Broker: func() Publisher { return w }})})
	if err != nil {
		t.Fatal(err)
	}
	w.engine = e
	for _, r := range list {
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
	})
	return e
}

func msg(topic, payload string) *broker.Message {
	return &broker.Message{Topic: topic, Payload: []byte(payload), Received: received, Source: broker.Source{ClientID: "c1"}}
}

func accept(t *testing.T, e *rules.Engine, m *broker.Message) {
	t.Helper()
	answered := make(chan error, 1)
	e.Accept(t.Context(), m, func(err error) { answered <- err })
	select {
	case err := <-answered:
		if err != nil {
			t.Errorf("done(%v), want nil", err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("the message is not done after two minutes")
	}
}

func spec(kind, config string) rules.ActionSpec {
	return rules.ActionSpec{Kind: kind, Config: json.RawMessage(config)}
}
