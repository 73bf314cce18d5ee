package regex

import (
	"slices"
	"unicode"
)

// set is a set of characters: ranges in ascending order that neither touch nor overlap.
type set []span

// span is a range of characters with both ends.
type span struct{ lo, hi rune }

var everything = set{{0, unicode.MaxRune}}

// setOf returns a set of single characters and ranges: "az" is two characters.
func setOf(spans ...span) set { return set(spans).normal() }

func chars(text string) set {
	var s set
	for _, r := range text {
		s = append(s, span{r, r})
	}
	return s.normal()
}

// normal sorts the ranges and joins those that touch.
func (s set) normal() set {
	slices.SortFunc(s, func(a, b span) int { return int(a.lo - b.lo) })
	out := s[:0]
	for _, r := range s {
		if n := len(out); n > 0 && r.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s set) union(t set) set {
	return append(append(make(set, 0, len(s)+len(t)), s...), t...).normal()
}

// union gathers sets, in time that does not grow with the square of their number.
type union struct {
	spans set
	most  int // spans after which they are put in order
}

func (u *union) add(s set) {
	u.spans = append(u.spans, s...)
	if len(u.spans) > u.most {
		u.spans = u.spans.normal()
		u.most = 2*len(u.spans) + 1_000
	}
}

func (u *union) set() set {
	s := u.spans.normal()
	*u = union{}
	return s
}

func (s set) negate() set {
	var out set
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, span{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, span{next, unicode.MaxRune})
	}
	return out
}

func (s set) intersect(t set) set { return s.negate().union(t.negate()).negate() }

func (s set) without(t set) set { return s.intersect(t.negate()) }

// has finds a character by halving the ranges.
func (s set) has(c rune) bool {
	lo, hi := 0, len(s)
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case c < s[mid].lo:
			hi = mid
		case c > s[mid].hi:
			lo = mid + 1
		default:
			return true
		}
	}
	return false
}

// single returns the only character of a set that has just one.
func (s set) single() (rune, bool) {
	if len(s) == 1 && s[0].lo == s[0].hi {
		return s[0].lo, true
	}
	return 0, false
}

// fromTable returns the characters of a table of package unicode.
func fromTable(t *unicode.RangeTable) set {
	var s set
	for _, r := range t.R16 {
		s = s.addStrided(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range t.R32 {
		s = s.addStrided(rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return s.normal()
}

func (s set) addStrided(lo, hi, stride rune) set {
	if stride == 1 {
		return append(s, span{lo, hi})
	}
	for c := lo; c <= hi; c += stride {
		s = append(s, span{c, c})
	}
	return s
}
