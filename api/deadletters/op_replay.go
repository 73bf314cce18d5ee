package deadletters

import (
	"context"

	"tidemark/deadletter"
)

// ChangeInput chooses the open letters to replay or delete. What is absent chooses all.
type ChangeInput struct {
	Database  string   `json:"database"`
	IDs       []string `json:"ids" must:"len=0:1000"`
	Rule      string   `json:"rule"`
	Table     string   `json:"table"`
	Kind      string   `json:"kind"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Limit     *int     `json:"limit" must:"range=1:1000"` // 1000
	NextToken string   `json:"nextToken"`
	Apply     bool     `json:"apply"` // without it nothing is done but to say what would be
}

// ReplayDeadLettersInput is the input of ReplayDeadLetters.
type ReplayDeadLettersInput struct {
	Database  string   `json:"database"`
	IDs       []string `json:"ids" must:"len=0:1000"`
	Rule      string   `json:"rule"`
	Table     string   `json:"table"`
	Kind      string   `json:"kind"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Limit     *int     `json:"limit" must:"range=1:1000"`
	NextToken string   `json:"nextToken"`
	Apply     bool     `json:"apply"`

	Through string `json:"through" must:"enum=records|rule"` // records
	Version *int64 `json:"version" must:"range=1:"`          // of the records instead of their own
}

// ChangeOutput says what became of the letters. With NextToken there are more.
type ChangeOutput struct {
	Outcomes  []Outcome `json:"outcomes"`
	NextToken string    `json:"nextToken,omitempty"`
	Stopped   string    `json:"stopped,omitempty"` // why the call ended before its last letter
}

// Outcome is what became of one letter.
type Outcome struct {
	Letter Letter `json:"letter"`
	Result string `json:"result"`
	Reason string `json:"reason,omitempty"`
}

// ReplayDeadLetters tries open letters again, the oldest first.
func (s *Service) ReplayDeadLetters(ctx context.Context, in *ReplayDeadLettersInput) (*ChangeOutput, error) {
	change := ChangeInput{in.Database, in.IDs, in.Rule, in.Table, in.Kind, in.From, in.To, in.Limit, in.NextToken, in.Apply}
	r, err := change.replay()
	if err != nil {
		return nil, err
	}
	r.Rules = in.Through == "rule"
	if in.Version != nil {
		r.Version = *in.Version
	}
	return changed(s.opt.Letters.Replay(ctx, r))
}

func (in *ChangeInput) replay() (r deadletter.Replay, err error) {
	r.Apply = in.Apply
	if in.Limit != nil {
		r.Limit = *in.Limit
	}
	if r.Filter, err = (choice{in.Database, "", in.Rule, in.Table, in.Kind, in.IDs, in.From, in.To}).filter(); err != nil {
		return r, err
	}
	r.After, err = parseToken(in.NextToken)
	return r, err
}

// changed is the answer to a call. What was done before an error is part of it.
func changed(report deadletter.Report, err error) (*ChangeOutput, error) {
	if err != nil && len(report.Outcomes) == 0 {
		return nil, err
	}
	out := &ChangeOutput{Outcomes: make([]Outcome, len(report.Outcomes)), NextToken: token(report.Next)}
	for i := range report.Outcomes {
		o := &report.Outcomes[i]
		out.Outcomes[i] = Outcome{Letter: wireLetter(&o.Entry), Result: string(o.Result), Reason: o.Reason}
	}
	if err != nil {
		out.Stopped, out.NextToken = err.Error(), ""
	}
	return out, nil
}
