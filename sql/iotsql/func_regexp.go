package iotsql

import (
	"regexp"
	"strconv"
	"strings"

	"tidemark/sql/iotsql/value"
)

// regexpFunc is a regular expression function: texts are the arguments after the pattern.
type regexpFunc func(s *scope, re *regexp.Regexp, text string, more []string) (value.Value, error)

// maxPattern is the longest pattern that is computed from a message.
const maxPattern = 4096

// regexpForm compiles function(text, pattern …) with count arguments. A literal
// pattern that RE2 does not take is a syntax error; a computed one is Undefined.
func regexpForm(count int, f regexpFunc) func(c *compiler, e *call) (evalFunc, error) {
	return func(c *compiler, e *call) (evalFunc, error) {
		evals, err := c.exprs(e.args)
		if err != nil {
			return nil, err
		}
		if len(evals) != count {
			return undefined, nil
		}
		var fixed *regexp.Regexp
		if pattern, ok := mode(e, 1); ok {
			if fixed, err = regexp.Compile(pattern); err != nil {
				return nil, c.fail(e.args[1].where(), "the regular expression is not supported: %s", err)
			}
		}
		return apply(func(s *scope, args []value.Value) (value.Value, error) {
			return matchTexts(s, fixed, args, f)
		}, evals), nil
	}
}

func matchTexts(s *scope, re *regexp.Regexp, args []value.Value, f regexpFunc) (value.Value, error) {
	var texts [3]string
	for i, a := range args {
		text, ok := value.ToText(a)
		if !ok {
			return value.Value{}, nil
		}
		texts[i] = text
	}
	if re == nil {
		var err error
		if re, err = regexp.Compile(texts[1]); err != nil || len(texts[1]) > maxPattern {
			return value.Value{}, nil
		}
	}
	if err := s.spend(len(texts[0]) * (1 + len(re.String()))); err != nil {
		return value.Value{}, err
	}
	return f(s, re, texts[0], texts[2:])
}

// regexpMatches reports whether the pattern is found anywhere.
func regexpMatches(_ *scope, re *regexp.Regexp, text string, _ []string) (value.Value, error) {
	return value.Bool(re.MatchString(text)), nil
}

// regexpSubstr returns the first match; Undefined when there is none.
func regexpSubstr(_ *scope, re *regexp.Regexp, text string, _ []string) (value.Value, error) {
	if at := re.FindStringIndex(text); at != nil {
		return value.Text(text[at[0]:at[1]]), nil
	}
	return value.Value{}, nil
}

// regexpReplace replaces all matches; $1 stands for a group, \$ for a dollar.
func regexpReplace(s *scope, re *regexp.Regexp, text string, more []string) (value.Value, error) {
	parts, ok := replacement(more[0], re.NumSubexp())
	if !ok {
		return value.Value{}, nil
	}
	var out strings.Builder
	last := 0
	for _, match := range re.FindAllStringSubmatchIndex(text, -1) {
		out.WriteString(text[last:match[0]])
		for _, p := range parts {
			out.WriteString(p.expand(text, match))
		}
		if last = match[1]; out.Len() > maxText {
			return value.Value{}, &EvalError{Function: "regexp_replace", Reason: "the result is too large"}
		}
	}
	out.WriteString(text[last:])
	return s.text(out.String())
}

// replacementPart is literal text, or a group when there is none.
type replacementPart struct {
	text  string
	group int // -1 for text
}

func (p replacementPart) expand(text string, match []int) string {
	if p.group < 0 {
		return p.text
	}
	if from := match[2*p.group]; from >= 0 {
		return text[from:match[2*p.group+1]]
	}
	return ""
}

// replacement reads Java's replacement syntax: $n is a group, a backslash takes
// the next character as it is. ok is false for a group that does not exist.
func replacement(text string, groups int) (parts []replacementPart, ok bool) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			parts = append(parts, replacementPart{text[i+1 : i+2], -1})
			i += 2
		case c == '$':
			group, size := groupNumber(text[i+1:], groups)
			if size == 0 {
				return nil, false
			}
			parts = append(parts, replacementPart{"", group})
			i += 1 + size
		default:
			end := strings.IndexAny(text[i:], `\$`)
			if end <= 0 {
				end = len(text) - i
			}
			parts = append(parts, replacementPart{text[i : i+end], -1})
			i += end
		}
	}
	return parts, true
}

// groupNumber reads as many digits as name an existing group, at least one.
func groupNumber(text string, groups int) (group, size int) {
	for size < len(text) && isDigit(text[size]) {
		n, err := strconv.Atoi(text[:size+1])
		if err != nil || n > groups {
			break
		}
		group = n
		size++
	}
	return group, size
}
