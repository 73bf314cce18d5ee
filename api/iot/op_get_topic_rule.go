package iot

import (
	"context"
	"time"

	"tidemark/api"
	"tidemark/rules"
)

// RuleNameInput is the input of all operations that take a rule's name alone.
type RuleNameInput struct {
	RuleName string `bind:"path,ruleName" must:"len=1:128,pattern=[a-zA-Z0-9_]+"`
}

// GetTopicRuleOutput is the output of GetTopicRule.
type GetTopicRuleOutput struct {
	RuleArn string    `json:"ruleArn"`
	Rule    TopicRule `json:"rule"`
}

// TopicRule is a rule as it is shown: its actions are those that were given.
type TopicRule struct {
	RuleName         string             `json:"ruleName"`
	SQL              string             `json:"sql"`
	Description      string             `json:"description,omitempty"`
	CreatedAt        *api.Epoch         `json:"createdAt,omitempty"`
	Actions          []rules.ActionSpec `json:"actions"`
	RuleDisabled     bool               `json:"ruleDisabled"`
	AwsIotSqlVersion string             `json:"awsIotSqlVersion"`
	ErrorAction      *rules.ActionSpec  `json:"errorAction,omitempty"`
}

// GetTopicRule shows a rule.
func (s *Service) GetTopicRule(ctx context.Context, in *RuleNameInput) (*GetTopicRuleOutput, error) {
	r, err := s.opt.Rules.Get(ctx, in.RuleName)
	if err != nil {
		return nil, missing(in.RuleName, err)
	}
	return &GetTopicRuleOutput{RuleArn: s.ruleARN(r.Name), Rule: wireRule(r)}, nil
}

func wireRule(r rules.Rule) TopicRule {
	actions := r.Actions
	if actions == nil {
		actions = []rules.ActionSpec{}
	}
	return TopicRule{
		RuleName: r.Name, SQL: r.SQL, Description: r.Description, CreatedAt: api.EpochOf(r.Created.Truncate(time.Second)),
		Actions: actions, RuleDisabled: r.Disabled, AwsIotSqlVersion: versionOf(r), ErrorAction: r.ErrorAction,
	}
}

// versionOf is never empty on the wire: the default is shown.
func versionOf(r rules.Rule) string {
	if r.Version == "" {
		return "2015-10-08"
	}
	return r.Version
}
