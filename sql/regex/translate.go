package regex

import (
	"fmt"
	"regexp"
	"strings"
)

// asciiClasses are Java's character classes, which are of ASCII letters only, as they
// read inside brackets.
var asciiClasses = map[string]string{
	`\p{Lower}`: "a-z", `\p{Upper}`: "A-Z", `\p{Alpha}`: "A-Za-z", `\p{Digit}`: "0-9", `\p{Alnum}`: "0-9A-Za-z",
	`\p{XDigit}`: "0-9A-Fa-f", `\p{Space}`: `\t\n\x0B\f\r `, `\p{Blank}`: `\t `, `\p{Punct}`: "!-/:-@\\[-\\x60{-~", `\p{ASCII}`: `\x00-\x7F`,
	`\d`: "0-9", `\w`: "0-9A-Za-z_", `\s`: `\t\n\x0B\f\r `, `\h`: `\t `,
}

// opposites are the negated classes.
var opposites = map[string]string{
	`\P{Lower}`: `\p{Lower}`, `\P{Upper}`: `\p{Upper}`, `\P{Alpha}`: `\p{Alpha}`, `\P{Digit}`: `\p{Digit}`, `\P{Alnum}`: `\p{Alnum}`,
	`\P{Space}`: `\p{Space}`, `\P{Punct}`: `\p{Punct}`, `\D`: `\d`, `\W`: `\w`, `\S`: `\s`, `\H`: `\h`,
}

// translate rewrites what Java spells differently and reports whether the pattern
// needs an engine that backtracks; the text is then for that one. What neither
// engine would read as Java does is an error.
func translate(java string) (text string, backtracks bool, err error) {
	tokens := tokenize(java)
	for _, t := range tokens {
		backtracks = backtracks || t.backtracks
		if t.refused != "" {
			return "", false, fmt.Errorf("'%s' uses %s, which regular expressions here do not support", java, t.refused)
		}
	}
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString(t.render(backtracks))
	}
	return b.String(), backtracks, nil
}

// token is a piece of a pattern.
type token struct {
	text       string
	inClass    bool // between brackets
	backtracks bool
	refused    string // what it is, when no engine has it
}

// backtracking starts what only an engine that backtracks can match.
var backtracking = []string{"(?=", "(?!", "(?<=", "(?<!", "(?>"}

func tokenize(java string) []token {
	var tokens []token
	depth := 0
	for rest := java; rest != ""; {
		t := next(rest, depth > 0, len(tokens) > 0 && tokens[len(tokens)-1].quantifier())
		switch t.text {
		case "[":
			depth = 1
		case "]":
			depth = 0
		}
		tokens, rest = append(tokens, t), rest[len(t.text):]
	}
	return tokens
}

// quantifier reports a token that a + turns possessive.
func (t token) quantifier() bool {
	return !t.inClass && (t.text == "*" || t.text == "+" || t.text == "?" || t.text == "}")
}

func next(rest string, inClass, afterQuantifier bool) token {
	t := token{text: rest[:1], inClass: inClass}
	switch {
	case rest[0] == '\\' && len(rest) > 1:
		t.text = escape(rest)
		t.backtracks = !inClass && (t.text[1] >= '1' && t.text[1] <= '9' || t.text[1] == 'k' || t.text[1] == 'G')
	case inClass:
		t.refused = nestedClass(rest)
	case rest[0] == '+' && afterQuantifier:
		t.refused = "a possessive quantifier"
	case rest[0] == '(':
		for _, prefix := range backtracking {
			if strings.HasPrefix(rest, prefix) {
				t.text, t.backtracks = prefix, true
			}
		}
		if !t.backtracks && strings.HasPrefix(rest, "(?<") {
			t.text = "(?<"
		}
	}
	return t
}

// nestedClass names what Java alone has between brackets.
func nestedClass(rest string) string {
	switch {
	case strings.HasPrefix(rest, "&&"):
		return "an intersection of character classes"
	case rest[0] == '[':
		return "a character class in another"
	}
	return ""
}

// escape returns the whole escape sequence in front of a text: \p{Alpha}, \d, \Qtext\E.
func escape(rest string) string {
	if rest[1] == 'Q' {
		if end := strings.Index(rest, `\E`); end > 0 {
			return rest[:end+2]
		}
		return rest
	}
	if (rest[1] == 'p' || rest[1] == 'P') && len(rest) > 2 && rest[2] == '{' {
		if end := strings.IndexByte(rest, '}'); end > 0 {
			return rest[:end+1]
		}
	}
	size := 2
	for size < len(rest) && rest[size]&0xC0 == 0x80 {
		size++ // the rest of a character of several bytes
	}
	return rest[:size]
}

func (t token) render(backtracks bool) string {
	if t.text == "(?<" && !backtracks {
		return "(?P<"
	}
	if t.text == `\Z` && !backtracks {
		return `(?:\n?\z)`
	}
	if quoted, ok := strings.CutPrefix(t.text, `\Q`); ok {
		return regexp.QuoteMeta(strings.TrimSuffix(quoted, `\E`))
	}
	class, known := asciiClasses[t.text]
	opposite, negated := opposites[t.text]
	switch {
	case known && t.inClass:
		return class
	case known:
		return "[" + class + "]"
	case negated && !t.inClass:
		return "[^" + asciiClasses[opposite] + "]"
	}
	return t.text
}
