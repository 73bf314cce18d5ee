// Package regex runs patterns of java.util.regex, which Timestream's regular
// expression functions take.
//
// Most patterns mean the same to RE2, in time linear in the text. One that uses
// look-around, back-references or atomic groups runs on a backtracking engine with a
// time limit. All functions are safe to call at once.
package regex

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTime bounds one match on the backtracking engine: a pattern may take exponential time.
const matchTime = time.Second

// maxPattern is the largest pattern in bytes.
const maxPattern = 4096

// Pattern is a compiled pattern: on one of the two engines.
type Pattern struct {
	linear *regexp.Regexp
	back   *regexp2.Regexp
	groups int
}

// RE2 returns the text of a pattern for RE2; ok is false for one that RE2 cannot
// run. A pattern that is wrong is an error.
func RE2(java string) (text string, ok bool, err error) {
	p, err := Compile(java)
	if err != nil || p.linear == nil {
		return "", false, err
	}
	return p.linear.String(), true, nil
}

// Compile reads a Java pattern.
func Compile(java string) (*Pattern, error) {
	if len(java) > maxPattern {
		return nil, fmt.Errorf("a regular expression has at most %d bytes, not %d", maxPattern, len(java))
	}
	text, backtracks, err := translate(java)
	if err != nil {
		return nil, err
	}
	if backtracks {
		return compileBack(java, text)
	}
	p, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("'%s' is not a valid regular expression: %w", java, err)
	}
	return &Pattern{linear: p, groups: p.NumSubexp()}, nil
}

func compileBack(java, text string) (*Pattern, error) {
	p, err := regexp2.Compile(text, regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("'%s' is not a valid regular expression: %w", java, err)
	}
	p.MatchTimeout = matchTime
	return &Pattern{back: p, groups: len(p.GetGroupNumbers()) - 1}, nil
}

// Groups returns the number of capturing groups.
func (p *Pattern) Groups() int { return p.groups }

// Match reports whether the pattern matches somewhere in the text.
func (p *Pattern) Match(text string) (bool, error) {
	if p.linear != nil {
		return p.linear.MatchString(text), nil
	}
	return p.back.MatchString(text)
}

// match is one match: group i is text[2i]:text[2i+1], or took no part when that is negative.
type match []int

func (m match) group(text string, i int) (string, bool) {
	if m[2*i] < 0 {
		return "", false
	}
	return text[m[2*i]:m[2*i+1]], true
}

// Extract returns a group of the first match, the whole match being group 0; ok is
// false without a match and for a group that took no part in it.
func (p *Pattern) Extract(text string, group int64) (found string, ok bool, err error) {
	if group < 0 || group > int64(p.groups) {
		return "", false, fmt.Errorf("Pattern has %d groups. Cannot access group %d", p.groups, group)
	}
	all, err := p.find(text, 1)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	found, ok = all[0].group(text, int(group))
	return found, ok, nil
}

// find returns the first n matches, all when n is negative.
func (p *Pattern) find(text string, n int) ([]match, error) {
	if p.back != nil {
		return p.findBack(text, n)
	}
	var all []match
	for _, m := range p.linear.FindAllStringSubmatchIndex(text, n) {
		all = append(all, m)
	}
	return all, nil
}

// findBack translates the engine's positions, which count code points, to bytes.
func (p *Pattern) findBack(text string, n int) ([]match, error) {
	offsets := byteOffsets(text)
	var all []match
	m, err := p.back.FindStringMatch(text)
	for ; err == nil && m != nil && len(all) != n; m, err = p.back.FindNextMatch(m) {
		one := make(match, 0, 2*(p.groups+1))
		for i := range p.groups + 1 {
			if g := m.GroupByNumber(i); len(g.Captures) > 0 {
				one = append(one, offsets[g.Index], offsets[g.Index+g.Length])
			} else {
				one = append(one, -1, -1)
			}
		}
		all = append(all, one)
	}
	return all, err
}

func byteOffsets(text string) []int {
	offsets := make([]int, 0, len(text)+1)
	for i := range text {
		offsets = append(offsets, i)
	}
	return append(offsets, len(text))
}
