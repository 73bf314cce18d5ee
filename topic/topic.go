// Package topic knows MQTT topic names and filters as AWS IoT Core restricts them:
// validation, matching, reserved topics and the subscription index.
//
// Parse turns a filter's text into a Filter, ValidName and ValidFilter check texts,
// Match compares one filter with one name, and Index finds the subscriptions of a
// name among many. Everything is safe to call at once; an Index is read without a lock.
package topic

import (
	"strings"
	"unicode/utf8"

	"tidemark/fault"
)

// Limits of AWS IoT Core (AWS page "AWS IoT Core endpoints and quotas"). The three
// segments of $aws/rules/{rule}/ and the two of $share/{name}/ do not count.
const (
	MaxBytes      = 256 // of a name or filter in UTF-8
	MaxSlashes    = 7   // in a name or filter: eight levels
	MaxShareBytes = 128 // of the name of a shared subscription
)

const (
	sharePrefix = "$share/"
	rulesPrefix = "$aws/rules/"
)

// ValidName checks a topic name. A name that cannot be one at all is fault.Invalid,
// one above a limit is fault.Exceeded.
func ValidName(name string) error {
	if err := validText("topic", name); err != nil {
		return err
	}
	if strings.ContainsAny(name, "+#") {
		return fault.New(fault.Invalid, "topic %q contains a wildcard", name) // [MQTT-3.3.2-2]
	}
	return withinLimits("topic", counted(name))
}

// ValidFilter checks a topic filter without a share prefix, such as a rule's FROM.
// The kinds of its errors are those of ValidName.
func ValidFilter(filter string) error {
	if err := validText("topic filter", filter); err != nil {
		return err
	}
	if err := validWildcards(filter); err != nil {
		return err
	}
	return withinLimits("topic filter", counted(filter))
}

// validText refuses what no UTF-8 string of MQTT may hold [MQTT-4.7.3-1] [MQTT-1.5.4-1].
func validText(what, text string) error {
	switch {
	case text == "":
		return fault.New(fault.Invalid, "the %s is empty", what)
	case strings.IndexByte(text, 0) >= 0:
		return fault.New(fault.Invalid, "the %s contains a null character", what)
	case !utf8.ValidString(text):
		return fault.New(fault.Invalid, "the %s is not UTF-8", what)
	}
	return nil
}

// validWildcards holds + and # to levels of their own, # to the last one
// [MQTT-4.7.1-1] [MQTT-4.7.1-2].
func validWildcards(filter string) error {
	for rest, more := filter, true; more; {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		if len(level) > 1 && strings.ContainsAny(level, "+#") {
			return fault.New(fault.Invalid, "topic filter %q: a wildcard must be a level of its own", filter)
		}
		if level == "#" && more {
			return fault.New(fault.Invalid, "topic filter %q: # must be the last level", filter)
		}
	}
	return nil
}

func withinLimits(what, text string) error {
	if len(text) > MaxBytes {
		return fault.New(fault.Exceeded, "the %s has %d bytes, more than %d", what, len(text), MaxBytes)
	}
	if n := strings.Count(text, "/"); n > MaxSlashes {
		return fault.New(fault.Exceeded, "the %s has %d slashes, more than %d", what, n, MaxSlashes)
	}
	return nil
}

// counted returns the part of a name or filter that the limits are about.
func counted(text string) string {
	if _, rest, ok := BasicIngest(text); ok {
		return rest
	}
	return text
}

// BasicIngest splits $aws/rules/{rule}/{rest} or $aws/rules/{rule}. A message on such
// a topic goes to that rule alone, which sees rest as its topic (AWS page "Reducing
// messaging costs with Basic Ingest"). ok is false for other names and an empty rule.
func BasicIngest(name string) (rule, rest string, ok bool) {
	tail, found := strings.CutPrefix(name, rulesPrefix)
	if !found {
		return "", "", false
	}
	rule, rest, _ = strings.Cut(tail, "/")
	return rule, rest, rule != ""
}
