package analyzer

import (
	"slices"
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// sortKey is a key of ORDER BY: a column of the select list by its index, or an
// expression and output -1.
type sortKey struct {
	item   *ast.SortItem
	output int
	expr   plan.Expr
}

func (k sortKey) key(col plan.Col) plan.SortKey {
	return plan.SortKey{Expr: col.Ref(), Desc: k.item.Desc, NullsFirst: k.item.Nulls == ast.NullsFirst}
}

// sortKeys analyses the ORDER BY of a SELECT. A number is a column of the select
// list; a name means an alias first, then a column of FROM.
func (s *selection) sortKeys(items []*ast.SortItem) []sortKey {
	e := &env{scope: s.scope, clause: "ORDER BY clause", calls: s.calls, queries: s.calls.queries, outs: s.readable(len(items) > 0)}
	keys := make([]sortKey, len(items))
	for i, it := range items {
		bounded(i, maxKeys, "keys in ORDER BY", it)
		keys[i] = sortKey{item: it, output: -1}
		if n, ok := it.X.(*ast.Integer); ok {
			keys[i].output = ordinal(n, "ORDER BY", len(s.outs))
			keys[i].expr = s.outs[keys[i].output].expr
		} else {
			keys[i].expr = s.expr(it.X, e)
			keys[i].output = s.outputOf(keys[i].expr)
		}
		orderable(it, keys[i].expr)
	}
	return keys
}

// readable returns the outputs as ORDER BY reads them: a column or a constant as it is,
// anything else by a column that stands in for it until the select list is computed.
func (s *selection) readable(wanted bool) []output {
	if !wanted {
		return nil
	}
	s.standIns = map[plan.ID]int{}
	outs := slices.Clone(s.outs)
	for i := range outs {
		outs[i].size = 1
		switch outs[i].expr.(type) {
		case *plan.Ref, *plan.Literal:
			continue
		}
		if before := s.twin(i); before >= 0 {
			outs[i].expr = outs[before].expr
			continue
		}
		col := s.ids.New(outs[i].name, outs[i].expr.Type())
		outs[i].expr, s.standIns[col.ID] = col.Ref(), i
	}
	return outs
}

// twin returns an output before the given one with the same name and value, or -1.
func (s *selection) twin(i int) int {
	return slices.IndexFunc(s.outs[:i], func(o output) bool {
		return strings.EqualFold(o.name, s.outs[i].name) && same(o.expr, s.outs[i].expr)
	})
}

func orderable(it *ast.SortItem, x plan.Expr) {
	if !x.Type().Orderable() {
		fail(it.Span(), "Type %s is not orderable, and therefore cannot be used in ORDER BY: %s", x.Type(), ast.Print(it.X))
	}
}

// outputOf returns the column of the select list with the same value, or -1.
func (s *selection) outputOf(x plan.Expr) int {
	if r, ok := x.(*plan.Ref); ok {
		if i, ok := s.standIns[r.Col.ID]; ok {
			return i
		}
	}
	for i := range s.outs {
		if same(s.outs[i].expr, x) {
			return i
		}
	}
	return -1
}

// orderByColumns analyses an ORDER BY that sees only the columns of a relation.
func (a *analyzer) orderByColumns(items []*ast.SortItem, r relation, s *scope) []plan.SortKey {
	fields := r.visible()
	e := &env{scope: s.inner(fields), clause: "ORDER BY clause"}
	keys := make([]plan.SortKey, len(items))
	for i, it := range items {
		bounded(i, maxKeys, "keys in ORDER BY", it)
		k := plan.SortKey{Desc: it.Desc, NullsFirst: it.Nulls == ast.NullsFirst}
		if n, ok := it.X.(*ast.Integer); ok {
			k.Expr = fields[ordinal(n, "ORDER BY", len(fields))].col.Ref()
		} else {
			k.Expr = a.expr(it.X, e)
		}
		orderable(it, k.Expr)
		keys[i] = k
	}
	return keys
}
