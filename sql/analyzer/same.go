package analyzer

import (
	"reflect"
	"slices"

	"tidemark/sql/plan"
)

// same reports that two expressions over the same rows have the same value. The kinds
// that queries are full of are compared without reflection, because a grouped query
// compares each part of its select list with each of its keys.
func same(a, b plan.Expr) bool {
	switch a := a.(type) {
	case *plan.Ref:
		r, ok := b.(*plan.Ref)
		return ok && a.Col.ID == r.Col.ID
	case *plan.Literal:
		l, ok := b.(*plan.Literal)
		return ok && a.T.Equal(l.T) && reflect.DeepEqual(a.Value, l.Value)
	case *plan.Call:
		c, ok := b.(*plan.Call)
		return ok && a.Fn == c.Fn && !a.Fn.Volatile && slices.EqualFunc(a.Args, c.Args, same)
	case *plan.Cast:
		c, ok := b.(*plan.Cast)
		return ok && a.Try == c.Try && a.To.Equal(c.To) && same(a.X, c.X)
	}
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.DeepEqual(a, b)
}

// sameAggregate reports that two calls over the same groups have the same result.
func sameAggregate(a, b plan.AggCall) bool {
	return a.Fn == b.Fn && a.Distinct == b.Distinct && slices.EqualFunc(a.Args, b.Args, same) &&
		(a.Filter == nil) == (b.Filter == nil) && (a.Filter == nil || same(a.Filter, b.Filter)) &&
		slices.EqualFunc(a.OrderBy, b.OrderBy, sameKey)
}

func sameKey(a, b plan.SortKey) bool {
	return a.Desc == b.Desc && a.NullsFirst == b.NullsFirst && same(a.Expr, b.Expr)
}
