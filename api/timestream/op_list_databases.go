package timestream

import (
	"context"

	"tidemark/api"
)

// pageSize is the size of a page when a client does not say, and the largest.
const pageSize = 20

// ListDatabasesInput is the input of ListDatabases.
type ListDatabasesInput struct {
	NextToken  string
	MaxResults *int `must:"range=1:20"`
}

// ListDatabasesOutput is the output of ListDatabases.
type ListDatabasesOutput struct {
	Databases []Database
	NextToken string `json:",omitempty"`
}

// ListDatabases lists databases by name.
func (s *Service) ListDatabases(ctx context.Context, in *ListDatabasesInput) (*ListDatabasesOutput, error) {
	after, err := api.ParsePageToken(in.NextToken, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(in.MaxResults)
	found, err := s.opt.Store.Databases(ctx, after[0], limit+1)
	if err != nil {
		return nil, err
	}
	page, more := api.Page(found, limit)
	out := &ListDatabasesOutput{Databases: make([]Database, len(page))}
	for i, db := range page {
		out.Databases[i] = s.wireDatabase(db)
	}
	if more {
		out.NextToken = api.PageToken(page[limit-1].Name)
	}
	return out, nil
}

func limitOf(given *int) int {
	if given == nil {
		return pageSize
	}
	return *given
}
