package deadletters_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/api/deadletters"
	"tidemark/deadletter"
	"tidemark/fault"
	"tidemark/tsdb"
)

// letters is a fake that notes what it is asked.
type letters struct {
	filter  deadletter.Filter
	after   deadletter.Cursor
	limit   int
	replay  *deadletter.Replay
	discard *deadletter.Replay
	next    deadletter.Cursor
	err     error
}

var kept = deadletter.Entry{
	Database: "plant", ID: "i-1", Time: 1_700_000_000_123_456_789, Revision: 1, State: deadletter.StateOpen, Source: "rule", Rule: "store", Kind: "rejected",
	Reason: "temp: too old", Target: tsdb.TableRef{Database: "plant", Table: "sensors"}, Topic: "dt/1", ClientID: "d1", RecordCount: 1, Bytes: 300,
	Payload: "", Encoding: "utf8", Records: `{"Records":[]}`, Message: `{"qos":1}`,
}

func (l *letters) List(_ context.Context, f deadletter.Filter, after deadletter.Cursor, limit int) ([]deadletter.Entry, deadletter.Cursor, error) {
	l.filter, l.after, l.limit = f, after, limit
	return []deadletter.Entry{kept}, l.next, l.err
}

func (l *letters) Get(_ context.Context, database, id string) (deadletter.Entry, error) {
	if id != kept.ID || database != "" && database != kept.Database {
		return deadletter.Entry{}, fault.New(fault.NotFound, "There is no dead letter %q.", id)
	}
	return kept, nil
}

func (l *letters) Replay(_ context.Context, r deadletter.Replay) (deadletter.Report, error) {
	l.replay = &r
	return deadletter.Report{Outcomes: []deadletter.Outcome{{Entry: kept, Result: deadletter.Refused, Reason: "no"}}, Next: l.next}, l.err
}

func (l *letters) Discard(_ context.Context, r deadletter.Replay) (deadletter.Report, error) {
	l.discard = &r
	return deadletter.Report{}, l.err
}

func serve(t *testing.T, l *letters) apitest.Base {
	t.Helper()
	door, err := deadletters.New(deadletters.Options{Letters: l})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Start(t, api.Options{Services: []api.Service{door.Service()}})
}

func TestSurface(t *testing.T) {
	door, err := deadletters.New(deadletters.Options{Letters: &letters{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range api.CheckSurface(door.Service()) {
		t.Error(wrong)
	}
	if _, err := deadletters.New(deadletters.Options{}); err == nil {
		t.Error("New without letters succeeds")
	}
}

const brief = `{"database":"plant","id":"i-1","time":"2023-11-14T22:13:20.123456789Z","state":"open","source":"rule","rule":"store","kind":"rejected","reason":"temp: too old","toDatabase":"plant","toTable":"sensors","topic":"dt/1","clientId":"d1","recordCount":1,"attempts":0,"bytes":300`

func TestAnswers(t *testing.T) {
	at := deadletter.Cursor{Database: "plant", Time: 5, ID: "x"}
	token := api.PageToken("plant", "5", "x")
	tests := []struct {
		name, method, path, body string
		fake                     letters
		status                   int
		want                     string // the body, or a part of it for errors
	}{
		{"list", "GET", "", "", letters{next: at}, 200, `{"letters":[` + brief + `}],"nextToken":"` + token + `"}`},
		{"get", "GET", "/i-1", "", letters{}, 200, brief + `,"payload":"","payloadEncoding":"utf8","records":{"Records":[]},"message":{"qos":1}}`},
		{"get none", "GET", "/i-2?database=plant", "", letters{}, 404, "There is no dead letter"},
		{"replay", "POST", "/replay", `{"apply":true}`, letters{next: at}, 200, `{"outcomes":[{"letter":` + brief + `},"result":"refused again","reason":"no"}],"nextToken":"` + token + `"}`},
		{"replay that stops", "POST", "/replay", `{}`, letters{err: fault.New(fault.Unavailable, "disk full")}, 200, `{"outcomes":[{"letter":` + brief + `},"result":"refused again","reason":"no"}],"stopped":"disk full"}`},
		{"delete", "POST", "/delete", `{}`, letters{}, 200, `{"outcomes":[]}`},
		{"delete that fails", "POST", "/delete", `{}`, letters{err: fault.New(fault.Conflict, "Another call works")}, 409, "Another call works"},
		{"state that is none", "GET", "?state=lost", "", letters{}, 400, "enum value set: [open, replayed, discarded]"},
		{"list too long", "GET", "?maxResults=1001", "", letters{}, 400, "less than or equal to 1000"},
		{"time that is none", "GET", "?from=yesterday", "", letters{}, 400, `from: \"yesterday\" is not a time`},
		{"time beyond all", "POST", "/replay", `{"to":"9999-01-01T00:00:00Z"}`, letters{}, 400, "is not a time"},
		{"token of another list", "GET", "?nextToken=" + api.PageToken("a"), "", letters{}, 400, "pagination token"},
		{"token without a time", "GET", "?nextToken=" + api.PageToken("a", "b", "c"), "", letters{}, 400, "pagination token"},
		{"way that is none", "POST", "/replay", `{"through":"magic"}`, letters{}, 400, "enum value set: [records, rule]"},
		{"version 0", "POST", "/replay", `{"version":0}`, letters{}, 400, "greater than or equal to 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, body := serve(t, &test.fake).Do(t, "tidemark", test.method, "/tidemark/v1/dead-letters"+test.path, test.body)
			if resp.StatusCode != test.status || test.status == 200 && body != test.want || !strings.Contains(body, test.want) {
				t.Errorf("%d %s, want %d %s", resp.StatusCode, body, test.status, test.want)
			}
		})
	}
}

// Every part of a request reaches the letters.
func TestRequests(t *testing.T) {
	l := &letters{}
	base := serve(t, l)
	token := api.PageToken("plant", "5", "x")
	base.Do(t, "tidemark", "GET", "/tidemark/v1/dead-letters?database=plant&state=open&rule=r&table=t&kind=k&from=2026-01-02T03:04:05Z&to=2026-01-03T00:00:00.5Z&maxResults=7&nextToken="+token, "")
	from, to := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 1, 3, 0, 0, 0, 5e8, time.UTC)
	filter := deadletter.Filter{Database: "plant", State: "open", Rule: "r", Table: "t", Kind: "k", From: from, To: to}
	if diff := cmp.Diff(filter, l.filter); diff != "" || l.limit != 7 || l.after != (deadletter.Cursor{Database: "plant", Time: 5, ID: "x"}) {
		t.Errorf("List got limit %d after %v and a filter that differs:\n%s", l.limit, l.after, diff)
	}
	body, _ := json.Marshal(map[string]any{"database": "plant", "ids": []string{"a"}, "rule": "r", "table": "t", "kind": "k", "from": "2026-01-02T03:04:05Z", "to": "2026-01-03T00:00:00.5Z",
		"limit": 3, "nextToken": token, "apply": true, "through": "rule", "version": 4})
	filter.State, filter.IDs = "", []string{"a"}
	want := deadletter.Replay{Filter: filter, After: deadletter.Cursor{Database: "plant", Time: 5, ID: "x"}, Limit: 3, Rules: true, Version: 4, Apply: true}
	base.Do(t, "tidemark", "POST", "/tidemark/v1/dead-letters/replay", string(body))
	if diff := cmp.Diff(&want, l.replay); diff != "" {
		t.Errorf("Replay got something else:\n%s", diff)
	}
	want.Rules, want.Version = false, 0
	base.Do(t, "tidemark", "POST", "/tidemark/v1/dead-letters/delete", string(body))
	if diff := cmp.Diff(&want, l.discard); diff != "" {
		t.Errorf("Discard got something else:\n%s", diff)
	}
}

func TestUnsigned(t *testing.T) {
	resp, body := serve(t, &letters{}).Plain(t, http.MethodGet, "/tidemark/v1/dead-letters", "")
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("an unsigned request answers %d %s, want 403", resp.StatusCode, body)
	}
}
