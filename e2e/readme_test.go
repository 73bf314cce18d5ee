//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme pastes the README's five minutes into a shell. Only the ports differ, and
// the program is built already.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "## Five minutes")
	_, rest, _ = strings.Cut(rest, "```sh\n")
	block, _, found := strings.Cut(rest, "```")
	if !found || !strings.Contains(block, "make build\n") || !strings.Contains(block, "-p 1883") {
		t.Fatalf("the README has no five minutes that this test understands: %q", block)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary(t), filepath.Join(dir, "bin", "tidemark")); err != nil {
		t.Fatal(err)
	}
	block = strings.Replace(block, "make build\n", "", 1)
	block = strings.Replace(block, "-p 1883", `-p "$(sed -nE 's/.*"mqtt": *"[^"]*:([0-9]+)".*/\1/p' tidemark-data/addresses.json)"`, 1)
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", "trap 'kill $!; wait' EXIT\n"+block)
	cmd.Dir = dir
	cmd.Env = append(cleanEnv(), "TIDEMARK_HTTP=127.0.0.1:0", "TIDEMARK_HTTPS=127.0.0.1:0", "TIDEMARK_MQTT=127.0.0.1:0", "TIDEMARK_MQTT_TLS=127.0.0.1:0",
		"PATH="+tool(t, "venv/bin")+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil || !regexp.MustCompile(`(?m)^d1 +\| temperature +\| .* 24\.04$`).Match(out) || !strings.Contains(string(out), "(2 rows)") {
		t.Errorf("%v\n%s", err, out)
	}
}
