package timestream

import (
	"context"

	"tidemark/api"
	"tidemark/fault"
	"tidemark/query"
)

// QueryInput is the input of Query.
type QueryInput struct {
	QueryString   string `must:"required,len=1:262144"`
	ClientToken   string `must:"len=32:128"`
	NextToken     string `must:"len=1:2048"`
	MaxRows       int    `must:"range=1:1000"`
	QueryInsights *QueryInsights
}

// QueryInsights asks for figures about the query.
type QueryInsights struct {
	Mode string `must:"required,enum=ENABLED_WITH_RATE_CONTROL|DISABLED"`
}

// Validate refuses what is not offered.
func (in *QueryInput) Validate() error {
	if in.QueryInsights != nil && in.QueryInsights.Mode != "DISABLED" {
		return fault.New(fault.Invalid, "The QueryInsights mode %s is not supported by this server.", in.QueryInsights.Mode)
	}
	return nil
}

// QueryOutput is one page of a result; it encodes itself (BenchmarkAppendPage).
type QueryOutput struct{ page *query.Page }

// Query starts a query, or fetches the next page of one.
func (s *Service) Query(ctx context.Context, in *QueryInput) (*QueryOutput, error) {
	page, err := s.opt.Queries.Query(ctx, query.Request{
		Text: in.QueryString, Token: in.NextToken, ClientToken: in.ClientToken,
		MaxRows: in.MaxRows, PageBytes: maxPage, RowSize: rowSize,
		Principal: api.RequestFrom(ctx).Principal.AccessKeyID,
	})
	if err != nil {
		return nil, err
	}
	return &QueryOutput{page}, nil
}
