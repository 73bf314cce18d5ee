package tsdb

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tidemark/fault"
)

// Limits on names, in bytes (developer guide, "Quotas").
const (
	minName          = 3
	maxName          = 256
	maxDimensionName = 60
	maxMeasureName   = 256
)

// checkName validates the name of a new database or table: what says which.
func checkName(what, name string) error {
	if len(name) < minName || len(name) > maxName {
		return fault.New(fault.Invalid, "A %s name has %d to %d characters.", what, minName, maxName)
	}
	for _, c := range []byte(name) {
		if !nameByte(c) {
			return fault.New(fault.Invalid, "A %s name consists of letters, digits, '_', '-' and '.'.", what)
		}
	}
	return nil
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

// reserved are the column names that the service keeps for itself, and reservedPrefixes
// what they may not begin with (developer guide, "Quotas", naming constraints).
var (
	reserved         = []string{"measure_value", "ts_non_existent_col", "time"}
	reservedPrefixes = []string{"ts_", "measure_name"}
)

// checkColumnName validates a dimension, measure or attribute name and returns what
// is wrong with it, or an empty text.
func checkColumnName(what, name string, limit int) string {
	switch {
	case name == "":
		return "The " + what + " name must not be empty."
	case len(name) > limit:
		return "The " + what + " name is too long: " + quote(name) + "."
	case !utf8.ValidString(name):
		return "The " + what + " name is not valid UTF-8."
	case strings.ContainsFunc(name, func(r rune) bool { return r == ':' || unicode.IsControl(r) }):
		return "The " + what + " name contains a colon or a control character: " + quote(name) + "."
	case isReserved(name):
		return "The " + what + " name is reserved: " + quote(name) + "."
	default:
		return ""
	}
}

func isReserved(name string) bool {
	for _, word := range reserved {
		if name == word {
			return true
		}
	}
	for _, prefix := range reservedPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// quote quotes a name for a message and cuts what is too long to read.
func quote(name string) string {
	const most = 80
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	return "'" + name + "'"
}
