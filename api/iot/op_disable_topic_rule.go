package iot

import "context"

// DisableTopicRule turns a rule off for messages received afterwards.
func (s *Service) DisableTopicRule(ctx context.Context, in *RuleNameInput) (*None, error) {
	return nil, missing(in.RuleName, s.opt.Rules.SetDisabled(ctx, in.RuleName, true))
}
