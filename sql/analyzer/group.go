package analyzer

import (
	"slices"
	"strconv"

	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// maxGroupingSets bounds what CUBE and its like multiply to.
const maxGroupingSets = 2048

// keySet is the GROUP BY of a SELECT: its keys, and the sets of them by index.
type keySet struct {
	exprs []plan.Expr
	at    []ast.Expr
	sets  [][]int
}

// grouping is what may be read of grouped rows: the keys, by the columns that hold
// them, and nothing else of the rows of FROM.
type grouping struct {
	keys  []plan.Assign
	taken map[plan.ID]bool // columns of FROM that are no keys
}

// groupKeys analyses GROUP BY. Its names mean columns of FROM, never aliases; a
// number means a column of the select list.
func (s *selection) groupKeys() *keySet {
	k := &keySet{sets: [][]int{{}}}
	for _, g := range s.spec.GroupBy {
		bounded(len(k.exprs), maxKeys, "keys in GROUP BY", g)
		element := s.elementSets(k, g)
		if len(k.sets)*len(element) > maxGroupingSets {
			fail(g.Span(), "GROUP BY has more than %d grouping sets", maxGroupingSets)
		}
		k.sets = product(k.sets, element)
	}
	if s.spec.GroupQuantifier == ast.Distinct {
		k.sets = distinctSets(k.sets)
	}
	s.calls.keys = k
	return k
}

// elementSets returns the grouping sets of one element.
func (s *selection) elementSets(k *keySet, g *ast.GroupingElement) [][]int {
	sets := make([][]int, len(g.Sets))
	for i, set := range g.Sets {
		sets[i] = []int{}
		for _, x := range set {
			bounded(len(k.exprs), maxKeys, "keys in GROUP BY", x)
			sets[i] = append(sets[i], s.groupKey(k, x))
		}
	}
	if len(sets) > maxGroupingSets {
		fail(g.Span(), "GROUP BY has more than %d grouping sets", maxGroupingSets)
	}
	switch g.Kind {
	case ast.GroupRollup:
		return rollup(sets)
	case ast.GroupCube:
		return cube(g, sets)
	}
	return sets
}

// groupKey returns the index of a key, which it adds unless it is there.
func (s *selection) groupKey(k *keySet, x ast.Expr) int {
	e := &env{scope: s.scope, clause: "GROUP BY clause", queries: s.calls.queries, record: true}
	at := x
	if n, ok := x.(*ast.Integer); ok {
		out := s.outs[ordinal(n, "GROUP BY", len(s.outs))]
		if at = out.x; at == nil {
			return k.add(out.expr, x)
		}
	}
	key := s.expr(at, e)
	if !key.Type().Comparable() {
		fail(x.Span(), "%s is not comparable, and therefore cannot be used in GROUP BY", key.Type())
	}
	return k.add(key, at)
}

func (k *keySet) add(key plan.Expr, at ast.Expr) int {
	if i := k.index(key); i >= 0 {
		return i
	}
	k.exprs, k.at = append(k.exprs, key), append(k.at, at)
	return len(k.exprs) - 1
}

func (k *keySet) index(key plan.Expr) int {
	return slices.IndexFunc(k.exprs, func(e plan.Expr) bool { return same(e, key) })
}

// ordinal reads a number that stands for a column of the select list, and returns its index.
func ordinal(n *ast.Integer, clause string, columns int) int {
	i, err := strconv.Atoi(n.Digits)
	if err != nil || i < 1 || i > columns {
		fail(n.Span(), "%s position %s is not in select list", clause, n.Digits)
	}
	return i - 1
}

// rollup returns the sets that are joined from the first n, from all down to none.
func rollup(sets [][]int) [][]int {
	var out [][]int
	for n := len(sets); n >= 0; n-- {
		out = append(out, slices.Concat(sets[:n]...))
	}
	return out
}

// cube returns the sets that are joined from every choice.
func cube(g *ast.GroupingElement, sets [][]int) [][]int {
	if len(sets) > 11 {
		fail(g.Span(), "GROUP BY has more than %d grouping sets", maxGroupingSets)
	}
	out := [][]int{{}}
	for _, set := range slices.Backward(sets) {
		for _, rest := range out[:len(out):len(out)] {
			out = append(out, slices.Concat(set, rest))
		}
	}
	slices.Reverse(out)
	return out
}

func product(a, b [][]int) [][]int {
	var out [][]int
	for _, x := range a {
		for _, y := range b {
			set := slices.Concat(x, y)
			slices.Sort(set)
			out = append(out, slices.Compact(set))
		}
	}
	return out
}

func distinctSets(sets [][]int) [][]int {
	var out [][]int
	for _, set := range sets {
		if !slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, set) }) {
			out = append(out, set)
		}
	}
	return out
}

// aggregate groups the rows. A key that is a column keeps its identity, unless a
// grouping set may make it NULL.
func (s *selection) aggregate(in plan.Node, k *keySet) plan.Node {
	node := &plan.Aggregate{Input: in, Aggs: s.calls.aggs, Groupings: s.calls.groupings}
	if len(k.sets) > 1 || len(k.sets[0]) < len(k.exprs) {
		node.Sets = k.sets
	}
	s.group = &grouping{taken: idSet(s.from.node.Columns())}
	for i, x := range k.exprs {
		ref, ok := x.(*plan.Ref)
		passes := ok && s.group.taken[ref.Col.ID]
		if passes && node.Sets == nil {
			delete(s.group.taken, ref.Col.ID)
			node.Keys = append(node.Keys, plan.Assign{Col: ref.Col, Expr: x})
			continue
		}
		node.Keys = append(node.Keys, plan.Assign{Col: s.ids.New(ast.Print(k.at[i]), x.Type()), Expr: x})
	}
	s.group.keys = node.Keys
	return node
}

// grouped makes an expression over the rows of FROM one over the groups: what equals
// a key reads the key. Anything else of a row is an error.
func (s *selection) grouped(x plan.Expr, at ast.Node) plan.Expr {
	if s.group == nil || x == nil {
		return x
	}
	x = plan.ReplaceDeep(x, s.group.key)
	read := map[plan.ID]bool{}
	plan.Refs(x, read)
	for id := range read {
		if s.group.taken[id] {
			s.failNotGrouped(at, id)
		}
	}
	return x
}

// failNotGrouped names the expression as it is written, or the column of a *.
func (s *selection) failNotGrouped(at ast.Node, id plan.ID) {
	text := ""
	switch it := at.(type) {
	case *ast.SelectItem:
		if !it.Star {
			text, at = ast.Print(it.X), it.X
		}
	default:
		text = ast.Print(at)
	}
	for _, f := range s.from.fields {
		if text == "" && f.col.ID == id {
			text = f.name
		}
	}
	fail(at.Span(), "'%s' must be an aggregate expression or appear in GROUP BY clause", text)
}

// key returns the column of the key that x equals, or nil. A constant stays one:
// some functions need it to be.
func (g *grouping) key(x plan.Expr) plan.Expr {
	if _, constant := x.(*plan.Literal); constant {
		return nil
	}
	for _, k := range g.keys {
		if same(k.Expr, x) {
			return k.Col.Ref()
		}
	}
	return nil
}

// integerBits is how many keys GROUPING may have for its bits to fit an integer.
const integerBits = 31

// groupingCall analyses GROUPING(key, ...).
func (a *analyzer) groupingCall(g *ast.Grouping, e *env) plan.Expr {
	if e.calls == nil {
		e.refuse(g)
	}
	kind := types.Integer
	if len(g.Args) > integerBits {
		kind = types.Bigint
	}
	assign := plan.GroupingAssign{Col: a.ids.New("grouping", types.Of(kind))}
	inner := &env{scope: e.scope, clause: "GROUPING"}
	for _, x := range g.Args {
		key := a.expr(x, inner)
		if e.calls.keys == nil { // GROUP BY is wrong itself
			continue
		}
		i := e.calls.keys.index(key)
		if i < 0 {
			fail(x.Span(), "The arguments to GROUPING() must be expressions referenced by the GROUP BY at this level. Mismatch due to: %s", ast.Print(x))
		}
		assign.Keys = append(assign.Keys, i)
	}
	e.calls.groupings = append(e.calls.groupings, assign)
	return assign.Col.Ref()
}
