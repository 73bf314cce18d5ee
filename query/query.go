package query

import (
	"context"
	"fmt"
	"time"

	"tidemark/fault"
	"tidemark/query/cursor"
)

// Timestream's charge for a statement that scans next to nothing (AWS page "Query", QueryStatus).
const leastMetered = 10_000_000

// Query starts a query, or with a token returns its next page. Without a page of
// rows after Options.Paging.Wait it answers an empty page with a token.
func (e *Engine) Query(ctx context.Context, req Request) (*Page, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	if req.Token != "" {
		return e.resume(ctx, req)
	}
	begin := time.Now()
	page, err := e.first(ctx, req)
	e.metrics.queries.WithLabelValues(outcome(err)).Inc()
	e.metrics.first.Observe(time.Since(begin).Seconds())
	return page, err
}

// maxText is the longest statement in bytes (developer guide, "Quotas").
const maxText = 262_144

// check refuses what no door should let through.
func (r Request) check() error {
	switch {
	case r.Text == "":
		return fault.New(fault.Invalid, "The query is empty")
	case len(r.Text) > maxText:
		return fault.New(fault.Invalid, "The query has %d bytes, more than the maximum of %d", len(r.Text), maxText)
	case r.MaxRows < 0 || r.PageBytes < 0:
		return fault.New(fault.Invalid, "The size of a page must not be negative")
	}
	return nil
}

// first returns the first page, the same one for a request that is sent again.
func (e *Engine) first(ctx context.Context, req Request) (*Page, error) {
	if req.ClientToken == "" {
		page, _, err := e.start(ctx, req)
		return page, err
	}
	request := fmt.Sprintf("%d %s", req.MaxRows, req.Text)
	return e.repeats.Do(ctx, req.Principal, req.ClientToken, request, func() (*Page, int, error) { return e.start(ctx, req) })
}

// start compiles and runs a statement; it also returns the bytes of the page's rows.
func (e *Engine) start(ctx context.Context, req Request) (*Page, int, error) {
	id := newID()
	s, err := e.prepare(ctx, id, req.Text)
	if err != nil {
		return nil, 0, err
	}
	if n := metadataBytes(s.columns); n > e.opt.Metadata {
		s.Close()
		return nil, 0, e.executionError(metadataError(n, e.opt.Metadata))
	}
	cut, err := e.cursors.Start(ctx, cursor.Query[*statement]{ID: id, Text: req.Text, Principal: req.Principal, Source: s}, want(req, s.columns))
	if err != nil {
		return nil, 0, e.executionError(err)
	}
	return e.page(cut), cut.Bytes, nil
}

// resume returns the page that a token asks for.
func (e *Engine) resume(ctx context.Context, req Request) (*Page, error) {
	cut, err := e.cursors.Resume(ctx, req.Token, req.Text, req.Principal, func(s *statement) cursor.Want { return want(req, s.columns) })
	if err != nil {
		return nil, e.executionError(err)
	}
	return e.page(cut), nil
}

// want is the page that a request describes.
func want(req Request, columns []Column) cursor.Want {
	w := cursor.Want{MaxRows: req.MaxRows, MaxBytes: req.PageBytes, Size: estimateSize}
	setDefault(&w.MaxBytes, pageBytes)
	if req.RowSize != nil {
		w.Size = func(row []any) int { return req.RowSize(columns, row) }
	}
	return w
}

// page is a cut with what the statement says beside it.
func (e *Engine) page(cut cursor.Cut[*statement]) *Page {
	e.metrics.pages.Inc()
	e.metrics.rows.Add(float64(len(cut.Rows)))
	s := cut.Source
	p := &Page{
		QueryID: cut.ID, Columns: s.columns, Rows: cut.Rows, NextToken: cut.NextToken,
		Progress: s.progress(cut.NextToken == ""), BytesScanned: s.scanned,
	}
	if s.metered {
		p.BytesMetered = max(p.BytesScanned, leastMetered)
	}
	return p
}
