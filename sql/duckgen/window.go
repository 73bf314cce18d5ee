package duckgen

import (
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

func (e *emitter) window(n *plan.Window) *block {
	b := e.node(n.Input)
	if !b.plain() || !b.simple() {
		b = e.unordered(b)
	}
	in := b.scope()
	for _, w := range n.Calls {
		nulls := ""
		if w.Call.IgnoreNulls {
			nulls = " IGNORE NULLS"
		}
		b.items = append(b.items, item{id: w.Col.ID, sql: counted(w.Call, e.aggCall(in, w.Call.AggCall, nulls, e.over(in, w.Call)))})
	}
	b.windowed = true
	return b
}

// counted corrects a count(*) over a frame that ends before it starts, whose rows
// DuckDB counts as less than none.
func counted(w plan.WindowCall, sql string) string {
	if w.Frame == nil || w.Fn.Name != "count" || len(w.Args) > 0 || w.Frame.Start.Kind != w.Frame.End.Kind {
		return sql
	}
	return "greatest(" + sql + ", 0)"
}

// over writes OVER (...).
func (e *emitter) over(in scope, w plan.WindowCall) string {
	var parts []string
	if len(w.PartitionBy) > 0 {
		parts = append(parts, "PARTITION BY "+e.list(in, w.PartitionBy))
	}
	if keys := e.overKeys(in, w); keys != "" {
		parts = append(parts, "ORDER BY "+keys)
	}
	if w.Frame != nil && !w.Fn.Frameless() {
		parts = append(parts, e.frame(in, w))
	}
	return " OVER (" + strings.Join(parts, " ") + ")"
}

// distances reports a frame that is bounded by distances from the one sort key.
func distances(w plan.WindowCall) bool {
	return w.Frame != nil && w.Frame.Unit == plan.Range && len(w.Order) == 1 && (w.Frame.Start.Offset != nil || w.Frame.End.Offset != nil)
}

// overKeys writes the sort keys. One that distances are counted from must be a number:
// DuckDB's own intervals count microseconds.
func (e *emitter) overKeys(in scope, w plan.WindowCall) string {
	if !distances(w) {
		return e.sortKeys(in, w.Order)
	}
	k := w.Order[0]
	return number(k.Expr.Type(), e.expr(in, k.Expr)) + sortTail(k)
}

// number counts a point in time in nanoseconds; all other keys of distances are numbers.
func number(t types.Type, key string) string {
	switch t.Kind {
	case types.Timestamp:
		return "epoch_ns(" + key + ")"
	case types.Date:
		return "epoch_ns(CAST(" + key + " AS TIMESTAMP_NS))"
	}
	return key
}

var (
	frameUnits = [...]string{plan.Rows: "ROWS", plan.Range: "RANGE", plan.Groups: "GROUPS"}
	frameEnds  = [...]string{
		plan.UnboundedPreceding: "UNBOUNDED PRECEDING", plan.Preceding: " PRECEDING", plan.CurrentRow: "CURRENT ROW",
		plan.Following: " FOLLOWING", plan.UnboundedFollowing: "UNBOUNDED FOLLOWING",
	}
)

func (e *emitter) frame(in scope, w plan.WindowCall) string {
	return frameUnits[w.Frame.Unit] + " BETWEEN " + e.bound(in, w, w.Frame.Start) + " AND " + e.bound(in, w, w.Frame.End)
}

func (e *emitter) bound(in scope, w plan.WindowCall, b plan.Bound) string {
	if b.Offset == nil {
		return frameEnds[b.Kind]
	}
	offset := e.expr(in, b.Offset)
	if l, constant := b.Offset.(*plan.Literal); !constant || l.Value == nil {
		offset = "CASE WHEN " + offset + " >= 0 THEN " + offset +
			" ELSE CAST(tm_raise('Window frame offset value must not be negative or null') AS " + builtin.DuckType(b.Offset.Type()) + ") END"
	}
	if distances(w) && b.Offset.Type().Kind == types.IntervalYearToMonth && w.Order[0].Expr.Type().Kind != types.IntervalYearToMonth {
		offset = e.months(in, w.Order[0], b, offset)
	}
	return offset + frameEnds[b.Kind]
}

// months is the distance in nanoseconds from a point in time to the one that lies some
// months before or after it, which differs from row to row.
func (e *emitter) months(in scope, k plan.SortKey, b plan.Bound, offset string) string {
	sign := "-"
	if (b.Kind == plan.Following) != k.Desc {
		sign = "+"
	}
	t, key := k.Expr.Type(), e.expr(in, k.Expr)
	m, err := builtin.Resolve(sign, builtin.Of(t, b.Offset.Type()), nil)
	if err != nil {
		return e.refuse("%w", err)
	}
	there := e.emitted(m.Overload, builtin.Call{Args: []builtin.Arg{{SQL: key, Type: t}, {SQL: offset, Type: b.Offset.Type()}}, Result: m.Result}, token.Span{})
	return "abs(" + number(t, there) + " - " + number(t, key) + ")"
}
