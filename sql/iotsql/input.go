package iotsql

import (
	"context"
	"strings"
	"sync"
	"time"

	"tidemark/sql/iotsql/value"
)

// Message is what a statement may know about one message.
type Message struct {
	Topic      string // without the prefix of Basic Ingest
	Payload    []byte // not changed while the Input is in use
	ClientID   string // empty unless it came over MQTT
	Principal  string // empty when unknown
	SourceIP   string // empty when unknown
	TraceID    string // a UUID, empty unless it came over MQTT
	AccountID  string // the rule's owner
	Time       time.Time
	Properties Properties
}

// Properties are the MQTT 5 properties that get_mqtt_property and
// get_user_properties read.
type Properties struct {
	ContentType     string
	ResponseTopic   string
	CorrelationData []byte
	PayloadFormat   byte // 1 is UTF-8 data
	User            []UserProperty
}

// UserProperty is one user property.
type UserProperty struct{ Key, Value string }

// Env is the world outside the message. Its functions must be safe to call at once.
type Env struct {
	NewUUID  func() string  // for newuuid()
	Random   func() float64 // for rand(): 0 ≤ r < 1
	External External       // nil: every external function fails by name
}

// External runs the functions that ask another service: aws_lambda,
// get_dynamodb, get_thing_shadow, get_secret, get_registry_data and
// machinelearning_predict, and decode with "proto". The payload takes part in
// args only where the statement names it.
type External interface {
	Call(ctx context.Context, function string, args []value.Value) (value.Value, error)
}

// Input is one message in the form that statements and templates read. It is
// safe to use at once; each view of the payload is decoded once.
type Input struct {
	msg  Message
	env  Env
	docs [2]document // by value.Numbers
}

type document struct {
	once sync.Once
	v    value.Value // an Object or Array, Undefined when the payload is neither
}

// NewInput returns the input for one message.
func NewInput(m Message, env Env) *Input { return &Input{msg: m, env: env} }

// Message returns the message.
func (in *Input) Message() *Message { return &in.msg }

// document returns the decoded payload: an Object or an Array, else Undefined.
func (in *Input) document(v Version) value.Value {
	numbers := value.Exact
	if v.modern() {
		numbers = value.Whole
	}
	doc := &in.docs[numbers]
	doc.once.Do(func() { doc.v = decodeDocument(in.msg.Payload, numbers) })
	return doc.v
}

func decodeDocument(payload []byte, numbers value.Numbers) value.Value {
	text := string(payload)
	start := strings.TrimLeft(text, " \t\r\n")
	if start == "" || start[0] != '{' && start[0] != '[' {
		return value.Value{}
	}
	v, err := value.Decode(text, numbers)
	if err != nil {
		return value.Value{}
	}
	return v
}

// ReadableBy reports whether fields can be read from the payload: it is a JSON
// object, or empty.
func (in *Input) ReadableBy(v Version) bool {
	return len(in.msg.Payload) == 0 || in.document(v).Kind() == value.Object
}

// star is the value of `*`: the payload's object, an empty object for an empty
// payload, from 2016-03-23 on its array, and otherwise its bytes.
func (in *Input) star(v Version) value.Value {
	doc := in.document(v)
	switch {
	case doc.Kind() == value.Object, doc.Kind() == value.Array && v.modern():
		return doc
	case len(in.msg.Payload) == 0:
		var empty value.ObjectBuilder
		return empty.Value()
	default:
		return value.Bytes(string(in.msg.Payload))
	}
}

// millis is timestamp(): the same for everything that reads this input.
func (in *Input) millis() int64 { return in.msg.Time.UnixMilli() }
