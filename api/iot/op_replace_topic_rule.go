package iot

import "context"

// ReplaceTopicRuleInput is the input of ReplaceTopicRule.
type ReplaceTopicRuleInput struct {
	RuleName         string           `bind:"path,ruleName" must:"len=1:128,pattern=[a-zA-Z0-9_]+"`
	TopicRulePayload TopicRulePayload `bind:"payload"`
}

// ReplaceTopicRule replaces a rule as a whole: members left out return to their
// defaults.
func (s *Service) ReplaceTopicRule(ctx context.Context, in *ReplaceTopicRuleInput) (*None, error) {
	r, err := in.TopicRulePayload.rule(in.RuleName)
	if err != nil {
		return nil, err
	}
	return nil, missing(in.RuleName, s.opt.Rules.Replace(ctx, r))
}
