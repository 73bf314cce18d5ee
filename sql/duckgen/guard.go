package duckgen

import (
	"strconv"
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
)

// guard collects the parts of an expression under TRY that DuckDB refuses there:
// subqueries and calls of volatile functions.
type guard struct {
	name  string   // of the row of their values
	parts []string // each with the name of its field
}

// guarded writes TRY over an expression. The parts that the guard collected are
// computed before it, in a list of one row, and their own errors are not caught. A
// TRY within another leaves its parts to the outer one.
func (e *emitter) guarded(render func() string) string {
	if e.guard != nil {
		return "TRY(" + render() + ")"
	}
	g := &guard{name: column(e.ids.Next())}
	e.guard = g
	text := "TRY(" + render() + ")"
	e.guard = nil
	if len(g.parts) == 0 {
		return text
	}
	return "list_transform([{" + strings.Join(g.parts, ", ") + "}], lambda " + g.name + ": " + text + ")[1]"
}

// ahead writes a part that cannot stand under TRY: there, the field with its value.
func (e *emitter) ahead(render func() string) string {
	g := e.guard
	if g == nil {
		return render()
	}
	e.guard = nil
	text := render()
	e.guard = g
	field := "p" + strconv.Itoa(len(g.parts))
	g.parts = append(g.parts, "'"+field+"': "+text)
	return g.name + "." + field
}

func (e *emitter) call(in scope, x *plan.Call) string {
	plain := func() string {
		return e.emitted(x.Fn, builtin.Call{Args: e.args(in, x.Args), Result: x.Result}, x.At)
	}
	switch {
	case x.Fn.Catches:
		return e.guarded(plain)
	case x.Fn.Volatile:
		return e.ahead(plain)
	}
	return plain()
}

func (e *emitter) cast(in scope, c *plan.Cast) string {
	plain := func() string { return builtin.CastSQL(e.expr(in, c.X), c.X.Type(), c.To) }
	if c.Try {
		return e.guarded(plain)
	}
	return plain()
}
