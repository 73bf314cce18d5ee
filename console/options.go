package console

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
	"tidemark/sql/types"
)

// Queries runs statements. A Request without a Token starts one, a token continues it.
type Queries interface {
	Query(ctx context.Context, r Request) (*Page, error)
}

// Request asks for one page of a result.
type Request struct {
	Text    string
	Token   string // the NextToken of the page before
	MaxRows int
}

// Page is a part of a result. A page without rows may have a NextToken: the statement
// is still running then.
type Page struct {
	QueryID   string
	Columns   []Column
	Rows      [][]any // values in the forms that package sql/types lists
	NextToken string
}

// Column is one column of a result.
type Column struct {
	Name string
	Type types.Type
}

// Options says what a console shows and to whom.
type Options struct {
	Queries Queries

	// Announce is called by New and after every exchange with the token that opens
	// the next session; nil means that only Token knows it. Its error fails New and
	// is logged later. Calls do not overlap.
	Announce func(token string) error
	// Hosts are further names in the Host header that are ours, without a port. IP
	// addresses and localhost always are.
	Hosts []string
	// SessionAge is how long a session lives after its last use; 0 means 12 h.
	SessionAge time.Duration
	// Timeout bounds each request for a page; 0 means 60 s.
	Timeout time.Duration
	// MaxRows bounds the rows of one page; 0 means 1000.
	MaxRows int

	Logger     *slog.Logger          // nil discards
	Registerer prometheus.Registerer // nil registers nowhere
}

// Validate reports the first option that cannot be right, as fault.Invalid.
func (o Options) Validate() error {
	switch {
	case o.Queries == nil:
		return fault.New(fault.Invalid, "a console needs queries")
	case o.SessionAge < 0 || o.Timeout < 0 || o.MaxRows < 0:
		return fault.New(fault.Invalid, "a console's limit is negative")
	}
	return nil
}

func (o Options) withDefaults() Options {
	if o.Announce == nil {
		o.Announce = func(string) error { return nil }
	}
	if o.SessionAge == 0 {
		o.SessionAge = 12 * time.Hour
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.MaxRows == 0 {
		o.MaxRows = 1000
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registerer == nil {
		o.Registerer = prometheus.NewRegistry()
	}
	return o
}

// Console serves the page and what it asks for.
type Console struct {
	queries Queries
	options Options
	gate    *gate
	metrics *metrics
	handler http.Handler
}

// New returns a console with its first token announced.
func New(o Options) (*Console, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	g, err := newGate(o.SessionAge, o.Announce)
	if err != nil {
		return nil, err
	}
	c := &Console{queries: o.Queries, options: o, gate: g, metrics: newMetrics(o.Registerer)}
	if c.handler, err = c.routes(); err != nil {
		return nil, err
	}
	return c, nil
}

// Token returns the token that opens the next session.
func (c *Console) Token() string { return c.gate.current() }

// Link returns the address that opens the console with a fresh session. The token is
// in the fragment, which browsers do not send and servers do not log.
func (c *Console) Link(base string) string { return base + "/#token=" + c.Token() }

// ServeHTTP implements http.Handler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }
