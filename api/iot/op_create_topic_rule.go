package iot

import (
	"context"
	"net/url"

	"tidemark/fault"
)

// CreateTopicRuleInput is the input of CreateTopicRule.
type CreateTopicRuleInput struct {
	RuleName         string           `bind:"path,ruleName" must:"len=1:128,pattern=[a-zA-Z0-9_]+"`
	Tags             string           `bind:"header,x-amz-tagging"`
	TopicRulePayload TopicRulePayload `bind:"payload"`
}

// CreateTopicRule creates a rule, which takes effect for messages received afterwards.
func (s *Service) CreateTopicRule(ctx context.Context, in *CreateTopicRuleInput) (*None, error) {
	r, err := in.TopicRulePayload.rule(in.RuleName)
	if err != nil {
		return nil, err
	}
	if r.Tags, err = parseTagging(in.Tags); err != nil {
		return nil, err
	}
	err = s.opt.Rules.Create(ctx, r)
	if fault.KindOf(err) == fault.Conflict {
		return nil, &exists{id: in.RuleName, arn: s.ruleARN(in.RuleName), text: err.Error()}
	}
	return nil, err
}

// parseTagging reads the tags of a header: k=v&k2=v2, percent-encoded.
func parseTagging(header string) (map[string]string, error) {
	if header == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(header)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The header x-amz-tagging is malformed.")
	}
	tags := make(map[string]string, len(values))
	for key := range values {
		tags[key] = values.Get(key)
	}
	return tags, checkTags(tags)
}
