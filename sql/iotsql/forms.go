package iotsql

import (
	"errors"

	"tidemark/sql/iotsql/value"
)

// form is a function that must see its arguments before they are evaluated.
type form struct {
	modern  bool // came with 2016-03-23
	compile func(c *compiler, e *call) (evalFunc, error)
}

// forms are the functions that look at their arguments' text, or do not evaluate
// all of them. (A function, because forms compile expressions, which look here.)
func forms() map[string]form {
	return map[string]form{
		"encode":         {modern: true, compile: (*compiler).encode},
		"decode":         {modern: true, compile: (*compiler).decode},
		"get_or_default": {modern: true, compile: (*compiler).getOrDefault},
		"regexp_matches": {compile: regexpForm(2, regexpMatches)},
		"regexp_replace": {compile: regexpForm(3, regexpReplace)},
		"regexp_substr":  {compile: regexpForm(2, regexpSubstr)},
		"transform":      {modern: true, compile: (*compiler).transform},
	}
}

// mode returns the text of an argument that must be a string literal.
func mode(e *call, i int) (string, bool) {
	if i >= len(e.args) {
		return "", false
	}
	lit, ok := e.args[i].(*literal)
	if !ok || lit.value.Kind() != value.String {
		return "", false
	}
	return lit.value.Str(), true
}

// encode compiles encode(v, "base64"). Of `*` it encodes the payload's bytes.
func (c *compiler) encode(e *call) (evalFunc, error) {
	evals, err := c.exprs(e.args)
	if err != nil {
		return nil, err
	}
	if m, ok := mode(e, 1); !ok || m != "base64" || len(evals) != 2 {
		return undefined, nil
	}
	if _, isStar := e.args[0].(*star); isStar && !c.nested {
		return func(s *scope) (value.Value, error) {
			return encodeBase64(s, value.Bytes(string(s.in.msg.Payload)))
		}, nil
	}
	return apply(func(s *scope, args []value.Value) (value.Value, error) { return encodeBase64(s, args[0]) }, evals[:1]), nil
}

// decode compiles decode(v, "base64") and decode(v, "proto", …); the latter is
// an external function, because it reads a descriptor from a bucket.
func (c *compiler) decode(e *call) (evalFunc, error) {
	evals, err := c.exprs(e.args)
	if err != nil {
		return nil, err
	}
	switch m, _ := mode(e, 1); {
	case m == "base64" && len(evals) == 2:
		return apply(func(s *scope, args []value.Value) (value.Value, error) { return decodeBase64(s, args[0]) }, evals[:1]), nil
	case m == "proto" && len(evals) == 6:
		return apply(external("decode"), evals), nil
	default:
		return undefined, nil
	}
}

// getOrDefault compiles get_or_default(e [, d]): d when e is Undefined or fails.
func (c *compiler) getOrDefault(e *call) (evalFunc, error) {
	evals, err := c.exprs(e.args)
	if err != nil {
		return nil, err
	}
	if len(evals) < 1 || len(evals) > 2 {
		return undefined, nil
	}
	otherwise := undefined
	if len(evals) == 2 {
		otherwise = evals[1]
	}
	return func(s *scope) (value.Value, error) {
		v, err := evals[0](s)
		if failed, ok := errors.AsType[*EvalError](err); err != nil && (!ok || failed.limit) {
			return v, err
		}
		if err != nil || v.IsUndefined() {
			return otherwise(s)
		}
		return v, nil
	}, nil
}

// transform compiles transform("enrichArray", object, array).
func (c *compiler) transform(e *call) (evalFunc, error) {
	evals, err := c.exprs(e.args)
	if err != nil {
		return nil, err
	}
	if m, ok := mode(e, 0); !ok || m != "enrichArray" || len(evals) != 3 {
		return undefined, nil
	}
	return apply(enrich, evals[1:]), nil
}
