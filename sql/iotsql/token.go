package iotsql

import "strings"

// tokenKind is the kind of a token.
type tokenKind uint8

const (
	tokenEnd      tokenKind = iota
	tokenName               // a field, keyword or function
	tokenVariable           // @name
	tokenString             // 'text' or "text"
	tokenNumber
	tokenSymbol // an operator or punctuation
)

// token is one word of the text.
type token struct {
	kind tokenKind
	text string // as written; of a string the text it stands for, of a variable its name
	span Span
}

// is reports whether t is the symbol or, in any case, the keyword word.
func (t token) is(word string) bool {
	switch t.kind {
	case tokenSymbol:
		return t.text == word
	case tokenName:
		return strings.EqualFold(t.text, word)
	default:
		return false
	}
}

// describe names t in an error message.
func (t token) describe() string {
	switch t.kind {
	case tokenEnd:
		return "the end of the text"
	case tokenString:
		return "a string"
	case tokenVariable:
		return "@" + t.text
	default:
		return "'" + t.text + "'"
	}
}

// reserved are the keywords that cannot be the name of a field unless they
// follow a dot or AS. VALUE and the names of functions are not reserved.
var reserved = map[string]bool{
	"SELECT": true, "FROM": true, "WHERE": true, "SET": true, "AS": true, "AND": true, "OR": true, "NOT": true,
	"IN": true, "EXISTS": true, "CASE": true, "WHEN": true, "THEN": true, "ELSE": true, "END": true,
	"NULL": true, "TRUE": true, "FALSE": true, "LIKE": true, "BETWEEN": true, "IS": true,
}

func (t token) reserved() bool {
	return t.kind == tokenName && reserved[strings.ToUpper(t.text)]
}
