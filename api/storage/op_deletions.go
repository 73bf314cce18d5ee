package storage

import (
	"context"
	"time"

	"tidemark/api"
	"tidemark/tsdb"
)

// defaultList is the size of a page when a client does not say.
const defaultList = 100

// ListDeletionsInput is the input of ListDeletions.
type ListDeletionsInput struct {
	MaxResults *int   `bind:"query,maxResults" must:"range=1:1000"`
	NextToken  string `bind:"query,nextToken"`
}

// ListDeletionsOutput is the audit log of deletes, the oldest first.
type ListDeletionsOutput struct {
	Deletions []Deletion `json:"deletions"`
	NextToken string     `json:"nextToken,omitempty"`
}

// Deletion is the audit record of one delete. Without Finished it did not end: the
// server stopped meanwhile.
type Deletion struct {
	ID        string    `json:"id"`
	Database  string    `json:"database"`
	Table     string    `json:"table"`
	Who       string    `json:"who"`
	Selection Selection `json:"selection"`
	Started   string    `json:"started"`
	Finished  string    `json:"finished,omitempty"`
	Records   int64     `json:"records"`
}

// ListDeletions lists who deleted what, and how many records it were.
func (s *Service) ListDeletions(ctx context.Context, in *ListDeletionsInput) (*ListDeletionsOutput, error) {
	limit := defaultList
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	after, err := api.ParsePageToken(in.NextToken, 1)
	if err != nil {
		return nil, err
	}
	last := ""
	if in.NextToken != "" {
		last = after[0]
	}
	list, err := s.opt.Store.Deletions(ctx, last, limit)
	if err != nil {
		return nil, err
	}
	out := &ListDeletionsOutput{Deletions: make([]Deletion, len(list))}
	for i := range list {
		out.Deletions[i] = wireDeletion(&list[i])
	}
	if len(list) == limit {
		out.NextToken = api.PageToken(list[limit-1].ID)
	}
	return out, nil
}

func wireDeletion(r *tsdb.DeletionReport) Deletion {
	d := Deletion{ID: r.ID, Database: r.Table.Database, Table: r.Table.Table, Who: r.Who, Started: wireTime(&r.Started), Records: r.Records}
	d.Selection = Selection{r.Deletion.Dimensions, r.Deletion.Measures, wireTime(r.Deletion.From), wireTime(r.Deletion.To), r.Deletion.All}
	if !r.Finished.IsZero() {
		d.Finished = wireTime(&r.Finished)
	}
	return d
}

func wireTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
