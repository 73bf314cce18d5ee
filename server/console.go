package server

import (
	"context"
	"os"

	"tidemark/console"
	"tidemark/query"
)

// newConsole makes the console over the query engine. Its next token is in a file that
// only the owner of the data directory can read.
func (s *Server) newConsole(queries *query.Engine) (*console.Console, error) {
	return console.New(console.Options{
		Queries: consoleQueries{queries}, Hosts: s.hostNames(), Logger: s.log, Registerer: s.registry,
		Announce: func(token string) error {
			return os.WriteFile(s.path(ConsoleFile), []byte(token+"\n"), 0o600)
		},
	})
}

// consoleQueries gives the console its own words for the engine.
type consoleQueries struct{ engine *query.Engine }

// Query implements console.Queries.
func (q consoleQueries) Query(ctx context.Context, r console.Request) (*console.Page, error) {
	page, err := q.engine.Query(ctx, query.Request{Text: r.Text, Token: r.Token, MaxRows: r.MaxRows, Principal: "console"})
	if err != nil {
		return nil, err
	}
	columns := make([]console.Column, len(page.Columns))
	for i, c := range page.Columns {
		columns[i] = console.Column{Name: c.Name, Type: c.Type}
	}
	return &console.Page{QueryID: page.QueryID, Columns: columns, Rows: page.Rows, NextToken: page.NextToken}, nil
}
