package topic

import "strings"

// reserved lists the topics beginning with $ that clients may use (AWS page
// "Reserved topics"). All others, $SYS among them, are closed to clients.
var reserved = []struct {
	filter             string
	publish, subscribe bool
}{
	{"$aws/rules/+", true, false},
	{"$aws/rules/+/#", true, false},
	{"$aws/events/#", false, true},
	{"$aws/things/+/shadow/#", true, true},
	{"$aws/things/+/jobs/#", true, true},
	{"$aws/certificates/#", true, true},
}

// MayPublish reports whether a client may publish to name: any topic that does not
// begin with $, and the documented reserved ones.
func MayPublish(name string) bool {
	if !strings.HasPrefix(name, "$") {
		return true
	}
	for _, r := range reserved {
		if r.publish && Match(r.filter, name) {
			return true
		}
	}
	return false
}

// MaySubscribe reports whether a client may subscribe to a pattern. A reserved
// pattern must lie inside one of the documented ones, wildcards included.
func MaySubscribe(pattern string) bool {
	if !strings.HasPrefix(pattern, "$") {
		return true
	}
	for _, r := range reserved {
		if r.subscribe && covers(r.filter, pattern) {
			return true
		}
	}
	return false
}

// covers reports whether every name that inner matches is matched by outer. A # of
// inner is covered by a # of outer alone; Match treats it as an ordinary word.
func covers(outer, inner string) bool {
	if !Match(outer, inner) {
		return false
	}
	return !strings.HasSuffix(inner, "#") || strings.HasSuffix(outer, "#")
}
