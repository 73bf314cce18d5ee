//go:build e2e

package e2e

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestImportCommand stores files of each text format from the terminal, and reads them by SQL.
func TestImportCommand(t *testing.T) {
	n := serve(t)
	n.aws(nil, "timestream-write", "create-database", "--database-name", "plant")
	n.aws(nil, "timestream-write", "create-table", "--database-name", "plant", "--table-name", "sensors")
	now := time.Now().Add(-time.Hour).Truncate(time.Second)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(args ...string) (string, string, int) {
		return command(t, "", append([]string{"import", "--data", n.dir, "--table", "plant.sensors", "--quiet"}, args...)...)
	}
	data := file("a.csv", fmt.Sprintf("ts,host,cpu,note\n%d,a,1.5,x\n%d,b,oops,y\n%d,b,2.5,\n", now.Unix(), now.Unix(), now.Unix()+1))
	if out, errs, code := run(data, "--time", "ts", "--dimensions", "host", "--dry-run"); code != 0 || !strings.Contains(out, "time         ts SECONDS") {
		t.Errorf("dry run: exit code %d\n%s%s", code, out, errs)
	}
	refused := filepath.Join(dir, "refused.json")
	out, errs, code := run(data, "--time", "ts:s", "--dimensions", "host", "--measures", "cpu:double,note", "--refused", refused)
	if code != 1 || !strings.Contains(out, "3 rows read, 2 records stored") || !strings.Contains(out, "line 3: ") || !strings.Contains(errs, "some records were refused") {
		t.Errorf("import: exit code %d\n%s%s", code, out, errs)
	}
	if text, err := os.ReadFile(refused); err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), `"line":3`) {
		t.Errorf("--refused has %q, %v", text, err)
	}
	packed := filepath.Join(dir, "b.csv.gz")
	f, err := os.Create(packed)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	fmt.Fprintf(z, "time,host,cpu\n%s,c,7\n", now.UTC().Format(time.RFC3339))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	lines := file("c.lp", fmt.Sprintf("sensors,host=d cpu=9 %d\n", now.UnixMilli()))
	for _, args := range [][]string{{packed}, {lines, "--unit", "ms"}, {lines, "--unit", "ms"}} {
		if out, errs, code := run(args...); code != 0 || !strings.Contains(out, "1 records stored (0 of them replaced others), 0 refused") {
			t.Errorf("import %v: exit code %d\n%s%s", args, code, out, errs)
		}
	}
	const sql = "SELECT host, cpu, note FROM plant.sensors WHERE measure_name = 'sensors' ORDER BY host"
	if out, errs, code := command(t, "", "query", "--data", n.dir, "--format", "csv", sql); code != 0 || out != "host,cpu,note\na,1.5,x\nb,2.5,\nc,7.0,\nd,9.0,\n" {
		t.Errorf("query: exit code %d\n%s%s", code, out, errs)
	}
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{data, "--time", "ts", "--dimensions", "rack"}, `no column "rack"`, 1},
		{[]string{data, "--time", "ts", "--unit", "h"}, "is not s, ms, us or ns", 2},
		{[]string{filepath.Join(dir, "none.csv")}, "no such file", 1},
		{[]string{file("x.dat", "")}, "use --format", 2},
	} {
		if out, errs, code := run(c.args...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("import %v: exit code %d, want %d and %q\n%s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
}
