package regex

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// CheckGroup returns an error for a group that the pattern has not.
func (p *Pattern) CheckGroup(group int64) error {
	switch {
	case group < 0:
		return errors.New("Group cannot be negative")
	case group > int64(p.Groups()):
		return fmt.Errorf("Pattern has %d groups. Cannot access group %d", p.Groups(), group)
	}
	return nil
}

// Extract returns a group of the first match, the whole match being group 0; ok is
// false without a match and for a group that took no part in it.
func (p *Pattern) Extract(b *Budget, text string, group int64) (found string, ok bool, err error) {
	if err := p.CheckGroup(group); err != nil {
		return "", false, err
	}
	err = p.Each(b, text, func(m Match) bool {
		found, ok = m.Group(text, int(group))
		return false
	})
	return found, ok, err
}

// ExtractAll calls a function with a group of every match; ok is false for one that
// took no part.
func (p *Pattern) ExtractAll(b *Budget, text string, group int64, use func(found string, ok bool)) error {
	if err := p.CheckGroup(group); err != nil {
		return err
	}
	return p.Each(b, text, func(m Match) bool {
		use(m.Group(text, int(group)))
		return true
	})
}

// Split calls a function with every part between the matches, from the start of the
// text to its end.
func (p *Pattern) Split(b *Budget, text string, use func(part string)) error {
	from := 0
	err := p.Each(b, text, func(m Match) bool {
		use(text[from:m[0]])
		from = m[1]
		return true
	})
	if err == nil {
		use(text[from:])
	}
	return err
}

// Count returns the number of matches.
func (p *Pattern) Count(b *Budget, text string) (n int64, err error) {
	err = p.Each(b, text, func(Match) bool {
		n++
		return true
	})
	return n, err
}

// Position returns where the n-th match begins of those that begin at a place or
// later, in characters from 1, and -1 without one. The search starts at the place and
// sees what is before it.
func (p *Pattern) Position(b *Budget, text string, start, n int64) (position int64, err error) {
	switch {
	case start < 1:
		return 0, errors.New("start position cannot be smaller than 1")
	case n < 1:
		return 0, errors.New("occurrence cannot be smaller than 1")
	}
	from := 0
	for ; start > 1 && from < len(text); start-- {
		from += width(text[from:])
	}
	if from >= len(text) {
		return -1, nil
	}
	position = -1
	err = p.eachFrom(b, text, from, func(m Match) bool {
		if n--; n == 0 {
			position = int64(utf8.RuneCountInString(text[:m[0]])) + 1
		}
		return n > 0
	})
	return position, err
}
