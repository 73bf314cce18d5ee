package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// unnestOf returns the UNNEST of a relation, under its alias if it has one.
func unnestOf(r ast.Relation) (*ast.Unnest, *ast.Aliased) {
	alias, ok := r.(*ast.Aliased)
	if ok {
		r = alias.Relation
	}
	u, _ := r.(*ast.Unnest)
	return u, alias
}

// besides reports a join that puts every element of the arrays beside the row that
// holds them, and at most filters after that. Any other join with an UNNEST is one
// with a relation that reads the rows to its left.
func besides(j *ast.Join) bool {
	switch j.Kind {
	case ast.CrossJoin:
		return true
	case ast.InnerJoin:
		return j.On != nil
	}
	return j.Kind == ast.LeftJoin && isTrue(j.On)
}

// joinUnnest puts the elements of arrays beside the rows that hold them.
func (a *analyzer) joinUnnest(j *ast.Join, left relation, u *ast.Unnest, alias *ast.Aliased, s *scope) relation {
	r := a.unnest(u, left, s)
	r.node.(*plan.Unnest).Outer = j.Kind == ast.LeftJoin
	own := r.fields[len(left.fields):]
	if alias != nil {
		own = renamed(own, alias.Alias, alias.Columns)
	}
	out := relation{r.node, concat(left.fields, own)}
	if j.Kind == ast.InnerJoin && !isTrue(j.On) {
		e := &env{scope: s.inner(out.fields), clause: "JOIN ON clause"}
		out.node = &plan.Filter{Input: out.node, Cond: a.condition(j.On, e, "JOIN ON clause must evaluate to a boolean: actual type %s")}
	}
	return out
}

func isTrue(x ast.Expr) bool {
	b, ok := x.(*ast.Bool)
	return ok && b.Value
}

// unnest plans UNNEST over the rows of a relation, whose columns its arguments may read.
func (a *analyzer) unnest(u *ast.Unnest, in relation, s *scope) relation {
	e := &env{scope: s.inner(in.fields), clause: "UNNEST"}
	node := &plan.Unnest{Input: in.node}
	out := relation{node: node, fields: concat(in.fields, nil)}
	for _, arg := range u.Args {
		item := plan.UnnestItem{Expr: a.expr(arg, e)}
		t := item.Expr.Type()
		fields := plan.UnnestTypes(t)
		if fields == nil {
			fail(arg.Span(), "Cannot unnest type: %s", t)
		}
		for _, f := range fields {
			col := a.ids.New(f.Name, f.Type)
			item.Cols = append(item.Cols, col)
			out.fields = append(out.fields, field{col: col, name: f.Name, given: true})
		}
		node.Items = append(node.Items, item)
	}
	if u.Ordinality {
		col := a.ids.New("ordinality", types.Of(types.Bigint))
		node.Ordinality = &col
		out.fields = append(out.fields, field{col: col, name: "ordinality", given: true})
	}
	return out
}
