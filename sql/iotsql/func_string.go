package iotsql

import (
	"strings"
	"unicode/utf8"

	"tidemark/sql/iotsql/value"
)

// stringFunctions turn their arguments to text first; Null and Undefined have none
// and make them Undefined.
var stringFunctions = map[string]function{
	"chr":        {min: 1, max: 1, eval: pure(character)},
	"concat":     {max: many, eval: concat},
	"endswith":   text2(func(s, t string) value.Value { return value.Bool(strings.HasSuffix(s, t)) }),
	"indexof":    {modern: true, min: 2, max: 2, eval: pure(indexOf)},
	"length":     modern(text1(func(s string) value.Value { return value.Integer(int64(utf8.RuneCountInString(s))) })),
	"lower":      text1(func(s string) value.Value { return value.Text(strings.ToLower(s)) }),
	"lpad":       {min: 2, max: 2, eval: pad(func(s, blanks string) string { return blanks + s })},
	"ltrim":      text1(func(s string) value.Value { return value.Text(strings.TrimLeft(s, " \t")) }),
	"numbytes":   modern(text1(func(s string) value.Value { return value.Integer(int64(len(s))) })),
	"replace":    {min: 3, max: 3, eval: replace},
	"rpad":       {min: 2, max: 2, eval: pad(func(s, blanks string) string { return s + blanks })},
	"rtrim":      text1(func(s string) value.Value { return value.Text(strings.TrimRight(s, " \t")) }),
	"startswith": text2(func(s, t string) value.Value { return value.Bool(strings.HasPrefix(s, t)) }),
	"substring":  {min: 2, max: 3, eval: pure(substring)},
	"trim":       text1(func(s string) value.Value { return value.Text(strings.Trim(s, " \t")) }),
	"upper":      text1(func(s string) value.Value { return value.Text(strings.ToUpper(s)) }),
}

func modern(f function) function {
	f.modern = true
	return f
}

// text1 is a function of one text.
func text1(f func(s string) value.Value) function {
	return function{min: 1, max: 1, eval: func(s *scope, args []value.Value) (value.Value, error) {
		text, ok := value.ToText(args[0])
		if !ok {
			return value.Value{}, nil
		}
		return f(text), s.spend(len(text))
	}}
}

// text2 is a function of two texts.
func text2(f func(s, t string) value.Value) function {
	return function{min: 2, max: 2, eval: func(s *scope, args []value.Value) (value.Value, error) {
		a, okA := value.ToText(args[0])
		b, okB := value.ToText(args[1])
		if !okA || !okB {
			return value.Value{}, nil
		}
		return f(a, b), s.spend(len(a) + len(b))
	}}
}

// character is chr(n): the ASCII character of n rounded down.
func character(args []value.Value) value.Value {
	n, ok := floorInt(args[0])
	if !ok || n < 0 || n > 127 {
		return value.Value{}
	}
	return value.Text(string(rune(n)))
}

// concat joins texts, or, when an argument is an Array, all elements and
// arguments to one array. One argument is returned unmodified.
func concat(s *scope, args []value.Value) (value.Value, error) {
	if len(args) < 2 {
		if len(args) == 1 {
			return args[0], nil
		}
		return value.Value{}, nil
	}
	for _, a := range args {
		if a.Kind() == value.Array {
			return flatten(s, args)
		}
	}
	return s.join(args...)
}

func flatten(s *scope, args []value.Value) (value.Value, error) {
	var elems []value.Value
	for _, a := range args {
		switch a.Kind() {
		case value.Array:
			elems = append(elems, a.Elems()...)
		case value.Undefined, value.Binary:
			return value.Value{}, nil
		default:
			elems = append(elems, a)
		}
	}
	return s.list(elems)
}

// elementWork is what one element of a computed array counts.
const elementWork = 16

// list returns a computed Array and accounts for its size.
func (s *scope) list(elems []value.Value) (value.Value, error) {
	if len(elems)*elementWork > maxText {
		return value.Value{}, &EvalError{Reason: "a computed array is too large"}
	}
	return value.List(elems), s.spend(len(elems) * elementWork)
}

// indexOf takes strings only: no other type is turned to text.
func indexOf(args []value.Value) value.Value {
	if args[0].Kind() != value.String || args[1].Kind() != value.String {
		return value.Value{}
	}
	text := args[0].Str()
	at := strings.Index(text, args[1].Str())
	if at > 0 {
		at = utf8.RuneCountInString(text[:at])
	}
	return value.Integer(int64(at))
}

// maxPad is how many blanks lpad and rpad add at most.
const maxPad = 1000

// pad is lpad and rpad: they add n blanks, they do not pad to a width.
func pad(add func(s, blanks string) string) func(*scope, []value.Value) (value.Value, error) {
	return func(s *scope, args []value.Value) (value.Value, error) {
		text, ok := value.ToText(args[0])
		n, okN := floorInt(args[1])
		if !ok || !okN {
			return value.Value{}, nil
		}
		return s.text(add(text, strings.Repeat(" ", int(min(max(n, 0), maxPad)))))
	}
}

// replace replaces all occurrences.
func replace(s *scope, args []value.Value) (value.Value, error) {
	text, ok0 := value.ToText(args[0])
	old, ok1 := value.ToText(args[1])
	by, ok2 := value.ToText(args[2])
	if !ok0 || !ok1 || !ok2 {
		return value.Value{}, nil
	}
	if grown := strings.Count(text, old) * (len(by) - len(old)); len(text)+grown > maxText {
		return value.Value{}, &EvalError{Function: "replace", Reason: "the result is too large"}
	}
	return s.text(strings.ReplaceAll(text, old, by))
}

// substring is substring(s, from [, to]): characters from 0, to exclusive, both
// rounded down and clamped to the text.
func substring(args []value.Value) value.Value {
	text, ok := value.ToText(args[0])
	from, okFrom := floorInt(args[1])
	if !ok || !okFrom {
		return value.Value{}
	}
	length := int64(utf8.RuneCountInString(text))
	to := length
	if len(args) == 3 {
		if to, ok = floorInt(args[2]); !ok {
			return value.Value{}
		}
	}
	from, to = min(max(from, 0), length), min(max(to, 0), length)
	if from >= to {
		return value.Text("")
	}
	if length == int64(len(text)) {
		return value.Text(text[from:to])
	}
	return value.Text(string([]rune(text)[from:to]))
}
