//go:build e2e

package e2e

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pyiceberg reads the files of a table in place, also those that were replaced meanwhile,
// and again after the server was killed.
func TestIcebergTablesInPlace(t *testing.T) {
	n := serve(t, "--store-move", "1s")
	for _, more := range [][]string{nil, {"again"}} {
		if out := n.script("iceberg.py", append([]string{filepath.Join(n.dir, "iceberg")}, more...)...); strings.TrimSpace(out) != "ok" {
			t.Errorf("iceberg.py %v printed %q", more, out)
		}
		n.kill()
		n.start()
	}
}

// The same with tables in an S3 service, where a server that lost its copies, or never had
// room for all, still answers.
func TestIcebergTablesInABucket(t *testing.T) {
	endpoint := serveS3(t)
	keysAtHome(t)
	makeBucket(t, endpoint+"/tables")
	n := serve(t, "--store-move", "1s", "--store-cache", "1MB", "--store-tables", "s3://tables/older/rows?endpoint="+url.QueryEscape(endpoint))
	for _, more := range [][]string{nil, {"again"}} {
		if out := n.script("iceberg.py", append([]string{endpoint}, more...)...); strings.TrimSpace(out) != "ok" {
			t.Errorf("iceberg.py %v printed %q", more, out)
		}
		n.kill()
		if err := os.RemoveAll(filepath.Join(n.dir, "iceberg")); err != nil {
			t.Fatal(err)
		}
		n.start()
	}
}

// keysAtHome puts the keys of the S3 service where every AWS client looks for them.
func keysAtHome(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "credentials"), []byte("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
}

// makeBucket makes a bucket in a service that does not look at signatures.
func makeBucket(t *testing.T, where string) {
	t.Helper()
	eventually(t, func() error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, where, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = errors.New(resp.Status)
		}
		return err
	})
}
