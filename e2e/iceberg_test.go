//go:build e2e

package e2e

import (
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
