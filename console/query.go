package console

import (
	"context"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"tidemark/fault"
)

// The wire of POST /console/api/query. Values are the texts of Timestream's results,
// null is NULL: JavaScript would round large integers.
type (
	queryInput struct {
		Text  string `json:"text"`
		Token string `json:"token"`
	}
	queryOutput struct {
		ID      string       `json:"id"`
		Columns []wireColumn `json:"columns"`
		Rows    [][]*string  `json:"rows"`
		Token   string       `json:"token,omitempty"`
		Took    float64      `json:"took"` // milliseconds
	}
	wireColumn struct {
		Name string `json:"name"`
		Type string `json:"type"` // as typeof prints it
		Kind string `json:"kind"` // its family
	}
)

// maxText is Timestream's limit of a statement (API reference, "Query", QueryString).
const maxText = 262_144

// query answers with one page of a statement's result.
func (c *Console) query(w http.ResponseWriter, r *http.Request) {
	var in queryInput
	if !c.decode(w, r, maxQueryBody, &in) {
		return
	}
	begin := time.Now()
	page, err := c.page(r.Context(), in)
	c.metrics.query(err, time.Since(begin))
	if err != nil {
		c.fail(w, r, in.Text, err)
		return
	}
	writeJSON(w, http.StatusOK, queryOutput{
		ID: page.QueryID, Columns: wireColumns(page.Columns), Rows: wireRows(page),
		Token: page.NextToken, Took: float64(time.Since(begin).Microseconds()) / 1000,
	})
}

// page asks for a page after checking what the engine should not have to.
func (c *Console) page(ctx context.Context, in queryInput) (*Page, error) {
	if len(in.Text) > maxText {
		return nil, fault.New(fault.Exceeded, "the statement has %d bytes, more than %d", len(in.Text), maxText)
	}
	if !utf8.ValidString(in.Text) {
		return nil, fault.New(fault.Invalid, "the statement is not UTF-8")
	}
	return c.ask(ctx, in.Text, in.Token)
}

// ask runs or continues a statement within the time limit.
func (c *Console) ask(ctx context.Context, text, token string) (*Page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	page, err := c.queries.Query(ctx, Request{Text: text, Token: token, MaxRows: c.options.MaxRows})
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, fault.New(fault.Exceeded, "no answer within the console's limit of %s: %w", c.options.Timeout, err)
	}
	return page, err
}

func wireColumns(columns []Column) []wireColumn {
	out := make([]wireColumn, len(columns))
	for i, c := range columns {
		out[i] = wireColumn{Name: c.Name, Type: c.Type.String(), Kind: c.Type.Kind.String()}
	}
	return out
}

func wireRows(p *Page) [][]*string {
	out := make([][]*string, len(p.Rows))
	for i, row := range p.Rows {
		out[i] = make([]*string, len(row))
		for k, v := range row {
			if v != nil {
				text := valueText(p.Columns[k].Type, v)
				out[i][k] = &text
			}
		}
	}
	return out
}
