package analyzer

import (
	"strconv"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// query plans a query within outer. The order of its rows is kept for the root and
// for a limit; elsewhere ORDER BY only has its names checked.
func (a *analyzer) query(q *ast.Query, outer *scope, root bool) relation {
	inner := outer.inner(nil)
	ctes := a.with(q.With, inner)
	limited := q.Limit != nil || q.Offset != nil
	r := a.body(q.Body, inner, q.OrderBy, root || limited)
	if limited {
		r.node = limit(r.node, q)
	}
	if binds := usedBinds(ctes); binds != nil {
		r.node = &plan.With{Binds: binds, Body: r.node}
	}
	return r
}

// with plans the queries of a WITH clause; each sees those before it.
func (a *analyzer) with(list []*ast.CTE, s *scope) []*cte {
	ctes := make([]*cte, 0, len(list))
	for i, c := range list {
		for _, before := range list[:i] {
			if before.Name.Name == c.Name.Name {
				fail(c.Span(), "WITH query name '%s' specified more than once", c.Name.Name)
			}
		}
		r := a.exact(a.query(c.Query, s, false))
		r.fields = renamed(r.fields, c.Name, c.Columns)
		bound := &cte{next: s.ctes, name: c.Name.Name, fields: r.fields}
		bound.bind = plan.Bind{ID: a.ids.Next(), Name: c.Name.Name, Query: r.node}
		s.ctes, ctes = bound, append(ctes, bound)
	}
	return ctes
}

// usedBinds leaves out the queries that nothing reads.
func usedBinds(ctes []*cte) []plan.Bind {
	var binds []plan.Bind
	for _, c := range ctes {
		if c.used {
			binds = append(binds, c.bind)
		}
	}
	return binds
}

func limit(in plan.Node, q *ast.Query) plan.Node {
	l := &plan.Limit{Input: in, Count: -1}
	if q.Limit != nil {
		l.Count = count(q.Limit, "LIMIT")
	}
	if q.Offset != nil {
		l.Offset = count(q.Offset, "OFFSET")
	}
	return l
}

func count(n *ast.Integer, clause string) int64 {
	v, err := strconv.ParseInt(n.Digits, 10, 64)
	if err != nil {
		fail(n.Span(), "Invalid %s row count: %s", clause, n.Digits)
	}
	return v
}

// body plans what stands before ORDER BY, and the order if it is kept.
func (a *analyzer) body(b ast.Body, s *scope, order []*ast.SortItem, ordered bool) relation {
	switch b := b.(type) {
	case *ast.Select:
		return a.selectSpec(b, s, order, ordered)
	case *ast.Query:
		if len(order) == 0 {
			return a.query(b, s, ordered)
		}
	}
	r := a.term(b, s)
	keys := a.orderByColumns(order, r, s)
	if ordered && len(keys) > 0 {
		r.node = &plan.Sort{Input: r.node, Keys: keys}
	}
	return r
}

// term plans a body that ORDER BY sees nothing of but its columns.
func (a *analyzer) term(b ast.Body, s *scope) relation {
	switch b := b.(type) {
	case *ast.Query:
		return a.query(b, s, false)
	case *ast.SetOp:
		return a.setOp(b, s)
	case *ast.Values:
		return a.values(b, s)
	case *ast.Table:
		return a.tableRef(b.Name, s)
	}
	return a.selectSpec(b.(*ast.Select), s, nil, false)
}

var setKinds = [...]plan.SetKind{ast.Union: plan.Union, ast.Intersect: plan.Intersect, ast.Except: plan.Except}

var setWords = [...]string{ast.Union: "UNION", ast.Intersect: "INTERSECT", ast.Except: "EXCEPT"}

// setOp combines two bodies; each column gets the type that both sides fit.
func (a *analyzer) setOp(op *ast.SetOp, s *scope) relation {
	left, right := a.term(op.Left, s), a.term(op.Right, s)
	word := setWords[op.Kind]
	l, r := left.cols(), right.cols()
	if len(l) != len(r) {
		fail(op.OpAt.Span(), "%s query has different number of fields: %d, %d", word, len(l), len(r))
	}
	common := make([]types.Type, len(l))
	for i := range l {
		t, ok := types.Common(l[i].Type, r[i].Type)
		if !ok {
			fail(op.OpAt.Span(), "column %d in %s query has incompatible types: %s, %s", i+1, word, l[i].Type, r[i].Type)
		}
		common[i] = t
	}
	node := &plan.SetOp{Kind: setKinds[op.Kind], All: op.Quantifier == ast.All, Left: a.as(left, common), Right: a.as(right, common)}
	out := relation{node: node}
	for i, f := range left.visible() {
		col := a.ids.New(f.name, common[i])
		node.Cols = append(node.Cols, col)
		out.fields = append(out.fields, field{col: col, name: f.name, given: true})
	}
	return out
}

// exact returns the relation with a node whose columns are those that it shows, in
// that order and each once.
func (a *analyzer) exact(r relation) relation {
	cols := r.cols()
	if sameCols(r.node.Columns(), cols) && distinctIDs(cols) {
		return r
	}
	want := make([]types.Type, len(cols))
	for i, c := range cols {
		want[i] = c.Type
	}
	node := a.as(r, want)
	out := relation{node: node}
	for i, f := range r.visible() {
		f.col = node.Columns()[i]
		out.fields = append(out.fields, f)
	}
	return out
}

// as returns a node whose columns are those that the relation shows, coerced to types.
func (a *analyzer) as(r relation, want []types.Type) plan.Node {
	cols := r.cols()
	same := sameCols(r.node.Columns(), cols) && distinctIDs(cols)
	items := make([]plan.Assign, len(cols))
	seen := map[plan.ID]bool{}
	for i, c := range cols {
		x := plan.Coerce(c.Ref(), want[i])
		items[i] = plan.Assign{Col: c, Expr: x}
		if !c.Type.Equal(want[i]) || seen[c.ID] {
			items[i].Col = a.ids.New(c.Name, want[i])
		}
		same = same && c.Type.Equal(want[i])
		seen[c.ID] = true
	}
	if same {
		return r.node
	}
	return &plan.Project{Input: r.node, Items: items}
}

func sameCols(a, b []plan.Col) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].ID != b[i].ID {
			return false
		}
	}
	return true
}

func distinctIDs(cols []plan.Col) bool {
	seen := make(map[plan.ID]bool, len(cols))
	for _, c := range cols {
		if seen[c.ID] {
			return false
		}
		seen[c.ID] = true
	}
	return true
}

// values plans rows written out. A row of several columns is a row constructor.
func (a *analyzer) values(v *ast.Values, s *scope) relation {
	e := &env{scope: s, clause: "VALUES"}
	rows := make([][]plan.Expr, len(v.Rows))
	var common []types.Type
	for i, x := range v.Rows {
		elems := []ast.Expr{x}
		if row, ok := x.(*ast.Row); ok {
			elems = row.Elems
		}
		rows[i] = a.exprs(elems, e)
		if i == 0 {
			common = typesOf(rows[0])
			continue
		}
		widen(common, rows[i], x)
	}
	node := &plan.Values{Rows: rows}
	out := relation{node: node}
	for i, t := range common {
		col := a.ids.New("_col"+strconv.Itoa(i), t)
		node.Cols = append(node.Cols, col)
		out.fields = append(out.fields, field{col: col, name: col.Name, given: true})
	}
	for i, row := range rows {
		for j := range row {
			row[j] = coerce(row[j], common[j], v.Rows[i])
		}
	}
	return out
}

// widen makes the types of a VALUES relation fit one more row.
func widen(common []types.Type, row []plan.Expr, at ast.Node) {
	if len(row) != len(common) {
		fail(at.Span(), "Values rows have mismatched sizes: %d vs %d", len(common), len(row))
	}
	for i, x := range row {
		t, ok := types.Common(common[i], x.Type())
		if !ok {
			fail(at.Span(), "Values rows have mismatched types: %s vs %s", common[i], x.Type())
		}
		common[i] = t
	}
}

func typesOf(exprs []plan.Expr) []types.Type {
	out := make([]types.Type, len(exprs))
	for i, x := range exprs {
		out[i] = x.Type()
	}
	return out
}
