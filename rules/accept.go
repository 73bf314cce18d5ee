package rules

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/sql/iotsql"
	"tidemark/sql/iotsql/value"
	"tidemark/topic"
)

var _ broker.Sink = (*Engine)(nil)

// Accept evaluates the rules of a message and starts their actions; Run must be
// running for retries and error actions. It blocks while too many messages are under way, at most until ctx ends. done gets nil
// when everything that actions store is durable and every failure went through
// its error action; it gets fault.Unavailable when the message should be sent
// again, because the engine is stopping, or because an action failed with that
// and no error action took the message.
func (e *Engine) Accept(ctx context.Context, m *broker.Message, done func(error)) {
	var room [8]*compiled
	rules, seen := e.match(room[:0], m.Topic)
	if len(rules) == 0 {
		done(nil)
		return
	}
	d := &delivery{engine: e, done: done}
	// A message that an action republished runs on the room of the message that
	// caused it: if it waited for its own, both might wait for ever.
	if m.Hops == 0 {
		d.memory = min(estimate(m), e.opt.MaxMemory)
		if err := e.acquire(ctx, d.memory); err != nil {
			done(err)
			return
		}
	}
	e.flying.Add(1)
	d.pending.Store(int32(len(rules)))
	in := iotsql.NewInput(e.input(m, seen), e.env)
	for _, c := range rules {
		e.execute(c, m, in, d)
	}
}

// match returns the rules for a topic, and the topic as those rules see it.
func (e *Engine) match(room []*compiled, name string) ([]*compiled, string) {
	snap := e.current.Load()
	rule, rest, ok := topic.BasicIngest(name)
	if !ok {
		return snap.index.AppendMatches(room, name), name
	}
	c := snap.byName[rule]
	if c == nil || c.stmt == nil || c.rule.Disabled {
		e.metrics.notFound.Inc()
		e.opt.Logger.Debug("basic ingest names no enabled rule", "rule", rule)
		return nil, rest
	}
	return append(room, c), rest
}

// estimate bounds the memory of a message with its decoded payload: the smallest
// JSON element takes some 48 times its text.
func estimate(m *broker.Message) int64 { return 4096 + 48*int64(len(m.Payload)) }

func (e *Engine) acquire(ctx context.Context, memory int64) error {
	if e.stopped.Err() != nil {
		return errStopping
	}
	if e.memory.TryAcquire(memory) {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.stopped, cancel)()
	switch err := e.memory.Acquire(ctx, memory); {
	case err == nil:
		return nil
	case e.stopped.Err() != nil:
		return errStopping
	default:
		return fault.New(fault.Unavailable, "the rules engine is busy: %w", err)
	}
}

var errStopping = fault.New(fault.Unavailable, "the rules engine is stopping")

// input is the message as the rules' SQL sees it.
func (e *Engine) input(m *broker.Message, seen string) iotsql.Message {
	received := m.Received
	if received.IsZero() {
		received = e.opt.Now()
	}
	in := iotsql.Message{
		Topic: seen, Payload: m.Payload, ClientID: m.Source.ClientID, Principal: m.Source.Principal, SourceIP: m.Source.RemoteIP,
		TraceID: m.Source.TraceID, AccountID: e.opt.Account, Time: received,
		Properties: iotsql.Properties{
			ContentType: m.Properties.ContentType, ResponseTopic: m.Properties.ResponseTopic, CorrelationData: m.Properties.CorrelationData,
		},
	}
	if m.Properties.PayloadFormat != nil {
		in.Properties.PayloadFormat = *m.Properties.PayloadFormat
	}
	for _, p := range m.Properties.User {
		in.Properties.User = append(in.Properties.User, iotsql.UserProperty(p))
	}
	return in
}

// delivery waits for the rules of one message.
type delivery struct {
	engine  *Engine
	done    func(error)
	memory  int64 // 0 for a republished message
	pending atomic.Int32
	err     atomic.Pointer[error] // why the message should be sent again
}

// finish is called once by each rule.
func (d *delivery) finish(err error) {
	if err != nil {
		d.err.CompareAndSwap(nil, &err)
	}
	if d.pending.Add(-1) > 0 {
		return
	}
	d.engine.flying.Add(-1)
	defer d.engine.memory.Release(d.memory)
	if p := d.err.Load(); p != nil {
		d.done(*p)
		return
	}
	d.done(nil)
}

// execute evaluates one rule. An error in its SQL ends it without any action
// (AWS page "Error handling"): actions that keep what fails keep the message, and the
// log and the metrics tell.
func (e *Engine) execute(c *compiled, m *broker.Message, in *iotsql.Input, d *delivery) {
	c.metrics.matches.Inc()
	x := &execution{engine: e, rule: c, delivery: d, actions: c.actions}
	res, err := x.evaluate(m, in)
	switch {
	case err != nil && e.ctx.Err() != nil: // the end of the engine is a reason to send the message again
		d.finish(errStopping)
	case err != nil:
		x.unevaluated(err)
	case !res.Matched || len(c.actions) == 0:
		d.finish(nil)
	default:
		x.start()
	}
}

// evaluate makes the event out of a message.
func (x *execution) evaluate(m *broker.Message, in *iotsql.Input) (iotsql.Result, error) {
	c := x.rule
	res, err := c.stmt.Evaluate(x.engine.ctx, in)
	c.metrics.executions.Inc()
	if c.stmt.ReadsFields() && !in.ReadableBy(c.stmt.Version()) {
		c.metrics.parseErrors.Inc()
	}
	x.ev = Event{Rule: c.rule.Name, Message: m, Value: res.Value, raw: res.Raw, in: in, vars: res.Vars, rule: c}
	return res, err
}

// unevaluated counts, logs and keeps an error in SQL.
func (x *execution) unevaluated(err error) {
	if failed, ok := errors.AsType[*iotsql.EvalError](err); ok && failed.Function != "" {
		x.rule.metrics.functionErrors.Inc()
	} else {
		x.rule.metrics.parseErrors.Inc()
	}
	x.engine.warn(x.rule, "topic rule could not be evaluated", "err", err)
	x.keepAll(fault.Wrap(fault.Invalid, err))
}

// warn logs about a rule, at most once a second for each.
func (e *Engine) warn(c *compiled, message string, attrs ...any) {
	if count, ok := c.failing.allow(e.opt.Now()); ok {
		e.opt.Logger.Warn(message, append(attrs, "rule", c.rule.Name, "count", count)...)
	}
}

// execution is one rule's work on one message.
type execution struct {
	engine   *Engine
	rule     *compiled
	delivery *delivery
	actions  []runner
	replay   bool // of a kept message: failures are not kept again, and all of them are reported
	ev       Event
	pending  atomic.Int32

	mu struct {
		sync.Mutex
		failures []failure
		resend   error // the first failure that sending again can cure
		unkept   error // the first that could not be kept: no error action makes up for it
	}
}

// start runs all actions side by side.
func (x *execution) start() {
	x.pending.Store(int32(len(x.actions)))
	large := x.ev.tooLarge()
	for i := range x.actions {
		run := &x.actions[i]
		if large {
			x.settle(run, fault.New(fault.Exceeded, "the result of SELECT is larger than %d bytes", MaxPayload))
			continue
		}
		a := &attempt{engine: x.engine, run: run, ev: &x.ev, settled: x.settle}
		a.try()
	}
}

// settle takes the final result of one action.
func (x *execution) settle(run *runner, err error) {
	if err == nil {
		run.metrics.successes.Inc()
		x.settled()
		return
	}
	run.metrics.failures.Inc()
	x.engine.warn(x.rule, "topic rule action failed", "action", run.kind, "err", err)
	x.keep(run, &x.ev, err, func(unkept error) {
		x.record(run, err, unkept)
		x.settled()
	})
}

// settled counts an action that has settled.
func (x *execution) settled() {
	if x.pending.Add(-1) == 0 {
		x.conclude()
	}
}

func (x *execution) record(run *runner, err, unkept error) {
	f := failure{action: run.shape, message: err.Error()}
	if at, ok := errors.AsType[*ActionError](err); ok {
		f.resource = at.Resource
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mu.failures = append(x.mu.failures, f)
	if x.mu.unkept == nil {
		x.mu.unkept = unkept
	}
	if x.mu.resend == nil {
		x.mu.resend = x.again(err)
	}
}

// again is the error that asks for the message once more because of a failure, nil
// when sending again would not help. A replayed message reports any failure.
func (x *execution) again(err error) error {
	switch kind := fault.KindOf(err); {
	case kind == fault.Unavailable, x.replay:
		return err
	case mayPass[kind] && x.engine.ctx.Err() != nil: // the end of the engine cut it short
		return errStopping
	default:
		return nil
	}
}

// conclude runs the error action over what failed. A message that it takes is
// done; without it, a failure that sending again can cure asks for that. The
// error action runs on a goroutine of Run: this one may be the store's committer,
// on which nothing may wait for the store.
func (x *execution) conclude() {
	x.mu.Lock()
	failures, resend, unkept := x.mu.failures, x.mu.resend, x.mu.unkept
	x.mu.Unlock()
	if len(failures) == 0 || x.rule.onError == nil || x.replay {
		x.delivery.finish(first(unkept, resend))
		return
	}
	ev := x.ev.failed(failures)
	a := &attempt{engine: x.engine, run: x.rule.onError, ev: ev, settled: func(run *runner, err error) {
		if err == nil {
			x.rule.metrics.errorActions.Inc()
			x.delivery.finish(unkept)
			return
		}
		x.rule.metrics.errorFailures.Inc()
		x.engine.warn(x.rule, "error action failed", "action", run.kind, "err", err)
		x.keep(run, ev, err, func(failed error) { x.delivery.finish(first(unkept, failed, resend)) })
	}}
	x.engine.retries.hand(a.try)
}

// first is the first error of several.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func valid(text string) value.Value { return value.Text(strings.ToValidUTF8(text, "\uFFFD")) }
