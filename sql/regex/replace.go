package regex

import (
	"fmt"
	"strings"
)

// part is a text and, unless negative, a group after it.
type part struct {
	text  string
	group int
}

// replacement reads a replacement: $1 and ${name} are groups, of whose numbers the
// longest that exists counts, and a backslash takes the next character as it is.
// What is wrong in it is an error only when something is replaced, as in Trino.
func (p *Pattern) replacement(text string) ([]part, error) {
	r := replacementReader{pattern: p, whole: text, rest: text}
	for r.rest != "" {
		if err := r.read(); err != nil {
			return nil, err
		}
		if r.err != nil {
			return nil, r.err
		}
	}
	return append(r.parts, part{r.text.String(), -1}), nil
}

type replacementReader struct {
	pattern     *Pattern
	whole, rest string
	text        strings.Builder
	parts       []part
	err         error
}

// maxParts bounds the groups that a replacement names.
const maxParts = 10_000

func (r *replacementReader) read() error {
	switch {
	case r.rest[0] != '\\' && r.rest[0] != '$':
		n := strings.IndexAny(r.rest, `\$`)
		if n < 0 {
			n = len(r.rest)
		}
		r.text.WriteString(r.rest[:n])
		r.rest = r.rest[n:]
	case len(r.rest) == 1:
		return fmt.Errorf("Illegal replacement sequence: %s", r.whole)
	case r.rest[0] == '\\':
		r.text.WriteByte(r.rest[1])
		r.rest = r.rest[2:]
	case r.rest[1] == '{':
		return r.named()
	default:
		return r.numbered()
	}
	return nil
}

func (r *replacementReader) named() error {
	name, rest, _ := strings.Cut(r.rest[2:], "}")
	n, ok := r.pattern.names[name]
	if !ok {
		return fmt.Errorf("Illegal replacement sequence: unknown group { %s }", name)
	}
	r.group(n, rest)
	return nil
}

// numbered takes as many digits as still name a group: $12 is group 1 and a 2 when
// there is no group 12.
func (r *replacementReader) numbered() error {
	n, length := int(r.rest[1]-'0'), 2
	switch {
	case !asciiDigit(rune(r.rest[1])):
		return fmt.Errorf("Illegal replacement sequence: %s", r.whole)
	case n > r.pattern.Groups():
		return fmt.Errorf("Illegal replacement sequence: unknown group %d", n)
	}
	for length < len(r.rest) && asciiDigit(rune(r.rest[length])) {
		longer := n*10 + int(r.rest[length]-'0')
		if longer > r.pattern.Groups() {
			break
		}
		n = longer
		length++
	}
	r.group(n, r.rest[length:])
	return nil
}

func (r *replacementReader) group(n int, rest string) {
	if len(r.parts) == maxParts {
		r.err = fmt.Errorf("the replacement names more than %d groups", maxParts)
	}
	r.parts = append(r.parts, part{r.text.String(), n})
	r.text.Reset()
	r.rest = rest
}

// maxResult is the largest text that replacing may make, in bytes.
const maxResult = 64 << 20

// Replace replaces every match. A group that took no part is the empty text.
func (p *Pattern) Replace(budget *Budget, text, replacement string) (string, error) {
	var b strings.Builder
	var parts []part
	var failed error
	end := 0
	err := p.Each(budget, text, func(m Match) bool {
		if parts == nil {
			if parts, failed = p.replacement(replacement); failed != nil {
				return false
			}
		}
		b.WriteString(text[end:m[0]])
		end = m[1]
		for _, part := range parts {
			b.WriteString(part.text)
			if part.group >= 0 {
				found, _ := m.Group(text, part.group)
				b.WriteString(found)
			}
			if b.Len() > maxResult {
				failed = fmt.Errorf("regexp_replace makes a text of more than %d bytes", maxResult)
				return false
			}
		}
		return true
	})
	switch {
	case failed != nil:
		return "", failed
	case err != nil:
		return "", err
	case parts == nil:
		return text, nil
	}
	b.WriteString(text[end:])
	return b.String(), nil
}
