package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// logKeys are the attribute keys that log lines may use; docs/operating.md lists their meaning.
var logKeys = []string{
	"component", "client_id", "rule", "action", "table", "database", "topic", "shard", "request_id", "query_id",
	"err", "took", "path", "addr", "count", "reason", "operation", "signal", "version", "url", "stack",
}

// TestLogKeys holds the keys of slog calls against the list.
func TestLogKeys(t *testing.T) {
	level := []string{"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"}
	eachGoFile(t, func(path string, file *ast.File, _ *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains(level, sel.Sel.Name) || !isLogger(sel.X) {
				return true
			}
			first := 1
			if strings.HasSuffix(sel.Sel.Name, "Context") {
				first = 2
			}
			for i := first; i < len(call.Args); i += 2 {
				lit, ok := call.Args[i].(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					break
				}
				if key, _ := strconv.Unquote(lit.Value); !slices.Contains(logKeys, key) {
					t.Errorf("%s: log key %q is not on the list in text_test.go", path, key)
				}
			}
			return true
		})
	})
}

// isLogger reports whether an expression is named like a logger.
func isLogger(x ast.Expr) bool {
	switch e := x.(type) {
	case *ast.Ident:
		return strings.Contains(strings.ToLower(e.Name), "log")
	case *ast.SelectorExpr:
		return strings.Contains(strings.ToLower(e.Sel.Name), "log")
	}
	return false
}

// TestMetricNames holds metric names to tidemark_<package>_<noun>_<unit>, counters ending in _total.
func TestMetricNames(t *testing.T) {
	form := regexp.MustCompile(`^tidemark(_[a-z0-9]+){2,}$`)
	eachGoFile(t, func(path string, file *ast.File, _ *token.FileSet) {
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			sel, ok := lit.Type.(*ast.SelectorExpr)
			if !ok || !strings.HasSuffix(sel.Sel.Name, "Opts") {
				return true
			}
			for _, el := range lit.Elts {
				kv, ok := el.(*ast.KeyValueExpr)
				if !ok || exprText(kv.Key) != "Name" {
					continue
				}
				value, ok := kv.Value.(*ast.BasicLit)
				if !ok {
					continue
				}
				name, _ := strconv.Unquote(value.Value)
				if !form.MatchString(name) {
					t.Errorf("%s: metric %q is not tidemark_<package>_<noun>_<unit>", path, name)
				}
				if sel.Sel.Name == "CounterOpts" && !strings.HasSuffix(name, "_total") {
					t.Errorf("%s: counter %q does not end in _total", path, name)
				}
			}
			return true
		})
	})
}

// exprText is the name of an identifier, or nothing.
func exprText(x ast.Expr) string {
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// TestDocLinks follows every relative link in the documents.
func TestDocLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, path := range tracked(t, "*.md") {
		text, err := os.ReadFile(filepath.Join(root(t), path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target := filepath.Join(root(t), filepath.Dir(path), m[1])
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
}

// TestFileSizes keeps files about one thing.
func TestFileSizes(t *testing.T) {
	for _, path := range tracked(t, "*.go") {
		text, err := os.ReadFile(filepath.Join(root(t), path))
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(text, []byte("\n")); lines > 700 && !strings.HasSuffix(path, "_test.go") {
			t.Errorf("%s has %d lines: cut it along what it is about", path, lines)
		}
	}
}

// eachGoFile parses every tracked Go file that is not a test.
func eachGoFile(t *testing.T, visit func(path string, file *ast.File, fset *token.FileSet)) {
	t.Helper()
	fset := token.NewFileSet()
	for _, path := range tracked(t, "*.go") {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, filepath.Join(root(t), path), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("parse %s: %v", path, err)
			continue
		}
		visit(path, file, fset)
	}
}

// tracked lists the files under version control that match a pattern.
func tracked(t *testing.T, pattern string) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--", pattern)
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	return strings.Fields(string(out))
}
