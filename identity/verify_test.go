package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// The example key of AWS's signature test suite.
var exampleKey = Key{ID: "AKIDEXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}

func mustVerifier(t *testing.T, now time.Time, keys ...Key) *Verifier {
	t.Helper()
	v, err := NewVerifier(Options{Keys: NewKeyring(keys...), Region: "us-east-1", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func reasonOf(t *testing.T, err error) Reason {
	t.Helper()
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("error = %v (%T), want a *Refusal", err, err)
	}
	return refusal.Reason
}

// Signatures that other signers made: AWS's published test suite ("get-vanilla" and
// its kin) and botocore 1.43 at a fixed time.
func TestVerifyForeignSignatures(t *testing.T) {
	suite := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	boto := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	const suiteAuth = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature="
	const botoAuth = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/us-east-1/"
	tests := []struct {
		name, method, url, body, auth string
		headers                       map[string]string
		at                            time.Time
	}{
		{"suite get-vanilla", "GET", "http://example.amazonaws.com/", "", suiteAuth + "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", nil, suite},
		{"suite post-vanilla", "POST", "http://example.amazonaws.com/", "", suiteAuth + "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", nil, suite},
		{"suite get-vanilla-query-order-key-case", "GET", "http://example.amazonaws.com/?Param2=value2&Param1=value1", "", suiteAuth + "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", nil, suite},
		{
			"botocore JSON", "POST", "http://localhost:7420/", `{"DatabaseName":"db"}`,
			botoAuth + "timestream/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=c3f7686942b44eb813286947d1b858a9470f2aa2822b1c194462aededfb591ea",
			map[string]string{"X-Amz-Target": "Timestream_20181101.CreateDatabase", "Content-Type": "application/x-amz-json-1.0"}, boto,
		},
		{"botocore escaped topic", "POST", "https://localhost:7443/topics/dt%2Fsensor%2Fx?qos=1", "{}", botoAuth + "iotdata/aws4_request, SignedHeaders=host;x-amz-date, Signature=db7de3001d8796a472dea2ff6606ccc2113e1c570fd24387703f264e8eb5b44e", nil, boto},
		{"botocore doubled slash", "POST", "https://localhost:7443/topics/a//b", "{}", botoAuth + "iotdata/aws4_request, SignedHeaders=host;x-amz-date, Signature=5a5a0276af8ee976b72d785790d07fa1bec38ea0d9134b2487f137301fbf704d", nil, boto},
		{"botocore query with plus and tilde", "GET", "https://localhost:7443/tags?resourceArn=arn%3Aaws%3Aiot%3Aus-east-1%3A000000000000%3Arule%2Fa+b%2Bc~%2A", "", botoAuth + "iot/aws4_request, SignedHeaders=host;x-amz-date, Signature=a54b0c0d74c0df44569706e3b2079594399d17e07e0c1e44d704b5a601423334", nil, boto},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, test.url, strings.NewReader(test.body))
			r.Header.Set("Authorization", test.auth)
			r.Header.Set("X-Amz-Date", test.at.Format(timeForm))
			for k, v := range test.headers {
				r.Header.Set(k, v)
			}
			who, err := mustVerifier(t, test.at, exampleKey).Verify(t.Context(), r, []byte(test.body))
			if err != nil || who != (Principal{"AKIDEXAMPLE", "000000000000"}) {
				t.Errorf("Verify = %v, %v, want the example key", who, err)
			}
		})
	}
}

// A presigned WebSocket request by botocore, whose signature covers the token, and
// one as device SDKs make it, with the token appended afterwards.
func TestVerifyPresignedToken(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	key := exampleKey
	key.Token = "TOKEN/=+"
	covered := "https://localhost:7443/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260304%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260304T050607Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=TOKEN%2F%3D%2B&X-Amz-Signature=7bffe96536cc2151a9213d5f2c483916c85aa258562bcb9d841a05fa3b0025af"
	r := httptest.NewRequest("GET", "https://localhost:7443/mqtt?X-Amz-Expires=86400", nil)
	appended, _, err := v4.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}, r, emptyHash, "iotdevicegateway", "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	appended += "&X-Amz-Security-Token=TOKEN%2F%3D%2B"
	for name, url := range map[string]string{"token signed": covered, "token appended": appended} {
		v := mustVerifier(t, at, key)
		if _, err := v.Verify(t.Context(), httptest.NewRequest("GET", url, nil), nil, "iotdevicegateway", "iotdata"); err != nil {
			t.Errorf("%s: Verify = %v, want nil", name, err)
		}
		wrong := strings.Replace(url, "TOKEN", "T0KEN", 1)
		_, err := v.Verify(t.Context(), httptest.NewRequest("GET", wrong, nil), nil, "iotdevicegateway")
		if got := reasonOf(t, err); got != UnknownKey {
			t.Errorf("%s: Verify with another token = %v, want %v", name, got, UnknownKey)
		}
	}
}

// sign makes a request as the Go SDK does.
func sign(t *testing.T, method, url, body string, at time.Time, change func(*http.Request)) *http.Request {
	t.Helper()
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	r.RequestURI = ""
	if change != nil {
		change(r)
	}
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: exampleKey.ID, SecretAccessKey: exampleKey.Secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), creds, r, hex.EncodeToString(sum[:]), "timestream", "us-east-1", at); err != nil {
		t.Fatal(err)
	}
	return r
}

// What the Go SDK signs verifies after a trip through a real server, and stops doing
// so after any change.
func TestVerifyGoSigner(t *testing.T) {
	at := time.Date(2026, 7, 8, 9, 10, 11, 0, time.UTC)
	const body = `{"QueryString":"SELECT 1"}`
	whole := func() *http.Request {
		return sign(t, "POST", "http://localhost:7420/a%2Fb/c%20d?x=1&y=a+b&x=0&empty=", body, at, func(r *http.Request) {
			r.Header.Set("X-Amz-Target", "Timestream_20181101.Query")
			r.Header.Set("X-Odd", "  two   blanks ")
		})
	}
	tests := []struct {
		name   string
		change func(*http.Request)
		body   string
		want   Reason
	}{
		{"body", func(*http.Request) {}, body + " ", Mismatch},
		{"empty body", func(*http.Request) {}, "", Mismatch},
		{"method", func(r *http.Request) { r.Method = "PUT" }, body, Mismatch},
		{"path", func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/a/b/c d", "" }, body, Mismatch},
		{"query", func(r *http.Request) { r.URL.RawQuery += "&z=1" }, body, Mismatch},
		{"host", func(r *http.Request) { r.Host = "localhost:7421" }, body, Mismatch},
		{"header", func(r *http.Request) { r.Header.Set("X-Amz-Target", "Timestream_20181101.CancelQuery") }, body, Mismatch},
		{"date", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260708T091012Z") }, body, Mismatch},
		{"content hash", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", emptyHash) }, body, PayloadChanged},
		{"unsigned payload", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", unsignedPayload) }, body, Mismatch},
		{"streaming payload", func(r *http.Request) {
			r.Header.Set("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
		}, body, Unsupported},
		{"no signature", func(r *http.Request) { r.Header.Del("Authorization") }, body, Missing},
		{"other scheme", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, body, Missing},
		{"other key", func(r *http.Request) { edit(r, "AKIDEXAMPLE", "AKIDEXAMPLF") }, body, UnknownKey},
		{"token for a lasting key", func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", "t") }, body, UnknownKey},
		{"other region", func(r *http.Request) { edit(r, "us-east-1", "us-east-2") }, body, WrongScope},
		{"other service", func(r *http.Request) { edit(r, "/timestream/", "/kinesis/") }, body, WrongScope},
		{"other day", func(r *http.Request) { edit(r, "20260708", "20260709") }, body, Mismatch},
		{"host not signed", func(r *http.Request) { edit(r, "host;", "") }, body, Incomplete},
		{"target not signed", func(r *http.Request) { edit(r, ";x-amz-target", "") }, body, Mismatch},
		{"input not signed", func(r *http.Request) { r.Header.Set("X-Amz-Tagging", "a=b") }, body, Mismatch},
		{"signature too short", func(r *http.Request) { edit(r, "Signature=", "Signature=00") }, body, Mismatch},
		{"no signature part", func(r *http.Request) { edit(r, "Signature=", "Sig=") }, body, Incomplete},
		{"scope of four parts", func(r *http.Request) { edit(r, "/aws4_request", "") }, body, Incomplete},
		{"other algorithm", func(r *http.Request) { edit(r, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256") }, body, Unsupported},
		{"date without form", func(r *http.Request) { r.Header.Set("X-Amz-Date", "2026-07-08") }, body, Incomplete},
	}
	v := mustVerifier(t, at, exampleKey)
	if _, err := v.Verify(t.Context(), whole(), []byte(body), "timestream"); err != nil {
		t.Fatalf("Verify of the untouched request = %v, want nil", err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := whole()
			test.change(r)
			_, err := v.Verify(t.Context(), r, []byte(test.body), "timestream")
			if got := reasonOf(t, err); got != test.want {
				t.Errorf("Verify = %v (%v), want %v", got, err, test.want)
			}
		})
	}
}

func edit(r *http.Request, old, replacement string) {
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, replacement, 1))
}

// Over the network content-length, host and the escaped path arrive as net/http
// presents them to a handler, in both versions of HTTP.
func TestVerifyOverTheNetwork(t *testing.T) {
	for _, two := range []bool{false, true} {
		at := time.Now()
		v := mustVerifier(t, at, exampleKey)
		refused := make(chan error, 1)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, err := v.Verify(r.Context(), r, body, "timestream")
			if (r.ProtoMajor == 2) != two {
				err = errors.New("wrong protocol " + r.Proto)
			}
			refused <- err
		}))
		server.EnableHTTP2 = two
		if server.StartTLS(); !two {
			server.Close()
			server = httptest.NewServer(server.Config.Handler)
		}
		defer server.Close()
		for _, path := range []string{"/", "/topics/a%2Fb", "/topics/a//b", "/x%20y/%C3%A9?q=%2B&r=a%20b&s"} {
			r := sign(t, "POST", server.URL+path, "body", at, func(r *http.Request) {
				r.Header.Set("Content-Type", "application/json")
				r.ContentLength = 4
			})
			resp, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if err := <-refused; err != nil {
				t.Errorf("Verify(POST %s, HTTP/2 %v) = %v, want nil", path, two, err)
			}
		}
	}
}

func TestVerifyTime(t *testing.T) {
	at := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	presigned := func() *http.Request {
		r := httptest.NewRequest("GET", "https://localhost/mqtt?X-Amz-Expires=60", nil)
		url, _, err := v4.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: exampleKey.ID, SecretAccessKey: exampleKey.Secret}, r, emptyHash, "timestream", "us-east-1", at)
		if err != nil {
			t.Fatal(err)
		}
		return httptest.NewRequest("GET", url, nil)
	}
	header := func() *http.Request { return sign(t, "POST", "https://localhost/", "", at, nil) }
	tests := []struct {
		name string
		make func() *http.Request
		late time.Duration // server clock minus signing time
		ok   bool
	}{
		{"header 15 minutes late", header, 15 * time.Minute, true},
		{"header a second later", header, 15*time.Minute + time.Second, false},
		{"header 15 minutes early", header, -15 * time.Minute, true},
		{"header a second earlier", header, -15*time.Minute - time.Second, false},
		{"presigned at its end", presigned, time.Minute, true},
		{"presigned after its end", presigned, time.Minute + time.Second, false},
		{"presigned 5 minutes early", presigned, -5 * time.Minute, true},
		{"presigned a second earlier", presigned, -5*time.Minute - time.Second, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := mustVerifier(t, at.Add(test.late), exampleKey).Verify(t.Context(), test.make(), nil, "timestream")
			if test.ok && err != nil {
				t.Errorf("Verify = %v, want nil", err)
			}
			if !test.ok && reasonOf(t, err) != Stale {
				t.Errorf("Verify = %v, want %v", err, Stale)
			}
		})
	}
}

// Clients that leave out the port when they sign Host are understood.
func TestVerifyHostWithoutPort(t *testing.T) {
	at := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	r := sign(t, "POST", "http://localhost/", "", at, nil)
	r.Host = "localhost:7420"
	if _, err := mustVerifier(t, at, exampleKey).Verify(t.Context(), r, nil); err != nil {
		t.Errorf("Verify = %v, want nil", err)
	}
}

type brokenKeys struct{}

func (brokenKeys) Key(context.Context, string) (Key, bool, error) {
	return Key{}, false, errors.New("disk on fire")
}

// A key store that fails is no reason to call the caller a stranger.
func TestVerifyBrokenKeys(t *testing.T) {
	at := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	v, err := NewVerifier(Options{Keys: brokenKeys{}, Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Verify(t.Context(), sign(t, "POST", "http://localhost/", "", at, nil), nil)
	if _, refused := errors.AsType[*Refusal](err); refused || err == nil {
		t.Errorf("Verify = %v, want the store's error", err)
	}
}

func TestVerifyExpiredKey(t *testing.T) {
	at := time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC)
	key := exampleKey
	key.Expires = at
	_, err := mustVerifier(t, at, key).Verify(t.Context(), sign(t, "POST", "http://localhost/", "", at, nil), nil)
	if got := reasonOf(t, err); got != ExpiredKey {
		t.Errorf("Verify = %v, want %v", got, ExpiredKey)
	}
}

func TestScopeService(t *testing.T) {
	r := sign(t, "POST", "http://localhost/", "", time.Now(), nil)
	if got := ScopeService(r); got != "timestream" {
		t.Errorf("ScopeService(header) = %q, want %q", got, "timestream")
	}
	r = httptest.NewRequest("GET", "/mqtt?X-Amz-Credential=k%2F20260101%2Fr%2Fiotdevicegateway%2Faws4_request", nil)
	if got := ScopeService(r); got != "iotdevicegateway" {
		t.Errorf("ScopeService(query) = %q, want %q", got, "iotdevicegateway")
	}
	if got := ScopeService(httptest.NewRequest("GET", "/", nil)); got != "" {
		t.Errorf("ScopeService(none) = %q, want none", got)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("POST", "/a%2Fb?x=1", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260708/us-east-1/s/aws4_request, SignedHeaders=host, Signature=00", "20260708T120000Z", []byte("b"))
	f.Add("GET", "/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb%2Fc%2Fd%2Faws4_request&X-Amz-Date=20260708T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00", "", "", []byte(nil))
	v, err := NewVerifier(Options{Keys: NewKeyring(exampleKey), Now: func() time.Time { return time.Date(2026, 7, 8, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, target, auth, date string, body []byte) {
		r, err := http.ReadRequest(newReader(method, target, auth, date))
		if err != nil {
			return
		}
		if who, err := v.Verify(t.Context(), r, body); err == nil {
			t.Fatalf("Verify accepted a signature made without the key: %v", who)
		}
		ScopeService(r)
		IsSigned(r)
	})
}
