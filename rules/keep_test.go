package rules

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"tidemark/fault"
	"tidemark/sql/iotsql"
)

// keeper is the destination of the action "keep": it fails with err and keeps what
// failed, unless keeping fails too.
type keeper struct {
	mu     sync.Mutex
	err    error
	unkept error
	kept   []string
	tries  int
}

func (k *keeper) Do(_ context.Context, ev *Event, done func(error)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries++
	go done(k.err)
}

func (k *keeper) Keep(_ context.Context, ev *Event, cause error, done func(error)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = append(k.kept, ev.Message.Topic+": "+cause.Error())
	go done(k.unkept)
}

// startKeeper is start with the action "keep".
func startKeeper(t *testing.T, k *keeper, rec *recorder, rules ...Rule) *Engine {
	t.Helper()
	e := start(t, rec)
	e.opt.Builders["keep"] = Builder{Shape: "KeepAction", Build: func(*iotsql.Statement, json.RawMessage) (Action, error) { return k, nil }}
	for _, r := range rules {
		if err := e.Create(t.Context(), r); err != nil {
			t.Fatalf("Create(%s) = %v", r.Name, err)
		}
	}
	return e
}

var keep = ActionSpec{"keep", json.RawMessage(`{}`)}

// What fails for good is kept before the message is done, whether or not an error
// action takes it; what sending again can cure is not.
func TestKeep(t *testing.T) {
	invalid, unavailable, full := fault.New(fault.Invalid, "bad value"), fault.New(fault.Unavailable, "disk full"), fault.New(fault.Unavailable, "no letter")
	large := "SELECT concat(temp, temp, temp, temp, temp, temp, temp, temp) AS x FROM 'dt/+'"
	tests := []struct {
		name, sql   string
		err, unkept error
		onError     *ActionSpec
		kept        []string
		events      int   // that the error action got
		want        error // of done
	}{
		{"success", "", nil, nil, nil, nil, 0, nil},
		{"final failure", "", invalid, nil, nil, []string{"dt/1: bad value"}, 0, nil},
		{"final failure with an error action", "", invalid, nil, new(record("e", "")), []string{"dt/1: bad value"}, 1, nil},
		{"unclassified failure, after all tries", "", errors.New("broken"), nil, nil, []string{"dt/1: broken"}, 0, nil},
		{"passing failure", "", unavailable, nil, nil, nil, 0, unavailable},
		{"failure that is not kept", "", invalid, full, nil, []string{"dt/1: bad value"}, 0, full},
		{"failure that is not kept, with an error action", "", invalid, full, new(record("e", "")), []string{"dt/1: bad value"}, 1, full},
		{"too large", large, nil, nil, nil, []string{"dt/1: the result of SELECT is larger than 131072 bytes"}, 0, nil},
		{"error in SQL", "SELECT aws_lambda('arn', 1) AS x FROM 'dt/+'", nil, nil, new(record("e", "")), []string{"dt/1: aws_lambda(): this function is not supported"}, 0, nil},
		{"error in SQL that is not kept", "SELECT aws_lambda('arn', 1) AS x FROM 'dt/+'", nil, full, nil, []string{"dt/1: aws_lambda(): this function is not supported"}, 0, full},
		{"the error action fails", "", nil, nil, &keep, []string{"dt/1: bad value"}, 0, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, rec := &keeper{err: test.err, unkept: test.unkept}, &recorder{errs: []error{errors.New("no")}}
				r := Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []ActionSpec{keep}, ErrorAction: test.onError}
				if test.sql != "" {
					r.SQL = test.sql
				}
				if test.onError == &keep { // the action that fails is one that keeps nothing
					k.err, rec.errs, r.Actions = invalid, []error{invalid}, []ActionSpec{fail}
				}
				e := startKeeper(t, k, rec, r)
				payload := `{"temp":"` + strings.Repeat("x", 20_000) + `"}`
				if err := accept(t, e, msg("dt/1", payload)); !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
					t.Errorf("done(%v), want %v", err, test.want)
				}
				if !slices.Equal(k.kept, test.kept) {
					t.Errorf("kept %q, want %q", k.kept, test.kept)
				}
				if got := len(rec.got()); got != test.events {
					t.Errorf("the error action got %d messages, want %d", got, test.events)
				}
			})
		})
	}
}

// A replay runs only the actions that keep, as the rule is now, and keeps nothing.
func TestReplay(t *testing.T) {
	invalid := fault.New(fault.Invalid, "bad value")
	k, rec := &keeper{err: invalid}, &recorder{errs: []error{invalid}}
	e := startKeeper(t, k, rec,
		Rule{Name: "r", SQL: "SELECT temp FROM 'dt/+' WHERE temp > 1", Actions: []ActionSpec{record("a", ""), keep}, ErrorAction: new(record("e", ""))},
		Rule{Name: "off", SQL: "SELECT temp FROM 'dt/+'", Actions: []ActionSpec{keep}, Disabled: true},
		Rule{Name: "other", SQL: "SELECT temp FROM 'never'", Actions: []ActionSpec{record("a", "")}},
		Rule{Name: "broken", SQL: "SELECT aws_lambda('arn', 1) AS x FROM 'dt/+'", Actions: []ActionSpec{keep}})
	replay := func(rule, payload string) error {
		done := make(chan error, 1)
		e.Replay(t.Context(), rule, msg("dt/1", payload), func(err error) { done <- err })
		return <-done
	}
	for _, test := range []struct {
		name, rule, payload string
		err                 error
		want                fault.Kind
	}{
		{"refused again", "r", `{"temp":2}`, invalid, fault.Invalid},
		{"unavailable", "r", `{"temp":2}`, fault.New(fault.Unavailable, "disk full"), fault.Unavailable},
		{"WHERE", "r", `{"temp":1}`, nil, fault.Invalid},
		{"no such rule", "x", `{"temp":2}`, nil, fault.NotFound},
		{"disabled", "off", `{"temp":2}`, nil, fault.Conflict},
		{"nothing that keeps", "other", `{"temp":2}`, nil, fault.Conflict},
		{"error in SQL", "broken", `{"temp":2}`, nil, fault.Invalid},
	} {
		k.err = test.err
		if err := replay(test.rule, test.payload); fault.KindOf(err) != test.want {
			t.Errorf("%s: Replay = %v, want %v", test.name, err, test.want)
		}
	}
	k.err = nil
	if err := replay("r", `{"temp":2}`); err != nil {
		t.Errorf("Replay = %v, want nil", err)
	}
	if len(k.kept) > 0 || len(rec.got()) > 0 {
		t.Errorf("a replay kept %q and reached other actions with %q, want neither", k.kept, rec.got())
	}
}
