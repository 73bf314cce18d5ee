package rules

import (
	"context"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/sql/iotsql"
	"tidemark/topic"
)

// keep has an action keep an event that it failed to deliver, unless sending the
// message again can cure the failure. done gets nil when nothing had to be kept.
func (x *execution) keep(run *runner, ev *Event, cause error, done func(error)) {
	k, ok := run.action.(Keeper)
	if !ok || x.again(cause) != nil {
		done(nil)
		return
	}
	k.Keep(x.engine.ctx, ev, cause, done)
}

// keepAll has every action that can keep the event, for which no action is run.
func (x *execution) keepAll(cause error) {
	keepers := keepersOf(x.actions)
	if len(keepers) == 0 {
		x.delivery.finish(nil)
		return
	}
	x.pending.Store(int32(len(keepers)))
	for i := range keepers {
		x.keep(&keepers[i], &x.ev, cause, func(unkept error) {
			x.record(&keepers[i], cause, unkept)
			if x.pending.Add(-1) == 0 {
				x.delivery.finish(x.mu.unkept) // nobody else is left to change it
			}
		})
	}
}

// keepersOf are the actions that keep what they fail to deliver.
func keepersOf(actions []runner) []runner {
	var keepers []runner
	for _, run := range actions {
		if _, ok := run.action.(Keeper); ok {
			keepers = append(keepers, run)
		}
	}
	return keepers
}

// Replay runs a kept message through the rule of the given name as the rule is now:
// those of its actions that keep what they fail to deliver, since the others have had
// the message. Neither the error action is run nor anything kept. done is called once, with
// nil when all succeeded, and else with the first error: fault.NotFound without such a
// rule, fault.Conflict when it is disabled, fault.Invalid when its WHERE refuses the
// message. Replay may block as Accept does.
func (e *Engine) Replay(ctx context.Context, name string, m *broker.Message, done func(error)) {
	c, err := e.replayable(name)
	if err != nil {
		done(err)
		return
	}
	d := &delivery{engine: e, done: done, memory: min(estimate(m), e.opt.MaxMemory)}
	if err := e.acquire(ctx, d.memory); err != nil {
		done(err)
		return
	}
	e.flying.Add(1)
	d.pending.Store(1)
	seen := m.Topic
	if _, rest, ok := topic.BasicIngest(seen); ok {
		seen = rest
	}
	x := &execution{engine: e, rule: c, delivery: d, actions: keepersOf(c.actions), replay: true}
	res, err := x.evaluate(m, iotsql.NewInput(e.input(m, seen), e.env))
	switch {
	case err != nil:
		d.finish(fault.Wrap(fault.Invalid, err))
	case !res.Matched:
		d.finish(fault.New(fault.Invalid, "the WHERE of the rule %s does not take the message", name))
	default:
		x.start()
	}
}

// replayable is a rule that can be run.
func (e *Engine) replayable(name string) (*compiled, error) {
	c := e.current.Load().byName[name]
	switch {
	case c == nil:
		return nil, fault.New(fault.NotFound, "there is no rule %.128q", name)
	case c.stmt == nil:
		return nil, fault.New(fault.Conflict, "the rule %s does not compile", name)
	case c.rule.Disabled:
		return nil, fault.New(fault.Conflict, "the rule %s is disabled", name)
	case len(keepersOf(c.actions)) == 0:
		return nil, fault.New(fault.Conflict, "the rule %s has no action that stores records", name)
	}
	return c, nil
}
