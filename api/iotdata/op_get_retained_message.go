package iotdata

import "context"

// GetRetainedMessageInput is the input of GetRetainedMessage.
type GetRetainedMessageInput struct {
	Topic string `bind:"path,topic"`
}

// GetRetainedMessageOutput is the output of GetRetainedMessage.
type GetRetainedMessageOutput struct {
	Topic            string `json:"topic"`
	Payload          []byte `json:"payload"` // base64
	QoS              int    `json:"qos"`
	LastModifiedTime int64  `json:"lastModifiedTime"` // milliseconds since 1970
	UserProperties   string `json:"userProperties,omitempty"`
}

// GetRetainedMessage returns the retained message of a topic.
func (s *Service) GetRetainedMessage(_ context.Context, in *GetRetainedMessageInput) (*GetRetainedMessageOutput, error) {
	r, err := s.opt.Broker.Retained(in.Topic)
	if err != nil {
		return nil, err
	}
	user, err := userProperties(r.Message.Properties.User)
	if err != nil {
		return nil, err
	}
	return &GetRetainedMessageOutput{
		Topic: r.Message.Topic, Payload: r.Message.Payload, QoS: int(r.Message.QoS),
		LastModifiedTime: r.Modified.UnixMilli(), UserProperties: user,
	}, nil
}
