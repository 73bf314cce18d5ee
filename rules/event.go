package rules

import (
	"context"
	"encoding/base64"
	"sync"
	"time"

	"tidemark/broker"
	"tidemark/sql/iotsql"
	"tidemark/sql/iotsql/value"
)

// Event is what a rule made of one message. Actions share it and must not change it.
type Event struct {
	Rule    string
	Message *broker.Message
	Value   value.Value // the SELECT result; Undefined is an empty payload
	Failed  bool        // Value tells an error action what failed

	raw     bool // the payload unchanged
	in      *iotsql.Input
	vars    []value.Value
	rule    *compiled
	encoded sync.Once
	payload []byte
}

// Payload returns the bytes for actions that send bytes: the message's own when
// the rule selects `*` alone, else the result as compact JSON.
func (ev *Event) Payload() []byte {
	ev.encoded.Do(func() {
		switch {
		case ev.raw:
			ev.payload = ev.Message.Payload
		case ev.Value.Kind() == value.Binary:
			ev.payload = []byte(ev.Value.Str())
		default:
			ev.payload = value.AppendJSON(nil, ev.Value)
		}
	})
	return ev.payload
}

// Time is the instant that timestamp() returns, in whole milliseconds.
func (ev *Event) Time() time.Time { return time.UnixMilli(ev.in.Message().Time.UnixMilli()) }

// Topic is the topic that the rule sees, without the prefix of Basic Ingest.
func (ev *Event) Topic() string { return ev.in.Message().Topic }

// Render evaluates a template of one of the rule's actions over the original message.
func (ev *Event) Render(ctx context.Context, t *iotsql.Template) (string, error) {
	if t.ReadsFields() && !ev.in.ReadableBy(ev.rule.stmt.Version()) {
		ev.rule.metrics.parseErrors.Inc()
	}
	return t.Render(ctx, ev.in, ev.vars)
}

// tooLarge reports whether SELECT made more of the message than actions may get.
func (ev *Event) tooLarge() bool {
	return !ev.raw && ev.Value.Size(MaxPayload) > MaxPayload && len(ev.Payload()) > MaxPayload
}

// failure is one failed action.
type failure struct {
	action, resource, message string
}

// failed is the event that a rule's error action gets (AWS page "Error handling
// (error action)", error action message format). Its templates see the original
// message like those of the other actions.
func (ev *Event) failed(failures []failure) *Event {
	b := value.NewObject(8)
	set := func(name, text string) {
		if text != "" {
			b.Set(name, valid(text))
		}
	}
	m := ev.Message
	set("ruleName", ev.Rule)
	set("topic", m.Topic)
	set("cloudwatchTraceId", m.Source.TraceID)
	set("clientId", clientID(m))
	set("sourceIp", m.Source.RemoteIP)
	set("base64OriginalPayload", base64.StdEncoding.EncodeToString(m.Payload))
	list := make([]value.Value, len(failures))
	for i, f := range failures {
		list[i] = f.value()
	}
	b.Set("failures", value.List(list))
	return &Event{Rule: ev.Rule, Message: m, Value: b.Value(), Failed: true, in: ev.in, vars: ev.vars, rule: ev.rule}
}

func (f failure) value() value.Value {
	b := value.NewObject(3)
	b.Set("failedAction", valid(f.action))
	b.Set("failedResource", valid(f.resource))
	b.Set("errorMessage", valid(f.message))
	return b.Value()
}

func clientID(m *broker.Message) string {
	if m.Source.ClientID == "" {
		return "n/a"
	}
	return m.Source.ClientID
}
