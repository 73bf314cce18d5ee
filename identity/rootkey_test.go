package identity

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newReader(method, target, auth, date string) *bufio.Reader {
	return bufio.NewReader(strings.NewReader(fmt.Sprintf("%s %s HTTP/1.1\r\nHost: h\r\nAuthorization: %s\r\nX-Amz-Date: %s\r\n\r\n", method, target, auth, date)))
}

func mustRootKey(t *testing.T, path string, preset Key) (Key, bool) {
	t.Helper()
	key, created, err := EnsureRootKey(path, preset)
	if err != nil {
		t.Fatal(err)
	}
	return key, created
}

func TestEnsureRootKeyCreatesOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root-key.json")
	first, created := mustRootKey(t, path, Key{})
	if !created || first.Validate() != nil || len(first.ID) != 20 || len(first.Secret) != 40 {
		t.Fatalf("EnsureRootKey = %v, %v, want a new key of 20 and 40 characters", first, created)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode = %v, %v, want 0600", info.Mode(), err)
	}
	second, created := mustRootKey(t, path, Key{})
	if created || second != first {
		t.Errorf("second EnsureRootKey = %v, %v, want the first key", second, created)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".root-key-*")); len(left) > 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

func TestEnsureRootKeyPresetWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root-key.json")
	mustRootKey(t, path, Key{})
	preset := Key{ID: "AKIDPRESET", Secret: "a-secret-of-mine"}
	if key, created := mustRootKey(t, path, preset); key != preset || !created {
		t.Errorf("EnsureRootKey(preset) = %v, %v, want the preset, written", key, created)
	}
	if key, created := mustRootKey(t, path, preset); key != preset || created {
		t.Errorf("EnsureRootKey(same preset) = %v, %v, want the preset, not written", key, created)
	}
	if key, _ := mustRootKey(t, path, Key{}); key != preset {
		t.Errorf("EnsureRootKey after a preset = %v, want the preset", key)
	}
}

func TestEnsureRootKeyRefuses(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged")
	os.WriteFile(damaged, []byte(`{"accessKeyId":"AKIDX","secretAccessKey":"hunter2 with blanks"}`), 0o600)
	tests := []struct {
		name, path string
		preset     Key
		want       string
	}{
		{"half a preset", filepath.Join(dir, "x"), Key{ID: "AKIDPRESET"}, "secret access key"},
		{"slash in the id", filepath.Join(dir, "x"), Key{ID: "AK/ID", Secret: "long enough"}, "access key id"},
		{"damaged file", damaged, Key{}, damaged},
		{"no directory", filepath.Join(dir, "no", "x"), Key{}, "write root key"},
	}
	for _, test := range tests {
		_, _, err := EnsureRootKey(test.path, test.preset)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: EnsureRootKey = %v, want an error with %q and no secret", test.name, err, test.want)
		}
	}
}

func TestEnsureRootKeyNarrowsMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root-key.json")
	mustRootKey(t, path, Key{})
	os.Chmod(path, 0o644)
	mustRootKey(t, path, Key{})
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, want 0600", info.Mode())
	}
}

func TestKeyPrintsNoSecret(t *testing.T) {
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(form, exampleKey); strings.Contains(text, exampleKey.Secret) {
			t.Errorf("Sprintf(%q) shows the secret: %s", form, text)
		}
	}
}
