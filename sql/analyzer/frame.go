package analyzer

import (
	"tidemark/sql/ast"
	"tidemark/sql/plan"
	"tidemark/sql/types"
)

var frameUnits = [...]plan.FrameUnit{ast.Rows: plan.Rows, ast.Range: plan.Range, ast.Groups: plan.Groups}

var boundKinds = [...]plan.BoundKind{
	ast.UnboundedPreceding: plan.UnboundedPreceding, ast.Preceding: plan.Preceding, ast.CurrentRow: plan.CurrentRow,
	ast.Following: plan.Following, ast.UnboundedFollowing: plan.UnboundedFollowing,
}

var boundWords = [...]string{plan.Preceding: "PRECEDING", plan.CurrentRow: "CURRENT ROW", plan.Following: "FOLLOWING"}

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
		fail(f.Span(), "Window frame starting from %s cannot end with %s", boundWords[out.Start.Kind], boundWords[out.End.Kind])
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
	_, param := b.Offset.(*ast.Param) // which may not have its value yet
	if l, ok := out.Offset.(*plan.Literal); ok && !param && negativeOrNull(l) {
		fail(b.Span(), "Window frame offset value must not be negative or null")
	}
	return out
}

// negativeOrNull tests a constant of a numeric or interval type.
func negativeOrNull(l *plan.Literal) bool {
	switch v := l.Value.(type) {
	case int32:
		return v < 0
	case int64:
		return v < 0
	case float64:
		return !(v >= 0)
	}
	return true
}

// rangeOffset returns the type of what may be subtracted from the one sort key.
func rangeOffset(f *ast.Frame, order []plan.SortKey, offset plan.Expr) types.Type {
	if len(order) != 1 {
		fail(f.Span(), "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: %d)", len(order))
	}
	t, have := order[0].Expr.Type(), offset.Type()
	switch {
	case t.Numeric(), t.Kind == types.IntervalDayToSecond, t.Kind == types.IntervalYearToMonth:
		return t
	case t.Kind == types.Timestamp || t.Kind == types.Date:
		if have.Kind == types.IntervalYearToMonth {
			return have
		}
		return types.Of(types.IntervalDayToSecond)
	case t.Kind == types.Time:
		return types.Of(types.IntervalDayToSecond)
	}
	fail(f.Span(), "Window frame of type RANGE PRECEDING or FOLLOWING cannot use a sort key of type %s with an offset of type %s", t, have)
	return t
}
