package regex

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Bounds of what is given to RE2, whose programs are larger than their texts.
const (
	maxRE2Text  = 64 << 10
	maxRE2Count = 1_000 // of a repetition
	maxRE2Size  = 5_000 // ranges of characters in a pattern, repetitions written out
)

// ToRE2 writes a Java pattern for an engine of RE2's family that finds a match in the
// same texts, though perhaps another one; empty when there is no such pattern. A
// pattern that is wrong is an error.
func ToRE2(java string) (string, error) {
	n, parsed, err := parse(java)
	if err != nil {
		return "", err
	}
	if _, err := compile(n, parsed); err != nil {
		return "", fmt.Errorf("'%s': %w", shorten(java), err)
	}
	w := re2Writer{names: parsed.names, endText: `(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z`}
	w.node(n, true)
	if w.refused || w.words || !w.runs() {
		return "", nil
	}
	return w.b.String(), nil
}

// linearForm is a pattern on Go's engine with the conditions under which it is right.
type linearForm struct {
	*regexp.Regexp
	ends  bool // only for texts that do not end with a line terminator
	words bool // only for ASCII
	left  bool // what stands before a match matters
	size  int  // see re2Writer
}

// toLinear returns nil for a pattern that Go's engine does not match as Java does, all
// matches and groups alike. That leaves out those that match nothing: Java finds such
// a match right behind another.
func toLinear(n node, names map[string]int) *linearForm {
	w := re2Writer{names: names, endText: `\z`, anyEnd: true}
	w.node(n, true)
	if w.refused || w.loose || nullable(n) || !w.runs() {
		return nil
	}
	re, err := regexp.Compile(w.b.String())
	if err != nil {
		return nil
	}
	return &linearForm{re, w.ends, w.words, w.left, w.size}
}

// fits reports whether the engine is right for a text.
func (l *linearForm) fits(text string) bool {
	if l.ends && text != "" {
		if r, _ := utf8.DecodeLastRuneInString(text); terminators.has(r) {
			return false
		}
	}
	return !l.words || isASCII(text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// re2Writer prints a tree.
type re2Writer struct {
	b       strings.Builder
	names   map[string]int
	endText string // of $
	anyEnd  bool   // $ may stand anywhere
	size    int

	refused bool // RE2 has not got it
	ends    bool // it has $
	words   bool // it has \b, which is ASCII's to RE2
	left    bool // it has \b or the start of the text
	loose   bool // groups and ends of matches may differ: something repeated may match nothing
}

// runs reports a text that RE2 can compile.
func (w *re2Writer) runs() bool { return w.b.Len() <= maxRE2Text && w.size <= maxRE2Size }

// node writes a node; tail says that nothing of the text is matched after it.
func (w *re2Writer) node(n node, tail bool) {
	if w.refused || !w.runs() {
		return
	}
	switch n := n.(type) {
	case empty:
		w.b.WriteString("(?:)")
	case char:
		w.size += len(n.set)
		w.set(n.set)
	case sequence:
		for i, item := range n.items {
			w.item(n.items, i, item, tail)
		}
	case alternation:
		w.alternation(n, tail)
	case group:
		w.b.WriteString("(" + w.nameOf(n.number))
		w.node(n.body, tail)
		w.b.WriteString(")")
	case repeat:
		w.repeat(n)
	case assertion:
		w.assertion(n.kind, nil, tail)
	default:
		w.refused = true
	}
}

// item writes one of a sequence.
func (w *re2Writer) item(items []node, i int, item node, tail bool) {
	if a, ok := item.(assertion); ok {
		w.assertion(a.kind, items[:i], tail && i == len(items)-1)
		return
	}
	if _, ok := item.(alternation); ok {
		w.b.WriteString("(?:")
		defer w.b.WriteString(")")
	}
	w.node(item, tail && i == len(items)-1)
}

func (w *re2Writer) nameOf(number int) string {
	for name, n := range w.names {
		if n == number {
			return "?P<" + name + ">"
		}
	}
	return ""
}

func (w *re2Writer) alternation(n alternation, tail bool) {
	for i, b := range n.branches {
		if i > 0 {
			w.b.WriteString("|")
		}
		w.node(b, tail)
	}
}

// assertion writes what RE2 has too. $ may stand only where the text ends, behind
// what does not end with \r: Java sees no end between \r and \n.
func (w *re2Writer) assertion(kind assertionKind, before []node, tail bool) {
	switch kind {
	case textStart:
		w.left = true
		w.b.WriteString(`\A`)
	case textEnd:
		w.b.WriteString(`\z`)
	case finalEnd:
		w.ends = true
		w.b.WriteString(w.endText)
		if !w.anyEnd {
			last, known := firstOf(flatten(sequence{before}, nil), true)
			w.refused = w.refused || !tail || !known || last.has('\r')
		}
	case wordBoundary:
		w.words, w.left = true, true
		w.b.WriteString(`\b`)
	case notWordBoundary:
		w.words, w.left = true, true
		w.b.WriteString(`\B`)
	default:
		w.refused = true
	}
}

func (w *re2Writer) repeat(n repeat) {
	if n.kind == possessive || n.min > maxRE2Count || n.max > maxRE2Count {
		w.refused = true
		return
	}
	w.loose = w.loose || nullable(n.body)
	before := w.size
	w.b.WriteString("(?:")
	w.node(n.body, false)
	w.b.WriteString(")")
	w.size = before + (w.size-before)*max(1, n.min, n.max)
	switch {
	case n.min == 0 && n.max < 0:
		w.b.WriteString("*")
	case n.min == 1 && n.max < 0:
		w.b.WriteString("+")
	case n.min == 0 && n.max == 1:
		w.b.WriteString("?")
	case n.max < 0:
		fmt.Fprintf(&w.b, "{%d,}", n.min)
	default:
		fmt.Fprintf(&w.b, "{%d,%d}", n.min, n.max)
	}
	if n.kind == lazy {
		w.b.WriteString("?")
	}
}

// set writes a class by its ranges, or a character.
func (w *re2Writer) set(s set) {
	if r, ok := s.single(); ok {
		w.character(r)
		return
	}
	negated := s.negate()
	switch {
	case len(s) == 0:
		w.b.WriteString(`[^\x00-\x{10FFFF}]`)
	case len(negated) == 0:
		w.b.WriteString(`(?s:.)`)
	case len(negated) < len(s):
		w.class("[^", negated)
	default:
		w.class("[", s)
	}
}

func (w *re2Writer) class(open string, s set) {
	w.b.WriteString(open)
	for _, r := range s {
		w.character(r.lo)
		if r.hi > r.lo {
			w.b.WriteString("-")
			w.character(r.hi)
		}
	}
	w.b.WriteString("]")
}

func (w *re2Writer) character(r rune) {
	if asciiLetter(r) || asciiDigit(r) || r == ' ' || r == '_' {
		w.b.WriteRune(r)
		return
	}
	fmt.Fprintf(&w.b, `\x{%X}`, r)
}
