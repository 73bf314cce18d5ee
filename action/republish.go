package action

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/rules"
	"tidemark/sql/iotsql"
	"tidemark/topic"
)

// maxUserProperties is how many user properties a republish action may add.
const maxUserProperties = 100

// republishConfig is the action as its author writes it.
type republishConfig struct {
	RoleArn string
	Topic   string
	QoS     int
	Headers *republishHeaders
}

type republishHeaders struct {
	PayloadFormatIndicator, ContentType, ResponseTopic, CorrelationData, MessageExpiry *string

	UserProperties []struct{ Key, Value string }
}

// republish publishes the event's payload to another topic.
type republish struct {
	broker func() Publisher
	role   string
	topic  *iotsql.Template
	qos    byte

	format, contentType, responseTopic, correlation, expiry *iotsql.Template // nil where absent

	keys   []string // of the user properties
	values []*iotsql.Template
}

func (d Deps) buildRepublish(stmt *iotsql.Statement, config json.RawMessage) (rules.Action, error) {
	var c republishConfig
	if err := decode(config, &c); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	compile := templates{stmt: stmt}
	a := &republish{broker: d.Broker, role: c.RoleArn, topic: compile.compile(c.Topic), qos: byte(c.QoS)}
	if h := c.Headers; h != nil {
		a.format, a.contentType = compile.optional(h.PayloadFormatIndicator), compile.optional(h.ContentType)
		a.responseTopic, a.correlation = compile.optional(h.ResponseTopic), compile.optional(h.CorrelationData)
		a.expiry = compile.optional(h.MessageExpiry)
		for _, p := range h.UserProperties {
			a.keys = append(a.keys, p.Key)
			a.values = append(a.values, compile.compile(p.Value))
		}
	}
	return a, compile.err
}

func (c *republishConfig) check() error {
	if err := checkRole("republish", c.RoleArn); err != nil {
		return err
	}
	if err := required("republish", "topic", c.Topic); err != nil {
		return err
	}
	if c.QoS != 0 && c.QoS != 1 {
		return fault.New(fault.Invalid, "the qos %d of the republish action is not 0 or 1", c.QoS)
	}
	if c.Headers == nil || c.Headers.UserProperties == nil {
		return nil
	}
	if n := len(c.Headers.UserProperties); n < 1 || n > maxUserProperties {
		return fault.New(fault.Invalid, "the republish action has %d user properties; it may have 1 to %d", n, maxUserProperties)
	}
	for _, p := range c.Headers.UserProperties {
		if p.Key == "" {
			return fault.New(fault.Invalid, "a user property of the republish action needs a key")
		}
	}
	return nil
}

// Do publishes the event.
func (a *republish) Do(ctx context.Context, ev *rules.Event, done func(error)) {
	m, err := a.message(&rendering{ctx: ctx, ev: ev})
	if err != nil {
		done(republishError(ev, m.Topic, err))
		return
	}
	to := a.broker()
	if to == nil {
		done(republishError(ev, m.Topic, fault.New(fault.Unavailable, "the broker is not running")))
		return
	}
	to.Publish(ctx, m, func(err error) { done(republishError(ev, m.Topic, err)) })
}

// message makes the message to publish. It counts its way through republish
// actions, so that rules that feed each other end.
func (a *republish) message(render *rendering) (*broker.Message, error) {
	ev := render.ev
	m := &broker.Message{QoS: a.qos, Source: broker.Source{Principal: a.role}, Hops: ev.Message.Hops + 1}
	name := render.text(a.topic)
	if rest, ok := strings.CutPrefix(name, "$$"); ok {
		name = "$" + rest // the way to write to a reserved topic
	} else if strings.HasPrefix(name, "$") {
		return m, fault.New(fault.Invalid, "the topic %q is reserved; republish to it as $%s", name, name)
	}
	m.Topic = name
	if render.err != nil {
		return m, render.err
	}
	if err := checkTopic(name); err != nil {
		return m, err
	}
	if m.Hops > rules.MaxHops {
		return m, fault.New(fault.Invalid, "the message has passed %d republish actions", rules.MaxHops)
	}
	m.Payload = ev.Payload()
	return m, a.properties(render, &m.Properties)
}

// checkTopic wants a topic that rules may publish to.
func checkTopic(name string) error {
	if err := topic.ValidName(name); err != nil {
		return err
	}
	level := strings.Split(name, "/")
	if len(level) > 3 && level[0] == "$aws" && level[1] == "things" && level[3] == "jobs" {
		return fault.New(fault.Invalid, "rules cannot publish to the jobs topic %q", name)
	}
	return nil
}

func (a *republish) properties(render *rendering, p *broker.Properties) error {
	p.ContentType, p.ResponseTopic = render.text(a.contentType), render.text(a.responseTopic)
	format, correlation, expiry := render.text(a.format), render.text(a.correlation), render.text(a.expiry)
	for i, key := range a.keys {
		p.User = append(p.User, broker.UserProperty{Key: key, Value: render.text(a.values[i])})
	}
	if render.err != nil {
		return render.err
	}
	var err error
	if p.CorrelationData, err = base64.StdEncoding.DecodeString(correlation); err != nil {
		return fault.New(fault.Invalid, "the correlationData is not base64: %w", err)
	}
	if correlation == "" {
		p.CorrelationData = nil
	}
	if p.MessageExpiry, err = seconds(expiry); err != nil {
		return err
	}
	p.PayloadFormat, err = formatIndicator(format)
	return err
}

func seconds(text string) (*uint32, error) {
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the messageExpiry %.40q is not a number of seconds", text)
	}
	s := uint32(n)
	return &s, nil
}

// formats are the texts of the payload format indicator.
var formats = map[string]byte{"UNSPECIFIED_BYTES": 0, "UTF8_DATA": 1}

func formatIndicator(text string) (*byte, error) {
	if text == "" {
		return nil, nil
	}
	f, ok := formats[text]
	if !ok {
		return nil, fault.New(fault.Invalid, "the payloadFormatIndicator %.40q is not UNSPECIFIED_BYTES or UTF8_DATA", text)
	}
	return &f, nil
}

func republishError(ev *rules.Event, to string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("Failed to republish to topic. The error received was: %w. Message arrived on: %s, Action: republish, topic: %s", err, ev.Message.Topic, to)
	return &rules.ActionError{Resource: to, Err: err}
}
