package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tidemark/broker"
	"tidemark/config"
	"tidemark/fault"
	"tidemark/identity"
)

// local is a configuration on a fresh directory and free ports.
func local(t testing.TB) *config.Config {
	c := config.Default()
	c.Data = t.TempDir()
	c.HTTP, c.HTTPS, c.MQTT, c.MQTTTLS = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	return &c
}

func open(t *testing.T, c *config.Config) *Server {
	t.Helper()
	s, err := Open(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func status(t *testing.T, s *Server, path string) (int, string) {
	t.Helper()
	resp, err := http.Get("http://" + s.Addresses().HTTP + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

func TestServerRunsAndStops(t *testing.T) {
	s := open(t, local(t))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for {
		if code, _ := status(t, s, "/healthz"); code == http.StatusOK {
			break
		}
	}
	if code, body := status(t, s, "/metrics"); code != http.StatusOK || !strings.Contains(body, "tidemark_server_build_info") {
		t.Errorf("/metrics: %d, want the build info", code)
	}
	for _, name := range []string{AddressesFile, RootKeyFile, CAFile, ConsoleFile} {
		if _, err := os.Stat(filepath.Join(s.cfg.Data, name)); err != nil {
			t.Error(err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run ends with %v, want nil", err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestOpenNamesWhatIsWrong(t *testing.T) {
	first := local(t)
	s := open(t, first)
	second := local(t)
	second.Data = first.Data
	busy := local(t)
	busy.MQTT = s.Addresses().MQTT
	file := local(t)
	file.Data = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file.Data, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	users := local(t)
	users.MQTTUsers = "/nonexistent/users"
	for name, c := range map[string]struct {
		cfg  *config.Config
		says string
	}{
		"a second server": {second, first.Data}, "a busy port": {busy, busy.MQTT},
		"a file as directory": {file, file.Data}, "no password file": {users, "/nonexistent/users"},
	} {
		if s, err := Open(t.Context(), c.cfg, Options{}); err == nil {
			s.Close()
			t.Errorf("%s: Open succeeds", name)
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, want %q in it", name, err, c.says)
		}
	}
}

// TestStagesStopInTheOppositeOrder runs stages of its own: what started last stops first.
func TestStagesStopInTheOppositeOrder(t *testing.T) {
	s := open(t, local(t))
	var order []string
	s.stages = nil
	for _, name := range []string{"store", "broker", "http"} {
		s.runs(name, func(ctx context.Context) error {
			<-ctx.Done()
			order = append(order, name)
			return nil
		})
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "http broker store" {
		t.Errorf("stages stop in the order %s, want http broker store", got)
	}
}

func TestFailedStageEndsTheServer(t *testing.T) {
	s := open(t, local(t))
	s.stages = nil
	s.runs("store", func(ctx context.Context) error { <-ctx.Done(); return nil })
	s.runs("http", func(context.Context) error { return io.ErrUnexpectedEOF })
	if err := s.Run(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "http") {
		t.Errorf("Run ends with %v, want the failure of http", err)
	}
}

func TestDeviceAuth(t *testing.T) {
	passwords, err := identity.ReadPasswords(strings.NewReader("ann:$2a$04$6Bn3WQy5yQTwsYLGyJNFxuSpQMhMMxt4pL3m5lpBkTLl0y8Jx8Tnu\n"))
	if err != nil {
		t.Fatal(err)
	}
	page := func(origin string) *http.Request {
		return &http.Request{URL: &url.URL{}, Header: http.Header{"Origin": {origin}}}
	}
	own := deviceAuth{loopback: true, names: []string{"localhost", "127.0.0.1"}}
	here, there := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}
	for name, c := range map[string]struct {
		auth  deviceAuth
		login broker.Login
		kind  fault.Kind
		ok    bool
	}{
		"loopback":                    {deviceAuth{loopback: true}, broker.Login{RemoteAddr: here}, 0, true},
		"a page of ours":              {own, broker.Login{RemoteAddr: here, HTTP: page("http://localhost:7420")}, 0, true},
		"a page from elsewhere":       {own, broker.Login{RemoteAddr: here, HTTP: page("https://evil.example")}, fault.Denied, false},
		"through a reverse proxy":     {own, broker.Login{RemoteAddr: here, HTTP: &http.Request{URL: &url.URL{}, Header: http.Header{"X-Forwarded-For": {"10.0.0.1"}}}}, fault.Denied, false},
		"a page without an origin":    {own, broker.Login{RemoteAddr: here, HTTP: page("null")}, fault.Denied, false},
		"loopback with a user name":   {deviceAuth{loopback: true}, broker.Login{RemoteAddr: here, Username: "?SDK=x"}, 0, true},
		"from elsewhere":              {deviceAuth{loopback: true}, broker.Login{RemoteAddr: there}, fault.Denied, false},
		"loopback when never":         {deviceAuth{}, broker.Login{RemoteAddr: here}, fault.Denied, false},
		"no address":                  {deviceAuth{loopback: true}, broker.Login{}, fault.Denied, false},
		"a wrong password":            {deviceAuth{passwords: passwords, loopback: true}, broker.Login{RemoteAddr: here, Username: "ann", Password: []byte("x")}, fault.Invalid, false},
		"users, loopback, no pasword": {deviceAuth{passwords: passwords, loopback: true}, broker.Login{RemoteAddr: here}, 0, true},
	} {
		_, err := c.auth.Authenticate(t.Context(), c.login)
		if (err == nil) != c.ok || err != nil && fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v, want ok %v or kind %v", name, err, c.ok, c.kind)
		}
	}
}

func TestBrowsable(t *testing.T) {
	for addr, want := range map[string]string{
		"0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", "127.0.0.1:80": "127.0.0.1:80", "10.0.0.7:80": "10.0.0.7:80",
	} {
		if got := browsable(addr); got != want {
			t.Errorf("browsable(%q) = %q, want %q", addr, got, want)
		}
	}
}

// TestForgedWebSocket opens WebSockets with signatures that are not right: the answer is
// an HTTP error that a client can show. Unsigned ones pass on.
func TestForgedWebSocket(t *testing.T) {
	verifier, err := identity.NewVerifier(identity.Options{Keys: identity.NewKeyring(identity.NewKey()), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	passed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSwitchingProtocols) })
	handler := (&deviceAuth{verifier: verifier}).refuseForged(passed)
	for name, c := range map[string]struct {
		query string
		want  int
	}{
		"unknown key": {"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=abc%2F20261122%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20261122T114000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00", http.StatusForbidden},
		"half signed": {"X-Amz-Algorithm=AWS4-HMAC-SHA256", http.StatusForbidden},
		"unsigned":    {"", http.StatusSwitchingProtocols},
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/mqtt?"+c.query, nil))
		if body := w.Body.String(); w.Code != c.want || c.want == http.StatusForbidden && !strings.HasPrefix(body, `{"message":"`) {
			t.Errorf("%s: %d %s, want %d", name, w.Code, body, c.want)
		}
	}
}
