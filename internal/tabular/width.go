package tabular

import (
	"fmt"
	"strings"
	"unicode"

	eastasian "golang.org/x/text/width"
)

// width returns how many cells a terminal takes for a text without control characters.
func width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// Blank returns what is as wide as a text on a terminal and shows nothing: a tab stays one.
func Blank(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\t' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Repeat(" ", runeWidth(r)))
	}
	return b.String()
}

// runeWidth is 2 for wide characters (Unicode annex 11), 0 for what combines with the one before.
func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch eastasian.LookupRune(r).Kind() {
	case eastasian.EastAsianWide, eastasian.EastAsianFullwidth:
		return 2
	}
	return 1
}

// visible returns text with its control characters spelled out: a value must
// neither break a line nor command the terminal.
func visible(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if spelled, ok := spelling[r]; ok {
			b.WriteString(spelled)
		} else if unicode.IsControl(r) {
			fmt.Fprintf(&b, `\x%02x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var spelling = map[rune]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}
