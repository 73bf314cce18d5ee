package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// windowDefs collects the WINDOW clause, each definition written out.
func windowDefs(list []*ast.WindowDef) map[string]*ast.Window {
	defs := make(map[string]*ast.Window, len(list))
	for _, d := range list {
		if defs[d.Name.Name] != nil {
			fail(d.Span(), "WINDOW specification already defined: %s", d.Name.Name)
		}
		defs[d.Name.Name] = writtenOut(d.Window, defs)
	}
	return defs
}

// writtenOut replaces the name of another window by what it stands for.
func writtenOut(w *ast.Window, defs map[string]*ast.Window) *ast.Window {
	if w.Base == nil {
		return w
	}
	base := defs[w.Base.Name]
	switch {
	case base == nil:
		fail(w.Base.Span(), "Cannot resolve WINDOW name %s", w.Base.Name)
	case w.Bare:
		return base
	case w.Partition != nil:
		fail(w.Span(), "WINDOW specification with named WINDOW reference cannot specify PARTITION BY")
	case w.OrderBy != nil && base.OrderBy != nil:
		fail(w.Span(), "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY")
	case base.Frame != nil:
		fail(w.Base.Span(), "Cannot reference named WINDOW containing frame specification")
	}
	out := &ast.Window{Place: w.Place, Partition: base.Partition, OrderBy: base.OrderBy, Frame: w.Frame}
	if w.OrderBy != nil {
		out.OrderBy = w.OrderBy
	}
	return out
}

// windowCall takes a call with OVER out of its expression. Its parts are analysed
// over the rows of FROM and, where rows are grouped, moved to the groups later.
func (a *analyzer) windowCall(c *ast.Call, f *builtin.Function, e *env) plan.Expr {
	a.allowWindow(c, f, e)
	inner := &env{scope: e.scope, clause: e.clause, calls: e.calls, window: f.Name}
	w := writtenOut(c.Over, e.calls.windowDefs)
	call := plan.WindowCall{AggCall: a.aggArgs(c, f, inner), IgnoreNulls: c.Nulls == ast.IgnoreNulls}
	call.PartitionBy = a.exprs(w.Partition, inner)
	for i, x := range call.PartitionBy {
		if !x.Type().Comparable() {
			fail(w.Partition[i].Span(), "%s is not comparable, and therefore cannot be used in window function PARTITION BY", x.Type())
		}
	}
	call.Order = a.sortBy(w.OrderBy, inner)
	if w.Frame != nil && !call.Fn.Frameless() {
		call.Frame = a.frame(w.Frame, call.Order, inner)
	}
	col := a.ids.New(ast.Print(c), call.Result)
	e.calls.windows = append(e.calls.windows, windowCall{c, plan.WindowAssign{Col: col, Call: call}})
	return col.Ref()
}

// allowWindow refuses a call with OVER where there may be none or not this one.
func (a *analyzer) allowWindow(c *ast.Call, f *builtin.Function, e *env) {
	switch {
	case f.Kind == builtin.Scalar:
		fail(c.Span(), "'%s' is not an aggregate or window function", f.Name)
	case e.window != "":
		fail(c.Span(), "Cannot nest window functions inside window function '%s': [%s]", e.window, ast.Print(c))
	case e.calls == nil:
		e.refuse(c)
	case e.noWindows:
		fail(c.Span(), "%s cannot contain window functions: [%s]", e.clause, ast.Print(c))
	case c.Quantifier == ast.Distinct:
		fail(c.Span(), "DISTINCT in window function parameters not yet supported: %s", ast.Print(c))
	case c.OrderBy != nil:
		fail(c.Span(), "Window function with ORDER BY is not supported")
	case c.Nulls != ast.NullsUnstated && (f.Kind == builtin.Aggregate || len(c.Args) == 0):
		fail(c.Span(), "Cannot specify null treatment for function %s", f.Name)
	}
}

var frameUnits = [...]plan.FrameUnit{ast.Rows: plan.Rows, ast.Range: plan.Range, ast.Groups: plan.Groups}

var boundKinds = [...]plan.BoundKind{
	ast.UnboundedPreceding: plan.UnboundedPreceding, ast.Preceding: plan.Preceding, ast.CurrentRow: plan.CurrentRow,
	ast.Following: plan.Following, ast.UnboundedFollowing: plan.UnboundedFollowing,
}

func (a *analyzer) frame(f *ast.Frame, order []plan.SortKey, e *env) *plan.Frame {
	out := &plan.Frame{Unit: frameUnits[f.Unit], Start: a.bound(f, f.Start, order, e), End: plan.Bound{Kind: plan.CurrentRow}}
	if f.End != nil {
		out.End = a.bound(f, f.End, order, e)
	}
	switch {
	case out.Start.Kind == plan.UnboundedFollowing:
		fail(f.Span(), "Window frame start cannot be UNBOUNDED FOLLOWING")
	case out.End.Kind == plan.UnboundedPreceding:
		fail(f.Span(), "Window frame end cannot be UNBOUNDED PRECEDING")
	case out.Start.Kind > out.End.Kind:
		fail(f.Span(), "Window frame starting from %s cannot end with an earlier bound", ast.Print(f.Start))
	}
	return out
}

func (a *analyzer) bound(f *ast.Frame, b *ast.Bound, order []plan.SortKey, e *env) plan.Bound {
	out := plan.Bound{Kind: boundKinds[b.Kind]}
	if b.Offset == nil {
		return out
	}
	x := a.expr(b.Offset, e)
	want := types.Of(types.Bigint)
	if f.Unit == ast.Range {
		want = rangeOffset(f, order, x)
	}
	if _, ok := types.Coerce(x.Type(), want); !ok {
		fail(b.Span(), "Window frame offset must be %s, not %s", want, x.Type())
	}
	out.Offset = coerce(x, want, b.Offset)
	return out
}

// rangeOffset returns the type of what may be subtracted from the one sort key.
func rangeOffset(f *ast.Frame, order []plan.SortKey, offset plan.Expr) types.Type {
	if len(order) != 1 {
		fail(f.Span(), "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: %d)", len(order))
	}
	t := order[0].Expr.Type()
	switch {
	case t.Kind == types.Timestamp:
		return types.Of(types.IntervalDayToSecond)
	case t.Numeric():
		return t
	}
	fail(f.Span(), "Window frame of type RANGE PRECEDING or FOLLOWING cannot use a sort key of type %s with an offset of type %s", t, offset.Type())
	return t
}

// windows computes the window calls over the rows, which may be groups.
func (s *selection) windows(in plan.Node) plan.Node {
	if len(s.calls.windows) == 0 {
		return in
	}
	node := &plan.Window{Input: in}
	for _, w := range s.calls.windows {
		one := plan.MapNodeExprs(&plan.Window{Input: in, Calls: []plan.WindowAssign{w.assign}}, func(x plan.Expr) plan.Expr {
			return s.grouped(x, w.at)
		})
		node.Calls = append(node.Calls, one.(*plan.Window).Calls...)
	}
	return node
}
