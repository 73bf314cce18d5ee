package builtin

import (
	"fmt"
	"slices"
	"strings"

	"tidemark/sql/types"
)

// A signature is written as the documentation prints it:
//
//	name(type, type...) result
//
// where a type is a scalar type, array(t), timeseries(t), row(t, ...) or lambda(t, ...) t,
// or a type variable, one upper-case letter. Dots after the last parameter let it
// be repeated or left out. Some variables are restricted:
//
//	N  integer, bigint or double        I  integer or bigint
//	O  any type that has an order       other letters: any type

// pattern is a type with variables.
type pattern struct {
	kind     types.Kind
	variable byte      // 'T' and so on; kind is Unknown then
	elem     *pattern  // of an array or a timeseries
	lambda   bool      // params -> elem
	params   []pattern // of a lambda
	fields   []pattern // of a row
	names    []string  // of the fields; empty for none
}

var scalarNames = map[string]types.Kind{
	"boolean": types.Boolean, "integer": types.Integer, "bigint": types.Bigint, "double": types.Double,
	"varchar": types.Varchar, "timestamp": types.Timestamp, "date": types.Date, "time": types.Time,
	"interval day to second": types.IntervalDayToSecond, "interval year to month": types.IntervalYearToMonth,
}

// parseSignature reads a signature; one that is wrong is a mistake in the table and panics.
func parseSignature(text string) (name string, params []pattern, variadic bool, result pattern) {
	open, end := strings.IndexByte(text, '('), strings.IndexByte(text, ')')
	if open < 0 || end < open {
		panic("signature " + text)
	}
	end = open + closing(text[open:])
	list := text[open+1 : end]
	list, variadic = strings.CutSuffix(list, "...")
	for _, p := range splitTypes(list) {
		params = append(params, parsePattern(p))
	}
	result = parsePattern(strings.TrimSpace(text[end+1:]))
	letters := map[byte]bool{}
	for _, p := range append(params[:len(params):len(params)], result) {
		p.variables(letters)
	}
	if len(letters) > maxVariables {
		panic("signature " + text + " has too many type variables")
	}
	return text[:open], params, variadic, result
}

// variables adds the letters of the type variables in p.
func (p pattern) variables(letters map[byte]bool) {
	if p.variable != 0 {
		letters[p.variable] = true
	}
	if p.elem != nil {
		p.elem.variables(letters)
	}
	for _, each := range slices.Concat(p.params, p.fields) {
		each.variables(letters)
	}
}

// closing returns the index of the parenthesis that closes the first one.
func closing(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	panic("signature " + text)
}

// splitTypes cuts a list at the commas outside of parentheses.
func splitTypes(list string) []string {
	var parts []string
	depth, start := 0, 0
	for i := range len(list) {
		switch list[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts, start = append(parts, strings.TrimSpace(list[start:i])), i+1
			}
		}
	}
	if last := strings.TrimSpace(list[start:]); last != "" {
		parts = append(parts, last)
	}
	return parts
}

func parsePattern(text string) pattern {
	if kind, ok := scalarNames[text]; ok {
		return pattern{kind: kind}
	}
	if len(text) == 1 && text[0] >= 'A' && text[0] <= 'Z' {
		return pattern{variable: text[0]}
	}
	word, rest, ok := strings.Cut(text, "(")
	if !ok {
		panic("type " + text)
	}
	end := closing("(" + rest)
	inner := splitTypes(rest[:end-1])
	switch word {
	case "array", "timeseries":
		elem := parsePattern(inner[0])
		return pattern{kind: map[string]types.Kind{"array": types.Array, "timeseries": types.Timeseries}[word], elem: &elem}
	case "row":
		names, fields := rowFields(inner)
		return pattern{kind: types.Row, fields: fields, names: names}
	case "lambda":
		elem := parsePattern(strings.TrimSpace(rest[end:]))
		return pattern{lambda: true, elem: &elem, params: parsePatterns(inner)}
	}
	panic(fmt.Sprintf("type %q", text))
}

func parsePatterns(texts []string) []pattern {
	all := make([]pattern, len(texts))
	for i, t := range texts {
		all[i] = parsePattern(t)
	}
	return all
}

// rowFields reads the fields of a row, each a type with or without a name before it.
func rowFields(texts []string) (names []string, fields []pattern) {
	for _, t := range texts {
		name, rest, named := strings.Cut(t, " ")
		if _, scalar := scalarNames[t]; !named || scalar || strings.Contains(name, "(") {
			name, rest = "", t
		}
		names, fields = append(names, name), append(fields, parsePattern(rest))
	}
	return names, fields
}
