package duckgen

import (
	"slices"
	"strconv"
	"strings"

	"tidemark/sql/builtin"
	"tidemark/sql/plan"
)

// guard collects the parts of an expression under TRY that DuckDB refuses there:
// subqueries and random numbers.
type guard struct {
	name   string   // of the row of their values
	parts  []string // each with the name of its field
	params []string // of the lambdas around the place that is being written, within TRY
}

// guarded writes TRY over an expression. The parts that the guard collected are
// computed before it, in a list of one row, and their own errors are not caught. A
// TRY within another leaves its parts to the outer one.
//
// Two mistakes of DuckDB are worked around. What it finds twice in a statement it
// computes once and ahead, and the left side of IN becomes the key of a join: TRY does
// not catch the errors of either. It does not look into lambdas. And a coalesce right
// under TRY writes beyond its memory once TRY goes from row to row; in a list it is
// right.
func (e *emitter) guarded(render func() string) string {
	if e.guard != nil {
		return "TRY([" + render() + "])[1]"
	}
	g := &guard{name: column(e.ids.Next())}
	e.guard = g
	text := render()
	e.guard = nil
	switch {
	case len(g.parts) > 0:
		return "list_transform([{" + strings.Join(g.parts, ", ") + "}], lambda " + g.name + ": TRY([" + text + "])[1])[1]"
	case isOneCall(text):
		return "TRY(" + text + ")"
	}
	return "TRY(list_transform([0], lambda " + g.name + ": " + text + "))[1]"
}

// isOneCall reports the call of a function on columns and constants. DuckDB computes it
// ahead only together with the TRY around it.
func isOneCall(text string) bool {
	brackets := 0
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'':
			i += quotedLength(text[i:])
			continue
		case c == '(' || c == '[' || c == '{':
			brackets++
		}
		i++
	}
	return brackets == 0 || brackets == 1 && !strings.HasPrefix(text, "coalesce(")
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
	return g.part(text)
}

// part adds a value and returns the field that it is read by.
func (g *guard) part(text string) string {
	field := "p" + strconv.Itoa(len(g.parts))
	g.parts = append(g.parts, "'"+field+"': "+text)
	return g.name + "." + field
}

// random writes a random number, under TRY one that was drawn ahead. In a lambda there
// it must be another for each element, so it is made of the draw and the parameters.
func (e *emitter) random() string {
	if e.guard == nil {
		return "random()"
	}
	draw := e.guard.part("random()")
	if len(e.guard.params) == 0 {
		return draw
	}
	return "(CAST(hash(" + draw + ", " + strings.Join(e.guard.params, ", ") + ") >> 11 AS DOUBLE) / 9007199254740992e0)"
}

// within renders the body of a lambda with the given parameters.
func (g *guard) within(params []string, render func() string) string {
	if g == nil {
		return render()
	}
	before := g.params
	g.params = append(before[:len(before):len(before)], params...)
	text := render()
	g.params = before
	return text
}

func (e *emitter) call(in scope, x *plan.Call) string {
	plain := func() string {
		c := builtin.Call{Args: e.args(in, x.Args), Result: x.Result}
		if x.Fn.Volatile {
			c.Random = e.random()
		}
		return e.once(x, c, func(c builtin.Call) string { return e.emitted(x.Fn, c, x.At) })
	}
	if x.Fn.Catches {
		return e.guarded(plain)
	}
	return plain()
}

// once names the arguments that hold random numbers and that the call repeats, so that
// each is drawn once.
func (e *emitter) once(x *plan.Call, c builtin.Call, emit func(builtin.Call) string) string {
	text := emit(c)
	name, fields := "", []string(nil)
	for i, arg := range c.Args {
		if arg.Lambda != nil || !e.holdsVolatile(x.Args[i]) || strings.Count(text, arg.SQL) == 1 && !strings.Contains(text, "tm_") {
			continue
		}
		if name == "" {
			name = column(e.ids.Next())
		}
		field := "a" + strconv.Itoa(i)
		fields = append(fields, "'"+field+"': "+arg.SQL)
		c.Args[i].SQL = name + "." + field
	}
	if fields == nil {
		return text
	}
	return "list_transform([{" + strings.Join(fields, ", ") + "}], lambda " + name + ": " + emit(c) + ")[1]"
}

// holdsVolatile reports an expression with a random number in it. What was found is
// kept, because every call around one asks again.
func (e *emitter) holdsVolatile(x plan.Expr) (found bool) {
	if found, ok := e.volatile[x]; ok {
		return found
	}
	c, ok := x.(*plan.Call)
	found = ok && c.Fn.Volatile || slices.ContainsFunc(plan.Operands(x), e.holdsVolatile)
	e.volatile[x] = found
	return found
}

func (e *emitter) cast(in scope, c *plan.Cast) string {
	plain := func() string { return builtin.CastSQL(e.expr(in, c.X), c.X.Type(), c.To) }
	if c.Try {
		return e.guarded(plain)
	}
	return plain()
}
