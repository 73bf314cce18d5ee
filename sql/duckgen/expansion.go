package duckgen

import (
	"maps"
	"strings"
)

// A macro of the prelude repeats its arguments, and a call in the argument of a call
// multiplies that: fifty nested calls of substr would become 3^50 expressions in
// DuckDB. The size after expansion is therefore counted before DuckDB sees the text.
// And DuckDB binds the body of a lambda twice, within another one four times and so on;
// nothing ends it while it does.
const (
	maxExpansion = 200_000   // names and numbers in the expanded text
	maxBound     = 4_000_000 // and each as often as it is bound
	maxText      = 4 << 20   // bytes of text under construction
)

// expansions says, per macro, how often each argument appears once it is expanded.
type expansions struct {
	times  map[string][]int
	lambda int // how often the body of a lambda counts
	limit  int
}

// repeats and binds are computed from the macros themselves.
var (
	repeats = countRepeats(Prelude(), 1, maxExpansion)
	binds   = countRepeats(Prelude(), 2, maxBound)
)

// engineMacros are DuckDB's own macros that repeat their arguments.
var engineMacros = map[string][]int{
	"nullif": {2, 1}, "fmod": {2, 2}, "array_pop_back": {2}, "round_even": {3, 3}, "roundbankers": {3, 3},
	"split_part": {2, 2, 2}, "weighted_avg": {1, 2}, "wavg": {1, 2},
}

func countRepeats(statements []string, lambda, limit int) expansions {
	all := expansions{maps.Clone(engineMacros), lambda, limit}
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
	limit int
}

// factor is how often the text at this place appears.
func (f frame) factor() int {
	if f.arg >= len(f.times) {
		return f.base
	}
	return min(f.base*f.times[f.arg], f.limit+1)
}

// size counts the words of a text that count wants, expanded, up to just above the limit.
func (x expansions) size(text string, count func(word string) bool) int {
	total, stack := 0, []frame{{base: 1, limit: x.limit}}
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
				stack = append(stack, frame{times: x.times[word], base: top.factor(), limit: x.limit})
				length++
			case count(word):
				total = min(total+top.factor(), x.limit+1)
			}
		case c == '(' || c == '[' || c == '{':
			stack = append(stack, frame{base: top.factor(), limit: x.limit})
		case c == ')' || c == ']' || c == '}':
			stack = stack[:max(1, len(stack)-1)]
		case c == ',':
			top.arg++
		}
		i += length
	}
	return total
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

// tooComplex reports a program that expands beyond the limit.
func tooComplex(text string) bool {
	every := func(string) bool { return true }
	return repeats.size(text, every) > maxExpansion || binds.size(text, every) > maxBound
}
