package api

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseSurface(t *testing.T) {
	got, err := ParseSurface("# comment\n\nA served\n B planned GET /x/{y+} -- later\nC refused -- not here -- ever\n")
	want := []Entry{{Name: "A", State: Served}, {Name: "B", State: Planned, Method: "GET", Path: "/x/{y+}", Reason: "later"}, {Name: "C", State: Refused, Reason: "not here -- ever"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ParseSurface = %+v, %v, want %+v", got, err, want)
	}
	for text, want := range map[string]string{
		"A served\nA served": "line 2: A is listed twice", "A": "line 1", "A done": `unknown state "done"`, "A refused": "without a reason", "A served GET": "has not the form",
	} {
		if _, err := ParseSurface(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseSurface(%q) = %v, want %s", text, err, want)
		}
	}
}

func TestCheckSurface(t *testing.T) {
	svc := Service{
		Operations: []Operation{{Name: "A"}, {Name: "B"}, {Name: "C", Method: "GET", Path: "/x/{y+}"}, {Name: "D", Method: "GET", Path: "/d"}},
		Surface:    []Entry{{Name: "B", State: Planned}, {Name: "C", State: Served, Method: "GET", Path: "/x/{y}"}, {Name: "D", State: Served, Method: "PUT", Path: "/d"}, {Name: "E", State: Served}},
	}
	want := []string{"A is declared and not listed", "B is declared and listed as planned", "D is declared as GET /d and listed as PUT /d", "E is listed as served and not declared"}
	if got := CheckSurface(svc); !reflect.DeepEqual(got, want) {
		t.Errorf("CheckSurface = %q, want %q", got, want)
	}
}

func TestPageToken(t *testing.T) {
	for _, parts := range [][]string{{""}, {"a"}, {"a/b", "é!"}} {
		got, err := ParsePageToken(PageToken(parts...), len(parts))
		if err != nil || !reflect.DeepEqual(got, parts) {
			t.Errorf("ParsePageToken(PageToken(%q)) = %q, %v", parts, got, err)
		}
	}
	for _, token := range []string{"?", "e30", PageToken("a")} {
		if got, err := ParsePageToken(token, 2); err == nil {
			t.Errorf("ParsePageToken(%q, 2) = %q, want an error", token, got)
		}
	}
	if got, err := ParsePageToken("", 2); err != nil || len(got) != 2 || got[0] != "" {
		t.Errorf("ParsePageToken of none = %q, %v", got, err)
	}
}
