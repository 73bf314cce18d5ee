package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
	"tidemark/sql/iotsql"
)

func holdBuilder(hold func(done func(error))) Builder {
	return Builder{Shape: "HoldAction", Build: func(*iotsql.Statement, json.RawMessage) (Action, error) { return holdAction(hold), nil }}
}

type holdAction func(done func(error))

func (h holdAction) Do(_ context.Context, _ *Event, done func(error)) { h(done) }

func TestCreateRefuses(t *testing.T) {
	many := make([]ActionSpec, 11)
	for i := range many {
		many[i] = record("a", "")
	}
	tests := []struct {
		name   string
		rule   Rule
		kind   fault.Kind
		syntax bool
	}{
		{"no name", Rule{SQL: "SELECT *"}, fault.Invalid, false},
		{"hyphen", Rule{Name: "a-b", SQL: "SELECT *"}, fault.Invalid, false},
		{"long name", Rule{Name: strings.Repeat("a", 129), SQL: "SELECT *"}, fault.Invalid, false},
		{"version", Rule{Name: "a", SQL: "SELECT *", Version: "2020-01-01"}, fault.Invalid, false},
		{"eleven actions", Rule{Name: "a", SQL: "SELECT *", Actions: many}, fault.Invalid, false},
		{"large definition", Rule{Name: "a", SQL: "SELECT *", Description: strings.Repeat("x", 128<<10)}, fault.Invalid, false},
		{"unknown action", Rule{Name: "a", SQL: "SELECT *", Actions: []ActionSpec{{"teleport", json.RawMessage(`{}`)}}}, fault.Invalid, false},
		{"action that is not JSON", Rule{Name: "a", SQL: "SELECT *", Actions: []ActionSpec{{"record", json.RawMessage(`{`)}}}, fault.Invalid, false},
		{"SQL", Rule{Name: "a", SQL: "SELECT"}, fault.Invalid, true},
		{"template", Rule{Name: "a", SQL: "SELECT *", Actions: []ActionSpec{record("a", "${")}}, fault.Invalid, true},
		{"template of the error action", Rule{Name: "a", SQL: "SELECT *", ErrorAction: new(record("a", "${nofun()}"))}, fault.Invalid, true},
		{"taken name", Rule{Name: "taken", SQL: "SELECT *"}, fault.Conflict, false},
	}
	e := start(t, &recorder{}, Rule{Name: "taken", SQL: "SELECT *"})
	for _, test := range tests {
		err := e.Create(t.Context(), test.rule)
		_, syntax := errors.AsType[*iotsql.SyntaxError](err)
		if err == nil || fault.KindOf(err) != test.kind || syntax != test.syntax {
			t.Errorf("%s: Create = %v (%v, syntax error %v), want %v, syntax error %v", test.name, err, fault.KindOf(err), syntax, test.kind, test.syntax)
		}
	}
	if rules, err := e.List(t.Context(), ListOptions{}); len(rules) != 1 || err != nil {
		t.Errorf("List = %d rules, %v, want the first alone", len(rules), err)
	}
}

func TestLifeOfARule(t *testing.T) {
	ctx := t.Context()
	created := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	store := newMemory()
	rec := &recorder{}
	opt := Options{Store: store, Builders: rec.builders(), Now: func() time.Time { return created }}
	e, err := Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	want := Rule{Name: "r", SQL: "SELECT * FROM 'a/+'", Description: "d", Actions: []ActionSpec{record("a", "")}, ErrorAction: new(record("e", "")), Tags: map[string]string{"k": "v"}}
	if err := e.Create(ctx, want); err != nil {
		t.Fatal(err)
	}
	want.Created, want.Version = created, "2015-10-08"
	check := func(e *Engine) {
		t.Helper()
		got, err := e.Get(ctx, "r")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Get = %v, differs by:\n%s", err, diff)
		}
	}
	check(e)
	if got := want.TopicPattern(); got != "a/+" {
		t.Errorf("TopicPattern() = %q, want a/+", got)
	}
	if err := errors.Join(e.SetDisabled(ctx, "r", true), e.Tag(ctx, "r", map[string]string{"x": "y", "z": "1"}), e.Untag(ctx, "r", []string{"k", "z"})); err != nil {
		t.Fatal(err)
	}
	want.Disabled, want.Tags = true, map[string]string{"x": "y"}
	check(e)
	reopened, err := Open(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	check(reopened)
	if err := reopened.Replace(ctx, Rule{Name: "r", SQL: "SELECT 1 AS a FROM 'b'", Version: "beta"}); err != nil {
		t.Fatal(err)
	}
	want = Rule{Name: "r", SQL: "SELECT 1 AS a FROM 'b'", Version: "beta", Created: created, Tags: want.Tags}
	check(reopened)
	if err := reopened.Delete(ctx, "r"); err != nil {
		t.Fatal(err)
	}
	_, missing := reopened.Get(ctx, "r")
	for name, err := range map[string]error{
		"Get": missing, "Replace": reopened.Replace(ctx, want), "SetDisabled": reopened.SetDisabled(ctx, "r", true), "Delete": reopened.Delete(ctx, "r"), "Tag": reopened.Tag(ctx, "r", nil),
	} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s of a deleted rule = %v, want fault.NotFound", name, err)
		}
	}
	if len(store.rules) != 0 {
		t.Errorf("%d rules are stored after the last was deleted", len(store.rules))
	}
}

func TestList(t *testing.T) {
	e := start(t, &recorder{})
	for i := range 5 {
		if err := e.Create(t.Context(), Rule{Name: fmt.Sprintf("r%d", i), SQL: fmt.Sprintf("SELECT * FROM 'a/%d'", i%2), Disabled: i > 2}); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		opt  ListOptions
		want string
	}{
		{"all", ListOptions{}, "r0 r1 r2 r3 r4"}, {"by topic", ListOptions{Topic: "a/1"}, "r1 r3"}, {"disabled", ListOptions{Disabled: new(true)}, "r3 r4"},
		{"enabled", ListOptions{Disabled: new(false)}, "r0 r1 r2"}, {"page", ListOptions{After: "r1", Limit: 2}, "r2 r3"}, {"end", ListOptions{After: "r4"}, ""},
	}
	for _, test := range tests {
		rules, err := e.List(t.Context(), test.opt)
		var names []string
		for _, r := range rules {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); got != test.want || err != nil {
			t.Errorf("%s: List = %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

func TestLimitOfRules(t *testing.T) {
	e, err := Open(t.Context(), Options{Store: newMemory(), Builders: map[string]Builder{}, MaxRules: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Create(t.Context(), Rule{Name: "a", SQL: "SELECT *"}); err != nil {
		t.Fatal(err)
	}
	if err := e.Create(t.Context(), Rule{Name: "b", SQL: "SELECT *"}); fault.KindOf(err) != fault.Exceeded {
		t.Errorf("Create above the limit = %v, want fault.Exceeded", err)
	}
}

// A stored rule that does not compile any more is listed, not run, and does not
// keep the others from running.
func TestBrokenRuleIsKept(t *testing.T) {
	store := newMemory()
	store.rules["broken"] = Rule{Name: "broken", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{{"gone", json.RawMessage(`{}`)}}}
	rec := &recorder{}
	store.rules["good"] = Rule{Name: "good", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{record("a", "")}}
	e, err := Open(t.Context(), Options{Store: store, Builders: rec.builders()})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(accept(t, e, msg("dt/1", "{}")), accept(t, e, msg("$aws/rules/broken", "{}")), e.SetDisabled(t.Context(), "broken", true)); err != nil {
		t.Error(err)
	}
	if got := rec.got(); len(got) != 1 {
		t.Errorf("actions got %q, want one event", got)
	}
	if r, err := e.Get(t.Context(), "broken"); err != nil || !r.Disabled {
		t.Errorf("Get(broken) = %+v, %v", r, err)
	}
}

func TestActionSpecJSON(t *testing.T) {
	var spec ActionSpec
	if err := json.Unmarshal([]byte(`{"s3":{"key":"k"}}`), &spec); err != nil || spec.Kind != "s3" || string(spec.Config) != `{"key":"k"}` {
		t.Errorf("Unmarshal = %+v, %v", spec, err)
	}
	if text, err := json.Marshal(spec); string(text) != `{"s3":{"key":"k"}}` || err != nil {
		t.Errorf("Marshal = %s, %v", text, err)
	}
	for _, text := range []string{`{}`, `{"a":{},"b":{}}`, `[]`, `null`, `"s3"`} {
		if err := json.Unmarshal([]byte(text), &spec); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Unmarshal(%s) = %v, want fault.Invalid", text, err)
		}
	}
}
