package duckgen

import (
	"math"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// exactness says which of the odd doubles a value may be or hold. NaN equals nothing in
// Timestream SQL and itself in DuckDB, so comparisons of values that may be it are
// written differently; those of stored numbers, which are finite, are not.
type exactness uint8

const (
	finite  exactness = iota // or no double at all
	unbound                  // perhaps infinite
	perhaps                  // perhaps NaN
)

// doubles knows which columns hold what; a column that is not there may be NaN.
type doubles struct {
	columns map[plan.ID]exactness
	known   map[plan.Expr]exactness // what was asked for so far: every call around asks again
}

func newDoubles() doubles {
	return doubles{map[plan.ID]exactness{}, map[plan.Expr]exactness{}}
}

// holdsDouble reports a double and what is made of doubles.
func holdsDouble(t types.Type) bool {
	if t.Elem != nil {
		return holdsDouble(*t.Elem)
	}
	for _, f := range t.Fields {
		if holdsDouble(f.Type) {
			return true
		}
	}
	return t.Kind == types.Double
}

// learn adds the columns of a relation and of all below it.
func (d doubles) learn(n plan.Node) {
	for _, in := range n.Inputs() {
		d.learn(in)
	}
	plan.EachExpr(n, func(x plan.Expr) {
		plan.Walk(x, func(x plan.Expr) bool {
			if q := plan.Subquery(x); q != nil {
				d.learn(q)
			}
			return true
		})
	})
	switch n := n.(type) {
	case *plan.Scan:
		for _, c := range n.Cols {
			d.columns[c.ID] = finite
		}
	case *plan.Partial:
		for _, c := range n.Columns() {
			d.columns[c.ID] = finite // a sum is summed on, and that may be infinite anyway
		}
	case *plan.Values:
		d.values(n)
	case *plan.Project:
		d.assign(n.Items)
	case *plan.Aggregate:
		d.assign(n.Keys)
		for _, a := range n.Aggs {
			d.columns[a.Col.ID] = d.aggregate(a.Call)
		}
	case *plan.Window:
		for _, w := range n.Calls {
			d.columns[w.Col.ID] = d.aggregate(w.Call.AggCall)
		}
	case *plan.SetOp:
		left, right := n.Left.Columns(), n.Right.Columns()
		for i, c := range n.Cols {
			d.columns[c.ID] = max(d.column(left[i]), d.column(right[i]))
		}
	case *plan.WithRef:
		for i, c := range n.Cols {
			d.columns[c.ID] = d.column(plan.Col{ID: n.Source[i], Type: c.Type})
		}
	case *plan.Unnest:
		for _, it := range n.Items {
			for _, c := range it.Cols {
				d.columns[c.ID] = d.of(it.Expr)
			}
		}
	}
}

func (d doubles) values(n *plan.Values) {
	for i, c := range n.Cols {
		d.columns[c.ID] = finite
		for _, row := range n.Rows {
			d.columns[c.ID] = max(d.columns[c.ID], d.of(row[i]))
		}
	}
}

func (d doubles) assign(items []plan.Assign) {
	for _, it := range items {
		d.columns[it.Col.ID] = d.of(it.Expr)
	}
}

func (d doubles) column(c plan.Col) exactness {
	if e, ok := d.columns[c.ID]; ok || !holdsDouble(c.Type) {
		return e
	}
	return perhaps
}

// of says what an expression may be.
func (d doubles) of(x plan.Expr) exactness {
	if !holdsDouble(x.Type()) {
		return finite
	}
	switch x := x.(type) {
	case *plan.Literal:
		return ofConstant(x.Value)
	case *plan.Ref:
		return d.column(x.Col)
	}
	e, ok := d.known[x]
	if !ok {
		e = d.computed(x)
		d.known[x] = e
	}
	return e
}

func (d doubles) computed(x plan.Expr) exactness {
	switch x := x.(type) {
	case *plan.Call:
		return d.call(x)
	case *plan.Cast:
		if holdsText(x.X.Type()) {
			return perhaps
		}
		return d.of(x.X)
	case *plan.Case, *plan.MakeRow, *plan.MakeArray, *plan.FieldOf, *plan.Subscript:
		return d.widest(plan.Operands(x))
	case *plan.ScalarQuery:
		return d.column(x.Query.Columns()[0])
	}
	return perhaps
}

func ofConstant(v any) exactness {
	f, ok := v.(float64)
	switch {
	case !ok:
		return finite
	case math.IsNaN(f):
		return perhaps
	case math.IsInf(f, 0):
		return unbound
	}
	return finite
}

// holdsText reports a type whose values may spell NaN.
func holdsText(t types.Type) bool {
	if t.Elem != nil {
		return holdsText(*t.Elem)
	}
	for _, f := range t.Fields {
		if holdsText(f.Type) {
			return true
		}
	}
	return t.Kind == types.Varchar
}

func (d doubles) widest(list []plan.Expr) (widest exactness) {
	for _, x := range list {
		widest = max(widest, d.of(x))
	}
	return widest
}

// calls says what scalar functions make of finite arguments and of infinite ones; NaN
// gives NaN. One that is not here may give NaN.
var calls = map[string][2]exactness{
	"+": {unbound, perhaps}, "-": {unbound, perhaps}, "*": {unbound, perhaps}, "/": {perhaps, perhaps}, "%": {perhaps, perhaps},
	"abs": {finite, unbound}, "round": {finite, unbound}, "ceil": {finite, unbound}, "ceiling": {finite, unbound},
	"floor": {finite, unbound}, "truncate": {finite, unbound}, "sign": {finite, finite}, "coalesce": {finite, unbound},
	"if": {finite, unbound}, "nullif": {finite, unbound}, "try": {finite, unbound}, "greatest": {finite, unbound}, "least": {finite, unbound},
	"pi": {}, "e": {}, "rand": {}, "random": {}, "to_unixtime": {}, "infinity": {unbound, unbound},
	"degrees": {unbound, unbound}, "radians": {finite, unbound}, "exp": {unbound, unbound}, "cbrt": {finite, unbound},
	"sin": {finite, perhaps}, "cos": {finite, perhaps}, "atan": {finite, finite}, "atan2": {finite, finite},
	"tanh": {finite, finite}, "cosh": {unbound, unbound},
}

func (d doubles) call(x *plan.Call) exactness {
	widest := d.widest(x.Args)
	rule, ok := calls[x.Fn.Name]
	switch {
	case widest == perhaps || !ok:
		return perhaps
	case x.Fn.Name == "round" && len(x.Args) == 2 && !keepsDigits(x.Args[1]):
		return perhaps
	case len(x.Args) == 1 && x.Fn.Name == "-", len(x.Args) == 1 && x.Fn.Name == "+":
		return widest
	case (x.Fn.Name == "*" || x.Fn.Name == "/") && nonZero(x.Args[1]), x.Fn.Name == "*" && nonZero(x.Args[0]):
		return unbound
	case x.Fn.Name == "%" && widest == finite && nonZero(x.Args[1]):
		return finite
	case (x.Fn.Name == "+" || x.Fn.Name == "-") && (d.of(x.Args[0]) == finite || d.of(x.Args[1]) == finite):
		return unbound
	}
	return rule[widest]
}

// keepsDigits reports a constant number of digits to which every double can be rounded.
func keepsDigits(x plan.Expr) bool {
	l, ok := x.(*plan.Literal)
	if !ok {
		return false
	}
	n, ok := l.Value.(int64)
	return ok && n >= -300
}

// nonZero reports a constant that is finite and not zero.
func nonZero(x plan.Expr) bool {
	l, ok := x.(*plan.Literal)
	if !ok {
		return false
	}
	v, ok := l.Value.(float64)
	return ok && v != 0 && ofConstant(v) == finite
}

// aggregates says what aggregates and window functions make of finite and of infinite values.
var aggregates = map[string][2]exactness{
	"min": {finite, unbound}, "max": {finite, unbound}, "min_by": {finite, unbound}, "max_by": {finite, unbound},
	"arbitrary": {finite, unbound}, "any_value": {finite, unbound}, "approx_percentile": {finite, unbound},
	"sum": {unbound, perhaps}, "avg": {unbound, perhaps}, "array_agg": {finite, unbound}, "create_time_series": {finite, unbound},
	"lag": {finite, unbound}, "lead": {finite, unbound}, "first_value": {finite, unbound}, "last_value": {finite, unbound},
	"nth_value": {finite, unbound}, "percent_rank": {}, "cume_dist": {},
}

func (d doubles) aggregate(a plan.AggCall) exactness {
	if !holdsDouble(a.Result) {
		return finite
	}
	widest := d.widest(a.Args)
	rule, ok := aggregates[a.Fn.Name]
	if widest == perhaps || !ok {
		return perhaps
	}
	return rule[widest]
}
