package analyzer

import (
	"reflect"
	"slices"

	"tidemark/sql/plan"
)

// same reports that two expressions over the same rows have the same value. Subqueries
// do only when they share their relation: else each has columns of its own. Lambdas do
// when they differ only in the identities of their parameters.
func same(a, b plan.Expr) bool { return sameUnder(a, b, nil) }

// sameUnder is same where columns of a stand for columns of b.
func sameUnder(a, b plan.Expr, params map[plan.ID]plan.ID) bool {
	each := func(a, b plan.Expr) bool { return sameUnder(a, b, params) }
	switch a := a.(type) {
	case *plan.Ref:
		r, ok := b.(*plan.Ref)
		return ok && (a.Col.ID == r.Col.ID || params[a.Col.ID] == r.Col.ID)
	case *plan.Literal:
		l, ok := b.(*plan.Literal)
		return ok && a.T.Equal(l.T) && reflect.DeepEqual(a.Value, l.Value)
	case *plan.Call:
		c, ok := b.(*plan.Call)
		return ok && a.Fn == c.Fn && !a.Fn.Volatile && slices.EqualFunc(a.Args, c.Args, each)
	case *plan.Lambda:
		l, ok := b.(*plan.Lambda)
		return ok && sameLambda(a, l, params)
	}
	return sameForm(a, b) && slices.EqualFunc(plan.Operands(a), plan.Operands(b), each)
}

func sameLambda(a, b *plan.Lambda, params map[plan.ID]plan.ID) bool {
	if len(a.Params) != len(b.Params) {
		return false
	}
	inner := map[plan.ID]plan.ID{}
	for from, to := range params {
		inner[from] = to
	}
	for i, p := range a.Params {
		if !p.Type.Equal(b.Params[i].Type) {
			return false
		}
		inner[p.ID] = b.Params[i].ID
	}
	return sameUnder(a.Body, b.Body, inner)
}

// sameForm compares two expressions without their operands.
func sameForm(a, b plan.Expr) bool {
	if reflect.TypeOf(a) != reflect.TypeOf(b) || plan.Subquery(a) != plan.Subquery(b) || !a.Type().Equal(b.Type()) {
		return false
	}
	switch a := a.(type) {
	case *plan.Quantified:
		q := b.(*plan.Quantified)
		return a.Op == q.Op && a.All == q.All
	case *plan.Cast:
		return a.Try == b.(*plan.Cast).Try
	case *plan.Compare:
		return a.Op == b.(*plan.Compare).Op
	case *plan.Logic:
		return a.Or == b.(*plan.Logic).Or
	case *plan.FieldOf:
		return a.Index == b.(*plan.FieldOf).Index
	case *plan.Case:
		return len(a.Whens) == len(b.(*plan.Case).Whens)
	}
	return true
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
