// Package query prepares, runs, pages and cancels queries in Timestream SQL.
//
// A statement is compiled against one snapshot of the store and runs on DuckDB;
// its rows go to the caller page by page, in the Go forms of package sql/types.
// SHOW and DESCRIBE are answered from the store's catalogue.
//
//	engine, err := query.Open(ctx, query.Options{Store: db, DuckDB: duck})
//	page, err := engine.Query(ctx, query.Request{Text: "SELECT 1"})
//	for page.NextToken != "" { page, err = engine.Query(ctx, query.Request{Text: …, Token: page.NextToken}) }
//
// A query reads one clock and one snapshot for all its pages. All methods of
// Engine are safe to call at once.
package query
