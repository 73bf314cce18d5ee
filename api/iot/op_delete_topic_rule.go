package iot

import "context"

// DeleteTopicRule deletes a rule. Messages that it is evaluating go on.
func (s *Service) DeleteTopicRule(ctx context.Context, in *RuleNameInput) (*None, error) {
	return nil, missing(in.RuleName, s.opt.Rules.Delete(ctx, in.RuleName))
}
