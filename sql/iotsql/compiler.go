package iotsql

import (
	"fmt"
	"slices"

	"tidemark/sql/iotsql/value"
	"tidemark/topic"
)

// compiler turns a tree into closures and checks what depends on the version.
type compiler struct {
	text    string
	version Version
	vars    []string // the variables assigned so far; the position is the slot
	nested  bool     // inside a nested query names are members of its element
	alias   string   // of that element
	fields  bool     // a field of the payload was named
}

func (c *compiler) fail(at Span, format string, args ...any) error {
	return &SyntaxError{Text: c.text, Span: at, Reason: fmt.Sprintf(format, args...)}
}

// needs refuses what came with 2016-03-23 in a statement of 2015-10-08.
func (c *compiler) needs(at Span, what string) error {
	if c.version.modern() {
		return nil
	}
	return c.fail(at, "%s needs SQL version %s", what, V2016)
}

func (c *compiler) topicFilter(lit *literal) error {
	if err := topic.ValidFilter(lit.value.Str()); err != nil {
		return c.fail(lit.Span, "%s", err)
	}
	if s := lit.value.Str(); len(s) >= 6 && s[:6] == "$share" {
		return c.fail(lit.Span, "FROM cannot name a shared subscription")
	}
	return nil
}

// assignments compiles SET: at most ten variables, each assigned once.
func (c *compiler) assignments(set []assignment) ([]evalFunc, error) {
	evals := make([]evalFunc, 0, len(set))
	for _, a := range set {
		switch {
		case len(c.vars) == maxVariables:
			return nil, c.fail(a.Span, "SET assigns more than %d variables", maxVariables)
		case len(a.name) > maxVariableName:
			return nil, c.fail(a.Span, "the variable's name is longer than %d", maxVariableName)
		case slices.Contains(c.vars, a.name):
			return nil, c.fail(a.Span, "@%s is assigned twice", a.name)
		}
		eval, err := c.expr(a.expr)
		if err != nil {
			return nil, err
		}
		evals = append(evals, eval)
		c.vars = append(c.vars, a.name)
	}
	return evals, nil
}

// expr compiles any expression.
func (c *compiler) expr(e expr) (evalFunc, error) {
	switch e := e.(type) {
	case *literal:
		return c.literal(e), nil
	case *name:
		return c.name(e), nil
	case *variable:
		return c.variable(e)
	case *star:
		return c.star(), nil
	case *field:
		return c.field(e)
	case *call:
		return c.call(e)
	case *cast:
		return c.cast(e)
	case *unary:
		return c.unary(e)
	case *binary:
		return c.binary(e)
	case *choice:
		return c.choice(e)
	case *object:
		return c.object(e)
	case *array:
		return c.array(e)
	case *exists:
		return c.exists(e)
	case *query:
		return c.query(e)
	default:
		panic(fmt.Sprintf("expression of type %T", e)) // the parser makes no other
	}
}

func (c *compiler) exprs(list []expr) ([]evalFunc, error) {
	evals := make([]evalFunc, len(list))
	for i, e := range list {
		var err error
		if evals[i], err = c.expr(e); err != nil {
			return nil, err
		}
	}
	return evals, nil
}

func (c *compiler) literal(e *literal) evalFunc {
	v := e.value
	if c.version.modern() {
		v = v.Whole()
	}
	return func(*scope) (value.Value, error) { return v, nil }
}

// name compiles a bare field: of the payload, or of the element of the nearest
// nested query, whose alias names the element itself.
func (c *compiler) name(e *name) evalFunc {
	key := e.name
	switch {
	case c.nested && key == c.alias:
		return func(s *scope) (value.Value, error) { return s.row, nil }
	case c.nested:
		return func(s *scope) (value.Value, error) { return s.row.Get(key), nil }
	default:
		c.fields = true
		return func(s *scope) (value.Value, error) { return s.field(key), nil }
	}
}

func (c *compiler) variable(e *variable) (evalFunc, error) {
	slot := slices.Index(c.vars, e.name)
	if slot < 0 {
		return nil, c.fail(e.Span, "the variable @%s is not assigned before it is used", e.name)
	}
	return func(s *scope) (value.Value, error) { return s.vars[slot], nil }, nil
}

func (c *compiler) star() evalFunc {
	if c.nested {
		return func(s *scope) (value.Value, error) { return s.row, nil }
	}
	return func(s *scope) (value.Value, error) { return s.in.star(s.version), nil }
}

func (c *compiler) field(e *field) (evalFunc, error) {
	of, err := c.expr(e.of)
	key := e.name
	return func(s *scope) (value.Value, error) {
		v, err := of(s)
		return v.Get(key), err
	}, err
}

// choice compiles CASE: the first WHEN that equals the value wins.
func (c *compiler) choice(e *choice) (evalFunc, error) {
	of, err := c.expr(e.of)
	if err != nil {
		return nil, err
	}
	var tests, results []evalFunc
	for _, b := range e.when {
		pair, err := c.exprs([]expr{b.test, b.result})
		if err != nil {
			return nil, err
		}
		tests, results = append(tests, pair[0]), append(results, pair[1])
	}
	otherwise := undefined
	if e.otherwise != nil {
		if otherwise, err = c.expr(e.otherwise); err != nil {
			return nil, err
		}
	}
	return func(s *scope) (value.Value, error) {
		v, err := of(s)
		if err != nil || v.IsUndefined() {
			return value.Value{}, err
		}
		return pick(s, v, tests, results, otherwise)
	}, nil
}

func pick(s *scope, v value.Value, tests, results []evalFunc, otherwise evalFunc) (value.Value, error) {
	for i, test := range tests {
		t, err := test(s)
		if err != nil {
			return value.Value{}, err
		}
		if !t.IsUndefined() && value.Equal(v, t) {
			return results[i](s)
		}
	}
	return otherwise(s)
}

func undefined(*scope) (value.Value, error) { return value.Value{}, nil }

// object compiles {"name": expr}; Undefined members are dropped.
func (c *compiler) object(e *object) (evalFunc, error) {
	if err := c.needs(e.Span, "an object literal"); err != nil {
		return nil, err
	}
	evals, err := c.exprs(e.values)
	if err != nil {
		return nil, err
	}
	return func(s *scope) (value.Value, error) {
		b := value.NewObject(len(evals))
		for i, eval := range evals {
			v, err := s.json(eval)
			if err != nil {
				return v, err
			}
			if !v.IsUndefined() {
				b.Set(e.names[i], v)
			}
		}
		return b.Value(), nil
	}, nil
}

// array compiles [expr]; Undefined elements are dropped.
func (c *compiler) array(e *array) (evalFunc, error) {
	if err := c.needs(e.Span, "an array literal"); err != nil {
		return nil, err
	}
	evals, err := c.exprs(e.elems)
	if err != nil {
		return nil, err
	}
	return func(s *scope) (value.Value, error) {
		elems := make([]value.Value, 0, len(evals))
		for _, eval := range evals {
			v, err := s.json(eval)
			if err != nil {
				return v, err
			}
			if !v.IsUndefined() {
				elems = append(elems, v)
			}
		}
		return value.List(elems), nil
	}, nil
}

// json evaluates to a value that can be part of JSON.
func (s *scope) json(eval evalFunc) (value.Value, error) {
	v, err := eval(s)
	if err == nil {
		err = jsonOnly(v)
	}
	return v, err
}
