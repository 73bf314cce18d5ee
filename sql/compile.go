// Package sql compiles the text of a Timestream query into a program for DuckDB.
//
//	p, err := sql.Compile(ctx, text, catalog, sql.Options{Now: now})
//
// The stages stand in packages of their own, in the order of the data: token,
// scanner, ast, parser, analyzer, plan, rewrite, duckgen; types and builtin hold what
// several of them know. What is wrong with a query is a *sqlerr.Error of kind
// fault.Invalid, whose text is the one that clients of Timestream expect. Everything
// here is pure and safe to call at once.
// Source: Timestream developer guide, "Query language reference".
package sql

import (
	"context"
	"slices"
	"time"

	"tidemark/sql/analyzer"
	"tidemark/sql/ast"
	"tidemark/sql/duckgen"
	"tidemark/sql/parser"
	"tidemark/sql/plan"
	"tidemark/sql/rewrite"
)

// Options are what a program depends on besides the text and the catalog.
type Options struct {
	// Now is the instant of the query: now(), ago and current_date mean it. The query
	// engine gives milliseconds, as Timestream does.
	Now time.Time
	// Params are the values of named parameters by their names without @. A scheduled
	// query has scheduled_runtime, a timestamp. One that the text uses and that is not
	// here is an error.
	Params map[string]*plan.Literal
	// Off names the rewrites to leave out, for tests that compare answers with and
	// without them. Required ones run all the same.
	Off map[string]bool
}

// Compile turns query text into a program for DuckDB. It reads no clock and no data:
// the same text, catalog and options always give the same program.
func Compile(ctx context.Context, text string, cat analyzer.Catalog, opt Options) (*duckgen.Program, error) {
	stmt, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	root, err := analyzer.Analyze(ctx, stmt, cat, analyzer.Options{Now: opt.Now, Params: opt.Params})
	if err != nil {
		return nil, err
	}
	for _, p := range rewrite.Passes {
		if p.Required || !opt.Off[p.Name] {
			root = p.Apply(root)
		}
	}
	return duckgen.Emit(root)
}

// Params lists the names of the parameters that a text uses, without @ and each once,
// in the order in which they first stand there.
func Params(text string) ([]string, error) {
	stmt, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	var names []string
	ast.Walk(stmt, func(n ast.Node) bool {
		if p, ok := n.(*ast.Param); ok && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
		return true
	})
	return names, nil
}
