package regex

import (
	"fmt"
	"strings"
)

// Replace replaces every match. In the replacement $1 and ${name} are groups, empty
// when they took no part, and a backslash takes the next character as it is.
func (p *Pattern) Replace(text, replacement string) (string, error) {
	parts, err := p.parts(replacement)
	if err != nil {
		return "", err
	}
	all, err := p.find(text, -1)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	end := 0
	for _, m := range all {
		b.WriteString(text[end:m[0]])
		for _, part := range parts {
			b.WriteString(part.text)
			if part.group >= 0 {
				found, _ := m.group(text, part.group)
				b.WriteString(found)
			}
		}
		end = m[1]
	}
	return b.String() + text[end:], nil
}

// part is a piece of a replacement: a text and, unless negative, a group after it.
type part struct {
	text  string
	group int
}

func (p *Pattern) parts(replacement string) ([]part, error) {
	var parts []part
	var text strings.Builder
	for rest := replacement; rest != ""; {
		switch {
		case rest[0] == '\\' && len(rest) > 1:
			text.WriteByte(rest[1])
			rest = rest[2:]
		case rest[0] == '$':
			group, length, err := p.reference(rest)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part{text.String(), group})
			text.Reset()
			rest = rest[length:]
		default:
			text.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return append(parts, part{text.String(), -1}), nil
}

// reference reads $n or ${name} and returns its length.
func (p *Pattern) reference(rest string) (group, length int, err error) {
	if strings.HasPrefix(rest, "${") {
		name, _, _ := strings.Cut(rest[2:], "}")
		group = p.number(name)
		if group < 0 {
			return 0, 0, fmt.Errorf("No group with name {%s}", name)
		}
		return group, min(len(name)+3, len(rest)), nil
	}
	return p.numbered(rest)
}

// numbered takes as many digits as still name a group: $12 is group 1 and a 2 when
// there is no group 12.
func (p *Pattern) numbered(rest string) (group, length int, err error) {
	group, length = -1, 1
	for length < len(rest) && rest[length] >= '0' && rest[length] <= '9' {
		longer := max(group, 0)*10 + int(rest[length]-'0')
		if longer > p.groups {
			break
		}
		group = longer
		length++
	}
	if group < 0 {
		return 0, 0, fmt.Errorf("Illegal group reference in the replacement: %s", rest)
	}
	return group, length, nil
}

// number returns the number of a named group, negative when there is none.
func (p *Pattern) number(name string) int {
	if p.linear != nil {
		return p.linear.SubexpIndex(name)
	}
	return p.back.GroupNumberFromName(name)
}
