package topic

import (
	"strings"
	"testing"

	"tidemark/fault"
)

// ok stands for "no error" in tables of kinds.
const ok = fault.Kind(255)

func kindOf(err error) fault.Kind {
	if err == nil {
		return ok
	}
	return fault.KindOf(err)
}

func TestValidName(t *testing.T) {
	tests := []struct {
		name string
		text string
		want fault.Kind
	}{
		{"plain", "dt/sensor/1", ok},
		{"leading and trailing slash", "/a/", ok},
		{"slash alone", "/", ok},
		{"empty", "", fault.Invalid},
		{"null", "a\x00b", fault.Invalid},
		{"lone surrogate", "a\xed\xa0\x80", fault.Invalid},
		{"plus", "a/+", fault.Invalid},
		{"hash", "a/#", fault.Invalid},
		{"256 bytes", strings.Repeat("x", 256), ok},
		{"257 bytes", strings.Repeat("x", 257), fault.Exceeded},
		{"seven slashes", "1/2/3/4/5/6/7/8", ok},
		{"eight slashes", "1/2/3/4/5/6/7/8/9", fault.Exceeded},
		{"basic ingest does not count its prefix", "$aws/rules/R/1/2/3/4/5/6/7/8", ok},
		{"basic ingest with eight slashes", "$aws/rules/R/1/2/3/4/5/6/7/8/9", fault.Exceeded},
		{"basic ingest with 256 bytes", "$aws/rules/R/" + strings.Repeat("x", 256), ok},
		{"basic ingest with 257 bytes", "$aws/rules/R/" + strings.Repeat("x", 257), fault.Exceeded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := kindOf(ValidName(tt.text)); got != tt.want {
				t.Errorf("ValidName(%q) = kind %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		text  string
		want  Filter
		kind  fault.Kind
		exact bool
	}{
		{"a/b", Filter{"", "a/b"}, ok, true},
		{"#", Filter{"", "#"}, ok, false},
		{"+", Filter{"", "+"}, ok, false},
		{"a/+/b/#", Filter{"", "a/+/b/#"}, ok, false},
		{"$share/g/a/b", Filter{"g", "a/b"}, ok, false},
		{"$share/g/1/2/3/4/5/6/7/8", Filter{"g", "1/2/3/4/5/6/7/8"}, ok, false},
		{"$SHARE/g/a", Filter{"", "$SHARE/g/a"}, ok, true}, // case counts: an ordinary reserved filter
		{"$share/g", Filter{}, fault.Invalid, false},
		{"$share//a", Filter{}, fault.Invalid, false},
		{"$share/g/", Filter{}, fault.Invalid, false},
		{"$share/+/a", Filter{}, fault.Invalid, false},
		{"$share/" + strings.Repeat("n", 129) + "/a", Filter{}, fault.Invalid, false},
		{"a#", Filter{}, fault.Invalid, false},
		{"a/#/b", Filter{}, fault.Invalid, false},
		{"a/b+", Filter{}, fault.Invalid, false},
		{"", Filter{}, fault.Invalid, false},
		{"1/2/3/4/5/6/7/8/9", Filter{}, fault.Exceeded, false},
		{strings.Repeat("x", 257), Filter{}, fault.Exceeded, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := Parse(tt.text)
			if got != tt.want || kindOf(err) != tt.kind {
				t.Fatalf("Parse(%q) = %+v, %v, want %+v, kind %v", tt.text, got, err, tt.want, tt.kind)
			}
			if err == nil && (got.Exact() != tt.exact || got.String() != tt.text) {
				t.Errorf("Parse(%q): Exact = %v, String = %q, want %v and the text", tt.text, got.Exact(), got.String(), tt.exact)
			}
		})
	}
}

// matches is shared by Match and Index, which must agree.
var matches = []struct {
	filter, name string
	want         bool
}{
	{"a/b", "a/b", true},
	{"a/b", "a/B", false},
	{"a/b", "a/b/", false},
	{"a", "a/b", false},
	{"a/b", "a", false},
	{"sensor/#", "sensor", false}, // AWS differs from MQTT here
	{"sensor/#", "sensor/", true},
	{"sensor/#", "sensor/a/b", true},
	{"#", "a", true},
	{"#", "/", true},
	{"#", "$aws/events/x", false},
	{"+", "$aws", false},
	{"+/events/x", "$aws/events/x", false},
	{"$aws/#", "$aws/events/x", true},
	{"$aws/+/x", "$aws/events/x", true},
	{"+", "a", true},
	{"+", "a/b", false},
	{"+", "/a", false},
	{"+/+", "/a", true},
	{"/+", "/a", true},
	{"+/", "a/", true},
	{"a/+/c", "a/b/c", true},
	{"a/+/c", "a//c", true},
	{"a/+/c", "a/c", false},
	{"a/+", "a", false},
	{"a/+", "a/", true},
	{"+/#", "a", false},
	{"+/#", "a/b", true},
	{"a/+/#", "a/b", false},
	{"a/+/#", "a/b/c", true},
}

func TestMatch(t *testing.T) {
	for _, tt := range matches {
		if got := Match(tt.filter, tt.name); got != tt.want {
			t.Errorf("Match(%q, %q) = %v, want %v", tt.filter, tt.name, got, tt.want)
		}
	}
}

func TestBasicIngest(t *testing.T) {
	tests := []struct {
		name, rule, rest string
		want             bool
	}{
		{"$aws/rules/B/Buildings/5/x", "B", "Buildings/5/x", true},
		{"$aws/rules/B", "B", "", true},
		{"$aws/rules/B/", "B", "", true},
		{"$aws/rules/", "", "", false},
		{"$aws/rules//x", "", "x", false},
		{"$aws/events/B", "", "", false},
	}
	for _, tt := range tests {
		rule, rest, got := BasicIngest(tt.name)
		if rule != tt.rule || rest != tt.rest || got != tt.want {
			t.Errorf("BasicIngest(%q) = %q, %q, %v, want %q, %q, %v", tt.name, rule, rest, got, tt.rule, tt.rest, tt.want)
		}
	}
}

func TestReserved(t *testing.T) {
	tests := []struct {
		text               string
		publish, subscribe bool
	}{
		{"a/b", true, true},
		{"$aws/rules/R/x", true, false},
		{"$aws/rules/R", true, false},
		{"$aws/events/presence/connected/c", false, true},
		{"$aws/events/#", false, true},
		{"$aws/events/presence/+/c", false, true},
		{"$aws/things/t/shadow/update", true, true},
		{"$aws/things/+/shadow/#", true, true},
		{"$aws/things/#", false, false},
		{"$aws/#", false, false},
		{"$SYS/broker", false, false},
		{"$TopicA/B", false, false},
	}
	for _, tt := range tests {
		if got := MaySubscribe(tt.text); got != tt.subscribe {
			t.Errorf("MaySubscribe(%q) = %v, want %v", tt.text, got, tt.subscribe)
		}
		if strings.ContainsAny(tt.text, "+#") {
			continue
		}
		if got := MayPublish(tt.text); got != tt.publish {
			t.Errorf("MayPublish(%q) = %v, want %v", tt.text, got, tt.publish)
		}
	}
}
