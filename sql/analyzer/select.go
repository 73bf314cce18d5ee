package analyzer

import (
	"strconv"
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// selection is a SELECT while it is analysed. Its expressions are first analysed over
// the rows of FROM, with the calls of aggregates and of window functions taken out;
// then the nodes are stacked: filter, groups, windows, the select list, order.
type selection struct {
	*analyzer
	spec  *ast.Select
	scope *scope
	from  relation
	calls *calls
	outs  []output
	group *grouping // nil unless rows are grouped

	standIns map[plan.ID]int // columns that ORDER BY reads outputs by, to the output
}

// output is a column of the select list.
type output struct {
	at   ast.Node // for messages
	x    ast.Expr // nil for a column that * stands for
	expr plan.Expr
	name string
	size int // expressions in expr
}

// selectSpec plans a SELECT and, if it is kept, the order of its rows.
func (a *analyzer) selectSpec(sel *ast.Select, outer *scope, order []*ast.SortItem, ordered bool) relation {
	s := &selection{analyzer: a, spec: sel, from: a.from(sel.From, outer)}
	s.scope = outer.inner(s.from.fields)
	var node plan.Node
	s.behindList(func() { node = s.where(s.from.node) })
	s.calls = &calls{windowDefs: windowDefs(sel.Windows), queries: map[string]relation{}}
	s.expand()
	var keys *keySet
	s.behindList(func() { keys = s.groupKeys() })
	s.analyzeOutputs()
	having := s.having()
	s.unusedWindows()
	sorts := s.sortKeys(order)
	if len(sel.GroupBy) > 0 || having != nil || len(s.calls.aggs) > 0 {
		node = s.aggregate(node, keys)
		having = s.grouped(having, sel.Having)
	}
	if having != nil {
		node = &plan.Filter{Input: node, Cond: having}
	}
	return s.project(s.windows(node), sorts, ordered)
}

func (s *selection) where(node plan.Node) plan.Node {
	if s.spec.Where == nil {
		return node
	}
	s.decide(s.spec.Where)
	e := &env{scope: s.scope, clause: "WHERE clause"}
	return &plan.Filter{Input: node, Cond: s.condition(s.spec.Where, e, "WHERE clause must evaluate to a boolean: actual type %s")}
}

func (s *selection) having() plan.Expr {
	if s.spec.Having == nil {
		return nil
	}
	e := &env{scope: s.scope, clause: "HAVING clause", calls: s.calls, queries: s.calls.queries, noWindows: true}
	return s.condition(s.spec.Having, e, "HAVING clause must evaluate to a boolean: actual type %s")
}

// expand lists the columns of the select list, with every * written out.
func (s *selection) expand() {
	for _, it := range s.spec.Items {
		bounded(len(s.outs), maxColumns, "columns", it)
		if it.Star {
			for _, out := range s.star(it) {
				if out.name == "" {
					out.name = "_col" + strconv.Itoa(len(s.outs))
				}
				s.outs = append(s.outs, out)
			}
			continue
		}
		out := output{at: it, x: it.X, name: "_col" + strconv.Itoa(len(s.outs))}
		if it.Alias != nil {
			out.name = it.Alias.Name
		}
		s.outs = append(s.outs, out)
	}
}

// analyzeOutputs analyses the select list; a column without alias takes its name
// from the field that it reads.
func (s *selection) analyzeOutputs() {
	e := &env{scope: s.scope, clause: "SELECT clause", calls: s.calls, queries: s.calls.queries}
	for i := range s.outs {
		out := &s.outs[i]
		if out.x == nil {
			continue
		}
		before := s.spent
		out.expr = s.expr(out.x, e)
		out.size = s.spent - before
		if it, ok := out.at.(*ast.SelectItem); ok && it.Alias == nil {
			out.name = s.nameOf(out.x, out.expr, out.name)
		}
	}
}

// nameOf is the name that a column reference or a field gives a result column: as the
// relation spells it.
func (s *selection) nameOf(x ast.Expr, value plan.Expr, otherwise string) string {
	parts := names(x)
	if f, ok := x.(*ast.Field); ok && parts == nil {
		return f.Name.Name
	}
	if parts == nil {
		return otherwise
	}
	written := parts[len(parts)-1].Name
	if r, ok := value.(*plan.Ref); ok {
		for _, f := range s.scope.fields {
			if f.col.ID == r.Col.ID && strings.EqualFold(f.name, written) {
				return f.name
			}
		}
	}
	return written
}
