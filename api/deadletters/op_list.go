package deadletters

import "context"

// defaultList is the size of a page when a client does not say.
const defaultList = 100

// ListDeadLettersInput is the input of ListDeadLetters. What is absent chooses all.
type ListDeadLettersInput struct {
	Database   string `bind:"query,database"`
	State      string `bind:"query,state" must:"enum=open|replayed|discarded"`
	Rule       string `bind:"query,rule"`
	Table      string `bind:"query,table"`
	Kind       string `bind:"query,kind"`
	From       string `bind:"query,from"`
	To         string `bind:"query,to"`
	MaxResults *int   `bind:"query,maxResults" must:"range=1:1000"`
	NextToken  string `bind:"query,nextToken"`
}

// ListDeadLettersOutput is the output of ListDeadLetters.
type ListDeadLettersOutput struct {
	Letters   []Letter `json:"letters"`
	NextToken string   `json:"nextToken,omitempty"`
}

// ListDeadLetters lists letters by the database that keeps them and their time, without
// payloads and records.
func (s *Service) ListDeadLetters(ctx context.Context, in *ListDeadLettersInput) (*ListDeadLettersOutput, error) {
	f, err := choice{in.Database, in.State, in.Rule, in.Table, in.Kind, nil, in.From, in.To}.filter()
	if err != nil {
		return nil, err
	}
	after, err := parseToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	limit := defaultList
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	list, next, err := s.opt.Letters.List(ctx, f, after, limit)
	if err != nil {
		return nil, err
	}
	out := &ListDeadLettersOutput{Letters: make([]Letter, len(list)), NextToken: token(next)}
	for i := range list {
		out.Letters[i] = wireLetter(&list[i])
	}
	return out, nil
}
