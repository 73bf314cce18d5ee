package analyzer

import (
	"slices"

	"tidemark/sql/ast"
	"tidemark/sql/builtin"
	"tidemark/sql/plan"
)

// windowCall takes a call with OVER out of its expression. Its parts are analysed
// over the rows of FROM and, where rows are grouped, moved to the groups later.
func (a *analyzer) windowCall(c *ast.Call, f *builtin.Function, e *env) plan.Expr {
	a.allowWindow(c, f, e)
	inner := &env{scope: e.scope, clause: e.clause, calls: e.calls, window: f.Name, outs: e.outs, queries: e.queries}
	w := e.calls.windowDefs.writtenOut(c.Over)
	call := plan.WindowCall{AggCall: a.aggArgs(c, f, inner), IgnoreNulls: c.Nulls == ast.IgnoreNulls}
	a.over(&call, w, inner)
	if call.Fn.Frameless() {
		call.Frame = nil
	}
	known := e.calls.windows
	for _, w := range known[max(0, len(known)-maxAlike):] {
		if sameWindow(w.assign.Call, call) {
			return w.assign.Col.Ref()
		}
	}
	col := a.ids.New(ast.Print(c), call.Result)
	e.calls.windows = append(e.calls.windows, windowCall{c, plan.WindowAssign{Col: col, Call: call}})
	return col.Ref()
}

// sameWindow reports that two calls over the same rows have the same results.
func sameWindow(a, b plan.WindowCall) bool {
	return sameAggregate(a.AggCall, b.AggCall) && a.IgnoreNulls == b.IgnoreNulls && slices.EqualFunc(a.PartitionBy, b.PartitionBy, same) &&
		slices.EqualFunc(a.Order, b.Order, sameKey) && sameFrame(a.Frame, b.Frame)
}

func sameFrame(a, b *plan.Frame) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Unit == b.Unit && sameBound(a.Start, b.Start) && sameBound(a.End, b.End)
}

func sameBound(a, b plan.Bound) bool {
	return a.Kind == b.Kind && (a.Offset == nil || same(a.Offset, b.Offset))
}

// over analyses what stands behind OVER.
func (a *analyzer) over(call *plan.WindowCall, w *ast.Window, e *env) {
	call.PartitionBy = a.exprs(w.Partition, e)
	for i, x := range call.PartitionBy {
		if !x.Type().Comparable() {
			fail(w.Partition[i].Span(), "%s is not comparable, and therefore cannot be used in window function PARTITION BY", x.Type())
		}
	}
	call.Order = a.sortBy(w.OrderBy, e)
	if w.Frame != nil {
		call.Frame = a.frame(w.Frame, call.Order, e)
	}
}

// unusedWindows analyses the windows of a WINDOW clause that no call names.
func (s *selection) unusedWindows() {
	for _, d := range s.calls.windowDefs {
		if !d.used {
			s.over(&plan.WindowCall{}, d.window, &env{scope: s.scope, clause: "WINDOW clause", calls: s.calls, window: d.name, queries: s.calls.queries})
		}
	}
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

// windows computes the window calls over the rows, which may be groups. A call that
// reads the result of another, by an alias in ORDER BY, is computed after it.
func (s *selection) windows(node plan.Node) plan.Node {
	var calls []plan.WindowAssign
	for _, w := range s.calls.windows {
		next := s.overRows(w)
		if readsCalls(next, calls) {
			node, calls = &plan.Window{Input: node, Calls: calls}, nil
		}
		calls = append(calls, next)
	}
	if len(calls) == 0 {
		return node
	}
	return &plan.Window{Input: node, Calls: calls}
}

// overRows returns the call over the rows that it sees: aliases are written out, keys
// of the groups read by their columns.
func (s *selection) overRows(w windowCall) plan.WindowAssign {
	one := &plan.Window{Input: plan.OneRow(), Calls: []plan.WindowAssign{w.assign}}
	moved := plan.MapNodeExprs(one, func(x plan.Expr) plan.Expr {
		return s.grouped(s.writtenOut(x, w.at), w.at)
	})
	return moved.(*plan.Window).Calls[0]
}

// writtenOut puts the expressions of the select list in the places of their stand-ins.
func (s *selection) writtenOut(x plan.Expr, at place) plan.Expr {
	return plan.Replace(x, func(x plan.Expr) plan.Expr {
		if r, ok := x.(*plan.Ref); ok {
			if i, ok := s.standIns[r.Col.ID]; ok {
				s.spend(s.outs[i].size, at)
				return s.outs[i].expr
			}
		}
		return nil
	})
}

func readsCalls(w plan.WindowAssign, calls []plan.WindowAssign) bool {
	read := map[plan.ID]bool{}
	plan.EachExpr(&plan.Window{Input: plan.OneRow(), Calls: []plan.WindowAssign{w}}, func(x plan.Expr) { plan.Refs(x, read) })
	return slices.ContainsFunc(calls, func(c plan.WindowAssign) bool { return read[c.Col.ID] })
}
