package topic

import (
	"strings"

	"tidemark/fault"
)

// Filter is a checked topic filter of a SUBSCRIBE.
type Filter struct {
	Share   string // name of the shared subscription, empty for an ordinary one
	Pattern string // the filter that names are matched against
}

// Parse checks a filter as a client writes it, $share/{name}/{filter} included. The
// kinds of its errors are those of ValidName.
func Parse(text string) (Filter, error) {
	f := Filter{Pattern: text}
	if tail, shared := strings.CutPrefix(text, sharePrefix); shared {
		name, pattern, ok := strings.Cut(tail, "/")
		if !ok || name == "" || len(name) > MaxShareBytes || strings.ContainsAny(name, "+#") {
			return Filter{}, fault.New(fault.Invalid, "%q is not $share/{name}/{filter}", text) // [MQTT-4.8.2-1] [MQTT-4.8.2-2]
		}
		f = Filter{Share: name, Pattern: pattern}
	}
	if err := ValidFilter(f.Pattern); err != nil {
		return Filter{}, err
	}
	return f, nil
}

// String returns the filter as the client wrote it.
func (f Filter) String() string {
	if f.Share == "" {
		return f.Pattern
	}
	return sharePrefix + f.Share + "/" + f.Pattern
}

// Exact reports whether the filter is a topic name: only such subscriptions receive
// retained messages (AWS page "MQTT", retained messages).
func (f Filter) Exact() bool {
	return f.Share == "" && !strings.ContainsAny(f.Pattern, "+#")
}
