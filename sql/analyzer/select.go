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
	node := s.where(s.from.node)
	s.calls = &calls{windowDefs: windowDefs(sel.Windows)}
	s.expand()
	keys := s.groupKeys()
	s.analyzeOutputs()
	having := s.having()
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
	e := &env{scope: s.scope, clause: "WHERE clause"}
	return &plan.Filter{Input: node, Cond: s.condition(s.spec.Where, e, "WHERE clause must evaluate to a boolean: actual type %s")}
}

func (s *selection) having() plan.Expr {
	if s.spec.Having == nil {
		return nil
	}
	e := &env{scope: s.scope, clause: "HAVING clause", calls: s.calls, noWindows: true}
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

// star returns the columns of *, relation.* or row.*.
func (s *selection) star(it *ast.SelectItem) []output {
	if it.X == nil && len(s.spec.From) == 0 {
		fail(it.Span(), "SELECT * not allowed in queries without FROM clause")
	}
	outs := s.starColumns(it)
	if it.Columns != nil && len(it.Columns) != len(outs) {
		fail(it.Span(), "Column alias list has %d entries but '%s' has %d columns available", len(it.Columns), ast.Print(it.X), len(outs))
	}
	for i, c := range it.Columns {
		outs[i].name = c.Name
	}
	return outs
}

func (s *selection) starColumns(it *ast.SelectItem) []output {
	fields := s.from.fields
	if it.X != nil {
		database, rel, ok := relationName(it.X)
		if ok {
			fields = s.scope.relationFields(database, rel)
		}
		if !ok || fields == nil {
			return s.rowStar(it)
		}
	}
	var outs []output
	for _, f := range fields {
		if !f.hidden {
			outs = append(outs, output{at: it, expr: f.col.Ref(), name: f.name})
		}
	}
	return outs
}

// relationName reads x as a table or alias, with or without its database.
func relationName(x ast.Expr) (database, rel string, ok bool) {
	switch parts := names(x); len(parts) {
	case 1:
		return "", parts[0].Name, true
	case 2:
		return parts[0].Name, parts[1].Name, true
	}
	return "", "", false
}

// rowStar returns the fields of a row.
func (s *selection) rowStar(it *ast.SelectItem) []output {
	x := s.expr(it.X, &env{scope: s.scope, clause: "SELECT clause", missing: "Table '%s' not found"})
	if len(x.Type().Fields) == 0 {
		fail(it.Span(), "Cannot expand type %s with .*", x.Type())
	}
	var outs []output
	for i, f := range x.Type().Fields {
		outs = append(outs, output{at: it, expr: &plan.FieldOf{X: x, Index: i}, name: f.Name})
	}
	return outs
}

// analyzeOutputs analyses the select list; a column without alias takes its name
// from the field that it reads.
func (s *selection) analyzeOutputs() {
	e := &env{scope: s.scope, clause: "SELECT clause", calls: s.calls}
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

// project computes the select list and what else the order needs, and puts them in order.
func (s *selection) project(node plan.Node, sorts []sortKey, ordered bool) relation {
	p := &projection{ids: &s.ids, passes: idSet(node.Columns()), seen: map[plan.ID]bool{}}
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
	return k.key(p.column(x, ast.Print(k.item.X)))
}

// projection collects the expressions of a Project.
type projection struct {
	ids    *plan.IDs
	items  []plan.Assign
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
