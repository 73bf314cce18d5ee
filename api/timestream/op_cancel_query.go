package timestream

import "context"

// CancelQueryInput is the input of CancelQuery.
type CancelQueryInput struct {
	QueryId string `must:"required,len=1:64,pattern=[a-zA-Z0-9]+"`
}

// CancelQueryOutput is the output of CancelQuery; its message is there when the query
// had been cancelled before.
type CancelQueryOutput struct {
	CancellationMessage string `json:",omitempty"`
}

// CancelQuery stops a query.
func (s *Service) CancelQuery(ctx context.Context, in *CancelQueryInput) (*CancelQueryOutput, error) {
	message, err := s.opt.Queries.Cancel(ctx, in.QueryId)
	if err != nil {
		return nil, err
	}
	return &CancelQueryOutput{message}, nil
}
