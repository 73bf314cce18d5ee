package api

import (
	"maps"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func testRouter(t testing.TB) *router {
	t.Helper()
	op := func(name, method, path string) Operation { return Operation{Name: name, Method: method, Path: path} }
	rt, err := newRouter([]Service{
		{Name: "ts", Target: "T_1", Operations: []Operation{{Name: "Do"}}},
		{Name: "iot", Protocol: RESTJSON, Signing: []string{"iot"}, Operations: []Operation{
			op("GetRule", "GET", "/rules/{ruleName}"), op("PutRule", "POST", "/rules/{ruleName}"),
			op("EnableRule", "POST", "/rules/{ruleName}/enable"), op("ListRules", "GET", "/rules"),
			op("GetDestination", "GET", "/destinations/{arn+}"), op("ThingJobs", "GET", "/things/{thing}/jobs"),
		}, Surface: []Entry{{Name: "GetThing", State: Planned, Method: "GET", Path: "/things/{thing}"}}},
		{Name: "data", Protocol: RESTJSON, Signing: []string{"iotdata", "iotdevicegateway"}, Operations: []Operation{
			op("Publish", "POST", "/topics/{topic+}"), op("GetConnection", "GET", "/connections/{clientId}"),
			op("Subscriptions", "GET", "/connections/{clientId}/subscriptions"), op("PendingJobs", "GET", "/things/{thing}/jobs"),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func TestRoute(t *testing.T) {
	const nobody, refused = "", "!"
	tests := []struct {
		method, target, scope string // signed when scope is not empty
		want                  string // operation, nobody, or refused with the code after it
		params                map[string]string
	}{
		{"GET", "/rules/a", "iot", "GetRule", map[string]string{"ruleName": "a"}},
		{"GET", "/rules/a%2Fb%2520", "iot", "GetRule", map[string]string{"ruleName": "a/b%20"}},
		{"POST", "/rules/enable/enable", "iot", "EnableRule", map[string]string{"ruleName": "enable"}},
		{"GET", "/rules", "iot", "ListRules", map[string]string{}},
		{"GET", "/rules/", "iot", refused + "UnknownOperationException", nil},
		{"DELETE", "/rules/a", "iot", refused + "MethodNotAllowedException", nil},
		{"GET", "/nothing", "iot", refused + "UnknownOperationException", nil},
		{"GET", "/nothing", "kinesis", nobody, nil},
		{"GET", "/nothing", "", nobody, nil},
		{"DELETE", "/rules/a", "", nobody, nil},
		{"GET", "/rules/a", "", "GetRule", map[string]string{"ruleName": "a"}},
		{"GET", "/things/a", "iot", "GetThing", map[string]string{"thing": "a"}},
		{"GET", "/things/a", "", nobody, nil},
		{"GET", "/destinations/arn:aws:x/y%2Fz", "iot", "GetDestination", map[string]string{"arn": "arn:aws:x/y/z"}},
		{"POST", "/topics/dt%2Fsensor%2Fx", "iotdata", "Publish", map[string]string{"topic": "dt/sensor/x"}},
		{"POST", "/topics/a//b", "iotdata", "Publish", map[string]string{"topic": "a//b"}},
		{"POST", "/topics/a/../b/./c/", "iotdata", "Publish", map[string]string{"topic": "a/../b/./c/"}},
		{"POST", "/topics/%2Fa", "iotdata", "Publish", map[string]string{"topic": "/a"}},
		{"POST", "/topics//a", "iotdata", "Publish", map[string]string{"topic": "/a"}},
		{"POST", "/topics/a%252Fb", "iotdata", "Publish", map[string]string{"topic": "a%2Fb"}},
		{"POST", "/topics/%C3%A9+x", "iotdata", "Publish", map[string]string{"topic": "é+x"}},
		{"POST", "/topics/", "iotdata", refused + "UnknownOperationException", nil},
		{"GET", "/connections/client%2Fsubscriptions", "iotdata", "GetConnection", map[string]string{"clientId": "client/subscriptions"}},
		{"GET", "/connections/client/subscriptions", "iotdata", "Subscriptions", map[string]string{"clientId": "client"}},
		{"GET", "/things/a/jobs", "iotdata", "PendingJobs", map[string]string{"thing": "a"}},
		{"GET", "/things/a/jobs", "iot", "ThingJobs", map[string]string{"thing": "a"}},
	}
	rt := testRouter(t)
	for _, test := range tests {
		r := httptest.NewRequest(test.method, test.target, nil)
		m, refusal, _ := rt.route(r, test.scope != "", test.scope)
		got := nobody
		switch {
		case refusal != nil:
			got = refused + refusal.Code
		case m.handler != nil:
			got = m.handler.op.Name
		}
		if got != test.want || !maps.Equal(m.params, test.params) {
			t.Errorf("route(%s %s, scope %q) = %q %q, want %q %q", test.method, test.target, test.scope, got, m.params, test.want, test.params)
		}
	}
}

// Who looks with a browser at a path that a service also has gets the page.
func TestRoutePages(t *testing.T) {
	r := httptest.NewRequest("GET", "/rules", nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	if m, refusal, _ := testRouter(t).route(r, false, ""); m.handler != nil || refusal != nil {
		t.Errorf("route of a browser's request = %v, %v, want nobody", m, refusal)
	}
}

func TestRouteTargets(t *testing.T) {
	for target, want := range map[string]string{"T_1.Do": "Do", "T_1.Other": "", "T_2.Do": "", "Do": ""} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("X-Amz-Target", target)
		m, refusal, svc := testRouter(t).route(r, false, "")
		if want == "" {
			if refusal == nil || refusal.Code != "UnknownOperationException" || refusal.Status != 404 || (svc != nil) != (target == "T_1.Other") {
				t.Errorf("route(%s) = %v of %v, want UnknownOperationException 404", target, refusal, svc)
			}
			continue
		}
		if m.handler == nil || m.handler.op.Name != want {
			t.Errorf("route(%s) = %v, want %s", target, m.handler, want)
		}
	}
}

func TestRouterRefusesConflicts(t *testing.T) {
	two := []Operation{{Name: "A", Method: "GET", Path: "/x/{a}"}, {Name: "B", Method: "GET", Path: "/x/{b}"}}
	if _, err := newRouter([]Service{{Name: "s", Protocol: RESTJSON, Operations: two}}); err == nil {
		t.Error("newRouter accepted two operations on one path")
	}
	middle := []Operation{{Name: "A", Method: "GET", Path: "/x/{a+}/y"}}
	if _, err := newRouter([]Service{{Name: "s", Protocol: RESTJSON, Operations: middle}}); err == nil {
		t.Error("newRouter accepted a greedy part in the middle")
	}
}

// A path part is what url.PathUnescape makes of it, once, whatever it holds.
func FuzzRoute(f *testing.F) {
	f.Add("a//b")
	f.Add("dt%2Fsensor%2Fx")
	f.Add("%252F")
	f.Fuzz(func(t *testing.T, rest string) {
		u, err := url.ParseRequestURI("/topics/" + rest)
		if err != nil || strings.ContainsAny(rest, "?#") {
			return
		}
		r := httptest.NewRequest("POST", "/", nil)
		r.URL = u
		m, _, _ := testRouter(t).route(r, true, "iotdata")
		want, err := url.PathUnescape(strings.TrimPrefix(u.EscapedPath(), "/topics/"))
		if err != nil || want == "" {
			return
		}
		if m.handler == nil || m.params["topic"] != want {
			t.Errorf("route(%q) = %v %q, want topic %q", rest, m.handler, m.params, want)
		}
	})
}
