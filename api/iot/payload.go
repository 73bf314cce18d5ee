package iot

import (
	"encoding/json"

	"tidemark/rules"
)

// TopicRulePayload is a rule as it is created and replaced.
type TopicRulePayload struct {
	SQL              string            `json:"sql" must:"required"`
	Description      string            `json:"description"`
	Actions          []json.RawMessage `json:"actions" must:"required,len=0:10"`
	RuleDisabled     bool              `json:"ruleDisabled"`
	AwsIotSqlVersion string            `json:"awsIotSqlVersion"`
	ErrorAction      json.RawMessage   `json:"errorAction"`
}

// rule returns the rule that the payload describes.
func (p *TopicRulePayload) rule(name string) (rules.Rule, error) {
	r := rules.Rule{
		Name: name, SQL: p.SQL, Description: p.Description, Version: p.AwsIotSqlVersion, Disabled: p.RuleDisabled,
		Actions: make([]rules.ActionSpec, len(p.Actions)),
	}
	for i, text := range p.Actions {
		if err := r.Actions[i].UnmarshalJSON(text); err != nil {
			return r, err
		}
	}
	if p.ErrorAction != nil {
		r.ErrorAction = new(rules.ActionSpec)
		return r, r.ErrorAction.UnmarshalJSON(p.ErrorAction)
	}
	return r, nil
}
