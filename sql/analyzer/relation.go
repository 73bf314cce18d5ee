package analyzer

import (
	"slices"
	"strings"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
)

// from plans a FROM clause: the relations of its list are joined without a condition,
// and a later one may unnest columns of those before it.
func (a *analyzer) from(list []ast.Relation, s *scope) relation {
	if len(list) == 0 {
		return relation{node: plan.OneRow()}
	}
	r := a.relation(list[0], s)
	for _, next := range list[1:] {
		r = a.join(&ast.Join{Place: ast.At(next.Span()), Kind: ast.CrossJoin}, r, next, s)
	}
	return r
}

func (a *analyzer) relation(r ast.Relation, s *scope) relation {
	switch r := r.(type) {
	case *ast.TableRef:
		return a.tableRef(r.Name, s)
	case *ast.Derived:
		return anonymous(a.query(r.Query, s, false))
	case *ast.Unnest:
		return a.unnest(r, relation{node: plan.OneRow()}, s)
	case *ast.Aliased:
		in := a.relation(r.Relation, s)
		in.fields = renamed(in.fields, r.Alias, r.Columns)
		return in
	}
	j := r.(*ast.Join)
	return a.join(j, a.relation(j.Left, s), j.Right, s)
}

// anonymous takes the names of its inner relations from a derived table.
func anonymous(r relation) relation {
	fields := r.visible()
	for i := range fields {
		fields[i].relation, fields[i].database, fields[i].given = "", "", true
	}
	return relation{r.node, fields}
}

// renamed gives a relation an alias, and its columns new names where there is a list.
func renamed(fields []field, alias *ast.Ident, columns []*ast.Ident) []field {
	out := relation{fields: fields}.visible()
	if columns != nil && len(columns) != len(out) {
		fail(alias.Span(), "Column alias list has %d entries but '%s' has %d columns available", len(columns), alias.Name, len(out))
	}
	for i := range out {
		out[i].relation, out[i].database, out[i].aliased = alias.Name, "", true
		if columns != nil {
			out[i].name, out[i].given, out[i].col.Name = columns[i].Name, true, columns[i].Name
		}
	}
	return out
}

// tableRef plans a query of a WITH clause or a table.
func (a *analyzer) tableRef(n *ast.QName, s *scope) relation {
	if len(n.Parts) == 1 {
		if c := s.lookupCTE(n.Parts[0].Name); c != nil {
			return a.readCTE(c)
		}
	}
	t := a.table(n)
	scan := plan.NewScan(&a.ids, t)
	r := relation{node: scan}
	for _, c := range scan.Cols {
		r.fields = append(r.fields, field{col: c, name: c.Name, relation: t.Name, database: t.Database})
	}
	return r
}

func (a *analyzer) readCTE(c *cte) relation {
	c.used = true
	ref := plan.NewWithRef(&a.ids, c.bind)
	r := relation{node: ref}
	for i, f := range c.fields {
		r.fields = append(r.fields, field{col: ref.Cols[i], name: f.name, relation: c.name, given: true, aliased: true})
	}
	return r
}

var joinKinds = [...]plan.JoinKind{
	ast.CrossJoin: plan.Inner, ast.InnerJoin: plan.Inner, ast.LeftJoin: plan.Left, ast.RightJoin: plan.Right, ast.FullJoin: plan.Full,
}

// join joins an analysed left side with a right side that may read it.
func (a *analyzer) join(j *ast.Join, left relation, right ast.Relation, s *scope) relation {
	if u, alias := unnestOf(right); u != nil && besides(j) {
		return a.joinUnnest(j, left, u, alias, s)
	}
	node := &plan.Join{Kind: joinKinds[j.Kind], Left: left.node}
	inner := s
	if lateral(right) {
		inner = s.inner(left.fields)
	}
	r := a.relation(right, inner)
	node.Right = r.node
	node.Lateral = lateral(right) && reads(r.node, left.node)
	if node.Lateral && (node.Kind == plan.Right || node.Kind == plan.Full) {
		fail(right.Span(), "LATERAL reference not allowed in %s JOIN", strings.ToUpper(node.Kind.String()))
	}
	using := j.Using
	if j.Natural {
		using = commonNames(j, left, r)
	}
	bounded(len(left.fields)+len(r.fields), maxColumns, "columns in FROM", right)
	out := relation{node: node, fields: concat(left.fields, r.fields)}
	switch {
	case using != nil:
		return a.using(j, node, left, r, using)
	case j.On != nil:
		e := &env{scope: s.inner(out.fields), clause: "JOIN ON clause"}
		node.On = a.condition(j.On, e, "JOIN ON clause must evaluate to a boolean: actual type %s")
		if node.Kind == plan.Full && node.AsksBoth() {
			fail(j.On.Span(), "FULL JOIN with a subquery in ON that reads both sides is not supported")
		}
	}
	return out
}

// lateral reports a relation that sees the relations to its left.
func lateral(r ast.Relation) bool {
	if aliased, ok := r.(*ast.Aliased); ok {
		r = aliased.Relation
	}
	if d, ok := r.(*ast.Derived); ok {
		return d.Lateral
	}
	_, ok := r.(*ast.Unnest)
	return ok
}

// reads reports whether a relation reads columns of another.
func reads(n, of plan.Node) bool {
	read := map[plan.ID]bool{}
	plan.NodeRefs(n, read)
	return slices.ContainsFunc(of.Columns(), func(c plan.Col) bool { return read[c.ID] })
}

func concat(a, b []field) []field { return append(append([]field(nil), a...), b...) }

// commonNames lists the columns that a natural join compares.
func commonNames(j *ast.Join, left, right relation) []*ast.Ident {
	var names []*ast.Ident
	for _, f := range left.visible() {
		if f.name != "" && (&scope{fields: right.fields}).find("", "", f.name, j) != nil {
			names = append(names, &ast.Ident{Place: j.Place, Name: f.name})
		}
	}
	return names
}

// using compares columns of the same name. Each is shown once and first; the two
// that it was made of are only found by the names of their relations.
func (a *analyzer) using(j *ast.Join, node *plan.Join, left, right relation, names []*ast.Ident) relation {
	l, r := (&scope{fields: left.fields}), (&scope{fields: right.fields})
	var merged []field
	var conds []plan.Expr
	hide := map[plan.ID]bool{}
	items := plan.Pass(node.Columns())
	project := false
	for _, name := range names {
		lf, rf := side(name, l, "left"), side(name, r, "right")
		lx, rx := unify(lf.col.Ref(), rf.col.Ref(), name, "=", name, name)
		conds = append(conds, &plan.Compare{Op: plan.Equal, L: lx, R: rx})
		hide[lf.col.ID], hide[rf.col.ID] = true, true
		m := field{name: lf.name, given: lf.given}
		x := mergedColumn(node.Kind, lx, rx)
		if ref, ok := x.(*plan.Ref); ok {
			m.col = ref.Col
		} else {
			m.col, project = a.ids.New(lf.name, x.Type()), true
			items = append(items, plan.Assign{Col: m.col, Expr: x})
		}
		merged = append(merged, m)
	}
	node.On = plan.And(conds...)
	out := relation{node: node, fields: concat(merged, hidden(concat(left.fields, right.fields), hide))}
	if project {
		out.node = &plan.Project{Input: node, Items: items}
	}
	return out
}

// mergedColumn is the value of a column of USING: that of the side which has every row.
func mergedColumn(kind plan.JoinKind, l, r plan.Expr) plan.Expr {
	switch kind {
	case plan.Right:
		return r
	case plan.Full:
		return &plan.Case{Whens: []plan.When{{Cond: &plan.IsNull{X: l}, Then: r}}, Else: l}
	}
	return l
}

func side(name *ast.Ident, s *scope, which string) *field {
	f := s.find("", "", name.Name, name)
	if f == nil {
		fail(name.Span(), "Column '%s' is missing from %s side of join", name.Name, which)
	}
	return f
}

// hidden marks the columns that USING merged.
func hidden(fields []field, ids map[plan.ID]bool) []field {
	for i := range fields {
		fields[i].hidden = fields[i].hidden || ids[fields[i].col.ID]
	}
	return fields
}
