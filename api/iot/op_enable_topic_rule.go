package iot

import "context"

// EnableTopicRule turns a rule on for messages received afterwards.
func (s *Service) EnableTopicRule(ctx context.Context, in *RuleNameInput) (*None, error) {
	return nil, missing(in.RuleName, s.opt.Rules.SetDisabled(ctx, in.RuleName, false))
}
