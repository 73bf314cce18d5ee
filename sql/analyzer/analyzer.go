// Package analyzer turns the tree of a statement into a typed plan.
//
//	root, err := analyzer.Analyze(ctx, stmt, catalog, analyzer.Options{Now: now})
//
// It resolves names against the catalog and the queries around, picks the overloads
// of functions, makes every coercion an explicit cast and finds what is wrong, in
// Timestream's words and with the position. The result is a *plan.Output,
// *plan.Meta, *plan.Unload or *plan.Explained. It reads no clock and no data.
// What it knows the grammar of and cannot plan it refuses by name. All functions are
// safe to call at once.
// Source: Timestream developer guide, "Query language reference"; the rules of
// names, types and grouping that it leaves open are those of Trino.
package analyzer

import (
	"context"
	"time"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/sqlerr"
	"tidemark/sql/token"
)

// Catalog tells which columns a table has. Table returns plan.ErrDatabaseNotFound or
// plan.ErrTableNotFound, wrapped or not, for names that do not exist; the table must
// not change while a statement is analysed. The empty name of a table only asks
// whether the database exists.
type Catalog interface {
	Table(ctx context.Context, database, table string) (*plan.Table, error)
}

// lister is a Catalog that knows all its names, for suggestions: those of the tables of
// a database or, where that is empty, of the databases; at most limit.
type lister interface {
	Names(ctx context.Context, database string, limit int) ([]string, error)
}

// Options are what a plan depends on besides the statement and the catalog.
type Options struct {
	Now    time.Time                // the instant that now() means
	Params map[string]*plan.Literal // the named parameters by their names without @
}

// Analyze returns the plan of a statement. Its error is a *sqlerr.Error of kind
// fault.Invalid, or what the catalog failed with.
func Analyze(ctx context.Context, stmt ast.Statement, cat Catalog, opt Options) (root plan.Node, err error) {
	a := &analyzer{ctx: ctx, catalog: cat, now: opt.Now.UnixNano(), params: opt.Params, tables: map[tableName]*plan.Table{}, decides: map[*ast.In]bool{}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			root, err = nil, r.err
		default:
			panic(r)
		}
	}()
	return a.statement(stmt), nil
}

// analyzer holds what is the same for the whole statement. As in the parser, the
// first error stops it: fail panics with a failure that Analyze turns into an error.
type analyzer struct {
	ctx     context.Context
	catalog Catalog
	now     int64 // nanoseconds since 1970
	params  map[string]*plan.Literal
	ids     plan.IDs
	tables  map[tableName]*plan.Table
	spent   int              // expressions so far, see limits.go
	nested  int              // subqueries around the expression
	decides map[*ast.In]bool // see decide
}

type tableName struct{ database, table string }

// failure is the one value that the analyzer panics with.
type failure struct{ err error }

// place is whatever stands somewhere in the text: a node, or an operator of one.
type place interface{ Span() token.Span }

// fail stops with an error whose text starts with the line and column of the span.
func fail(span token.Span, format string, args ...any) {
	stop(sqlerr.At(span, format, args...))
}

// unsupported stops with the error that names a construct.
func unsupported(n ast.Node, construct string) { stop(sqlerr.Unsupported(n.Span(), construct)) }

func stop(err error) { panic(failure{err}) }
