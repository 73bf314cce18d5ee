// Package action delivers what rules select to one destination each: one file per
// rule action.
//
// Builders is the table that the rules engine takes. An action checks its
// configuration and compiles its templates when the rule is written, and names its
// resource in every error. Actions are safe to use at once. Source: AWS IoT
// developer guide, "AWS IoT rule actions".
package action

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"tidemark/arn"
	"tidemark/broker"
	"tidemark/deadletter"
	"tidemark/fault"
	"tidemark/rules"
	"tidemark/sql/iotsql"
	"tidemark/tsdb"
)

// recordSubmitter is what the timestream action needs of *tsdb.DB. Submit calls
// done once, when the records are durable or refused.
type recordSubmitter interface {
	Submit(ctx context.Context, ref tsdb.TableRef, recs []tsdb.Record, done func(tsdb.Ingested, error))
}

// Publisher is what the republish action needs of the broker. Publish calls done
// once, when the message is accepted or refused.
type Publisher interface {
	Publish(ctx context.Context, m *broker.Message, done func(error))
}

// letterPoster keeps records that the store refused for good; *deadletter.Letters does.
// Post never blocks and calls done once, when the letter is durable or given up, or with
// an error when its message must come again.
type letterPoster interface {
	Post(l deadletter.Letter, done func(error))
}

// Deps are the destinations.
type Deps struct {
	Store   recordSubmitter
	Letters letterPoster // nil: what the store refuses is counted and given up
	// Broker returns where republish publishes; it is asked for each message, because
	// the broker is made after the rules engine. nil from it is fault.Unavailable.
	Broker func() Publisher
}

// Builders returns the actions by the key that they have in a rule. Actions that
// AWS has and Tidemark does not run are checked, kept and fail when they are run.
func Builders(deps Deps) map[string]rules.Builder {
	table := map[string]rules.Builder{
		"timestream": {Shape: "TimestreamAction", Build: deps.buildTimestream},
		"republish":  {Shape: "RepublishAction", Build: deps.buildRepublish},
	}
	maps.Copy(table, notRun())
	return table
}

// decode reads an action's configuration; members that it does not know are ignored.
func decode(config json.RawMessage, into any) error {
	if err := json.Unmarshal(config, into); err != nil {
		return fault.New(fault.Invalid, "the action's configuration cannot be read: %w", err)
	}
	return nil
}

// required refuses an empty member.
func required(action, member, text string) error {
	if text == "" {
		return fault.New(fault.Invalid, "the %s action needs %s", action, member)
	}
	return nil
}

// checkRole wants the ARN of a role. Whether the role exists, and trusts
// iot.amazonaws.com, is not known here.
func checkRole(action, role string) error {
	if err := required(action, "roleArn", role); err != nil {
		return err
	}
	a, err := arn.Parse(role)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return fault.New(fault.Invalid, "the roleArn %.200q of the %s action is not the ARN of a role", role, action)
	}
	return nil
}

// templates compiles several templates and keeps the first error.
type templates struct {
	stmt *iotsql.Statement
	err  error
}

func (c *templates) compile(text string) *iotsql.Template {
	if c.err != nil {
		return nil
	}
	t, err := c.stmt.Template(text)
	c.err = err
	return t
}

// optional compiles a template that may be absent: nil when the text is.
func (c *templates) optional(text *string) *iotsql.Template {
	if text == nil {
		return nil
	}
	return c.compile(*text)
}

// rendering renders several templates and keeps the first error.
type rendering struct {
	ctx context.Context
	ev  *rules.Event
	err error
}

func (r *rendering) text(t *iotsql.Template) string {
	if r.err != nil || t == nil {
		return ""
	}
	text, err := r.ev.Render(r.ctx, t)
	if err != nil {
		r.err = fault.Wrap(fault.Invalid, fmt.Errorf("substitution template: %w", err))
	}
	return text
}
