package regex

// node is a part of a parsed pattern.
type node interface{}

type (
	// empty matches nothing of the text, always.
	empty struct{}
	// char matches one character of a set.
	char struct{ set set }
	// sequence matches its parts one after the other.
	sequence struct{ items []node }
	// alternation matches the first of its branches that leads to a match.
	alternation struct{ branches []node }
	// group is a capturing group; number counts from 1.
	group struct {
		number int
		body   node
	}
	// atomic matches its body without trying it in another way later.
	atomic struct{ body node }
	// repeat matches its body min to max times; max < 0 is without bound.
	repeat struct {
		body     node
		min, max int
		kind     repeatKind
	}
	// look looks ahead or behind without moving.
	look struct {
		body           node
		behind, negate bool
		min, max       int // characters, of a look behind
	}
	// reference matches what a group did.
	reference struct {
		number int
		fold   folding
	}
	// lineBreak is \R: \r\n or one character. Repeated, it takes both of \r\n for good.
	lineBreak struct{}
	// cluster is \X: what a reader takes for one character.
	cluster struct{}
	// assertion is a condition on the place.
	assertion struct{ kind assertionKind }
)

type repeatKind uint8

const (
	greedy repeatKind = iota
	lazy
	possessive
)

// folding says which characters match regardless of case.
type folding uint8

const (
	exact       folding = iota
	asciiFold           // (?i)
	unicodeFold         // (?iu)
)

type assertionKind uint8

const (
	textStart          assertionKind = iota // \A, ^
	textEnd                                 // \z
	finalEnd                                // $, \Z: before a line terminator that ends the text, too
	finalNewline                            // the same with (?d): only before a newline
	lineStart                               // (?m)^
	lineEnd                                 // (?m)$
	newlineStart                            // (?md)^
	newlineEnd                              // (?md)$
	wordBoundary                            // \b
	notWordBoundary                         // \B
	unicodeBoundary                         // (?U)\b
	notUnicodeBoundary                      // (?U)\B
	lastMatchEnd                            // \G
)

// tree returns what a line break stands for.
func (lineBreak) tree() node {
	return alternation{[]node{sequence{[]node{char{chars("\r")}, char{chars("\n")}}}, char{vertical}}}
}
