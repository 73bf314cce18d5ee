package rewrite

import (
	"maps"
	"math"
	"slices"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// fact is what a filter says about a column: a row that matters lies in Time, and
// its value is one of Values unless that is nil. NULL never satisfies a fact.
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
		if l.T.Kind == types.Timestamp {
			return learnTime(c.L, bounds(c.Op, v))
		}
	}
	return facts{}
}

// bounds returns the range of x for which x op v is true.
func bounds(op plan.CompareOp, v int64) plan.TimeRange {
	r := plan.AllTime
	switch op {
	case plan.Equal, plan.NotDistinguishable:
		r = plan.TimeRange{Min: v, Max: v}
	case plan.Less:
		r.Max = plus(v, -1)
	case plan.LessOrEqual:
		r.Max = v
	case plan.Greater:
		r.Min = plus(v, 1)
	case plan.GreaterOrEqual:
		r.Min = v
	}
	return r
}

// learnTime returns what it says about a column that x, computed from it, lies in r.
func learnTime(x plan.Expr, r plan.TimeRange) facts {
	if r == plan.AllTime {
		return facts{}
	}
	switch x := x.(type) {
	case *plan.Ref:
		return facts{x.Col.ID: {time: r}}
	case *plan.Call:
		if len(x.Args) == 2 {
			if step, ok := constant(x.Args[1]); ok {
				return learnShifted(x.Fn.Name, x.Args[0], r, step)
			}
		}
	}
	return facts{}
}

// learnShifted inverts bin(x, step), x + step and x - step.
func learnShifted(name string, x plan.Expr, r plan.TimeRange, step int64) facts {
	switch name {
	case "bin":
		return learnTime(x, plan.TimeRange{Min: r.Min, Max: plus(r.Max, step-1)})
	case "+":
		return learnTime(x, plan.TimeRange{Min: plus(r.Min, -step), Max: plus(r.Max, -step)})
	case "-":
		return learnTime(x, plan.TimeRange{Min: plus(r.Min, step), Max: plus(r.Max, step)})
	}
	return facts{}
}

// constant returns a day to second interval.
func constant(x plan.Expr) (int64, bool) {
	l, ok := x.(*plan.Literal)
	if !ok || l.T.Kind != types.IntervalDayToSecond || l.Value == nil {
		return 0, false
	}
	return l.Value.(int64), true
}

// plus adds and stays at the ends of the range, which stand for no bound.
func plus(v, d int64) int64 {
	switch sum := v + d; {
	case v == math.MinInt64 || v == math.MaxInt64:
		return v
	case d > 0 && sum < v:
		return math.MaxInt64
	case d < 0 && sum > v:
		return math.MinInt64
	default:
		return sum
	}
}
