package duckgen

import (
	"fmt"
	"maps"
	"strings"
)

// A macro of the prelude repeats its arguments, and a call in the argument of a call
// multiplies that: fifty nested calls of substr would become 3^50 expressions in
// DuckDB. The size after expansion is therefore counted before DuckDB sees the text.
// And DuckDB binds the body of a lambda twice, within another one four times and so on;
// nothing ends it while it does. Nor does anything end it while it optimizes, for which
// it walks again and again from each call to the bottom of its arguments.
const (
	maxExpansion = 200_000   // names and numbers in the expanded text
	maxBound     = 4_000_000 // and each as often as it is bound
	maxWalked    = 2_000_000 // and each as often as it is in another's arguments
	maxText      = 4 << 20   // bytes of text under construction
)

// expansions says, per macro, how often each argument appears once it is expanded.
type expansions struct {
	times  map[string][]int
	lambda int // how often the body of a lambda counts
	limit  int
	nested bool // whether a word counts once for each bracket of its expression that it is in
}

// repeats and binds are computed from the macros themselves.
var (
	repeats = countRepeats(Prelude(), 1, maxExpansion)
	binds   = countRepeats(Prelude(), 2, maxBound)
	walks   = expansions{repeats.times, 1, maxWalked, true}
)

// engineMacros are DuckDB's own macros that repeat their arguments.
var engineMacros = map[string][]int{
	"nullif": {2, 1}, "fmod": {2, 2}, "array_pop_back": {2}, "round_even": {3, 3}, "roundbankers": {3, 3},
	"split_part": {2, 2, 2}, "weighted_avg": {1, 2}, "wavg": {1, 2},
}

func countRepeats(statements []string, lambda, limit int) expansions {
	all := expansions{times: maps.Clone(engineMacros), lambda: lambda, limit: limit}
	for _, s := range statements {
		_, definition, _ := strings.Cut(s, "MACRO ")
		head, body, _ := strings.Cut(definition, ") AS ")
		name, list, _ := strings.Cut(head, "(")
		var times []int
		for param := range strings.SplitSeq(list, ", ") {
			times = append(times, all.size(body, func(word string) bool { return word == param }))
		}
		all.times[name] = times
	}
	return all
}

// frame is an open bracket; of a macro's it is the argument that is being read.
type frame struct {
	times []int // of the macro's arguments, nil for another bracket
	arg   int
	base  int // how often the bracket's own text appears
	depth int // of the bracket in its expression, from 1
	limit int
}

// factor is how often the text at this place appears.
func (f frame) factor() int {
	if f.arg >= len(f.times) {
		return f.base
	}
	return min(f.base*f.times[f.arg], f.limit+1)
}

// bracket is a bracket, or a macro's, with the text behind it, within f. That of a
// subquery begins another expression.
func (f frame) bracket(times []int, behind string) frame {
	in := frame{times: times, base: f.factor(), depth: f.depth + 1, limit: f.limit}
	if strings.HasPrefix(behind, "SELECT ") {
		in.depth = 1
	}
	return in
}

// size counts the words of a text that count wants, expanded, up to just above the limit.
func (x expansions) size(text string, count func(word string) bool) int {
	total, stack := 0, []frame{{base: 1, depth: 1, limit: x.limit}}
	for i := 0; i < len(text); {
		top := &stack[len(stack)-1]
		length := 1
		switch c := text[i]; {
		case c == '\'':
			length = quotedLength(text[i:])
		case wordByte(c):
			length = wordLength(text[i:])
			word := text[i : i+length]
			switch {
			case word == "lambda" && strings.HasPrefix(text[i+length:], " "):
				top.base = min(top.base*x.lambda, x.limit+1)
			case i+length < len(text) && text[i+length] == '(' && x.times[word] != nil:
				length++
				stack = append(stack, top.bracket(x.times[word], text[i+length:]))
			case count(word):
				total = min(total+top.factor()*x.weight(*top), x.limit+1)
			}
		case c == '(' || c == '[' || c == '{':
			stack = append(stack, top.bracket(nil, text[i+1:]))
		case c == ')' || c == ']' || c == '}':
			stack = stack[:max(1, len(stack)-1)]
		case c == ',':
			top.arg++
		}
		i += length
	}
	return total
}

// weight is how often one occurrence of a word counts.
func (x expansions) weight(f frame) int {
	if x.nested {
		return f.depth
	}
	return 1
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func wordLength(text string) int {
	n := 1
	for n < len(text) && wordByte(text[n]) {
		n++
	}
	return n
}

// quotedLength is the length of the literal in front, with its quotes; a doubled
// quote is two literals side by side here.
func quotedLength(text string) int {
	end := strings.IndexByte(text[1:], '\'')
	if end < 0 {
		return len(text)
	}
	return end + 2
}

// tooComplex says which limit a program is beyond once it is expanded; empty if none.
func tooComplex(text string) string {
	every := func(string) bool { return true }
	for _, by := range []struct {
		measure expansions
		what    string
	}{
		{repeats, "what its function calls stand for has more than %d names and numbers"},
		{binds, "with lambdas in lambdas it has more than %d names and numbers"},
		{walks, "its function calls are nested too deeply in too many places (more than %d names and numbers, each counted as often as it is nested)"},
	} {
		if by.measure.size(text, every) > by.measure.limit {
			return fmt.Sprintf("the query is too complex: "+by.what, by.measure.limit)
		}
	}
	return ""
}
