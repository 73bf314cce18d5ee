package iotsql

import (
	"errors"
	"testing"
	"time"
)

// instant is timestamp() in tests: 2023-11-14T22:13:20.123Z.
var instant = time.UnixMilli(1700000000123)

var testEnv = Env{NewUUID: func() string { return "0b0a3c5e-0000-4000-8000-000000000001" }, Random: func() float64 { return 0.25 }}

// message is a message with every property.
func message(payload string) Message {
	return Message{
		Topic: "dt/sensor/7", Payload: []byte(payload), ClientID: "c1", Principal: "p1", SourceIP: "10.0.0.9",
		TraceID: "7e146a2c-7e14-4e14-8e14-7e146a2c7e14", AccountID: "000000000000", Time: instant,
		Properties: Properties{
			ContentType: "text/plain", ResponseTopic: "re/ply", CorrelationData: []byte("ok"), PayloadFormat: 1,
			User: []UserProperty{{"k", "v1"}, {"k2", "v2"}, {"k", "v3"}},
		},
	}
}

func compile(t testing.TB, sql string, v Version) *Statement {
	t.Helper()
	stmt, err := Compile(sql, v)
	if err != nil {
		t.Fatalf("Compile(%q, %s) = %v, want a statement", sql, v, err)
	}
	return stmt
}

// run evaluates a statement to text: the SELECT result, "no match", or "error: …".
func run(t testing.TB, sql string, v Version, payload string) string {
	t.Helper()
	res, err := compile(t, sql, v).Evaluate(t.Context(), NewInput(message(payload), testEnv))
	switch {
	case err != nil:
		if _, ok := errors.AsType[*EvalError](err); !ok {
			t.Fatalf("Evaluate(%q) = %v, want an *EvalError", sql, err)
		}
		return "error: " + err.Error()
	case !res.Matched:
		return "no match"
	default:
		return res.Value.String()
	}
}

// evalCase is an expression and its value in both versions; old "" means that
// 2015-10-08 refuses it, "=" that both are the same.
type evalCase struct{ expr, old, modern string }

// evaluate checks expressions over one payload.
func evaluate(t *testing.T, payload string, tests []evalCase) {
	t.Helper()
	for _, test := range tests {
		sql := "SELECT VALUE " + test.expr + " FROM 'x'"
		if got := run(t, sql, V2016, payload); got != test.modern {
			t.Errorf("2016: %s = %s, want %s", test.expr, got, test.modern)
		}
		if test.old == "" {
			if _, err := Compile(sql, V2015); err == nil {
				t.Errorf("2015: Compile(%s) = nil, want an error", test.expr)
			}
			continue
		}
		want := test.old
		if want == "=" {
			want = test.modern
		}
		if got := run(t, sql, V2015, payload); got != want {
			t.Errorf("2015: %s = %s, want %s", test.expr, got, want)
		}
	}
}
