package regex

import (
	"sync"
	"unicode"
)

// Matching without regard to case, as java.util.regex does it: of ASCII letters only
// under (?i), of all characters under (?iu).

// foldASCII adds the other case of every ASCII letter in a set.
func foldASCII(s set) set {
	out := s
	for c := 'a'; c <= 'z'; c++ {
		upper := c - 'a' + 'A'
		if low, up := s.has(c), s.has(upper); low != up {
			out = out.union(setOf(span{c, c}, span{upper, upper}))
		}
	}
	return out
}

// foldKey is equal for two characters that differ in case only.
func foldKey(c rune) rune { return unicode.ToLower(unicode.ToUpper(c)) }

// foldUnicode adds every character with the same key as one in the set.
func foldUnicode(s set) set {
	out := append(set{}, s...)
	for _, r := range s {
		for _, cased := range unicode.CaseRanges {
			for c := max(r.lo, rune(cased.Lo)); c <= min(r.hi, rune(cased.Hi)); c++ {
				out = append(out, alike()[foldKey(c)]...)
			}
		}
	}
	return out.normal()
}

// alike lists the characters that have cases by their keys.
var alike = sync.OnceValue(func() map[rune]set {
	all := map[rune]set{}
	for _, cased := range unicode.CaseRanges {
		for c := rune(cased.Lo); c <= rune(cased.Hi); c++ {
			key := foldKey(c)
			all[key] = append(all[key], span{c, c})
		}
	}
	return all
})
