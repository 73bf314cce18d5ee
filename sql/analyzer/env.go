package analyzer

import (
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// env is where an expression stands: what its names mean and which calls it may hold.
type env struct {
	scope     *scope
	clause    string   // for messages, for example WHERE clause
	calls     *calls   // collects aggregates and window calls; nil where there may be none
	noWindows bool     // only aggregates may be called
	inside    string   // the aggregate that this is an argument of
	window    string   // the window function that this is a part of
	outs      []output // ORDER BY: the select list, whose names come first
	missing   string   // the message for a name that nothing has; empty for the usual one
	lambda    bool     // in the body of a lambda
	lambdas   int      // how many are around this place

	// queries are the subqueries of GROUP BY by their texts: the same text in the select
	// list means the same value. GROUP BY itself records them.
	queries map[string]relation
	record  bool
}

// calls are the calls of aggregates and window functions that a SELECT computes
// before its select list, which reads their results by column.
type calls struct {
	aggs       []plan.AggAssign
	groupings  []plan.GroupingAssign
	windows    []windowCall
	windowDefs windowSet
	queries    map[string]relation
	keys       *keySet
}

type windowCall struct {
	at     *ast.Call
	assign plan.WindowAssign
}

// refuse stops at a call that may not stand here.
func (e *env) refuse(call ast.Node) {
	if e.inside != "" {
		fail(call.Span(), "Cannot nest aggregations inside aggregation '%s': [%s]", e.inside, ast.Print(call))
	}
	fail(call.Span(), "%s cannot contain aggregations, window functions or grouping operations: [%s]", e.clause, ast.Print(call))
}

// output returns the column of the select list that a name means in ORDER BY, nil for none.
func (e *env) output(id *ast.Ident, fold bool) *output {
	var found *output
	for i := range e.outs {
		o := &e.outs[i]
		if o.name != id.Name && !(fold && strings.EqualFold(o.name, id.Name)) {
			continue
		}
		if found != nil && !same(found.expr, o.expr) {
			fail(id.Span(), "Column '%s' is ambiguous", id.Name)
		}
		found = o
	}
	return found
}
