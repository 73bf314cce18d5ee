package query

import "unicode/utf8"

// like reports whether text matches the pattern of SHOW … LIKE: % stands for any
// run of characters, _ for one, there is no escape character and case matters
// (developer guide, "SHOW statements"). Its time grows with the product of the
// lengths at most.
func like(text, pattern string) bool {
	// After the latest %, what follows it in the pattern is tried from retry on.
	afterRun, retry := "", ""
	seenRun := false
	for {
		switch {
		case pattern != "" && pattern[0] == '%':
			pattern = pattern[1:]
			afterRun, retry, seenRun = pattern, text, true
		case text == "" && pattern == "":
			return true
		case matchesFirst(text, pattern):
			text, pattern = text[runeLen(text):], pattern[runeLen(pattern):]
		case seenRun && retry != "":
			retry = retry[runeLen(retry):]
			text, pattern = retry, afterRun
		default:
			return false
		}
	}
}

// matchesFirst reports whether the first characters match; the pattern's is not %.
func matchesFirst(text, pattern string) bool {
	if text == "" || pattern == "" {
		return false
	}
	return pattern[0] == '_' || text[:runeLen(text)] == pattern[:runeLen(pattern)]
}

// runeLen returns the bytes of the first character of a text that is not empty.
func runeLen(text string) int {
	_, n := utf8.DecodeRuneInString(text)
	return n
}
