package builtin

import (
	"slices"
	"strconv"
	"strings"
)

// emitOnce renders a template that repeats its arguments. Those that are more than a
// name or a constant are computed before and bound to a name, or else a call in the
// argument of a call would be computed as often as both together repeat it.
func emitOnce(template string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		return once(c, func(c Call) (string, error) { return fill(template, c), nil })
	}
}

// once renders a call whose arguments are names and constants:
//
//	list_transform([{'p1': length(a)}], lambda q: render(q.p1))[1]
func once(c Call, render func(Call) (string, error)) (string, error) {
	var fields []string
	args := slices.Clone(c.Args)
	for i, a := range c.Args {
		if a.Lambda == nil && !a.Const && strings.ContainsAny(a.SQL, "([{ ") {
			name := "p" + strconv.Itoa(i+1)
			fields = append(fields, "'"+name+"': "+a.SQL)
			args[i].SQL = "q." + name
		}
	}
	if len(fields) == 0 {
		return render(c)
	}
	c.Args = args
	text, err := render(c)
	return "list_transform([{" + strings.Join(fields, ", ") + "}], lambda q: " + text + ")[1]", err
}
