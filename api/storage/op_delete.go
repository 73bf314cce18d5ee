package storage

import (
	"context"
	"time"

	"tidemark/api"
	"tidemark/fault"
	"tidemark/tsdb"
)

// Selection says which records are meant: those whose dimensions have one of the
// values each, of one of the measures, from one time to another, both included. What
// is absent does not select.
type Selection struct {
	Dimensions map[string][]string `json:"dimensions,omitempty"`
	Measures   []string            `json:"measures,omitempty"`
	From       string              `json:"from,omitempty"` // RFC 3339
	To         string              `json:"to,omitempty"`
	All        bool                `json:"all,omitempty"` // needed when nothing selects
}

// DeleteRecordsInput is the input of DeleteRecords.
type DeleteRecordsInput struct {
	Database   string              `bind:"path,database"`
	Table      string              `bind:"path,table"`
	Dimensions map[string][]string `json:"dimensions"`
	Measures   []string            `json:"measures" must:"len=0:1000"`
	From       string              `json:"from"`
	To         string              `json:"to"`
	All        bool                `json:"all"`
	Apply      bool                `json:"apply"` // without it the records are only counted
}

// DeleteRecordsOutput says how many records there were, and are to go unless Applied.
type DeleteRecordsOutput struct {
	Records int64  `json:"records"`
	Applied bool   `json:"applied"`
	ID      string `json:"id,omitempty"` // of the audit record
}

// DeleteRecords deletes records for good, or counts them.
func (s *Service) DeleteRecords(ctx context.Context, in *DeleteRecordsInput) (*DeleteRecordsOutput, error) {
	del, err := (Selection{in.Dimensions, in.Measures, in.From, in.To, in.All}).deletion()
	if err != nil {
		return nil, err
	}
	ref := tsdb.TableRef{Database: in.Database, Table: in.Table}
	if !in.Apply {
		n, err := s.opt.Store.CountDeletion(ctx, ref, del)
		return &DeleteRecordsOutput{Records: n}, err
	}
	report, err := s.opt.Store.Delete(ctx, ref, del, api.RequestFrom(ctx).Principal.AccessKeyID)
	return &DeleteRecordsOutput{Records: report.Records, Applied: true, ID: report.ID}, err
}

func (sel Selection) deletion() (tsdb.Deletion, error) {
	del := tsdb.Deletion{Dimensions: sel.Dimensions, Measures: sel.Measures, All: sel.All}
	var err error
	if del.From, err = parseTime("from", sel.From); err != nil {
		return del, err
	}
	del.To, err = parseTime("to", sel.To)
	return del, err
}

func parseTime(name, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() < 1678 || at.Year() > 2261 {
		return nil, fault.New(fault.Invalid, "%s: %.64q is not a time of the form 2026-01-02T15:04:05Z from 1678 to 2261.", name, text)
	}
	return &at, nil
}
