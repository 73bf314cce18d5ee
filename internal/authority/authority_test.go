package authority

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func open(t *testing.T, dir string, now time.Time) *Authority {
	t.Helper()
	a, err := Open(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestServerCertificateIsTrustedByItsRoot(t *testing.T) {
	a := open(t, t.TempDir(), time.Now())
	pair, err := a.Server([]string{"localhost", "127.0.0.1", "*.iot.us-east-1.localhost"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "abc.iot.us-east-1.localhost"} {
		if err := handshake(t, pair, a.Pool(), name); err != nil {
			t.Errorf("handshake as %s: %v", name, err)
		}
	}
	if err := handshake(t, pair, a.Pool(), "example.com"); err == nil {
		t.Error("handshake as example.com succeeded, want a name error")
	}
	if err := handshake(t, pair, x509.NewCertPool(), "localhost"); err == nil {
		t.Error("handshake without the root succeeded, want an unknown authority")
	}
}

func TestAuthorityIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	first, err := open(t, dir, time.Now()).Server([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := open(t, dir, time.Now()).Server([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if !first.Leaf.Equal(again.Leaf) {
		t.Error("a second start issued another certificate, want the stored one")
	}
}

func TestServerIsReissued(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	first, err := open(t, dir, now).Server([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	for name, again := range map[string]struct {
		at    time.Time
		names []string
	}{
		"a new name":   {now, []string{"localhost", "gateway.plant"}},
		"near its end": {first.Leaf.NotAfter.Add(-time.Hour), []string{"localhost"}},
	} {
		pair, err := open(t, dir, again.at).Server(again.names)
		if err != nil {
			t.Fatal(err)
		}
		if pair.Leaf.Equal(first.Leaf) {
			t.Errorf("%s: the old certificate was kept", name)
		}
	}
}

func TestKeysAreSecret(t *testing.T) {
	dir := t.TempDir()
	if _, err := open(t, dir, time.Now()).Server([]string{"localhost"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{rootKey, serverKey} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, info.Mode().Perm())
		}
	}
}

func TestBrokenAuthorityIsRefused(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, time.Now())
	if err := os.WriteFile(filepath.Join(dir, RootCertificate), []byte("not a certificate"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, time.Now); err == nil {
		t.Error("Open over a broken certificate succeeded, want an error")
	}
}

// handshake connects a client that trusts pool to a server with the certificate.
func handshake(t *testing.T, pair tls.Certificate, pool *x509.CertPool, name string) error {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.Copy(io.Discard, conn) // the first read does the handshake
	}()
	conn, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{RootCAs: pool, ServerName: name})
	if err == nil {
		conn.Close()
	}
	ln.Close()
	<-done
	return err
}
