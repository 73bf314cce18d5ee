package regex

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// holds reports whether a condition on the place is met.
func (m *machine) holds(kind assertionKind, at int) bool {
	switch kind {
	case textStart:
		return at == 0
	case textEnd:
		return at == len(m.text)
	case finalEnd:
		return m.atTerminator(at) && at+terminator(m.text[at:]) == len(m.text)
	case finalNewline:
		return m.text[at:] == "" || m.text[at:] == "\n"
	case lineStart:
		return at < len(m.text) && (at == 0 || m.afterTerminator(at))
	case lineEnd:
		return m.atTerminator(at)
	case newlineStart:
		return at < len(m.text) && (at == 0 || m.text[at-1] == '\n')
	case newlineEnd:
		return at == len(m.text) || m.text[at] == '\n'
	case wordBoundary:
		return m.boundary(at, m.inWord)
	case notWordBoundary:
		return !m.boundary(at, m.inWord)
	case unicodeBoundary:
		return m.boundary(at, m.inUnicodeWord)
	case notUnicodeBoundary:
		return !m.boundary(at, m.inUnicodeWord)
	}
	return at == m.last // \G
}

// terminator returns the length of the line terminator in front of a text, 0 if there is none.
func terminator(text string) int {
	if strings.HasPrefix(text, "\r\n") {
		return 2
	}
	r, n := utf8.DecodeRuneInString(text)
	if n > 0 && terminators.has(r) {
		return n
	}
	return 0
}

// atTerminator reports the end of a line; between \r and \n there is none.
func (m *machine) atTerminator(at int) bool {
	if at == len(m.text) {
		return true
	}
	return terminator(m.text[at:]) > 0 && !(at > 0 && m.text[at] == '\n' && m.text[at-1] == '\r')
}

func (m *machine) afterTerminator(at int) bool {
	r, _ := utf8.DecodeLastRuneInString(m.text[:at])
	return terminators.has(r) && !(r == '\r' && m.text[at] == '\n')
}

// boundary reports a change between word and other characters. To java.util.regex
// letters and digits of all scripts are of words here, and what is put on them.
func (m *machine) boundary(at int, inWord func(int) bool) bool {
	left, right := false, false
	if at > 0 {
		_, n := utf8.DecodeLastRuneInString(m.text[:at])
		left = inWord(at - n)
	}
	if at < len(m.text) {
		right = inWord(at)
	}
	return left != right
}

func (m *machine) inWord(at int) bool {
	if b := m.text[at]; b < utf8.RuneSelf {
		return wordChars.has(rune(b))
	}
	r, _ := utf8.DecodeRuneInString(m.text[at:])
	return letterOrDigit(r) || unicode.Is(unicode.Mn, r) && m.hasBase(at)
}

// unicodeWordSet is what \w stands for with (?U).
var unicodeWordSet = sync.OnceValue(func() *charset { return newCharset(unicodeWord()) })

func (m *machine) inUnicodeWord(at int) bool { return unicodeWordSet().match(m.text[at:]) > 0 }

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) }

// hasBase reports whether a nonspacing mark stands on a letter or digit.
func (m *machine) hasBase(at int) bool {
	for at > 0 && m.err == nil {
		m.spend(4)
		r, n := utf8.DecodeLastRuneInString(m.text[:at])
		if letterOrDigit(r) {
			return true
		}
		if !unicode.Is(unicode.Mn, r) {
			return false
		}
		at -= n
	}
	return false
}

// repeated returns the length of a text equal to what a group matched; ok is false
// when there is none, and for a group that took no part or does not exist.
func (m *machine) repeated(i *instruction, at int) (length int, ok bool) {
	if i.x > m.groups || m.registers[2*i.x] < 0 {
		return 0, false
	}
	want := m.text[m.registers[2*i.x]:m.registers[2*i.x+1]]
	if i.fold == exact {
		m.spend(len(want) / 8)
		return len(want), strings.HasPrefix(m.text[at:], want)
	}
	from := at
	for _, c := range want {
		r, n := utf8.DecodeRuneInString(m.text[at:])
		if n == 0 || !sameFolded(c, r, i.fold) {
			return 0, false
		}
		at += n
	}
	m.spend((at - from) / 8)
	return at - from, true
}

func sameFolded(a, b rune, fold folding) bool {
	if a == b {
		return true
	}
	if fold == asciiFold {
		return a < utf8.RuneSelf && b < utf8.RuneSelf && unicode.ToLower(a) == unicode.ToLower(b)
	}
	return foldKey(a) == foldKey(b)
}
