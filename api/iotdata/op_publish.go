package iotdata

import (
	"context"

	"tidemark/api"
	"tidemark/broker"
)

// PublishInput is the input of Publish.
type PublishInput struct {
	Topic           string `bind:"path,topic"`
	QoS             int    `bind:"query,qos" must:"range=0:1"`
	Retain          bool   `bind:"query,retain"`
	ContentType     string `bind:"query,contentType"`
	ResponseTopic   string `bind:"query,responseTopic"`
	MessageExpiry   *int64 `bind:"query,messageExpiry" must:"range=1:4294967295"`
	UserProperties  string `bind:"header,x-amz-mqtt5-user-properties"`
	PayloadFormat   string `bind:"header,x-amz-mqtt5-payload-format-indicator" must:"enum=UNSPECIFIED_BYTES|UTF8_DATA"`
	CorrelationData string `bind:"header,x-amz-mqtt5-correlation-data"`
	Payload         []byte `bind:"payload"`
}

// PublishOutput is the output of Publish, which the model leaves empty and the service
// fills in.
type PublishOutput struct {
	Message string `json:"message"`
	TraceID string `json:"traceId"`
}

// Publish publishes a message. QoS 1 is answered when the message is durable, QoS 0
// when it is accepted.
func (s *Service) Publish(ctx context.Context, in *PublishInput) (*PublishOutput, error) {
	properties, err := in.properties()
	if err != nil {
		return nil, err
	}
	r := api.RequestFrom(ctx)
	message := &broker.Message{
		Topic: in.Topic, Payload: in.Payload, QoS: byte(in.QoS), Retain: in.Retain, Properties: properties,
		Source: broker.Source{Principal: r.Principal.AccessKeyID, RemoteIP: r.RemoteIP}, Received: r.Received,
	}
	if err := s.publish(ctx, message); err != nil {
		return nil, err
	}
	return &PublishOutput{Message: "OK", TraceID: r.ID}, nil
}

// publish waits as long as the message's quality of service demands. A refusal comes
// before Publish returns, whatever the quality.
func (s *Service) publish(ctx context.Context, m *broker.Message) error {
	done := make(chan error, 1)
	s.opt.Broker.Publish(ctx, m, func(err error) { done <- err })
	if m.QoS == 0 {
		select {
		case err := <-done:
			return err
		default:
			return nil
		}
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
