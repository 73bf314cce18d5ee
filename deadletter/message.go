package deadletter

import (
	"encoding/json"
	"fmt"
	"time"

	"tidemark/broker"
)

// wireMessage is what a letter keeps of a message beside its topic and payload.
type wireMessage struct {
	Received    time.Time             `json:"received"`
	ClientID    string                `json:"clientId,omitempty"`
	Principal   string                `json:"principal,omitempty"`
	SourceIP    string                `json:"sourceIp,omitempty"`
	TraceID     string                `json:"traceId,omitempty"`
	QoS         byte                  `json:"qos"`
	Retain      bool                  `json:"retain,omitempty"`
	Hops        int                   `json:"hops,omitempty"`
	ContentType string                `json:"contentType,omitempty"`
	ResponseTo  string                `json:"responseTopic,omitempty"`
	Correlation []byte                `json:"correlationData,omitempty"`
	Format      *byte                 `json:"payloadFormat,omitempty"`
	Expiry      *uint32               `json:"messageExpiry,omitempty"`
	User        []broker.UserProperty `json:"userProperties,omitempty"`
}

func encodeMessage(m *broker.Message) string {
	p := &m.Properties
	text, _ := json.Marshal(wireMessage{ // of texts and numbers: it always encodes
		Received: m.Received.UTC(), ClientID: m.Source.ClientID, Principal: m.Source.Principal, SourceIP: m.Source.RemoteIP, TraceID: m.Source.TraceID,
		QoS: m.QoS, Retain: m.Retain, Hops: m.Hops, ContentType: p.ContentType, ResponseTo: p.ResponseTopic, Correlation: p.CorrelationData,
		Format: p.PayloadFormat, Expiry: p.MessageExpiry, User: p.User,
	})
	return string(text)
}

// message rebuilds what the letter came from.
func (e *Entry) message() (*broker.Message, error) {
	var w wireMessage
	if err := json.Unmarshal([]byte(e.Message), &w); err != nil {
		return nil, fmt.Errorf("message of letter %s: %w", e.ID, err)
	}
	payload, err := decodePayload(e.Payload, e.Encoding)
	if err != nil {
		return nil, fmt.Errorf("payload of letter %s: %w", e.ID, err)
	}
	return &broker.Message{
		Topic: e.Topic, Payload: payload, QoS: w.QoS, Retain: w.Retain, Hops: w.Hops, Received: w.Received,
		Source: broker.Source{ClientID: w.ClientID, Principal: w.Principal, RemoteIP: w.SourceIP, TraceID: w.TraceID},
		Properties: broker.Properties{
			ContentType: w.ContentType, ResponseTopic: w.ResponseTo, CorrelationData: w.Correlation,
			PayloadFormat: w.Format, MessageExpiry: w.Expiry, User: w.User,
		},
	}, nil
}
