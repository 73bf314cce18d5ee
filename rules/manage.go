package rules

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"tidemark/fault"
)

// Create adds a rule. The errors are fault.Conflict when the name is taken,
// fault.Exceeded when there are too many rules, and fault.Invalid, with an
// *iotsql.SyntaxError inside when the SQL or a template does not parse.
func (e *Engine) Create(ctx context.Context, r Rule) error {
	c, err := e.compile(r)
	if err != nil {
		return err
	}
	return e.change(ctx, r.Name, func(old *compiled, count int) (*compiled, error) {
		if old != nil {
			return nil, fault.New(fault.Conflict, "Rule with name %s already exists", r.Name)
		}
		if count >= e.opt.MaxRules {
			return nil, fault.New(fault.Exceeded, "the account has %d topic rules, which is the limit", count)
		}
		c.rule.Created = e.opt.Now().UTC()
		return c.count(e.metrics), nil
	})
}

// Replace puts r in the place of the rule of its name: what r leaves out returns
// to its default. The rule keeps its time of creation and its tags.
func (e *Engine) Replace(ctx context.Context, r Rule) error {
	c, err := e.compile(r)
	if err != nil {
		return err
	}
	return e.change(ctx, r.Name, func(old *compiled, _ int) (*compiled, error) {
		if old == nil {
			return nil, notFound(r.Name)
		}
		c.rule.Created, c.rule.Tags = old.rule.Created, old.rule.Tags
		return c.count(e.metrics), nil
	})
}

// SetDisabled turns a rule off or on for the messages that come afterwards.
func (e *Engine) SetDisabled(ctx context.Context, name string, disabled bool) error {
	return e.edit(ctx, name, func(r *Rule) { r.Disabled = disabled })
}

// Tag adds tags to a rule, or changes their values.
func (e *Engine) Tag(ctx context.Context, name string, tags map[string]string) error {
	return e.edit(ctx, name, func(r *Rule) {
		if r.Tags == nil {
			r.Tags = make(map[string]string)
		}
		maps.Copy(r.Tags, tags)
	})
}

// Untag removes tags from a rule; keys that it does not have do not matter.
func (e *Engine) Untag(ctx context.Context, name string, keys []string) error {
	return e.edit(ctx, name, func(r *Rule) {
		maps.DeleteFunc(r.Tags, func(key, _ string) bool { return slices.Contains(keys, key) })
	})
}

// Delete removes a rule. Messages that it is evaluating go on.
func (e *Engine) Delete(ctx context.Context, name string) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	rules := e.current.Load().byName
	if rules[name] == nil {
		return notFound(name)
	}
	if err := e.opt.Store.Delete(ctx, name); err != nil {
		return err
	}
	rules = maps.Clone(rules)
	delete(rules, name)
	e.current.Store(newSnapshot(rules))
	e.metrics.forget(name)
	return nil
}

// Get returns a rule, or fault.NotFound.
func (e *Engine) Get(_ context.Context, name string) (Rule, error) {
	c := e.current.Load().byName[name]
	if c == nil {
		return Rule{}, notFound(name)
	}
	return c.rule.clone(), nil
}

// ListOptions choose rules.
type ListOptions struct {
	Topic    string // only rules whose FROM is this text; empty for all
	Disabled *bool  // only rules that are, or are not, disabled; nil for all
	After    string // only names above this one
	Limit    int    // at most so many; 0 for all
}

// List returns rules in the order of their names.
func (e *Engine) List(_ context.Context, opt ListOptions) ([]Rule, error) {
	var found []Rule
	for _, c := range e.current.Load().byName {
		if c.rule.Name > opt.After && c.chosen(opt) {
			found = append(found, c.rule.clone())
		}
	}
	slices.SortFunc(found, func(a, b Rule) int { return cmp.Compare(a.Name, b.Name) })
	if opt.Limit > 0 && len(found) > opt.Limit {
		found = found[:opt.Limit]
	}
	return found, nil
}

func (c *compiled) chosen(opt ListOptions) bool {
	return (opt.Topic == "" || c.rule.TopicPattern() == opt.Topic) &&
		(opt.Disabled == nil || c.rule.Disabled == *opt.Disabled)
}

// edit changes members of a rule that its compiled form does not depend on.
func (e *Engine) edit(ctx context.Context, name string, change func(r *Rule)) error {
	return e.change(ctx, name, func(old *compiled, _ int) (*compiled, error) {
		if old == nil {
			return nil, notFound(name)
		}
		c := &compiled{rule: old.rule.clone(), stmt: old.stmt, actions: old.actions, onError: old.onError, metrics: old.metrics}
		change(&c.rule)
		return c, nil
	})
}

// change stores and publishes what next makes of the rule of a name; old is nil
// when there is none, count is the number of rules.
func (e *Engine) change(ctx context.Context, name string, next func(old *compiled, count int) (*compiled, error)) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	rules := e.current.Load().byName
	c, err := next(rules[name], len(rules))
	if err != nil {
		return err
	}
	if err := e.opt.Store.Put(ctx, name, c.rule); err != nil {
		return err
	}
	rules = maps.Clone(rules)
	rules[name] = c
	e.current.Store(newSnapshot(rules))
	return nil
}

func notFound(name string) error {
	return fault.New(fault.NotFound, "there is no topic rule %.140q", name)
}
