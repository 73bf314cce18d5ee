package builtin

import (
	"strconv"
	"strings"
)

// fill puts a call into a template. The places are {1}, {2}, ... for arguments,
// {*} for all of them separated by commas, {d} {o} {n} {f} for the modifiers of an
// aggregate or window function (see Call).
func fill(template string, c Call) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(template, '{')
		if open < 0 {
			b.WriteString(template)
			return b.String()
		}
		length := strings.IndexByte(template[open:], '}')
		b.WriteString(template[:open])
		b.WriteString(c.place(template[open+1 : open+length]))
		template = template[open+length+1:]
	}
}

func (c Call) place(name string) string {
	switch name {
	case "*":
		return c.list()
	case "d":
		return c.Distinct
	case "o":
		return c.Order
	case "n":
		return c.Nulls
	case "f":
		return c.Suffix
	}
	i, err := strconv.Atoi(name)
	if err != nil || i < 1 || i > len(c.Args) {
		return "{" + name + "}" // a brace of the SQL itself, as in a struct literal
	}
	return c.Args[i-1].SQL
}

func (c Call) list() string {
	texts := make([]string, len(c.Args))
	for i, a := range c.Args {
		texts[i] = a.SQL
	}
	return strings.Join(texts, ", ")
}
