package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// project computes the select list and what else the order needs, and puts them in
// order. A key that is made of columns of the select list is computed after them, so
// that none is computed twice.
func (s *selection) project(node plan.Node, sorts []sortKey, ordered bool) relation {
	p := &projection{ids: &s.ids, input: node.Columns(), passes: idSet(node.Columns()), seen: map[plan.ID]bool{}}
	out := relation{}
	for i := range s.outs {
		o := &s.outs[i]
		x := s.grouped(o.expr, o.at)
		if s.spec.Quantifier == ast.Distinct && !x.Type().Comparable() {
			fail(o.at.Span(), "DISTINCT can only be applied to comparable types (actual: %s)", x.Type())
		}
		out.fields = append(out.fields, field{col: p.column(x, o.name), name: o.name, given: true})
	}
	var keys []plan.SortKey
	for _, k := range sorts {
		keys = append(keys, s.sortColumn(p, k, out.fields, ordered))
	}
	out.node = node
	if !sameCols(node.Columns(), p.cols()) {
		out.node = &plan.Project{Input: node, Items: p.items}
	}
	if len(p.late) > 0 {
		out.node = &plan.Project{Input: out.node, Items: append(plan.Pass(p.cols()), p.late...)}
	}
	if s.spec.Quantifier == ast.Distinct {
		out.node = &plan.Distinct{Input: out.node}
	}
	if ordered && len(keys) > 0 {
		out.node = &plan.Sort{Input: out.node, Keys: keys}
	}
	return out
}

// sortColumn returns the key that reads its column from the projection.
func (s *selection) sortColumn(p *projection, k sortKey, fields []field, ordered bool) plan.SortKey {
	if k.output >= 0 {
		return k.key(fields[k.output].col)
	}
	if s.spec.Quantifier == ast.Distinct {
		fail(k.item.Span(), "For SELECT DISTINCT, ORDER BY expressions must appear in select list")
	}
	x := s.grouped(k.expr, k.item.X)
	if !ordered {
		return plan.SortKey{}
	}
	name := ast.Print(k.item.X)
	if late := s.overOutputs(x, fields); late != nil {
		return k.key(p.after(late, name))
	}
	return k.key(p.column(x, name))
}

// overOutputs returns an expression with the columns of the select list in the places
// of their stand-ins, and nil for one that has none.
func (s *selection) overOutputs(x plan.Expr, fields []field) plan.Expr {
	found := false
	over := plan.Replace(x, func(x plan.Expr) plan.Expr {
		if r, ok := x.(*plan.Ref); ok {
			if i, ok := s.standIns[r.Col.ID]; ok {
				found = true
				return fields[i].col.Ref()
			}
		}
		return nil
	})
	if !found {
		return nil
	}
	return over
}

// projection collects the expressions of a Project.
type projection struct {
	ids    *plan.IDs
	items  []plan.Assign
	late   []plan.Assign // over items
	input  []plan.Col
	passes map[plan.ID]bool // columns of the input
	seen   map[plan.ID]bool // those that pass already
}

// column returns the column that will hold x; a column of the input stays itself.
func (p *projection) column(x plan.Expr, name string) plan.Col {
	if r, ok := x.(*plan.Ref); ok && p.passes[r.Col.ID] {
		if !p.seen[r.Col.ID] {
			p.seen[r.Col.ID] = true
			p.items = append(p.items, plan.Assign{Col: r.Col, Expr: r})
		}
		return r.Col
	}
	col := p.ids.New(name, x.Type())
	p.items = append(p.items, plan.Assign{Col: col, Expr: x})
	return col
}

// after returns the column that will hold an expression over items and columns of the
// input; those pass.
func (p *projection) after(x plan.Expr, name string) plan.Col {
	read := map[plan.ID]bool{}
	plan.Refs(x, read)
	for _, c := range p.input {
		if read[c.ID] {
			p.column(c.Ref(), c.Name)
		}
	}
	col := p.ids.New(name, x.Type())
	p.late = append(p.late, plan.Assign{Col: col, Expr: x})
	return col
}

func (p *projection) cols() []plan.Col {
	cols := make([]plan.Col, len(p.items))
	for i, it := range p.items {
		cols[i] = it.Col
	}
	return cols
}

func idSet(cols []plan.Col) map[plan.ID]bool {
	set := make(map[plan.ID]bool, len(cols))
	for _, c := range cols {
		set[c.ID] = true
	}
	return set
}
