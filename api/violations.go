package api

import (
	"fmt"
	"strconv"
	"strings"
)

// maxViolations bounds how many broken constraints one answer lists.
const maxViolations = 20

// Violations are the broken constraints of a request, with the paths of the members
// that broke them. It is an error once it holds one. The zero value is ready to use.
type Violations struct{ list []string }

// Add records that the value at path breaks a constraint; value is printed as AWS
// does: 'text', or null for what is absent.
func (v *Violations) Add(path, value, constraint string) {
	if len(v.list) < maxViolations {
		v.list = append(v.list, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, path, constraint))
	}
}

// Err returns v when it holds a violation, and nil when it does not.
func (v *Violations) Err() error {
	if len(v.list) == 0 {
		return nil
	}
	return v
}

// Error joins the violations in the form of AWS's model validation:
// "2 validation errors detected: Value … at 'a' failed to satisfy constraint: …; Value …".
func (v *Violations) Error() string {
	noun := " validation errors detected: "
	if len(v.list) == 1 {
		noun = " validation error detected: "
	}
	return strconv.Itoa(len(v.list)) + noun + strings.Join(v.list, "; ")
}

// Quote prints a value for Add, cut when it is long.
func Quote(value string) string { return "'" + short(value) + "'" }

// short keeps what a client sent from filling a message.
func short(value string) string {
	const most = 256
	if len(value) > most {
		value = value[:most] + "..."
	}
	return strings.ToValidUTF8(value, "")
}

// Null is what Add prints for an absent value.
const Null = "null"

// The constraints that doors with a decoder of their own name, in AWS's words.
const (
	NotNull   = "Member must not be null"
	enumSet   = "Member must satisfy enum value set: [%s]"
	longest   = "Member must have length less than or equal to %d"
	shortest  = "Member must have length greater than or equal to %d"
	largest   = "Member must have value less than or equal to %d"
	smallest  = "Member must have value greater than or equal to %d"
	satisfies = "Member must satisfy regular expression pattern: %s"
)

// Longest is the constraint of a length that is too great.
func Longest(n int) string { return fmt.Sprintf(longest, n) }

// Shortest is the constraint of a length that is too small.
func Shortest(n int) string { return fmt.Sprintf(shortest, n) }

// OneOf is the constraint of a value outside an enumeration.
func OneOf(names ...string) string { return fmt.Sprintf(enumSet, strings.Join(names, ", ")) }

// MalformedBody is a body that is not the JSON its operation takes: broken syntax, or
// a member of another type.
type MalformedBody struct{ text string }

// Error says what is wrong and where.
func (e *MalformedBody) Error() string { return e.text }

// Malformed returns a MalformedBody; the format is that of fmt.Sprintf.
func Malformed(format string, args ...any) *MalformedBody {
	return &MalformedBody{fmt.Sprintf(format, args...)}
}
