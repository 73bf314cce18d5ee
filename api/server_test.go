package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/fault"
	"tidemark/identity"
)

type echoInput struct {
	Text string `must:"required,len=1:10"`
}

type echoOutput struct {
	Text string
	Note *string `json:",omitempty"`
}

type typedError struct{ n int }

func (e *typedError) Error() string { return "typed" }

// echoService has one operation for every way in which an operation can end.
func echoService() api.Service {
	end := func(name string, err error) api.Operation {
		return api.Op(name, func(context.Context, *struct{}) (*echoOutput, error) { return nil, err })
	}
	return api.Service{
		Name: "echo", Protocol: api.JSON10, Target: "Echo_1", Signing: []string{"echo"}, Namespace: "com.example", RequestID: api.Base32ID,
		Cases: []api.Case{api.CaseOf(419, "TypedException", func(e *typedError) (string, map[string]any) {
			return "look inside", map[string]any{"Number": e.n}
		})},
		Operations: []api.Operation{
			api.Op("Echo", func(_ context.Context, in *echoInput) (*echoOutput, error) { return &echoOutput{Text: in.Text}, nil }),
			end("Nothing", nil),
			end("Unclassified", errors.New("a secret of the house")),
			end("Typed", fault.Wrap(fault.Invalid, fmt.Errorf("wrapped: %w", &typedError{7}))),
			end("Slow", context.DeadlineExceeded),
			end("Outage", fault.New(fault.Unavailable, "the disk is full")),
			api.Op("Panic", func(context.Context, *struct{}) (*echoOutput, error) { panic("a broken invariant") }),
			api.Op("Who", func(ctx context.Context, _ *struct{}) (*echoOutput, error) {
				r := api.RequestFrom(ctx)
				return &echoOutput{Text: r.Principal.AccessKeyID + " " + r.Principal.Account + " " + r.RemoteIP + " " + r.Host}, nil
			}),
		},
		Surface: []api.Entry{{Name: "Later", State: api.Planned}},
	}
}

// do calls an operation of the echo service.
func do(t *testing.T, base apitest.Base, operation, body string) (*http.Response, string) {
	t.Helper()
	return base.Do(t, "echo", "POST", "/", body, "X-Amz-Target", "Echo_1."+operation, "Content-Type", "application/x-amz-json-1.0")
}

func TestServerAnswers(t *testing.T) {
	registry := prometheus.NewRegistry()
	base := apitest.Start(t, api.Options{Services: []api.Service{echoService()}, Registerer: registry})
	tests := []struct {
		operation, body, want string
		status                int
	}{
		{"Echo", `{"Text":"<é>"}`, `{"Text":"<é>"}`, 200},
		{"Nothing", ``, ``, 200},
		{"Nothing", `{"Unknown":[]}`, ``, 200},
		{"Echo", `{}`, `{"Message":"1 validation error detected: Value null at 'text' failed to satisfy constraint: Member must not be null","__type":"com.amazon.coral.validate#ValidationException"}`, 400},
		{"Echo", `{"Text":7}`, `{"Message":"NUMBER_VALUE can not be converted to a String at 'text'","__type":"com.amazon.coral.service#SerializationException"}`, 400},
		{"Typed", `{}`, `{"Message":"look inside","Number":7,"__type":"com.example#TypedException"}`, 419},
		{"Later", `{}`, `{"Message":"The operation Later of echo is not supported by this server.","__type":"com.example#ValidationException"}`, 400},
		{"Never", `{}`, `{"Message":"There is no operation Echo_1.Never.","__type":"com.amazon.coral.service#UnknownOperationException"}`, 404},
	}
	id := regexp.MustCompile(`^[A-Z2-7]{26}$`)
	for _, test := range tests {
		resp, body := do(t, base, test.operation, test.body)
		if resp.StatusCode != test.status || body != test.want {
			t.Errorf("%s(%s) = %d %s, want %d %s", test.operation, test.body, resp.StatusCode, body, test.status, test.want)
		}
		if got := resp.Header.Get("X-Amzn-Requestid"); !id.MatchString(got) {
			t.Errorf("%s: request ID %q is not 26 base32 characters", test.operation, got)
		}
		if got := resp.Header.Get("Content-Type"); got != "application/x-amz-json-1.0" {
			t.Errorf("%s: content type %q", test.operation, got)
		}
		if _, code, ok := strings.Cut(test.want, "#"); ok && resp.Header.Get("X-Amzn-Errortype") != strings.TrimSuffix(code, `"}`) {
			t.Errorf("%s: x-amzn-ErrorType %q differs from __type in %s", test.operation, resp.Header.Get("X-Amzn-Errortype"), test.want)
		}
	}
	const want = `
		# HELP tidemark_api_requests_total Requests by service, operation and error code; the code of a success is empty.
		# TYPE tidemark_api_requests_total counter
		tidemark_api_requests_total{code="",operation="Echo",service="echo"} 1
		tidemark_api_requests_total{code="",operation="Nothing",service="echo"} 2
		tidemark_api_requests_total{code="SerializationException",operation="Echo",service="echo"} 1
		tidemark_api_requests_total{code="TypedException",operation="Typed",service="echo"} 1
		tidemark_api_requests_total{code="UnknownOperationException",operation="unknown",service="echo"} 1
		tidemark_api_requests_total{code="ValidationException",operation="Echo",service="echo"} 1
		tidemark_api_requests_total{code="ValidationException",operation="Later",service="echo"} 1
	`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "tidemark_api_requests_total"); err != nil {
		t.Error(err)
	}
}

// What nobody classified, and a panic, show a client nothing but the request's ID.
func TestServerHidesInternals(t *testing.T) {
	registry := prometheus.NewRegistry()
	base := apitest.Start(t, api.Options{Services: []api.Service{echoService()}, Registerer: registry})
	for _, operation := range []string{"Unclassified", "Panic"} {
		resp, body := do(t, base, operation, `{}`)
		if resp.StatusCode != 500 || strings.Contains(body, "secret") || strings.Contains(body, "invariant") {
			t.Errorf("%s = %d %s, want 500 without the cause", operation, resp.StatusCode, body)
		}
		if id := resp.Header.Get("X-Amzn-Requestid"); !strings.Contains(body, id) {
			t.Errorf("%s: body %s does not name the request %s", operation, body, id)
		}
	}
	if n, err := testutil.GatherAndCount(registry, "tidemark_api_panics_total"); n != 1 || err != nil {
		t.Errorf("panics counted: %d, %v", n, err)
	}
	if resp, body := do(t, base, "Slow", `{}`); resp.StatusCode != 503 || !strings.Contains(body, "took too long") {
		t.Errorf("Slow = %d %s, want 503", resp.StatusCode, body)
	}
}

func TestServerLogsAnOutageOnceASecond(t *testing.T) {
	var log bytes.Buffer
	base := apitest.Start(t, api.Options{Services: []api.Service{echoService()}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	began := time.Now()
	const requests = 200
	for range requests {
		if resp, body := do(t, base, "Outage", `{}`); resp.StatusCode != 503 {
			t.Fatalf("Outage = %d %s, want 503", resp.StatusCode, body)
		}
	}
	lines, most := bytes.Count(log.Bytes(), []byte("\n")), 2+int(time.Since(began)/time.Second)
	if lines == 0 || lines > most {
		t.Errorf("%d requests failed and left %d lines, want 1 to %d", requests, lines, most)
	}
}

func TestServerKnowsTheCaller(t *testing.T) {
	base := apitest.Start(t, api.Options{Services: []api.Service{echoService()}})
	_, body := do(t, base, "Who", `{}`)
	want := `{"Text":"AKIDTEST 000000000000 127.0.0.1 ` + strings.TrimPrefix(base.URL, "http://") + `"}`
	if body != want {
		t.Errorf("Who = %s, want %s", body, want)
	}
}

func TestServerRefusesStrangers(t *testing.T) {
	base := apitest.Start(t, api.Options{Services: []api.Service{echoService()}})
	target := []string{"X-Amz-Target", "Echo_1.Echo"}
	scoped := "AWS4-HMAC-SHA256 Credential=AKIDNOBODY/20260101/us-east-1/echo/aws4_request, SignedHeaders=host;x-amz-target, Signature=00"
	tests := []struct {
		name   string
		header []string
		status int
		code   string
	}{
		{"no signature", target, 403, "MissingAuthenticationTokenException"},
		{"malformed", append(target, "Authorization", "AWS4-HMAC-SHA256 x"), 400, "IncompleteSignatureException"},
		{"unknown key", append(target, "Authorization", scoped, "X-Amz-Date", "20260101T000000Z"), 403, "InvalidSignatureException"}, // its time is long past
	}
	for _, test := range tests {
		resp, body := base.Plain(t, "POST", "/", `{"Text":"x"}`, test.header...)
		if resp.StatusCode != test.status || !strings.Contains(body, "com.amazon.coral.service#"+test.code) {
			t.Errorf("%s: %d %s, want %d %s", test.name, resp.StatusCode, body, test.status, test.code)
		}
	}
	if resp, body := base.Do(t, "kinesis", "POST", "/", `{"Text":"x"}`, target...); resp.StatusCode != 403 || !strings.Contains(body, "InvalidSignatureException") {
		t.Errorf("signed for another service: %d %s, want 403", resp.StatusCode, body)
	}
}

func TestServerLimitsBodies(t *testing.T) {
	svc := echoService()
	svc.MaxBody = 100
	base := apitest.Start(t, api.Options{Services: []api.Service{svc}})
	fits := `{"Text":"x"}` + strings.Repeat(" ", 88)
	if resp, body := do(t, base, "Echo", fits); resp.StatusCode != 200 {
		t.Errorf("100 bytes: %d %s, want 200", resp.StatusCode, body)
	}
	if resp, body := do(t, base, "Echo", fits+" "); resp.StatusCode != 400 || !strings.Contains(body, "larger than 100 bytes") {
		t.Errorf("101 bytes: %d %s, want 400", resp.StatusCode, body)
	}
}

func TestServerHandsOn(t *testing.T) {
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "next "+r.URL.Path) })
	base := apitest.Start(t, api.Options{Services: []api.Service{echoService()}, Next: next})
	for _, path := range []string{"/", "/healthz", "/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b/c/iotdevicegateway/aws4_request"} {
		if _, body := base.Plain(t, "GET", path, ""); body != "next "+strings.SplitN(path, "?", 2)[0] {
			t.Errorf("GET %s = %q, want it handed on", path, body)
		}
	}
}

// Requests beyond the bound wait; who waits too long is told so.
func TestServerBoundsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, err := identity.NewVerifier(identity.Options{Keys: identity.NewKeyring()})
		if err != nil {
			t.Fatal(err)
		}
		server, err := api.New(api.Options{Services: []api.Service{echoService()}, Verifier: v, MaxInFlight: 1, Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		call := func() *httptest.ResponseRecorder {
			r := httptest.NewRequest("POST", "/", nil)
			r.Header.Set("X-Amz-Target", "Echo_1.Echo")
			w := httptest.NewRecorder()
			server.ServeHTTP(w, r)
			return w
		}
		release := api.Occupy(server)
		began := time.Now()
		w := call()
		if w.Code != 503 || time.Since(began) != time.Second {
			t.Errorf("request beyond the bound = %d after %v, want 503 after 1s", w.Code, time.Since(began))
		}
		release()
		if w := call(); w.Code != 403 { // it got in, and is refused for its missing signature
			t.Errorf("request within the bound = %d, want 403", w.Code)
		}
	})
}

func TestOptionsValidate(t *testing.T) {
	if _, err := api.New(api.Options{}); err == nil {
		t.Error("New without a Verifier succeeded")
	}
	v, err := identity.NewVerifier(identity.Options{Keys: identity.NewKeyring()})
	if err != nil {
		t.Fatal(err)
	}
	twice := echoService()
	twice.Operations = append(twice.Operations, twice.Operations[0])
	if _, err := api.New(api.Options{Verifier: v, Services: []api.Service{twice}}); err == nil {
		t.Error("New accepted an operation declared twice")
	}
}

func TestRequestIDs(t *testing.T) {
	if a, b := api.Base32ID(), api.Base32ID(); len(a) != 26 || a == b {
		t.Errorf("Base32ID = %s, %s", a, b)
	}
	if got := api.UUID(); !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(got) {
		t.Errorf("UUID = %s", got)
	}
}

// An operation may have more time than others.
func TestOperationTime(t *testing.T) {
	left := func(ctx context.Context, _ *struct{}) (*echoOutput, error) {
		deadline, _ := ctx.Deadline()
		return &echoOutput{Text: time.Until(deadline).Round(time.Minute).String()}, nil
	}
	svc := echoService()
	svc.Operations = append(svc.Operations, api.Op("Others", left), api.Op("Long", left).Within(time.Hour))
	base := apitest.Start(t, api.Options{Services: []api.Service{svc}})
	for operation, want := range map[string]string{"Others": "1m0s", "Long": "1h0m0s"} {
		if _, body := do(t, base, operation, `{}`); !strings.Contains(body, want) {
			t.Errorf("%s has %s, want %s", operation, body, want)
		}
	}
}
