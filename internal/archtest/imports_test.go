package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "tidemark"

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath string
	Doc        string
	Imports    []string
	GoFiles    []string
	CgoFiles   []string
	Dir        string
}

// TestImports holds every import of every package against the table of rooms.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		from, ok := find(path)
		if !ok {
			t.Errorf("package %s has no row in rooms_test.go: say on which storey it stands", path)
			continue
		}
		for _, imp := range p.Imports {
			if reason := forbidden(from, path, strings.TrimPrefix(imp, module+"/"), strings.HasPrefix(imp, module+"/")); reason != "" {
				t.Errorf("%s imports %s: %s", path, imp, reason)
			}
		}
	}
}

// TestForbidden shows that the table refuses what it should: a test of the test.
func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		from, to string
		refused  bool
	}{
		{"tsdb", "fault", false},
		{"fault", "tsdb", true},
		{"tsdb", "sql/types", true},
		{"rules", "tsdb", true},
		{"rules", "sql/iotsql", false},
		{"broker", "rules", true},
		{"tsdb/hot", "meta", false},
		{"sql/parser", "internal/duckdb", true},
		{"api/timestream", "api", false},
		{"server", "cmd/tidemark", true},
		{"tsdb", "bench", true},
	} {
		from, ok := find(c.from)
		if !ok {
			t.Fatalf("no room %s", c.from)
		}
		if got := forbidden(from, c.from, c.to, true) != ""; got != c.refused {
			t.Errorf("%s importing %s refused: %v, want %v", c.from, c.to, got, c.refused)
		}
	}
}

// TestCgo keeps cgo in the rooms that link an engine.
func TestCgo(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if len(p.CgoFiles) > 0 && path != "internal/duckdb" {
			t.Errorf("package %s uses cgo; only internal/duckdb may", path)
		}
	}
}

// TestPackageComments demands that a package say what it is for.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles)+len(p.CgoFiles) > 0 && len(p.Doc) < 20 {
			t.Errorf("package %s has no package comment", p.ImportPath)
		}
	}
}

// forbidden returns why a room may not make an import, or nothing when it may.
func forbidden(from room, fromPath, to string, ours bool) string {
	if !ours || fromPath == to {
		return ""
	}
	target, ok := find(to)
	switch {
	case !ok:
		return "it has no row in rooms_test.go"
	case slices.ContainsFunc(from.never, func(p string) bool { return covers(p, to) }):
		return from.why
	case target.storey == outside && from.storey != outside:
		return "nobody imports tests and tools"
	case target.storey < from.storey:
		return ""
	case target.storey > from.storey:
		return "imports run downward only"
	case slices.ContainsFunc(from.neighbours, func(p string) bool { return covers(p, to) }):
		return ""
	}
	return "a neighbour that its row does not name"
}

// find returns the row of a package: the exact one, else the longest family.
func find(path string) (room, bool) {
	var best room
	for _, r := range rooms {
		if r.path == path {
			return r, true
		}
		if covers(r.path, path) && len(r.path) > len(best.path) {
			best = r
		}
	}
	return best, best.path != ""
}

// covers reports whether a row's path is the package or its family.
func covers(row, path string) bool {
	family, ok := strings.CutSuffix(row, "/...")
	return row == path || ok && strings.HasPrefix(path, family+"/")
}

// packages lists the module's packages.
func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Doc,Imports,GoFiles,CgoFiles,Dir", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// root is the module's directory.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
