package api

import (
	"fmt"
	"strings"
)

// State says what this server does with an operation that AWS has.
type State string

// The states.
const (
	Served  State = "served"
	Planned State = "planned" // answered with a fault that names it, until it is built
	Refused State = "refused" // answered in the same way, for good, for the reason given
)

// Entry is one line of a door's testdata/operations.txt.
type Entry struct {
	Name         string
	State        State
	Method, Path string // REST services
	Reason       string // of Refused, and where it helps
}

// ParseSurface reads operations.txt: one operation a line as
//
//	Name state [METHOD /path] [-- reason]
//
// Empty lines and lines beginning with # are comments. A refusal needs a reason.
func ParseSurface(text string) ([]Entry, error) {
	var entries []Entry
	seen := map[string]bool{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		e, err := parseEntry(line)
		if err == nil && seen[e.Name] {
			err = fmt.Errorf("%s is listed twice", e.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("operations, line %d: %w", number, err)
		}
		seen[e.Name] = true
		entries = append(entries, e)
	}
	return entries, nil
}

// MustParseSurface is ParseSurface for text that is part of the program.
func MustParseSurface(text string) []Entry {
	entries, err := ParseSurface(text)
	if err != nil {
		panic("api: " + err.Error())
	}
	return entries
}

func parseEntry(line string) (Entry, error) {
	line, reason, _ := strings.Cut(line, " -- ")
	word := strings.Fields(line)
	if len(word) != 2 && len(word) != 4 {
		return Entry{}, fmt.Errorf("%q has not the form: name state [METHOD /path] [-- reason]", line)
	}
	e := Entry{Name: word[0], State: State(word[1]), Reason: strings.TrimSpace(reason)}
	if len(word) == 4 {
		e.Method, e.Path = word[2], word[3]
	}
	switch {
	case e.State != Served && e.State != Planned && e.State != Refused:
		return Entry{}, fmt.Errorf("%s has the unknown state %q", e.Name, e.State)
	case e.State == Refused && e.Reason == "":
		return Entry{}, fmt.Errorf("%s is refused without a reason", e.Name)
	}
	return e, nil
}

// CheckSurface holds the operations that a service declares against its list and
// returns what does not fit, in words.
func CheckSurface(svc Service) []string {
	listed := map[string]Entry{}
	for _, e := range svc.Surface {
		listed[e.Name] = e
	}
	var wrong []string
	declared := map[string]bool{}
	for _, op := range svc.Operations {
		declared[op.Name] = true
		e, ok := listed[op.Name]
		switch {
		case !ok:
			wrong = append(wrong, op.Name+" is declared and not listed")
		case e.State != Served:
			wrong = append(wrong, fmt.Sprintf("%s is declared and listed as %s", op.Name, e.State))
		case e.Method != op.Method || pathShape(e.Path) != pathShape(op.Path):
			wrong = append(wrong, fmt.Sprintf("%s is declared as %s %s and listed as %s %s", op.Name, op.Method, op.Path, e.Method, e.Path))
		}
	}
	for _, e := range svc.Surface {
		if e.State == Served && !declared[e.Name] {
			wrong = append(wrong, e.Name+" is listed as served and not declared")
		}
	}
	return wrong
}

// pathShape is a pattern without its greedy marks: a server may take more of a path
// than the model says, because not every client escapes slashes.
func pathShape(path string) string { return strings.ReplaceAll(path, "+}", "}") }
