package regex

import (
	"fmt"
	"strings"
	"unicode"
)

// terminators end a line; \r\n is one of them too.
var terminators = chars("\n\r\u0085\u2028\u2029")

var (
	digits     = setOf(span{'0', '9'})
	wordChars  = setOf(span{'0', '9'}, span{'A', 'Z'}, span{'a', 'z'}, span{'_', '_'})
	whitespace = chars(" \t\n\x0B\f\r")
	horizontal = setOf(span{' ', ' '}, span{'\t', '\t'}, span{0xA0, 0xA0}, span{0x1680, 0x1680}, span{0x180E, 0x180E}, span{0x2000, 0x200A},
		span{0x202F, 0x202F}, span{0x205F, 0x205F}, span{0x3000, 0x3000})
	vertical = chars("\n\x0B\f\r\u0085\u2028\u2029")
)

// predefined are the classes with a letter; a capital is the opposite.
var predefined = map[rune]set{'d': digits, 'w': wordChars, 's': whitespace, 'h': horizontal, 'v': vertical}

// posix are the classes that java.util.regex has for ASCII only.
var posix = map[string]set{
	"Lower": setOf(span{'a', 'z'}), "Upper": setOf(span{'A', 'Z'}), "ASCII": setOf(span{0, 0x7F}),
	"Alpha": setOf(span{'A', 'Z'}, span{'a', 'z'}), "Digit": digits, "Alnum": setOf(span{'0', '9'}, span{'A', 'Z'}, span{'a', 'z'}),
	"Punct": setOf(span{'!', '/'}, span{':', '@'}, span{'[', '`'}, span{'{', '~'}), "Graph": setOf(span{'!', '~'}), "Print": setOf(span{' ', '~'}),
	"Blank": chars(" \t"), "Cntrl": setOf(span{0, 0x1F}, span{0x7F, 0x7F}), "XDigit": setOf(span{'0', '9'}, span{'A', 'F'}, span{'a', 'f'}), "Space": whitespace,
}

// binary are the properties after Is, in capitals.
var binary = map[string]func() set{
	"ALPHABETIC":  func() set { return categories("L", "Nl").union(fromTable(unicode.Other_Alphabetic)) },
	"LETTER":      func() set { return categories("L") },
	"DIGIT":       func() set { return categories("Nd") },
	"LOWERCASE":   func() set { return categories("Ll").union(fromTable(unicode.Other_Lowercase)) },
	"UPPERCASE":   func() set { return categories("Lu").union(fromTable(unicode.Other_Uppercase)) },
	"TITLECASE":   func() set { return categories("Lt") },
	"PUNCTUATION": func() set { return categories("P") },
	"CONTROL":     func() set { return categories("Cc") },
	"IDEOGRAPHIC": func() set { return fromTable(unicode.Ideographic) },
	"WHITE_SPACE": func() set { return fromTable(unicode.White_Space) }, "WHITESPACE": func() set { return fromTable(unicode.White_Space) },
	"HEX_DIGIT": func() set { return fromTable(unicode.Hex_Digit).union(categories("Nd")) }, "HEXDIGIT": func() set { return fromTable(unicode.Hex_Digit).union(categories("Nd")) },
	"JOIN_CONTROL": func() set { return fromTable(unicode.Join_Control) }, "JOINCONTROL": func() set { return fromTable(unicode.Join_Control) },
	"NONCHARACTER_CODE_POINT": func() set { return fromTable(unicode.Noncharacter_Code_Point) }, "NONCHARACTERCODEPOINT": func() set { return fromTable(unicode.Noncharacter_Code_Point) },
	"ASSIGNED": func() set { return categories("Cn").negate() },
}

// special are names that java.util.regex has beside the categories of Unicode.
var special = map[string]func() set{
	"LC":  func() set { return categories("Lu", "Ll", "Lt") },
	"LD":  func() set { return categories("L", "Nd") },
	"L1":  func() set { return setOf(span{0, 0xFF}) },
	"all": func() set { return everything },
}

func categories(names ...string) set {
	var s set
	for _, name := range names {
		s = s.union(fromTable(unicode.Categories[name]))
	}
	return s
}

// property returns the set of \p{name}; the error says what is not known or not supported.
func property(name string, fold folding) (set, error) {
	if s, ok := posix[name]; ok {
		if fold != exact && (name == "Lower" || name == "Upper") {
			return posix["Alpha"], nil
		}
		return s, nil
	}
	if key, value, ok := strings.Cut(name, "="); ok {
		return keyed(name, strings.ToLower(key), value, fold)
	}
	switch {
	case strings.HasPrefix(name, "In"):
		return nil, unsupported(`the Unicode block \p{` + name + `}`)
	case strings.HasPrefix(name, "java"):
		return nil, unsupported(`\p{` + name + `}`)
	case strings.HasPrefix(name, "Is"):
		return named(name, name[2:], fold)
	}
	if s, ok := category(name, fold); ok {
		return s, nil
	}
	return nil, unknownProperty(name)
}

// keyed reads \p{sc=Latin}, \p{gc=Lu}.
func keyed(whole, key, value string, fold folding) (set, error) {
	switch key {
	case "sc", "script":
		if s, ok := script(value); ok {
			return s, nil
		}
	case "gc", "general_category":
		if s, ok := category(value, fold); ok {
			return s, nil
		}
	case "blk", "block":
		return nil, unsupported(`the Unicode block \p{` + whole + `}`)
	}
	return nil, unknownProperty(whole)
}

// named reads what follows Is: a property, a category or a script.
func named(whole, name string, fold folding) (set, error) {
	upper := strings.ToUpper(name)
	if fold != exact && (upper == "LOWERCASE" || upper == "UPPERCASE" || upper == "TITLECASE") {
		return binary["LOWERCASE"]().union(binary["UPPERCASE"]()).union(binary["TITLECASE"]()), nil
	}
	if f, ok := binary[upper]; ok {
		return f(), nil
	}
	if s, ok := category(name, fold); ok {
		return s, nil
	}
	if s, ok := script(name); ok {
		return s, nil
	}
	return nil, unknownProperty(whole)
}

func category(name string, fold folding) (set, bool) {
	if fold != exact && (name == "Lu" || name == "Ll" || name == "Lt") {
		name = "LC"
	}
	if f, ok := special[name]; ok {
		return f(), true
	}
	if t, ok := unicode.Categories[name]; ok {
		return fromTable(t), true
	}
	return nil, false
}

// script finds a script regardless of case.
func script(name string) (set, bool) {
	for each, t := range unicode.Scripts {
		if strings.EqualFold(each, name) {
			return fromTable(t), true
		}
	}
	return nil, false
}

func unknownProperty(name string) error {
	return fmt.Errorf("Unknown character property name {%s}", name)
}

// unicodeClasses are the classes with (?U).
var unicodeClasses = map[string]func() set{
	"d": binary["DIGIT"], "s": binary["WHITE_SPACE"], "w": unicodeWord,
	"Lower": binary["LOWERCASE"], "Upper": binary["UPPERCASE"], "Alpha": binary["ALPHABETIC"], "Digit": binary["DIGIT"],
	"Alnum": func() set { return binary["ALPHABETIC"]().union(binary["DIGIT"]()) }, "Punct": binary["PUNCTUATION"],
	"Graph": unicodeGraph, "Print": func() set { return unicodeGraph().union(unicodeBlank()).without(binary["CONTROL"]()) },
	"Blank": unicodeBlank, "Cntrl": binary["CONTROL"], "XDigit": binary["HEX_DIGIT"], "Space": binary["WHITE_SPACE"],
}

func unicodeWord() set {
	return binary["ALPHABETIC"]().union(categories("M", "Nd", "Pc")).union(binary["JOIN_CONTROL"]())
}

func unicodeGraph() set {
	return binary["WHITE_SPACE"]().union(categories("Cc", "Cs")).union(categories("Cn")).negate()
}

func unicodeBlank() set { return categories("Zs").union(chars("\t")) }
