package iotsql

import (
	"maps"

	"tidemark/sql/iotsql/value"
)

// function is one function of the language. A call with fewer arguments than
// min or more than max is Undefined, as is everything that eval returns so.
type function struct {
	modern   bool // came with 2016-03-23
	min, max int
	eval     func(s *scope, args []value.Value) (value.Value, error)
}

// many is a max without end.
const many = 1 << 20

// functions are the functions whose arguments are evaluated before them, by
// lower-case name (AWS page "Functions"). The forms that see their arguments
// unevaluated are in forms.
var functions = merged(
	numericFunctions, stringFunctions, hashFunctions, structureFunctions, contextFunctions, timeFunctions, externalFunctions,
)

func merged(families ...map[string]function) map[string]function {
	all := make(map[string]function)
	for _, family := range families {
		maps.Copy(all, family)
	}
	return all
}

// call compiles a function call.
func (c *compiler) call(e *call) (evalFunc, error) {
	if f, ok := forms()[e.function]; ok {
		if f.modern {
			if err := c.needs(e.Span, e.function+"()"); err != nil {
				return nil, err
			}
		}
		return f.compile(c, e)
	}
	f, ok := functions[e.function]
	if !ok {
		return nil, c.fail(e.Span, "there is no function %s()", e.function)
	}
	if f.modern {
		if err := c.needs(e.Span, e.function+"()"); err != nil {
			return nil, err
		}
	}
	evals, err := c.exprs(e.args)
	if err != nil {
		return nil, err
	}
	if len(evals) < f.min || len(evals) > f.max {
		return undefined, nil
	}
	return apply(f.eval, evals), nil
}

// apply evaluates the arguments onto the scope's stack and calls f with them.
func apply(f func(s *scope, args []value.Value) (value.Value, error), evals []evalFunc) evalFunc {
	return func(s *scope) (value.Value, error) {
		base := len(s.args)
		for _, eval := range evals {
			v, err := eval(s)
			if err != nil {
				s.args = s.args[:base]
				return v, err
			}
			s.args = append(s.args, v)
		}
		v, err := f(s, s.args[base:])
		s.args = s.args[:base]
		return s.number(v), err
	}
}

// pure makes an eval of a function of values alone.
func pure(f func(args []value.Value) value.Value) func(*scope, []value.Value) (value.Value, error) {
	return func(_ *scope, args []value.Value) (value.Value, error) { return f(args), nil }
}
