package builtin

import (
	"strconv"
	"strings"
)

// fill puts a call into a template. The places are {1}, {2}, ... for arguments,
// {*} for all of them separated by commas, {k} for the kind of the values of the
// series that is the first one, {r} for a random number, {d} {o} {n} {f} for the modifiers of an
// aggregate or window function (see Call).
func fill(template string, c Call) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		text, ok := c.place(name)
		if !closed || !ok { // a brace of the SQL itself, as in a struct literal
			b.WriteByte('{')
			template = after
			continue
		}
		b.WriteString(text)
		template = rest
	}
}

// place returns what belongs in the place of a name; ok is false for any other text.
func (c Call) place(name string) (text string, ok bool) {
	switch name {
	case "*":
		return c.list(), true
	case "k":
		return c.seriesKind()
	case "d":
		return c.Distinct, true
	case "o":
		return c.Order, true
	case "n":
		return c.Nulls, true
	case "r":
		return c.Random, true
	case "f":
		return c.Suffix, true
	}
	i, err := strconv.Atoi(name)
	if err != nil || i < 1 || i > len(c.Args) {
		return "", false
	}
	return c.Args[i-1].SQL, true
}

func (c Call) list() string {
	texts := make([]string, len(c.Args))
	for i, a := range c.Args {
		texts[i] = a.SQL
	}
	return strings.Join(texts, ", ")
}
