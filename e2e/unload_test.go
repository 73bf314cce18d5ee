//go:build e2e

package e2e

import (
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
)

func TestUnloadToDirectory(t *testing.T) {
	n := serve(t)
	if out := n.script("unload.py", filepath.Join(n.dir, "objects")); strings.TrimSpace(out) != "ok" {
		t.Errorf("it printed %q", out)
	}
}

func TestUnloadToS3(t *testing.T) {
	endpoint := serveS3(t)
	home := t.TempDir() // the server looks for keys where every AWS client does
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "credentials"), []byte("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	n := serve(t, "--objects", "s3://?endpoint="+url.QueryEscape(endpoint))
	if out := n.script("unload.py", endpoint, "exports"); strings.TrimSpace(out) != "ok" {
		t.Errorf("it printed %q", out)
	}
}

// serveS3 runs an S3 service that is not ours and returns its address.
func serveS3(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	cmd := exec.Command(tool(t, "venv/bin/moto_server"), "-H", "127.0.0.1", "-p", port)
	cmd.Env = cleanEnv()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	endpoint := "http://127.0.0.1:" + port
	eventually(t, func() error {
		resp, err := http.Get(endpoint + "/moto-api/")
		if err == nil {
			resp.Body.Close()
		}
		return err
	})
	return endpoint
}

// A server that is killed while it writes leaves no manifest, and its next start removes
// what nobody will finish.
func TestUnloadKilled(t *testing.T) {
	n := serve(t)
	root := filepath.Join(n.dir, "objects")
	text := `UNLOAD (SELECT a.x * 10000 + b.x AS n, a.x % 20 AS p FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (x))
		TO 's3://exports/killed' WITH (format = 'PARQUET', max_file_size = '16MB', partitioned_by = ARRAY['p'])`
	ended := make(chan bool, 1)
	go func() {
		page, err := n.reader().Query(t.Context(), &timestreamquery.QueryInput{QueryString: aws.String(text)})
		ended <- err == nil && page.NextToken == nil
	}()
	eventually(t, func() error {
		if len(filesIn(root)) < 5 {
			return fmt.Errorf("%d files are written, want some", len(filesIn(root)))
		}
		return nil
	})
	n.kill()
	if <-ended {
		t.Fatal("the statement had ended before the server was killed")
	}
	if len(filesIn(root)) == 0 {
		t.Fatal("no file was being written when the server was killed")
	}
	n.start()
	for _, name := range filesIn(root) {
		if strings.Contains(name, ".uploads") || strings.HasSuffix(name, ".json") {
			t.Errorf("after a restart there is %s", name)
		}
	}
	if got := n.rows(t.Context(), `UNLOAD (SELECT 1 AS n) TO 's3://exports/after'`); len(got) != 1 || got[0][0] != "1" {
		t.Errorf("UNLOAD after a restart answers %v", got)
	}
}

// filesIn lists the files below a directory, which may come and go.
func filesIn(root string) (names []string) {
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return nil
	})
	return names
}
