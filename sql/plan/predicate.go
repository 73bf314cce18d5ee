package plan

import "tidemark/sql/types"

var boolean = types.Of(types.Boolean)

// CompareOp is a comparison.
type CompareOp uint8

// The comparisons. The last two know NULL as a value and are never NULL.
const (
	Equal CompareOp = iota
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
	Distinguishable    // IS DISTINCT FROM
	NotDistinguishable // IS NOT DISTINCT FROM
)

var compareSigns = [...]string{"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"}

// String returns the operator as SQL writes it.
func (op CompareOp) String() string { return compareSigns[op] }

// Mirror returns the comparison that holds when the sides are exchanged.
func (op CompareOp) Mirror() CompareOp {
	return [...]CompareOp{Equal, NotEqual, Greater, GreaterOrEqual, Less, LessOrEqual, Distinguishable, NotDistinguishable}[op]
}

// Compare compares two values of the same type.
type Compare struct {
	Op   CompareOp
	L, R Expr
}

// Type is boolean.
func (e *Compare) Type() types.Type  { return boolean }
func (e *Compare) each(f func(Expr)) { f(e.L); f(e.R) }
func (e *Compare) rebuild(f func(Expr) Expr) Expr {
	l, r := f(e.L), f(e.R)
	if l == e.L && r == e.R {
		return e
	}
	return &Compare{e.Op, l, r}
}

// Logic is a conjunction or, with Or, a disjunction of two or more conditions.
type Logic struct {
	Or   bool
	Args []Expr
}

// And returns the conjunction of the conditions that are not nil, nil when none is.
func And(conds ...Expr) Expr {
	var args []Expr
	for _, c := range conds {
		switch l, ok := c.(*Logic); {
		case c == nil:
		case ok && !l.Or:
			args = append(args, l.Args...)
		default:
			args = append(args, c)
		}
	}
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	return &Logic{Args: args}
}

// Conjuncts splits a condition at its ANDs.
func Conjuncts(cond Expr) []Expr {
	l, ok := cond.(*Logic)
	if !ok || l.Or {
		return []Expr{cond}
	}
	var all []Expr
	for _, a := range l.Args {
		all = append(all, Conjuncts(a)...)
	}
	return all
}

// Type is boolean.
func (e *Logic) Type() types.Type { return boolean }
func (e *Logic) each(f func(Expr)) {
	for _, a := range e.Args {
		f(a)
	}
}
func (e *Logic) rebuild(f func(Expr) Expr) Expr {
	args := mapAll(e.Args, f)
	if same(args, e.Args) {
		return e
	}
	return &Logic{e.Or, args}
}

// Not negates a condition.
type Not struct{ X Expr }

// Type is boolean.
func (e *Not) Type() types.Type  { return boolean }
func (e *Not) each(f func(Expr)) { f(e.X) }
func (e *Not) rebuild(f func(Expr) Expr) Expr {
	if x := f(e.X); x != e.X {
		return &Not{x}
	}
	return e
}

// IsNull tests for NULL.
type IsNull struct{ X Expr }

// Type is boolean.
func (e *IsNull) Type() types.Type  { return boolean }
func (e *IsNull) each(f func(Expr)) { f(e.X) }
func (e *IsNull) rebuild(f func(Expr) Expr) Expr {
	if x := f(e.X); x != e.X {
		return &IsNull{x}
	}
	return e
}

// Between is Lo <= X AND X <= Hi; all three have the same type.
type Between struct{ X, Lo, Hi Expr }

// Type is boolean.
func (e *Between) Type() types.Type  { return boolean }
func (e *Between) each(f func(Expr)) { f(e.X); f(e.Lo); f(e.Hi) }
func (e *Between) rebuild(f func(Expr) Expr) Expr {
	c := Between{f(e.X), f(e.Lo), f(e.Hi)}
	if c == *e {
		return e
	}
	return &c
}

// InList is X IN (value, ...); all have the same type.
type InList struct {
	X    Expr
	List []Expr
}

// Type is boolean.
func (e *InList) Type() types.Type { return boolean }
func (e *InList) each(f func(Expr)) {
	f(e.X)
	for _, v := range e.List {
		f(v)
	}
}
func (e *InList) rebuild(f func(Expr) Expr) Expr {
	x, list := f(e.X), mapAll(e.List, f)
	if x == e.X && same(list, e.List) {
		return e
	}
	return &InList{x, list}
}

// Like matches a varchar against a pattern; Escape is nil without an ESCAPE clause.
type Like struct{ X, Pattern, Escape Expr }

// Type is boolean.
func (e *Like) Type() types.Type { return boolean }
func (e *Like) each(f func(Expr)) {
	f(e.X)
	f(e.Pattern)
	if e.Escape != nil {
		f(e.Escape)
	}
}
func (e *Like) rebuild(f func(Expr) Expr) Expr {
	c := Like{f(e.X), f(e.Pattern), e.Escape}
	replace(&c.Escape, f)
	if c == *e {
		return e
	}
	return &c
}
