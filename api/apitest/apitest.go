// Package apitest starts a server with the given services for tests, and gives real
// AWS clients the configuration to reach it.
//
//	base := apitest.Start(t, api.Options{Services: []api.Service{svc}})
//	client := timestreamwrite.NewFromConfig(base.Config)
//
// A Base is safe to use at once.
package apitest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"tidemark/api"
	"tidemark/identity"
)

// Key returns the only access key that the server knows.
func Key() identity.Key {
	return identity.Key{ID: "AKIDTEST", Secret: "the-secret-of-the-tests"}
}

// Base is a running server.
type Base struct {
	URL    string
	Config aws.Config // for clients; they try everything once
	client *http.Client
}

// Start runs a server until the test ends. It sets the Verifier of opt.
func Start(t testing.TB, opt api.Options) Base {
	t.Helper()
	v, err := identity.NewVerifier(identity.Options{Keys: identity.NewKeyring(Key()), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	opt.Verifier = v
	server, err := api.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return Base{URL: listener.URL, Config: config(listener), client: listener.Client()}
}

func config(listener *httptest.Server) aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(listener.URL),
		HTTPClient:   listener.Client(),
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: Key().ID, SecretAccessKey: Key().Secret}, nil
		}),
	}
}

// Do sends a signed request and returns the answer with its whole body. Header values
// are pairs of name and value.
func (b Base) Do(t testing.TB, service, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: Key().ID, SecretAccessKey: Key().Secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), creds, r, hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	return b.send(t, r)
}

// Plain sends a request without a signature.
func (b Base) Plain(t testing.TB, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.send(t, r)
}

func (b Base) send(t testing.TB, r *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}
