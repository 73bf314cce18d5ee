package plan

import (
	"tidemark/sql/builtin"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

// Aggregate groups the input by Keys and computes Aggs per group. Without keys
// there is exactly one group, also over no rows.
type Aggregate struct {
	Input Node
	Keys  []Assign
	// Sets lists the grouping sets as indexes into Keys; nil means one set of all
	// keys. A key that a set leaves out is NULL in its rows.
	Sets [][]int
	Aggs []AggAssign
	// Groupings are the results of GROUPING(key, ...): a bit per key, the last
	// argument being the lowest, 1 when the key is left out of the row's set.
	Groupings []GroupingAssign
}

// AggAssign is an aggregate call and the column that holds its result.
type AggAssign struct {
	Col  Col
	Call AggCall
}

// GroupingAssign is a GROUPING call over keys, by index.
type GroupingAssign struct {
	Col  Col // bigint
	Keys []int
}

// AggCall is a call of an aggregate.
type AggCall struct {
	Fn       *builtin.Overload
	Args     []Expr
	Distinct bool
	Filter   Expr // nil without FILTER (WHERE ...)
	OrderBy  []SortKey
	Result   types.Type
	At       token.Span // of the call in the query, for errors
}

// Columns lists the keys, then the aggregates, then the GROUPING results.
func (n *Aggregate) Columns() []Col {
	cols := assigned(n.Keys)
	for _, a := range n.Aggs {
		cols = append(cols, a.Col)
	}
	for _, g := range n.Groupings {
		cols = append(cols, g.Col)
	}
	return cols
}

// Inputs returns the input.
func (n *Aggregate) Inputs() []Node { return []Node{n.Input} }

func (n *Aggregate) rebuild(in []Node, f func(Expr) Expr) Node {
	keys := mapAssigns(n.Keys, f)
	aggs := mapSome(n.Aggs, func(a *AggAssign) bool { return a.Call.rebuild(f) })
	if in[0] == n.Input && same(keys, n.Keys) && same(aggs, n.Aggs) {
		return n
	}
	c := *n
	c.Input, c.Keys, c.Aggs = in[0], keys, aggs
	return &c
}

// rebuild applies f to the expressions of a call and reports whether that changed one.
func (a *AggCall) rebuild(f func(Expr) Expr) bool {
	args, order := a.Args, a.OrderBy
	a.Args, a.OrderBy = mapAll(args, f), mapKeys(order, f)
	return replace(&a.Filter, f) || !same(args, a.Args) || !same(order, a.OrderBy)
}

// Window adds the results of window calls to the columns of its input.
type Window struct {
	Input Node
	Calls []WindowAssign
}

// WindowAssign is a window call and the column that holds its result.
type WindowAssign struct {
	Col  Col
	Call WindowCall
}

// WindowCall is a call of a window function, or of an aggregate, with OVER.
type WindowCall struct {
	AggCall
	IgnoreNulls bool
	PartitionBy []Expr
	Order       []SortKey
	Frame       *Frame // nil: the default, RANGE UNBOUNDED PRECEDING
}

// FrameUnit is what the bounds of a frame count.
type FrameUnit uint8

// The units.
const (
	Rows FrameUnit = iota
	Range
	Groups
)

// BoundKind is one end of a frame.
type BoundKind uint8

// The ends, in the order in which they may follow each other.
const (
	UnboundedPreceding BoundKind = iota
	Preceding
	CurrentRow
	Following
	UnboundedFollowing
)

// Frame is the frame of a window.
type Frame struct {
	Unit       FrameUnit
	Start, End Bound
}

// Bound is one end of a frame; Offset is set for Preceding and Following: a bigint
// for Rows and Groups, for Range what may be subtracted from the one sort key (for a
// timestamp an interval day to second).
type Bound struct {
	Kind   BoundKind
	Offset Expr
}

// Columns lists the input's columns, then the results.
func (n *Window) Columns() []Col { return appendColumns(nil, n) }

func (n *Window) appendOwn(cols []Col) []Col {
	for _, c := range n.Calls {
		cols = append(cols, c.Col)
	}
	return cols
}

// Inputs returns the input.
func (n *Window) Inputs() []Node { return []Node{n.Input} }

func (n *Window) rebuild(in []Node, f func(Expr) Expr) Node {
	calls := mapSome(n.Calls, func(w *WindowAssign) bool { return w.Call.rebuild(f) })
	if in[0] == n.Input && same(calls, n.Calls) {
		return n
	}
	return &Window{in[0], calls}
}

// rebuild applies f to the expressions of a call and reports whether that changed one.
func (w *WindowCall) rebuild(f func(Expr) Expr) bool {
	changed := w.AggCall.rebuild(f)
	by, order := w.PartitionBy, w.Order
	w.PartitionBy, w.Order = mapAll(by, f), mapKeys(order, f)
	changed = changed || !same(by, w.PartitionBy) || !same(order, w.Order)
	if w.Frame != nil {
		frame := *w.Frame
		if start := replace(&frame.Start.Offset, f); replace(&frame.End.Offset, f) || start {
			w.Frame, changed = &frame, true
		}
	}
	return changed
}
