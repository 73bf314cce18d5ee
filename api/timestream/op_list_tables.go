package timestream

import (
	"context"

	"tidemark/api"
	"tidemark/tsdb"
)

// ListTablesInput is the input of ListTables. Without a database it lists all tables.
type ListTablesInput struct {
	DatabaseName string
	NextToken    string
	MaxResults   *int `must:"range=1:20"`
}

// ListTablesOutput is the output of ListTables.
type ListTablesOutput struct {
	Tables    []Table
	NextToken string `json:",omitempty"`
}

// ListTables lists tables by database and name.
func (s *Service) ListTables(ctx context.Context, in *ListTablesInput) (*ListTablesOutput, error) {
	after, err := api.ParsePageToken(in.NextToken, 2)
	if err != nil {
		return nil, err
	}
	limit := limitOf(in.MaxResults)
	found, err := s.opt.Store.Tables(ctx, in.DatabaseName, tsdb.TableRef{Database: after[0], Table: after[1]}, limit+1)
	if err != nil {
		return nil, err
	}
	page, more := api.Page(found, limit)
	out := &ListTablesOutput{Tables: make([]Table, len(page))}
	for i, t := range page {
		out.Tables[i] = s.wireTable(t)
	}
	if more {
		last := page[limit-1].Ref
		out.NextToken = api.PageToken(last.Database, last.Table)
	}
	return out, nil
}
