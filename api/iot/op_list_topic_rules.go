package iot

import (
	"context"
	"time"

	"tidemark/api"
	"tidemark/rules"
)

// defaultRules is the size of a page when a client does not say.
const defaultRules = 100

// ListTopicRulesInput is the input of ListTopicRules.
type ListTopicRulesInput struct {
	Topic        string `bind:"query,topic"`
	MaxResults   *int   `bind:"query,maxResults" must:"range=1:10000"`
	NextToken    string `bind:"query,nextToken"`
	RuleDisabled *bool  `bind:"query,ruleDisabled"`
}

// ListTopicRulesOutput is the output of ListTopicRules.
type ListTopicRulesOutput struct {
	Rules     []TopicRuleListItem `json:"rules"`
	NextToken string              `json:"nextToken,omitempty"`
}

// TopicRuleListItem is a rule in a list.
type TopicRuleListItem struct {
	RuleArn      string     `json:"ruleArn"`
	RuleName     string     `json:"ruleName"`
	TopicPattern string     `json:"topicPattern,omitempty"`
	CreatedAt    *api.Epoch `json:"createdAt,omitempty"`
	RuleDisabled bool       `json:"ruleDisabled"`
}

// ListTopicRules lists rules by name.
func (s *Service) ListTopicRules(ctx context.Context, in *ListTopicRulesInput) (*ListTopicRulesOutput, error) {
	after, err := api.ParsePageToken(in.NextToken, 1)
	if err != nil {
		return nil, err
	}
	limit := defaultRules
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	found, err := s.opt.Rules.List(ctx, rules.ListOptions{Topic: in.Topic, Disabled: in.RuleDisabled, After: after[0], Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	page, more := api.Page(found, limit)
	out := &ListTopicRulesOutput{Rules: make([]TopicRuleListItem, len(page))}
	for i, r := range page {
		out.Rules[i] = TopicRuleListItem{
			RuleArn: s.ruleARN(r.Name), RuleName: r.Name, TopicPattern: r.TopicPattern(),
			CreatedAt: api.EpochOf(r.Created.Truncate(time.Second)), RuleDisabled: r.Disabled,
		}
	}
	if more {
		out.NextToken = api.PageToken(page[limit-1].Name)
	}
	return out, nil
}
