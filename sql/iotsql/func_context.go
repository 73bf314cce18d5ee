package iotsql

import (
	"encoding/base64"
	"strings"

	"tidemark/sql/iotsql/value"
)

// contextFunctions tell about the message.
var contextFunctions = map[string]function{
	"accountid":           {eval: contextText(func(m *Message) string { return m.AccountID })},
	"clientid":            {eval: contextText(clientID)},
	"get_mqtt_property":   {modern: true, min: 1, max: 1, eval: mqttProperty},
	"get_user_properties": {modern: true, max: 1, eval: userProperties},
	"newuuid":             {eval: newUUID},
	"principal":           {eval: contextText(func(m *Message) string { return m.Principal })},
	"sourceip":            {modern: true, eval: contextText(func(m *Message) string { return m.SourceIP })},
	"sql_version":         {eval: func(s *scope, _ []value.Value) (value.Value, error) { return value.Text(string(s.version)), nil }},
	"timestamp":           {eval: func(s *scope, _ []value.Value) (value.Value, error) { return value.Integer(s.in.millis()), nil }},
	"topic":               {max: 1, eval: topicPart},
	"traceid":             {eval: contextText(func(m *Message) string { return m.TraceID })},
}

// contextText is a text of the message; an empty one is not known: Undefined.
func contextText(of func(m *Message) string) func(*scope, []value.Value) (value.Value, error) {
	return func(s *scope, _ []value.Value) (value.Value, error) { return known(of(&s.in.msg)), nil }
}

func known(text string) value.Value {
	if text == "" {
		return value.Value{}
	}
	return value.Text(strings.ToValidUTF8(text, "\uFFFD"))
}

// clientID is the MQTT client, n/a for a message that came otherwise.
func clientID(m *Message) string {
	if m.ClientID == "" {
		return "n/a"
	}
	return m.ClientID
}

func newUUID(s *scope, _ []value.Value) (value.Value, error) {
	if s.in.env.NewUUID == nil {
		return value.Value{}, &EvalError{Function: "newuuid", Reason: "there is no source of identifiers"}
	}
	return value.Text(s.in.env.NewUUID()), nil
}

// topicPart is topic(): the whole topic, or its nth level counting from 1.
func topicPart(s *scope, args []value.Value) (value.Value, error) {
	rest := s.in.msg.Topic
	if len(args) == 0 {
		return value.Text(rest), nil
	}
	n, ok := value.ToInt(args[0]).Int64()
	if !ok || n < 1 {
		return value.Value{}, nil
	}
	for more := true; more; n-- {
		var level string
		if level, rest, more = strings.Cut(rest, "/"); n == 1 {
			return value.Text(level), nil
		}
	}
	return value.Value{}, nil
}

// mqttProperties are the properties that get_mqtt_property knows, by name.
var mqttProperties = map[string]func(p *Properties) string{
	"content_type":   func(p *Properties) string { return p.ContentType },
	"response_topic": func(p *Properties) string { return p.ResponseTopic },
	"correlation_data": func(p *Properties) string {
		return base64.StdEncoding.EncodeToString(p.CorrelationData)
	},
	"format_indicator": func(p *Properties) string {
		if p.PayloadFormat == 1 {
			return "UTF8_DATA"
		}
		return "UNSPECIFIED_BYTES"
	},
}

func mqttProperty(s *scope, args []value.Value) (value.Value, error) {
	read, ok := mqttProperties[args[0].Str()]
	if !ok || args[0].Kind() != value.String {
		return value.Value{}, nil
	}
	return known(read(&s.in.msg.Properties)), nil
}

// userProperties is get_user_properties(key): the values under the key; and
// get_user_properties(): one object for each property, in order.
func userProperties(s *scope, args []value.Value) (value.Value, error) {
	if len(args) == 1 {
		return propertiesNamed(s, args[0]), nil
	}
	var all []value.Value
	for _, p := range s.in.msg.Properties.User {
		b := value.NewObject(1)
		b.Set(strings.ToValidUTF8(p.Key, "\uFFFD"), propertyText(p.Value))
		all = append(all, b.Value())
	}
	if all == nil {
		return value.Value{}, nil
	}
	return value.List(all), nil
}

func propertiesNamed(s *scope, key value.Value) value.Value {
	var values []value.Value
	for _, p := range s.in.msg.Properties.User {
		if key.Kind() == value.String && p.Key == key.Str() {
			values = append(values, propertyText(p.Value))
		}
	}
	if values == nil {
		return value.Value{}
	}
	return value.List(values)
}

func propertyText(s string) value.Value { return value.Text(strings.ToValidUTF8(s, "\uFFFD")) }
