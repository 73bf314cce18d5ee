package types

import "errors"

// ErrEscape is what is wrong with a pattern of LIKE for which EscapesWell is false.
var ErrEscape = errors.New("Escape character must be followed by '%', '_' or the escape character itself")

// EscapesWell reports whether in a pattern of LIKE every escape character stands
// before %, _ or another escape character.
func EscapesWell(pattern string, escape rune) bool {
	escaped := false
	for _, c := range pattern {
		switch {
		case escaped && c != '%' && c != '_' && c != escape:
			return false
		case escaped:
			escaped = false
		default:
			escaped = c == escape
		}
	}
	return !escaped
}
