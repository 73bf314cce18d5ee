package plan

import "slices"

// JoinKind is the kind of a join.
type JoinKind uint8

// The kinds. A cross join is an Inner one without a condition.
const (
	Inner JoinKind = iota
	Left
	Right
	Full
)

var joinNames = [...]string{"Inner", "Left", "Right", "Full"}

// String returns the kind's name.
func (k JoinKind) String() string { return joinNames[k] }

// Join pairs the rows of two relations. Its columns are those of the left, then
// those of the right; what USING merges is a Project above.
type Join struct {
	Kind        JoinKind
	Left, Right Node
	On          Expr // nil means true
	Lateral     bool // the right side may refer to columns of the left; Inner and Left only
}

// Columns lists the left columns, then the right ones.
func (n *Join) Columns() []Col { return appendColumns(nil, n) }

// Inputs returns both sides.
func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }

func (n *Join) rebuild(in []Node, f func(Expr) Expr) Node {
	c := *n
	c.Left, c.Right = in[0], in[1]
	if !replace(&c.On, f) && c.Left == n.Left && c.Right == n.Right {
		return n
	}
	return &c
}

// AsksBoth reports a condition with a subquery that, with its operands, reads columns
// of both sides.
func (n *Join) AsksBoth() bool {
	both := false
	if n.On != nil {
		Walk(n.On, func(x Expr) bool {
			if Subquery(x) != nil {
				both = both || ReadsAny(x, n.Left) && ReadsAny(x, n.Right)
			}
			return !both
		})
	}
	return both
}

// ReadsAny reports whether an expression, its subqueries included, reads a column of a relation.
func ReadsAny(x Expr, of Node) bool {
	read := map[ID]bool{}
	Refs(x, read)
	return slices.ContainsFunc(of.Columns(), func(c Col) bool { return read[c.ID] })
}

// SetKind is the kind of a set operation.
type SetKind uint8

// The kinds.
const (
	Union SetKind = iota
	Intersect
	Except
)

var setNames = [...]string{"Union", "Intersect", "Except"}

// String returns the kind's name.
func (k SetKind) String() string { return setNames[k] }

// SetOp combines two relations column by column, by position. Both have exactly
// the types of Cols, whose identities are new.
type SetOp struct {
	Kind        SetKind
	All         bool // keep duplicates
	Left, Right Node
	Cols        []Col
}

// Columns lists the result's columns.
func (n *SetOp) Columns() []Col { return n.Cols }

// Inputs returns both sides.
func (n *SetOp) Inputs() []Node { return []Node{n.Left, n.Right} }

func (n *SetOp) rebuild(in []Node, _ func(Expr) Expr) Node {
	if in[0] == n.Left && in[1] == n.Right {
		return n
	}
	return &SetOp{n.Kind, n.All, in[0], in[1], n.Cols}
}

// With names relations that its body may read several times. A binding may read
// those before it.
type With struct {
	Binds []Bind
	Body  Node
}

// Bind is one named relation of a With.
type Bind struct {
	ID    ID // its identity, from the same IDs as columns
	Name  string
	Query Node
}

// Columns lists the body's columns.
func (n *With) Columns() []Col { return n.Body.Columns() }

// Inputs returns the bound relations, then the body.
func (n *With) Inputs() []Node {
	in := make([]Node, 0, len(n.Binds)+1)
	for _, b := range n.Binds {
		in = append(in, b.Query)
	}
	return append(in, n.Body)
}

func (n *With) rebuild(in []Node, _ func(Expr) Expr) Node {
	at := -1
	binds := mapSome(n.Binds, func(b *Bind) bool {
		at++
		old := b.Query
		b.Query = in[at]
		return b.Query != old
	})
	body := in[len(in)-1]
	if body == n.Body && same(binds, n.Binds) {
		return n
	}
	return &With{binds, body}
}

// WithRef reads a bound relation. Cols are new identities for the columns Source
// of the bound relation, in equal numbers; a Source may be left out.
type WithRef struct {
	Bind   ID
	Name   string
	Cols   []Col
	Source []ID
}

// NewWithRef returns a reading of every column of b.
func NewWithRef(ids *IDs, b Bind) *WithRef {
	r := &WithRef{Bind: b.ID, Name: b.Name}
	for _, c := range b.Query.Columns() {
		r.Cols = append(r.Cols, ids.New(c.Name, c.Type))
		r.Source = append(r.Source, c.ID)
	}
	return r
}

// Columns lists the new columns.
func (n *WithRef) Columns() []Col { return n.Cols }

// Inputs returns nothing: the bound relation is an input of the With.
func (n *WithRef) Inputs() []Node { return nil }

func (n *WithRef) rebuild([]Node, func(Expr) Expr) Node { return n }
