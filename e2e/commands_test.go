//go:build e2e

package e2e

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// command runs the binary with a clean environment and some input, and returns what it
// printed to each stream and its exit code.
func command(t *testing.T, input string, args ...string) (out, errs string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary(t), args...)
	cmd.Env, cmd.Stdin = cleanEnv(), strings.NewReader(input)
	var o, e strings.Builder
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// TestQueryCommand runs SQL from the terminal in every format, and what is wrong with it.
func TestQueryCommand(t *testing.T) {
	n := serve(t)
	const sql = `SELECT 1 AS n, 'a,"b"' AS t, CAST(NULL AS double) AS z, ARRAY[1, 2] AS list, 1.5 AS d`
	query := func(input string, args ...string) (string, string, int) {
		return command(t, input, append([]string{"query", "--data", n.dir}, args...)...)
	}
	if out, errs, code := query("", sql); code != 0 || !strings.Contains(out, `1 | a,"b" | NULL | [1, 2] | 1.5`) || !strings.Contains(out, "(1 row)") {
		t.Errorf("table: exit code %d\n%s%s", code, out, errs)
	}
	out, errs, code := query("", "--format", "csv", sql)
	lines, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || code != 0 || len(lines) != 2 || strings.Join(lines[1], "|") != `1|a,"b"||[1,2]|1.5` {
		t.Errorf("csv: exit code %d, %v\n%s%s", code, err, out, errs)
	}
	var row map[string]any
	out, errs, code = query("", "--format", "json", sql)
	if err := json.Unmarshal([]byte(out), &row); err != nil || code != 0 || row["n"] != 1.0 || row["z"] != nil || row["t"] != `a,"b"` {
		t.Errorf("json: exit code %d, %v\n%s%s", code, err, out, errs)
	}
	for _, args := range [][]string{nil, {"-"}} {
		if out, errs, code := query("SELECT 40 + 2\n", append([]string{"--format", "csv"}, args...)...); code != 0 || out != "_col0\n42\n" {
			t.Errorf("standard input, %v: exit code %d\n%s%s", args, code, out, errs)
		}
	}
	if out, _, code := query("", "--format", "csv", "SELECT x FROM UNNEST(sequence(1, 5000)) AS t(x) ORDER BY x"); code != 0 || strings.Count(out, "\n") != 5001 {
		t.Errorf("many pages: exit code %d, %d lines, want 5001", code, strings.Count(out, "\n"))
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"syntax", []string{"SELECT a FROM"}, 1, "The query syntax is invalid at line 1:14"},
		{"column", []string{"SELECT nope"}, 1, "line 1:8: Column 'nope' does not exist\n  SELECT nope\n         ^"},
		{"table", []string{"SELECT 1 FROM no.where"}, 1, "no.where"},
		{"format", []string{"--format", "xml", "SELECT 1"}, 2, "table, csv, json"},
		{"arguments", []string{"SELECT", "1"}, 2, "received 2"},
		{"directory", []string{"--data", filepath.Join(n.dir, "none"), "SELECT 1"}, 1, "no server has run in"},
	} {
		if out, errs, code := query("", c.args...); code != c.code || !strings.Contains(errs, c.says) || out != "" {
			t.Errorf("%s: exit code %d, %q on standard error, %q on output; want %d and %q", c.name, code, errs, out, c.code, c.says)
		}
	}
	n.stop()
	if _, errs, code := query("", "SELECT 1"); code != 1 || !strings.Contains(errs, n.dir) {
		t.Errorf("without a server: exit code %d, %q", code, errs)
	}
}

// TestEnvCommand lets shells read what `tidemark env` prints and run the AWS CLI.
func TestEnvCommand(t *testing.T) {
	n := serve(t)
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", `eval "$("$0" env --data "$1")"; exec "$2" timestream-query query --query-string 'SELECT 40 + 2' --output text --query 'Rows[0].Data[0].ScalarValue'`,
		binary(t), n.dir, tool(t, "venv/bin/aws"))
	cmd.Env = append(cleanEnv(), "AWS_SESSION_TOKEN=of-other-keys")
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "42" {
		t.Errorf("the AWS CLI after eval: %v\n%s", err, out)
	}
	for shell, form := range map[string]string{"fish": `(?m)^set -gx AWS_ENDPOINT_URL '`, "powershell": `(?m)^\$Env:AWS_ENDPOINT_URL = '`, "json": `(?m)"AWS_ENDPOINT_URL": "`, "sh": `(?m)^export AWS_ENDPOINT_URL='`} {
		out, errs, code := command(t, "", "env", "--data", n.dir, "--shell", shell)
		if code != 0 || !regexp.MustCompile(form+"http://"+regexp.QuoteMeta(n.addrs.HTTP)).MatchString(out) {
			t.Errorf("%s: exit code %d\n%s%s", shell, code, out, errs)
		}
	}
}

// TestEnvWaits starts the server and `tidemark env` at once, as a pasted block of commands does.
func TestEnvWaits(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", `"$0" serve --data "$1" --http 127.0.0.1:0 --https off --mqtt off --mqtt-tls off 2>"$1/log" &
		trap 'kill $!; wait' EXIT
		eval "$("$0" env --data "$1")"
		"$2" timestream-query query --query-string 'SELECT 40 + 2' --output text --query 'Rows[0].Data[0].ScalarValue'`, binary(t), dir, tool(t, "venv/bin/aws"))
	cmd.Env = cleanEnv()
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "42" {
		t.Errorf("serve and env at once: %v\n%s", err, out)
	}
	if out, errs, code := command(t, "", "env", "--data", t.TempDir(), "--wait", "0s"); code != 1 || out != "" || !strings.Contains(errs, "no server has run") {
		t.Errorf("without a server: exit code %d, %s%s", code, out, errs)
	}
	if out, errs, code := command(t, "", "env", "--data", dir, "--wait", "10ms"); code != 0 || !strings.Contains(out, "AWS_ENDPOINT_URL") || !strings.Contains(errs, "does not answer") {
		t.Errorf("with a server that has stopped: exit code %d, %s%s", code, out, errs)
	}
}

// TestOtherRegion lets the client commands find the region that the server wants.
func TestOtherRegion(t *testing.T) {
	n := serve(t, "--region", "eu-west-1", "--account", "123456789012")
	if out, errs, code := command(t, "", "query", "--data", n.dir, "--format", "csv", "SELECT 1"); code != 0 || out != "_col0\n1\n" {
		t.Errorf("query: exit code %d\n%s%s", code, out, errs)
	}
	var made struct{ Database struct{ Arn string } }
	n.aws(&made, "timestream-write", "create-database", "--database-name", "plant")
	if want := "arn:aws:timestream:eu-west-1:123456789012:database/plant"; made.Database.Arn != want {
		t.Errorf("the ARN is %s, want %s", made.Database.Arn, want)
	}
}

// TestCheckCommand prints settings by where they come from, and refuses those that are wrong.
func TestCheckCommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tidemark.yaml")
	if err := os.WriteFile(file, []byte("query: {timeout: 5m}\nregion: eu-west-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := command(t, "", "settings", "--config", file, "--region", "eu-central-1", "--root-access-key-id", "AKIAEXAMPLE234567", "--root-secret-access-key", "hush-hush-hush-hush-hush-hush-hush-hush-hush")
	for _, want := range []string{`(?m)^query\.timeout +5m0s +file$`, `(?m)^region +eu-central-1 +flag$`, `(?m)^http +127\.0\.0\.1:7420 +default$`, `(?m)^root-secret-access-key +set +flag$`} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("check prints no line like %s: exit code %d\n%s%s", want, code, out, errs)
		}
	}
	if strings.Contains(out, "hush") {
		t.Error("check prints a secret")
	}
	if err := os.WriteFile(file, []byte("quary: {timeout: 5m}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for says, args := range map[string][]string{
		"quary": {"--config", file}, "mqtt-anonymous": {"--mqtt-anonymous", "sometimes"}, "account": {"--account", "7"},
		"nonexistent": {"--config", "/nonexistent.yaml"},
	} {
		if out, errs, code := command(t, "", append([]string{"settings"}, args...)...); code == 0 || !strings.Contains(errs, says) {
			t.Errorf("check %v: exit code %d, %s%s; want a refusal that says %s", args, code, out, errs, says)
		}
	}
}

func TestOtherCommands(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if out, errs, code := command(t, "", "completion", shell); code != 0 || !strings.Contains(out, "tidemark") {
			t.Errorf("completion %s: exit code %d\n%s", shell, code, errs)
		}
	}
	for want, args := range map[string][]string{"unknown command": {"fly"}, "unknown flag": {"serve", "--fly"}, "extra": {"serve", "extra"}} {
		if _, errs, code := command(t, "", args...); code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%v: exit code %d, %q; want 2 and %q", args, code, errs, want)
		}
	}
	if out, _, code := command(t, "", "version"); code != 0 || !strings.HasPrefix(out, "tidemark ") {
		t.Errorf("version: exit code %d, %q", code, out)
	}
}

// TestSimulateCommand runs a fleet with faults: what it counts is what is stored, once
// without its duplicates.
func TestSimulateCommand(t *testing.T) {
	n := serve(t)
	n.createTable(t.Context(), "building", "sensors")
	n.rule("sensors", `{"sql":"SELECT temperature FROM 'dt/sensor/+'","awsIotSqlVersion":"2016-03-23","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/r","databaseName":"building","tableName":"sensors","dimensions":[{"name":"device_id","value":"${device_id}"}],"timestamp":{"value":"${ts}","unit":"MILLISECONDS"}}}]}`)
	out, errs, code := command(t, "", "simulate", "--broker", "mqtt://"+n.addrs.MQTT, "--devices", "20", "--rate", "400", "--for", "4s", "--faults", "--device-time", "--seed", "7")
	number := func(pattern string) int {
		t.Helper()
		m := regexp.MustCompile(pattern).FindStringSubmatch(out + errs)
		if m == nil {
			t.Fatalf("simulate says nothing like %s: exit code %d\n%s%s", pattern, code, out, errs)
		}
		v, _ := strconv.Atoi(m[1])
		return v
	}
	acknowledged, duplicates := number(`acknowledged (\d+), failed 0`), number(`(\d+) duplicates`)
	if code != 0 || acknowledged < 400 || duplicates == 0 || number(`(\d+) disconnects`) == 0 {
		t.Errorf("exit code %d, %d acknowledged, %d duplicates\n%s", code, acknowledged, duplicates, out)
	}
	if got := n.rows(t.Context(), `SELECT count(*), count(DISTINCT device_id) FROM building.sensors`)[0]; got[0] != strconv.Itoa(acknowledged-duplicates) || got[1] != "20" {
		t.Errorf("%s rows of %s devices, want %d of 20\n%s", got[0], got[1], acknowledged-duplicates, out)
	}
	if _, errs, code := command(t, "", "simulate", "--broker", "mqtt://127.0.0.1:1", "--for", "1s"); code != 1 || !strings.Contains(errs, "127.0.0.1:1") {
		t.Errorf("without a broker: exit code %d, %q", code, errs)
	}
}

// TestDemoCommand runs the demonstration: it looks for every acknowledged message.
func TestDemoCommand(t *testing.T) {
	out, errs, code := command(t, "", "demo", "--for", "10s", "--faults", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtt-tls", "127.0.0.1:0")
	if code != 0 || !strings.Contains(out, "Every acknowledged message is in its table.") || !strings.Contains(out+errs, "http://127.0.0.1:") {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}
