package action

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/deadletter"
	"tidemark/fault"
	"tidemark/rules"
	"tidemark/tsdb"
)

// What is refused for good becomes a letter with its message and the records that were
// refused, and no others.
func TestLetters(t *testing.T) {
	const full = `{"device_id":"s1","building":"b","room":"r","a":1,"c":2.5}`
	dims := []tsdb.Dimension{{Name: "device_id", Value: "s1"}, {Name: "building", Value: "b"}, {Name: "room", Value: "r"}}
	a, c := at(dims, receivedNS, "a", tsdb.BigintValue(1)), at(dims, receivedNS, "c", tsdb.DoubleValue(2.5))
	target := tsdb.TableRef{Database: "db", Table: "t"}
	tests := []struct {
		name, sql, payload string
		refuse             error
		want               *deadletter.Letter // without source, rule and message
	}{
		{"stored", "SELECT a, c FROM 'dt/+'", full, nil, nil},
		{"one of two records", "SELECT a, c FROM 'dt/+'", full, &tsdb.RejectedRecords{Rejections: []tsdb.Rejection{{Index: 1, Reason: "too old"}}},
			&deadletter.Letter{Kind: "rejected", Reason: "c: too old", Target: target, Records: []tsdb.Record{c}}},
		{"both records", "SELECT a, c FROM 'dt/+'", full, &tsdb.RejectedRecords{Rejections: []tsdb.Rejection{{Index: 0, Reason: "x"}, {Index: 1, Reason: "y"}}},
			&deadletter.Letter{Kind: "rejected", Reason: "a: x; c: y", Target: target, Records: []tsdb.Record{a, c}}},
		{"missing table", "SELECT a, c FROM 'dt/+'", full, fault.New(fault.NotFound, "The table t does not exist."),
			&deadletter.Letter{Kind: "not_found", Reason: "The table t does not exist.", Target: target, Records: []tsdb.Record{a, c}}},
		{"malformed", "SELECT a FROM 'dt/+'", full, fault.New(fault.Invalid, "Record 0: no"),
			&deadletter.Letter{Kind: "invalid", Reason: "Record 0: no", Target: target, Records: []tsdb.Record{a}}},
		{"not JSON", "SELECT * FROM 'dt/+'", "\x01", nil, &deadletter.Letter{Kind: "invalid", Reason: "the result of SELECT is not a JSON object", Target: target}},
		{"number beyond DOUBLE", "SELECT * FROM 'dt/+'", `{"device_id":"s1","building":"b","room":"r","a":1E400}`, nil,
			&deadletter.Letter{Kind: "invalid", Reason: `the attribute "a" is out of the range of DOUBLE`, Target: target}},
		{"error in SQL", "SELECT aws_lambda('f', 1) AS x FROM 'dt/+'", full, nil,
			&deadletter.Letter{Kind: "invalid", Reason: "aws_lambda(): this function is not supported", Target: target}},
		{"too large", "SELECT concat(a, a, a, a, a, a, a, a) AS x FROM 'dt/+'", `{"a":"` + strings.Repeat("x", 20_000) + `"}`, nil,
			&deadletter.Letter{Kind: "exceeded", Reason: "the result of SELECT is larger than 131072 bytes", Target: target}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &world{refuse: func(tsdb.TableRef) error { return test.refuse }}
			e := start(t, w, rules.Rule{Name: "r", SQL: test.sql, Actions: []rules.ActionSpec{toTable("")}})
			m := msg("dt/1", test.payload)
			accept(t, e, m)
			if test.want == nil {
				if len(w.letters) > 0 {
					t.Errorf("letters %v, want none", w.letters)
				}
				return
			}
			test.want.Source, test.want.Rule, test.want.Message = "rule", "r", m
			if diff := cmp.Diff([]deadletter.Letter{*test.want}, w.letters, cmp.AllowUnexported(tsdb.Value{})); diff != "" {
				t.Errorf("letters differ:\n%s", diff)
			}
		})
	}
}

// A store that cannot write makes no letter, and a letter that cannot be written keeps
// its message from being acknowledged.
func TestLettersOfPassingFailures(t *testing.T) {
	tests := []struct {
		name         string
		refuse, lose error
		letters      int
		want         fault.Kind
	}{
		{"the store is full", fault.New(fault.Unavailable, "disk full"), nil, 0, fault.Unavailable},
		{"the letter is not written", fault.New(fault.Invalid, "no"), fault.New(fault.Unavailable, "disk full"), 1, fault.Unavailable},
	}
	for _, test := range tests {
		w := &world{refuse: func(tsdb.TableRef) error { return test.refuse }, lose: test.lose}
		e := start(t, w, rules.Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []rules.ActionSpec{toTable("")}})
		done := make(chan error, 1)
		e.Accept(t.Context(), msg("dt/1", `{"device_id":"s1","building":"b","room":"r","a":1}`), func(err error) { done <- err })
		if err := <-done; err == nil || fault.KindOf(err) != test.want || !errors.Is(err, first(test.lose, test.refuse)) {
			t.Errorf("%s: done(%v), want %v", test.name, err, test.want)
		}
		if len(w.letters) != test.letters {
			t.Errorf("%s: %d letters, want %d", test.name, len(w.letters), test.letters)
		}
	}
}

// The records of an error action become a letter of its own source.
func TestLetterOfErrorAction(t *testing.T) {
	w := &world{refuse: func(tsdb.TableRef) error { return fault.New(fault.NotFound, "no such table") }}
	onError := toTable("")
	e := start(t, w, rules.Rule{Name: "r", SQL: "SELECT a FROM 'dt/+'", Actions: []rules.ActionSpec{toTable("")}, ErrorAction: &onError})
	accept(t, e, msg("dt/1", `{"device_id":"s1","building":"b","room":"r","a":1}`))
	if len(w.letters) != 2 || w.letters[0].Source != deadletter.SourceRule || w.letters[1].Source != deadletter.SourceErrorAction {
		t.Fatalf("letters %+v, want one of the rule and one of its error action", w.letters)
	}
	if recs := w.letters[1].Records; len(recs) == 0 || recs[0].MeasureName != "ruleName" {
		t.Errorf("the error action's letter has the records %+v, want what it was told", recs)
	}
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}
