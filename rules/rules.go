// Package rules matches messages to topic rules, evaluates them and hands the
// results to actions.
//
// The Engine keeps the rules and is the broker's Sink. Every message that it
// accepts is evaluated by the rules whose FROM matches it (or by the one that a
// Basic Ingest topic names); the actions of a rule run side by side, failures
// that may pass are tried again, and what stays failed goes to the rule's error
// action. Only then is the message done:
//
//	engine, err := rules.Open(ctx, rules.Options{Store: bucket, Builders: action.Builders(deps)})
//	go engine.Run(ctx)
//	err = engine.Create(ctx, rules.Rule{Name: "r", SQL: "SELECT * FROM 'dt/#'", Actions: specs})
//	engine.Accept(ctx, message, done)
//
// All methods of Engine are safe to call at once. Source: AWS IoT developer
// guide, "Rules for AWS IoT" and "Error handling (error action)".
package rules

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"tidemark/fault"
	"tidemark/sql/iotsql"
)

// Limits of a rule (AWS page "AWS IoT Core endpoints and quotas", rules engine).
const (
	MaxActions    = 10
	MaxDefinition = 128 << 10 // bytes of SQL, actions, error action, version and description as JSON
	MaxPayload    = 128 << 10 // bytes that SELECT may hand to actions
	MaxHops       = 10        // republish actions that one message may pass
)

// Rule is a topic rule.
type Rule struct {
	Name        string // [a-zA-Z0-9_]{1,128}
	SQL         string
	Description string
	Version     string // of IoT SQL; empty is the default, 2015-10-08
	Disabled    bool
	Actions     []ActionSpec
	ErrorAction *ActionSpec
	Created     time.Time // set by Create, kept by Replace
	Tags        map[string]string
}

// ActionSpec is one action as the rule's author wrote it. On the wire and in the
// store it is an object of one key: {"republish": {…}}.
type ActionSpec struct {
	Kind   string          // the key
	Config json.RawMessage // the object under it
}

// MarshalJSON writes the one-key object.
func (a ActionSpec) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]json.RawMessage{a.Kind: a.Config})
}

// UnmarshalJSON reads the one-key object. No key or several are fault.Invalid.
func (a *ActionSpec) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fault.New(fault.Invalid, "an action must be a JSON object: %w", err)
	}
	if len(members) != 1 {
		return fault.New(fault.Invalid, "an action must have exactly one member, found %d", len(members))
	}
	for kind, config := range members {
		a.Kind, a.Config = kind, config
	}
	return nil
}

// TopicPattern returns the topic filter of the rule's FROM; empty when it has none.
func (r Rule) TopicPattern() string {
	filter, err := iotsql.TopicFilter(r.SQL)
	if err != nil {
		return ""
	}
	return filter
}

// clone returns a copy that shares nothing the caller may change.
func (r Rule) clone() Rule {
	r.Actions = slices.Clone(r.Actions)
	r.Tags = maps.Clone(r.Tags)
	if r.ErrorAction != nil {
		spec := *r.ErrorAction
		r.ErrorAction = &spec
	}
	return r
}

var namePattern = regexp.MustCompile(`^[a-zA-Z0-9_]{1,128}$`)

// check refuses what is wrong about a rule without looking into its SQL and actions.
func (r Rule) check() error {
	switch {
	case !namePattern.MatchString(r.Name):
		return fault.New(fault.Invalid, "the rule name %.140q does not match %s", r.Name, namePattern)
	case len(r.Actions) > MaxActions:
		return fault.New(fault.Invalid, "the rule has %d actions, the limit is %d", len(r.Actions), MaxActions)
	}
	size, err := r.definitionSize()
	if err != nil {
		return err
	}
	if size > MaxDefinition {
		return fault.New(fault.Invalid, "the rule's definition has %d bytes, the limit is %d", size, MaxDefinition)
	}
	return nil
}

// definitionSize is the length of what counts against MaxDefinition.
func (r Rule) definitionSize() (int, error) {
	text, err := json.Marshal(struct {
		SQL              string       `json:"sql"`
		Description      string       `json:"description"`
		Actions          []ActionSpec `json:"actions"`
		ErrorAction      *ActionSpec  `json:"errorAction,omitempty"`
		AwsIotSqlVersion string       `json:"awsIotSqlVersion"`
	}{r.SQL, r.Description, r.Actions, r.ErrorAction, r.Version})
	if err != nil {
		return 0, fault.New(fault.Invalid, "an action is not JSON: %w", err)
	}
	return len(text), nil
}

// Action delivers events to one destination. Do must call done exactly once,
// from any goroutine, when the event is delivered durably or has failed. It may
// block only while its destination pushes back. The kind of the error decides:
// Throttled, Unavailable and Internal are tried again, the others are final.
type Action interface {
	Do(ctx context.Context, ev *Event, done func(error))
}

// Keeper is an Action that can keep what it failed to deliver for good, so that an
// operator may deliver it later. The engine calls Keep once all tries have failed, also
// when the rule's SQL failed, before the message is done. Keep must not block; it calls
// done once, from any goroutine, with nil when nothing more needs to be done about the
// event. An error asks for the message again.
type Keeper interface {
	Action
	Keep(ctx context.Context, ev *Event, cause error, done func(error))
}

// Builder makes the actions of one kind.
type Builder struct {
	Shape string // the name that error messages use, such as TimestreamAction
	// Build checks a configuration and compiles its templates for the rule's statement.
	// Its errors are fault.Invalid or *iotsql.SyntaxError.
	Build func(stmt *iotsql.Statement, config json.RawMessage) (Action, error)
}

// ActionError adds to an action's error the resource that it failed at. Its
// text is what the error action reports.
type ActionError struct {
	Resource string
	Err      error
}

// Error returns the text of the error inside.
func (e *ActionError) Error() string { return e.Err.Error() }

// Unwrap returns the error inside, whose fault kind decides about trying again.
func (e *ActionError) Unwrap() error { return e.Err }

// compiled is a rule ready to run. A rule that no longer compiles when it is
// loaded has no statement and is never run.
type compiled struct {
	rule    Rule
	stmt    *iotsql.Statement
	actions []runner
	onError *runner // nil without an error action
	metrics ruleMetrics
	failing limiter // of the log lines about this rule
}

// runner is a built action.
type runner struct {
	kind    string
	shape   string
	action  Action
	metrics actionMetrics
}

// compile checks a rule and builds everything that running it takes.
func (e *Engine) compile(r Rule) (*compiled, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	version, err := iotsql.ParseVersion(r.Version)
	if err != nil {
		return nil, err
	}
	r.Version = string(version)
	stmt, err := iotsql.Compile(r.SQL, version)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err)
	}
	c := &compiled{rule: r.clone(), stmt: stmt}
	for _, spec := range r.Actions {
		run, err := e.build(stmt, spec)
		if err != nil {
			return nil, err
		}
		c.actions = append(c.actions, run)
	}
	if r.ErrorAction != nil {
		run, err := e.build(stmt, *r.ErrorAction)
		if err != nil {
			return nil, fmt.Errorf("error action: %w", err)
		}
		c.onError = &run
	}
	return c, nil
}

func (e *Engine) build(stmt *iotsql.Statement, spec ActionSpec) (runner, error) {
	builder, ok := e.opt.Builders[spec.Kind]
	if !ok {
		return runner{}, fault.New(fault.Invalid, "there is no action type %.64q", spec.Kind)
	}
	action, err := builder.Build(stmt, spec.Config)
	if err != nil {
		return runner{}, fault.Wrap(fault.Invalid, err)
	}
	return runner{kind: spec.Kind, shape: builder.Shape, action: action}, nil
}

// count gives a rule that is about to be published its counters.
func (c *compiled) count(m *metrics) *compiled {
	c.metrics = m.rule(c.rule.Name)
	for i := range c.actions {
		c.actions[i].metrics = m.action(c.rule.Name, c.actions[i].kind)
	}
	return c
}
