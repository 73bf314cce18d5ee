package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tidemark.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLaterSourcesWin(t *testing.T) {
	file := write(t, "http: 127.0.0.1:1\nhttps: 127.0.0.1:2\nmqtt: 127.0.0.1:3\nquery:\n  timeout: 5s\nnames: [a.plant, 10.0.0.7]\naccount: \"000000000042\"\n")
	l, err := Load(Inputs{
		File:    file,
		Environ: []string{"TIDEMARK_HTTPS=127.0.0.1:22", "TIDEMARK_MQTT=127.0.0.1:33", "HOME=/"},
		Flags:   map[string]string{"mqtt": "off", "log-level": "debug"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		value string
		from  Source
	}{
		"http": {"127.0.0.1:1", FromFile}, "https": {"127.0.0.1:22", FromEnv}, "mqtt": {"off", FromFlag},
		"mqtt-tls": {"127.0.0.1:8883", FromDefault}, "query.timeout": {"5s", FromFile},
		"names": {"a.plant,10.0.0.7", FromFile}, "log.level": {"debug", FromFlag}, "account": {"000000000042", FromFile},
	}
	for _, s := range Settings() {
		w, ok := want[s.Key]
		if ok && (s.Value(&l.Config) != w.value || l.Origin[s.Key] != w.from) {
			t.Errorf("%s = %q from %s, want %q from %s", s.Key, s.Value(&l.Config), l.Origin[s.Key], w.value, w.from)
		}
	}
	if l.QueryTimeout != 5*time.Second {
		t.Errorf("query timeout = %v, want 5s", l.QueryTimeout)
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		in   Inputs
		says string
	}{
		"unknown key":          {Inputs{File: write(t, "htpp: x")}, `unknown key "htpp"`},
		"unknown nested key":   {Inputs{File: write(t, "query: {speed: 1}")}, `unknown key "query.speed"`},
		"not YAML":             {Inputs{File: write(t, ":\n- [")}, "configuration file"},
		"missing file":         {Inputs{File: "/nonexistent.yaml"}, "/nonexistent.yaml"},
		"unknown variable":     {Inputs{Environ: []string{"TIDEMARK_HTPP=x"}}, "TIDEMARK_HTPP"},
		"bad address":          {Inputs{Flags: map[string]string{"http": "7420"}}, "http: \"7420\" is not an address"},
		"bad size":             {Inputs{Flags: map[string]string{"query-spill": "much"}}, "query.spill: \"much\" is not a size such as 4GB"},
		"no size":              {Inputs{Flags: map[string]string{"query-result": ""}}, "query.result: \"\" is not a size such as 4GB"},
		"size of nothing":      {Inputs{Environ: []string{"TIDEMARK_QUERY_MEMORY=0GB"}}, "query.memory: \"0GB\" is not a size such as 4GB"},
		"negative rows":        {Inputs{Flags: map[string]string{"query-rows": "-1"}}, "query.rows: want 0 or more, not -1"},
		"nobody may wait":      {Inputs{Flags: map[string]string{"query-waiting": "0"}}, "query.waiting: want 1 or more, not 0"},
		"bad duration":         {Inputs{Environ: []string{"TIDEMARK_QUERY_TIMEOUT=soon"}}, "TIDEMARK_QUERY_TIMEOUT: \"soon\""},
		"half a key":           {Inputs{Environ: []string{"TIDEMARK_ROOT_ACCESS_KEY_ID=AKIAAAAAAAAAAAAAAAAA"}}, "go together"},
		"account":              {Inputs{Flags: map[string]string{"account": "12"}}, "twelve digits"},
		"postgres":             {Inputs{Flags: map[string]string{"pg": "127.0.0.1:5433"}}, "pg: this version"},
		"anonymous everywhere": {Inputs{Flags: map[string]string{"mqtt-anonymous": "always"}}, "mqtt-anonymous"},
		"tables":               {Inputs{Flags: map[string]string{"store-tables": "s3://?endpoint=http://x"}}, "store.tables"},
		"cache":                {Inputs{Flags: map[string]string{"store-cache": "0"}}, "store.cache"},
		"move":                 {Inputs{Flags: map[string]string{"store-move": "10ms"}}, "store.move"},
		"reserve":              {Inputs{Flags: map[string]string{"store-reserve": ""}}, "store.reserve"},
		"letters":              {Inputs{Flags: map[string]string{"dead-letter-rate": "0"}}, "dead-letter.rate"},
		"size of letters":      {Inputs{Flags: map[string]string{"dead-letter-size": "many"}}, "dead-letter.size"},
		"memory":               {Inputs{Flags: map[string]string{"store-memory": "lots"}}, "store.memory"},
		"memory of series":     {Inputs{Flags: map[string]string{"store-series": "0B"}}, "store.series"},
	} {
		_, err := Load(c.in)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Load says %v, want %q in it", name, err, c.says)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := Default()
	c.RootSecretAccessKey = "correct horse battery staple"
	for _, s := range Settings() {
		if strings.Contains(s.Value(&c), "horse") {
			t.Errorf("%s prints the secret", s.Key)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, s := range Settings() {
		for _, name := range []string{s.Env(), s.Flag()} {
			if other, ok := seen[name]; ok {
				t.Errorf("%s is a name of both %s and %s", name, other, s.Key)
			}
			seen[name] = s.Key
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "4GB": 4_000_000_000, "1.5MiB": 3 << 19, "512MB": 512_000_000, "2GiB": 2 << 30} {
		if got, err := Bytes(text); got != want || err != nil {
			t.Errorf("Bytes(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"4", "GB", "-1GB", "1e3GB", "4TB", "4 GB"} {
		if got, err := Bytes(text); err == nil {
			t.Errorf("Bytes(%q) = %d, want an error", text, got)
		}
	}
}
