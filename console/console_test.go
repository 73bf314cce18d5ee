package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
	"tidemark/sql/sqlerr"
	"tidemark/sql/token"
	"tidemark/sql/types"
)

// answers is an engine that gives each request to a function.
type answers func(ctx context.Context, r Request) (*Page, error)

func (a answers) Query(ctx context.Context, r Request) (*Page, error) { return a(ctx, r) }

// nothing answers every statement with an empty result.
func nothing(context.Context, Request) (*Page, error) { return &Page{}, nil }

// browser talks to one console as a browser does, cookies included.
type browser struct {
	t       *testing.T
	console *Console
	host    string
	cookies []*http.Cookie
	headers map[string]string
}

func newBrowser(t *testing.T, o Options) *browser {
	t.Helper()
	if o.Queries == nil {
		o.Queries = answers(nothing)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, console: c, host: "127.0.0.1:7420"}
}

func (b *browser) do(method, path, body string) *http.Response {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(body))
	r.Host = b.host
	for k, v := range b.headers {
		r.Header.Set(k, v)
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.console.ServeHTTP(w, r)
	b.cookies = append(b.cookies, w.Result().Cookies()...)
	return w.Result()
}

// signIn spends the console's token.
func (b *browser) signIn() *browser {
	b.t.Helper()
	if got := b.do("POST", "/console/api/session", `{"token":"`+b.console.Token()+`"}`); got.StatusCode != http.StatusNoContent {
		b.t.Fatalf("sign in = %d, want 204", got.StatusCode)
	}
	return b
}

// ask posts a statement and decodes the answer into out.
func (b *browser) ask(text string, out any) *http.Response {
	b.t.Helper()
	body, _ := json.Marshal(map[string]string{"text": text})
	w := b.do("POST", "/console/api/query", string(body))
	if err := json.NewDecoder(w.Body).Decode(out); err != nil {
		b.t.Fatalf("answer to %q: %v", text, err)
	}
	return w
}

type failure struct{ Error problem }

func TestWithoutSessionNothingIsRead(t *testing.T) {
	for _, tt := range []struct{ method, path string }{
		{"POST", "/console/api/query"}, {"GET", "/console/api/schema"}, {"GET", "/console/api/session"},
	} {
		b := newBrowser(t, Options{Queries: answers(func(context.Context, Request) (*Page, error) {
			t.Errorf("%s %s reached the engine", tt.method, tt.path)
			return &Page{}, nil
		})})
		if got := b.do(tt.method, tt.path, `{"text":"SELECT 1"}`).StatusCode; got != http.StatusUnauthorized {
			t.Errorf("%s %s without a session = %d, want 401", tt.method, tt.path, got)
		}
		b.cookies = []*http.Cookie{{Name: cookieName, Value: "guess"}}
		if got := b.do(tt.method, tt.path, `{"text":"SELECT 1"}`).StatusCode; got != http.StatusUnauthorized {
			t.Errorf("%s %s with a made-up session = %d, want 401", tt.method, tt.path, got)
		}
	}
}

func TestTokenOpensOneSession(t *testing.T) {
	var announced []string
	b := newBrowser(t, Options{Announce: func(token string) error { announced = append(announced, token); return nil }})
	first := b.console.Token()
	if got, want := b.console.Link("http://h:1"), "http://h:1/#token="+first; got != want {
		t.Errorf("Link = %q, want %q", got, want)
	}
	b.signIn()
	if got := b.do("GET", "/console/api/session", "").StatusCode; got != http.StatusNoContent {
		t.Errorf("in session = %d, want 204", got)
	}
	if got := b.do("POST", "/console/api/session", `{"token":"`+first+`"}`).StatusCode; got != http.StatusForbidden {
		t.Errorf("second use of a token = %d, want 403", got)
	}
	if len(announced) != 2 || announced[0] != first || announced[1] != b.console.Token() || announced[1] == first {
		t.Errorf("announced %q, want the first token and then another", announced)
	}
}

func TestSessionCookie(t *testing.T) {
	b := newBrowser(t, Options{}).signIn()
	c := b.cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/console/api/" {
		t.Errorf("cookie = %+v, want HttpOnly, SameSite=Strict, for the API's path, not Secure over plain HTTP", c)
	}
	if got := sessionCookie(httptest.NewRequest("GET", "https://localhost/", nil), "id", 0); !got.Secure {
		t.Error("the cookie of a TLS connection is not Secure")
	}
}

func TestSigningOutEndsTheSession(t *testing.T) {
	b := newBrowser(t, Options{}).signIn()
	kept := b.cookies
	b.do("DELETE", "/console/api/session", "")
	b.cookies = kept // a thief keeps it
	if got := b.do("GET", "/console/api/session", "").StatusCode; got != http.StatusUnauthorized {
		t.Errorf("session after signing out = %d, want 401", got)
	}
}

func TestSessionsEndAndAreBounded(t *testing.T) {
	g, err := newGate(time.Hour, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	id, _, _ := g.exchange(g.current(), start)
	if !g.admits(id, start.Add(59*time.Minute)) || !g.admits(id, start.Add(118*time.Minute)) {
		t.Error("a session in use ended")
	}
	if g.admits(id, start.Add(179*time.Minute)) {
		t.Error("a session unused for longer than its age is open")
	}
	var ids []string
	for i := range maxSessions + 1 {
		id, _, _ := g.exchange(g.current(), start.Add(time.Duration(i)*time.Second))
		ids = append(ids, id)
	}
	now := start.Add(10 * time.Minute)
	if g.admits(ids[0], now) || !g.admits(ids[1], now) || !g.admits(ids[maxSessions], now) {
		t.Error("beyond the bound not exactly the oldest session ended")
	}
}

func TestAnnouncingMustSucceedFirst(t *testing.T) {
	full := errors.New("disk full")
	_, err := New(Options{Queries: answers(nothing), Announce: func(string) error { return full }})
	if !errors.Is(err, full) {
		t.Errorf("New = %v, want the announcement's error", err)
	}
}

func TestForeignHostsAreRefused(t *testing.T) {
	for host, want := range map[string]int{
		"127.0.0.1:7420": 200, "[::1]:7420": 200, "localhost": 200, "LOCALHOST:7420": 200, "192.168.1.9:7420": 200,
		"console.example": 200, "Console.Example:443": 200,
		"rebound.example:7420": 421, "localhost.example": 421, "": 421, "127.0.0.1.example:80": 421,
	} {
		b := newBrowser(t, Options{Hosts: []string{"console.example"}})
		b.host = host
		if got := b.do("GET", "/", "").StatusCode; got != want {
			t.Errorf("GET / of host %q = %d, want %d", host, got, want)
		}
	}
}

func TestForeignOriginsAreRefused(t *testing.T) {
	for name, headers := range map[string]map[string]string{
		"other site":   {"Sec-Fetch-Site": "cross-site"},
		"other port":   {"Sec-Fetch-Site": "same-site"},
		"other origin": {"Origin": "http://evil.example"},
	} {
		b := newBrowser(t, Options{}).signIn()
		b.headers = headers
		if got := b.do("POST", "/console/api/query", `{"text":"SELECT 1"}`).StatusCode; got != http.StatusForbidden {
			t.Errorf("%s: POST = %d, want 403", name, got)
		}
	}
}

func TestPageAndItsHeaders(t *testing.T) {
	b := newBrowser(t, Options{})
	w := b.do("GET", "/", "")
	body, _ := io.ReadAll(w.Body)
	if w.StatusCode != 200 || !bytes.Contains(body, []byte("<!doctype html>")) {
		t.Fatalf("GET / = %d %q, want the page", w.StatusCode, body)
	}
	policy := w.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("Content-Security-Policy = %q, want nothing but own files", policy)
	}
	if bytes.Contains(body, []byte("<script>")) || bytes.Contains(body, []byte("<style>")) {
		t.Error("the page has inline code, which its policy forbids")
	}
	for _, path := range assetPaths(string(body)) {
		w := b.do("GET", path, "")
		if w.StatusCode != 200 || !strings.Contains(w.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("GET %s = %d, Cache-Control %q, want 200 and immutable", path, w.StatusCode, w.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/console/assets/", "/console/assets/none.js", "/console", "/index.html"} {
		if got := b.do("GET", path, "").StatusCode; got != 404 {
			t.Errorf("GET %s = %d, want 404", path, got)
		}
	}
}

// assetPaths are the files that the page loads.
func assetPaths(page string) (paths []string) {
	for _, part := range strings.Split(page, `"`) {
		if strings.HasPrefix(part, "/console/assets/") {
			paths = append(paths, part)
		}
	}
	return paths
}

func TestQueryAnswersTexts(t *testing.T) {
	double := types.Of(types.Double)
	var asked Request
	b := newBrowser(t, Options{MaxRows: 7, Queries: answers(func(_ context.Context, r Request) (*Page, error) {
		asked = r
		return &Page{
			QueryID: "Q", NextToken: "more",
			Columns: []Column{{"n", types.Of(types.Bigint)}, {"list", types.ArrayOf(double)}, {"s", types.SeriesOf(double)}, {"pair", types.RowOf(types.Field{Type: types.Of(types.Varchar)}, types.Field{Type: double})}},
			Rows: [][]any{
				{int64(9007199254740993), []any{1.0, nil}, []types.Point{{Time: 0, Value: 2.5}}, []any{"a", 1.5}},
				{nil, []any{}, nil, nil},
			},
		}, nil
	})}).signIn()
	var got queryOutput
	if w := b.ask("SELECT 1", &got); w.StatusCode != 200 {
		t.Fatalf("query = %d, want 200", w.StatusCode)
	}
	if asked != (Request{Text: "SELECT 1", MaxRows: 7}) {
		t.Errorf("the engine was asked %+v, want the text and 7 rows", asked)
	}
	if got.Token != "more" || got.ID != "Q" || got.Columns[1].Type != "array(double)" || got.Columns[0].Kind != "bigint" {
		t.Errorf("answer = %+v, want token, id and the columns' types", got)
	}
	want := []string{"9007199254740993", "[1.0, NULL]", "[1970-01-01 00:00:00.000000000 → 2.5]", "(a, 1.5)"}
	for i, text := range want {
		if v := got.Rows[0][i]; v == nil || *v != text {
			t.Errorf("value %d = %v, want %q", i, v, text)
		}
	}
	if got.Rows[1][0] != nil || got.Rows[1][1] == nil || *got.Rows[1][1] != "[]" || got.Rows[1][2] != nil {
		t.Errorf("second row = %v, want NULL, [], NULL, NULL", got.Rows[1])
	}
}

func TestErrorsNameTheirPlace(t *testing.T) {
	text := "SELECT ü,\n  hostnäm FROM t"
	at := strings.Index(text, "hostnäm")
	span := token.Span{Start: token.Pos{Offset: int32(at), Line: 2, Column: 3}, End: token.Pos{Offset: int32(at + len("hostnäm")), Line: 2, Column: 10}}
	b := newBrowser(t, Options{Queries: answers(func(context.Context, Request) (*Page, error) {
		return nil, sqlerr.At(span, "Column 'hostnäm' does not exist")
	})}).signIn()
	var got failure
	if w := b.ask(text, &got); w.StatusCode != 400 {
		t.Errorf("status = %d, want 400", w.StatusCode)
	}
	if got.Error.Message != "line 2:3: Column 'hostnäm' does not exist" || got.Error.Place == nil || *got.Error.Place != (place{2, 3, 7}) {
		t.Errorf("error = %+v, want the message at 2:3, 7 code points long", got.Error)
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for _, kind := range fault.Kinds() {
		b := newBrowser(t, Options{Queries: answers(func(context.Context, Request) (*Page, error) {
			return nil, fault.New(kind, "secret detail")
		})}).signIn()
		var got failure
		w := b.ask("SELECT 1", &got)
		if w.StatusCode < 400 || got.Error.Kind != kind.String() {
			t.Errorf("%v: status %d, kind %q, want an error of that kind", kind, w.StatusCode, got.Error.Kind)
		}
		if hidden := !strings.Contains(got.Error.Message, "secret detail"); hidden != (kind == fault.Internal) {
			t.Errorf("%v: message %q, want it hidden only when internal", kind, got.Error.Message)
		}
	}
}

func TestInternalErrorsAreLoggedWithTheirID(t *testing.T) {
	var log bytes.Buffer
	b := newBrowser(t, Options{
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
		Queries: answers(func(context.Context, Request) (*Page, error) { return nil, errors.New("page torn") }),
	}).signIn()
	var got failure
	b.ask("SELECT 1", &got)
	id := got.Error.Message[strings.LastIndex(got.Error.Message, " ")+1:]
	if !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "page torn") {
		t.Errorf("log %q has not both the id %q and the cause", log.String(), id)
	}
}

func TestLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want int
	}{
		"not JSON":           {"{", 400},
		"body too large":     {`{"text":"` + strings.Repeat("x", maxQueryBody) + `"}`, 413},
		"statement too long": {`{"text":"` + strings.Repeat("x", maxText+1) + `"}`, 422},
		"longest statement":  {`{"text":"` + strings.Repeat("x", maxText) + `"}`, 200},
	} {
		b := newBrowser(t, Options{}).signIn()
		if got := b.do("POST", "/console/api/query", tt.body).StatusCode; got != tt.want {
			t.Errorf("%s: status = %d, want %d", name, got, tt.want)
		}
	}
	b := newBrowser(t, Options{})
	if got := b.do("POST", "/console/api/session", `{"token":"`+strings.Repeat("x", maxTokenBody)+`"}`).StatusCode; got != 413 {
		t.Errorf("an endless token = %d, want 413", got)
	}
}

func TestQueriesAreBoundedInTime(t *testing.T) {
	b := newBrowser(t, Options{Timeout: time.Millisecond, Queries: answers(func(ctx context.Context, _ Request) (*Page, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})}).signIn()
	var got failure
	if w := b.ask("SELECT 1", &got); w.StatusCode != 422 || !strings.Contains(got.Error.Message, "1ms") {
		t.Errorf("a slow statement = %d %q, want 422 naming the limit", w.StatusCode, got.Error.Message)
	}
}

func TestSchemaLevels(t *testing.T) {
	varchar := types.Of(types.Varchar)
	results := map[string]*Page{
		"SHOW DATABASES":          {Columns: []Column{{"Database", varchar}}, Rows: [][]any{{"a"}}, NextToken: "2"},
		"SHOW DATABASES 2":        {Columns: []Column{{"Database", varchar}}, Rows: [][]any{{`b"c`}}},
		`SHOW TABLES FROM "b""c"`: {Columns: []Column{{"Table", varchar}}, Rows: [][]any{{"t"}}},
		`DESCRIBE "b""c"."t"`:     {Columns: []Column{{"Column", varchar}, {"Type", varchar}, {"Timestream attribute type", varchar}}, Rows: [][]any{{"host", "varchar", "DIMENSION"}}},
	}
	b := newBrowser(t, Options{Queries: answers(func(_ context.Context, r Request) (*Page, error) {
		page, ok := results[strings.TrimSpace(r.Text+" "+r.Token)]
		if !ok {
			return nil, fault.New(fault.Invalid, "unexpected %q", r.Text)
		}
		return page, nil
	})}).signIn()
	for path, want := range map[string]string{
		"/console/api/schema":                        `{"databases":["a","b\"c"]}`,
		"/console/api/schema?database=b%22c":         `{"tables":["t"]}`,
		"/console/api/schema?database=b%22c&table=t": `{"columns":[{"name":"host","type":"varchar","role":"DIMENSION"}]}`,
		"/console/api/schema?table=t":                `{"error":{"kind":"invalid","message":"a table without its database"}}`,
	} {
		body, _ := io.ReadAll(b.do("GET", path, "").Body)
		if got := strings.TrimSpace(string(body)); got != want {
			t.Errorf("GET %s = %s, want %s", path, got, want)
		}
	}
}
