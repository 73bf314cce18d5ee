package rewrite

import (
	"maps"
	"slices"

	"tidemark/sql/plan"
)

// fact is what a filter says about a column: the value of a row that matters lies in
// time, and is one of values unless that is nil. NULL never satisfies a fact. Time
// counts what the type does: nanoseconds of a timestamp or an interval, days of a
// date, the number itself of a bigint.
type fact struct {
	time   plan.TimeRange
	values []string
}

// facts holds what is known per column.
type facts map[plan.ID]fact

// maxValues bounds the values that a fact lists; longer lists say nothing.
const maxValues = 10_000

func (f facts) clone() facts {
	out := make(facts, len(f))
	maps.Copy(out, f)
	return out
}

func nothing() fact { return fact{time: plan.AllTime} }

// and adds a fact to what is known.
func (f facts) and(id plan.ID, add fact) {
	old, ok := f[id]
	if !ok {
		old = nothing()
	}
	old.time = old.time.Intersect(add.time)
	switch {
	case old.values == nil:
		old.values = add.values
	case add.values != nil:
		old.values = common(old.values, add.values)
	}
	f[id] = old
}

func (f facts) addAll(other facts) {
	for id, each := range other {
		f.and(id, each)
	}
}

// either returns what holds when f or g does.
func (f facts) either(g facts) facts {
	out := facts{}
	for id, a := range f {
		b, ok := g[id]
		if !ok {
			continue
		}
		u := fact{time: a.time.Hull(b.time)}
		if a.values != nil && b.values != nil && len(a.values)+len(b.values) <= maxValues {
			u.values = union(a.values, b.values)
		}
		out[id] = u
	}
	return out
}

// common returns the values in both sorted lists; it is empty and not nil when there is none.
func common(a, b []string) []string {
	out := []string{}
	for _, v := range a {
		if _, ok := slices.BinarySearch(b, v); ok {
			out = append(out, v)
		}
	}
	return out
}

// union merges two sorted lists.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// learn returns what a condition says when it is true.
func learn(cond plan.Expr) facts {
	switch c := cond.(type) {
	case *plan.Logic:
		return learnLogic(c)
	case *plan.Compare:
		return learnCompare(c)
	case *plan.Between:
		f := learnCompare(&plan.Compare{Op: plan.GreaterOrEqual, L: c.X, R: c.Lo})
		f.addAll(learnCompare(&plan.Compare{Op: plan.LessOrEqual, L: c.X, R: c.Hi}))
		return f
	case *plan.InList:
		return learnIn(c)
	case *plan.Not:
		return learnNot(c.X)
	}
	return facts{}
}

// negated are the comparisons that hold where another does not.
var negated = map[plan.CompareOp]plan.CompareOp{
	plan.Less: plan.GreaterOrEqual, plan.LessOrEqual: plan.Greater, plan.Greater: plan.LessOrEqual, plan.GreaterOrEqual: plan.Less,
	plan.NotEqual: plan.Equal, plan.Distinguishable: plan.NotDistinguishable,
}

// learnNot returns what a condition says when it is false.
func learnNot(cond plan.Expr) facts {
	switch c := cond.(type) {
	case *plan.Not:
		return learn(c.X)
	case *plan.Compare:
		if op, ok := negated[c.Op]; ok {
			return learnCompare(&plan.Compare{Op: op, L: c.L, R: c.R})
		}
	case *plan.Logic:
		args := make([]plan.Expr, len(c.Args))
		for i, a := range c.Args {
			args[i] = &plan.Not{X: a}
		}
		return learnLogic(&plan.Logic{Or: !c.Or, Args: args})
	}
	return facts{}
}

func learnLogic(c *plan.Logic) facts {
	f := learn(c.Args[0])
	for _, a := range c.Args[1:] {
		if c.Or {
			f = f.either(learn(a))
		} else {
			f.addAll(learn(a))
		}
	}
	return f
}

func learnIn(c *plan.InList) facts {
	if len(c.List) > maxValues {
		return facts{}
	}
	all := learnCompare(&plan.Compare{Op: plan.Equal, L: c.X, R: c.List[0]})
	for _, v := range c.List[1:] {
		all = widen(all, learnCompare(&plan.Compare{Op: plan.Equal, L: c.X, R: v}))
	}
	return sorted(all)
}

// widen is either without the sorting, which a long list would pay for each value.
func widen(f, g facts) facts {
	for id, a := range f {
		b, ok := g[id]
		if !ok || (a.values == nil) != (b.values == nil) {
			delete(f, id)
			continue
		}
		f[id] = fact{a.time.Hull(b.time), append(a.values, b.values...)}
	}
	return f
}

func sorted(f facts) facts {
	for id, each := range f {
		slices.Sort(each.values)
		each.values = slices.Compact(each.values)
		f[id] = each
	}
	return f
}

func learnCompare(c *plan.Compare) facts {
	if _, ok := c.L.(*plan.Literal); ok {
		c = &plan.Compare{Op: c.Op.Mirror(), L: c.R, R: c.L}
	}
	l, ok := c.R.(*plan.Literal)
	if !ok || l.Value == nil {
		return facts{}
	}
	switch v := l.Value.(type) {
	case string:
		if r, ok := c.L.(*plan.Ref); ok && (c.Op == plan.Equal || c.Op == plan.NotDistinguishable) {
			return facts{r.Col.ID: {time: plan.AllTime, values: []string{v}}}
		}
	case int64:
		return learnRange(c.L, bounds(c.Op, v))
	case int32:
		return learnRange(c.L, bounds(c.Op, int64(v)))
	}
	return facts{}
}
