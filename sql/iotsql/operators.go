package iotsql

import (
	"tidemark/sql/iotsql/value"
)

// operators are the binary operators by their word in the tree. Each takes two
// values and returns Undefined where the developer guide's tables give no result
// (AWS page "Operators").
var operators = map[string]func(a, b value.Value) value.Value{
	"OR":  both(func(a, b bool) bool { return a || b }),
	"AND": both(func(a, b bool) bool { return a && b }),
	"=":   func(a, b value.Value) value.Value { return equality(a, b, true) },
	"<>":  func(a, b value.Value) value.Value { return equality(a, b, false) },
	"<":   compare(func(order int) bool { return order < 0 }),
	"<=":  compare(func(order int) bool { return order <= 0 }),
	">":   compare(func(order int) bool { return order > 0 }),
	">=":  compare(func(order int) bool { return order >= 0 }),
	"IN":  in,
	"-":   numeric(value.Sub),
	"*":   numeric(value.Mul),
	"/":   numeric(value.Div),
	"%":   numeric(value.Rem),
}

func (c *compiler) binary(e *binary) (evalFunc, error) {
	if e.op == "IN" {
		if err := c.needs(e.Span, "IN"); err != nil {
			return nil, err
		}
	}
	pair, err := c.exprs([]expr{e.left, e.right})
	if err != nil {
		return nil, err
	}
	left, right, apply := pair[0], pair[1], operators[e.op]
	if e.op == "+" {
		return plus(left, right), nil
	}
	return func(s *scope) (value.Value, error) {
		a, err := left(s)
		if err != nil {
			return a, err
		}
		b, err := right(s)
		if err != nil {
			return b, err
		}
		return s.number(apply(a, b)), nil
	}, nil
}

func (c *compiler) unary(e *unary) (evalFunc, error) {
	of, err := c.expr(e.of)
	if err != nil {
		return nil, err
	}
	negate := negation
	if e.op == "-" {
		negate = minus
	}
	return func(s *scope) (value.Value, error) {
		v, err := of(s)
		return s.number(negate(v)), err
	}, nil
}

func negation(v value.Value) value.Value {
	if b := value.ToBoolean(v); !b.IsUndefined() {
		return value.Bool(!b.True())
	}
	return value.Value{}
}

func minus(v value.Value) value.Value {
	if v = value.ToDecimal(v); v.IsNumber() {
		return value.Neg(v)
	}
	return value.Value{}
}

// both needs two Booleans; an Undefined side is never rescued by the other.
func both(apply func(a, b bool) bool) func(a, b value.Value) value.Value {
	return func(a, b value.Value) value.Value {
		x, y := value.ToBoolean(a), value.ToBoolean(b)
		if x.IsUndefined() || y.IsUndefined() {
			return value.Value{}
		}
		return value.Bool(apply(x.True(), y.True()))
	}
}

// equality compares without coercion; Undefined on either side stays Undefined.
func equality(a, b value.Value, want bool) value.Value {
	if a.IsUndefined() || b.IsUndefined() {
		return value.Value{}
	}
	return value.Bool(value.Equal(a, b) == want)
}

// compare orders numbers and numeric strings; text is never ordered.
func compare(holds func(order int) bool) func(a, b value.Value) value.Value {
	return func(a, b value.Value) value.Value {
		x, y := value.ToDecimal(a), value.ToDecimal(b)
		if !x.IsNumber() || !y.IsNumber() {
			return value.Value{}
		}
		return value.Bool(holds(value.Compare(x, y)))
	}
}

// numeric applies to numbers and numeric strings.
func numeric(apply func(a, b value.Value) value.Value) func(a, b value.Value) value.Value {
	return func(a, b value.Value) value.Value {
		x, y := value.ToDecimal(a), value.ToDecimal(b)
		if !x.IsNumber() || !y.IsNumber() {
			return value.Value{}
		}
		return apply(x, y)
	}
}

// in reports whether an element of the array b equals a.
func in(a, b value.Value) value.Value {
	if a.IsUndefined() || b.Kind() != value.Array {
		return value.Value{}
	}
	for _, e := range b.Elems() {
		if value.Equal(a, e) {
			return value.Bool(true)
		}
	}
	return value.Bool(false)
}

// plus adds two numbers, or joins two texts when either side is a String.
func plus(left, right evalFunc) evalFunc {
	return func(s *scope) (value.Value, error) {
		a, err := left(s)
		if err != nil {
			return a, err
		}
		b, err := right(s)
		if err != nil {
			return b, err
		}
		switch {
		case a.IsNumber() && b.IsNumber():
			return s.number(value.Add(a, b)), nil
		case a.Kind() == value.String || b.Kind() == value.String:
			return s.join(a, b)
		default:
			return value.Value{}, nil
		}
	}
}

// join concatenates the texts of values; one without text makes all Undefined.
func (s *scope) join(parts ...value.Value) (value.Value, error) {
	var buf []byte
	for _, p := range parts {
		text, ok := value.ToText(p)
		if !ok {
			return value.Value{}, nil
		}
		buf = append(buf, text...)
	}
	return s.text(string(buf))
}

// text returns a computed String and accounts for its size.
func (s *scope) text(t string) (value.Value, error) {
	if len(t) > maxText {
		return value.Value{}, &EvalError{Reason: "a computed string is too large"}
	}
	return value.Text(t), s.spend(len(t))
}
