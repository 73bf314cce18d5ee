package iotsql

import (
	"strconv"

	"tidemark/sql/iotsql/value"
)

// selection is a compiled SELECT list.
type selection struct {
	outputs  []output
	bare     bool // VALUE
	starOnly bool // `*` is the only item and has no alias
	nested   bool
}

// output is one item: its value goes to path, or, without a path, `*` spreads
// the members of its value.
type output struct {
	path []string
	eval evalFunc
}

func (c *compiler) selection(q *query) (*selection, error) {
	sel := &selection{bare: q.bare, nested: c.nested}
	for i, it := range q.items {
		eval, err := c.expr(it.expr)
		if err != nil {
			return nil, err
		}
		_, isStar := it.expr.(*star)
		path := it.alias
		if path == nil && !isStar {
			path = []string{defaultName(it.expr, i)}
		}
		sel.outputs = append(sel.outputs, output{path, eval})
		sel.starOnly = isStar && it.alias == nil && len(q.items) == 1
	}
	return sel, nil
}

// defaultName is the name of an item without AS: the last part of a path, a
// function's name, else its position.
func defaultName(e expr, position int) string {
	switch e := e.(type) {
	case *name:
		return e.name
	case *variable:
		return e.name
	case *field:
		return e.name
	case *call:
		return e.function
	case *cast:
		return "cast"
	default:
		return "_" + strconv.Itoa(position)
	}
}

// eval returns the selected value: of VALUE and of `*` alone whatever it is,
// else an object.
func (sel *selection) eval(s *scope) (value.Value, error) {
	if sel.bare || sel.starOnly {
		return sel.outputs[0].eval(s)
	}
	b := value.NewObject(len(sel.outputs))
	for i := range sel.outputs {
		if err := sel.add(s, &b, &sel.outputs[i]); err != nil {
			return value.Value{}, err
		}
	}
	return b.Value(), nil
}

func (sel *selection) add(s *scope, b *value.ObjectBuilder, out *output) error {
	v, err := s.json(out.eval)
	switch {
	case err != nil:
		return err
	case len(out.path) > 0:
		setPath(b, out.path, v)
		return nil
	default:
		return sel.spread(s, b, v)
	}
}

// spread copies the members of `*`.
func (sel *selection) spread(s *scope, b *value.ObjectBuilder, v value.Value) error {
	if v.Kind() != value.Object && !sel.nested {
		return &EvalError{Reason: "the payload is not a JSON object, and * stands among other items"}
	}
	for _, m := range v.Members() {
		b.Set(m.Name, m.Value)
	}
	return s.spend(len(v.Members()))
}

// setPath sets a member of nested objects, which it makes or extends. Undefined
// sets nothing.
func setPath(b *value.ObjectBuilder, path []string, v value.Value) {
	if v.IsUndefined() {
		return
	}
	if len(path) > 1 {
		inner := value.Extend(b.Get(path[0]), 1)
		setPath(&inner, path[1:], v)
		v = inner.Value()
	}
	b.Set(path[0], v)
}

// query compiles a nested query.
func (c *compiler) query(q *query) (evalFunc, error) {
	run, err := c.nestedQuery(q)
	return func(s *scope) (value.Value, error) {
		v, _, err := run(s, false)
		return v, err
	}, err
}

// exists compiles EXISTS: whether the query yields anything.
func (c *compiler) exists(e *exists) (evalFunc, error) {
	run, err := c.nestedQuery(e.query)
	return func(s *scope) (value.Value, error) {
		_, found, err := run(s, true)
		return value.Bool(found), err
	}, err
}

// queryFunc runs a nested query. With first it stops at the first element that
// it yields; found says whether there was one.
type queryFunc func(s *scope, first bool) (v value.Value, found bool, err error)

// nestedQuery compiles the parts of a nested query: the source outside of it,
// the rest inside.
func (c *compiler) nestedQuery(q *query) (queryFunc, error) {
	if err := c.needs(q.Span, "a nested query"); err != nil {
		return nil, err
	}
	from, err := c.expr(q.from)
	if err != nil {
		return nil, err
	}
	nested, alias := c.nested, c.alias
	defer func() { c.nested, c.alias = nested, alias }()
	c.nested, c.alias = true, q.alias
	sub := &subquery{}
	if sub.output, err = c.selection(q); err != nil {
		return nil, err
	}
	if q.cond != nil {
		if sub.cond, err = c.expr(q.cond); err != nil {
			return nil, err
		}
	}
	return func(s *scope, first bool) (value.Value, bool, error) {
		source, err := from(s)
		if err != nil {
			return source, false, err
		}
		return sub.run(s, source, first)
	}, nil
}

// subquery is the part of a nested query that is evaluated for an element.
type subquery struct {
	cond   evalFunc // nil without WHERE
	output *selection
}

// run evaluates over an array's elements, giving an array, or once over an
// object, giving what is selected from it.
func (q *subquery) run(s *scope, source value.Value, first bool) (value.Value, bool, error) {
	outer := s.row
	defer func() { s.row = outer }()
	switch source.Kind() {
	case value.Object:
		v, err := q.element(s, source)
		return v, !v.IsUndefined(), err
	case value.Array:
		return q.elements(s, source.Elems(), first)
	default:
		return value.Value{}, false, nil
	}
}

func (q *subquery) elements(s *scope, elems []value.Value, first bool) (value.Value, bool, error) {
	var out []value.Value
	for _, e := range elems {
		v, err := q.element(s, e)
		if err != nil {
			return v, false, err
		}
		if v.IsUndefined() {
			continue
		}
		if out = append(out, v); first {
			break
		}
	}
	return value.List(out), len(out) > 0, nil
}

// rowWork is the work of evaluating one element, beside what its expressions count.
const rowWork = 64

// element evaluates over one element; Undefined when WHERE drops it.
func (q *subquery) element(s *scope, e value.Value) (value.Value, error) {
	if err := s.spend(rowWork * (1 + len(q.output.outputs))); err != nil {
		return value.Value{}, err
	}
	s.row = e
	if q.cond != nil {
		v, err := q.cond(s)
		if err != nil || !value.ToBoolean(v).True() {
			return value.Value{}, err
		}
	}
	return q.output.eval(s)
}
