package iotdata

import (
	"context"

	"tidemark/api"
)

// mostRetained is the size of a page when a client does not say, and the largest.
const mostRetained = 200

// ListRetainedMessagesInput is the input of ListRetainedMessages.
type ListRetainedMessagesInput struct {
	NextToken  string `bind:"query,nextToken"`
	MaxResults *int   `bind:"query,maxResults" must:"range=1:200"`
}

// ListRetainedMessagesOutput is the output of ListRetainedMessages.
type ListRetainedMessagesOutput struct {
	RetainedTopics []RetainedMessageSummary `json:"retainedTopics"`
	NextToken      string                   `json:"nextToken,omitempty"`
}

// RetainedMessageSummary is a retained message without its payload.
type RetainedMessageSummary struct {
	Topic            string `json:"topic"`
	PayloadSize      int    `json:"payloadSize"` // bytes
	QoS              int    `json:"qos"`
	LastModifiedTime int64  `json:"lastModifiedTime"` // milliseconds since 1970
}

// ListRetainedMessages lists retained messages by topic.
func (s *Service) ListRetainedMessages(_ context.Context, in *ListRetainedMessagesInput) (*ListRetainedMessagesOutput, error) {
	after, err := api.ParsePageToken(in.NextToken, 1)
	if err != nil {
		return nil, err
	}
	limit := mostRetained
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	found, err := s.opt.Broker.ListRetained(after[0], limit+1)
	if err != nil {
		return nil, err
	}
	page, more := api.Page(found, limit)
	out := &ListRetainedMessagesOutput{RetainedTopics: make([]RetainedMessageSummary, len(page))}
	for i, r := range page {
		out.RetainedTopics[i] = RetainedMessageSummary{
			Topic: r.Message.Topic, PayloadSize: len(r.Message.Payload), QoS: int(r.Message.QoS), LastModifiedTime: r.Modified.UnixMilli(),
		}
	}
	if more {
		out.NextToken = api.PageToken(page[limit-1].Message.Topic)
	}
	return out, nil
}
