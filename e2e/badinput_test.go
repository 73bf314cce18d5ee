//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// answer is what came back for a raw request.
type answer struct {
	status int
	kind   string // __type without its namespace, or the error type header
	text   string
}

// post sends a body with a target, signed unless told otherwise.
func (n *node) post(target, body string, change func(*http.Request)) answer {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.t.Context(), http.MethodPost, "http://"+n.addrs.HTTP+"/", strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", target)
	n.sign(n.t.Context(), req, body, time.Now())
	if change != nil {
		change(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	var e struct {
		Type string `json:"__type"`
	}
	json.Unmarshal(text, &e)
	if resp.Header.Get("X-Amzn-Requestid") == "" {
		n.t.Errorf("%s: no request id", target)
	}
	return answer{resp.StatusCode, e.Type[strings.LastIndex(e.Type, "#")+1:], string(text)}
}

func (n *node) sign(ctx context.Context, req *http.Request, body string, at time.Time) {
	n.t.Helper()
	sum := sha256.Sum256([]byte(body))
	creds := aws.Credentials{AccessKeyID: n.key.ID, SecretAccessKey: n.key.Secret}
	if err := v4.NewSigner().SignHTTP(ctx, creds, req, hex.EncodeToString(sum[:]), "timestream", "us-east-1", at); err != nil {
		n.t.Fatal(err)
	}
}

func TestBadRequests(t *testing.T) {
	n := serve(t)
	n.createTable(t.Context(), "plant", "sensors")
	const prefix = "Timestream_20181101."
	record := func(more string) string {
		return `{"DatabaseName":"plant","TableName":"sensors","Records":[{"Dimensions":[{"Name":"room","Value":"r"}],"MeasureName":"m","MeasureValue":"1","Time":"` + fmt.Sprint(time.Now().UnixMilli()) + `"` + more + `}]}`
	}
	many := `{"DatabaseName":"plant","TableName":"sensors","Records":[` + strings.Repeat(`{},`, 100) + `{}]}`
	for _, c := range []struct {
		name, target, body string
		change             func(*http.Request)
		status             int
		kind               string
	}{
		{"no JSON", prefix + "WriteRecords", `{"DatabaseName":`, nil, 400, "SerializationException"},
		{"wrong type", prefix + "WriteRecords", `{"DatabaseName":5}`, nil, 400, "SerializationException"},
		{"unknown operation", prefix + "Fly", `{}`, nil, 404, "UnknownOperationException"},
		{"unknown service", "Nothing_1.Fly", `{}`, nil, 404, "UnknownOperationException"},
		{"unsigned", prefix + "ListDatabases", `{}`, func(r *http.Request) { r.Header.Del("Authorization") }, 403, "MissingAuthenticationTokenException"},
		{"tampered body", prefix + "ListDatabases", `{}`, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"MaxResults":1}`)), 16
		}, 403, "InvalidSignatureException"},
		{"stale", prefix + "ListDatabases", `{}`, func(r *http.Request) { n.sign(t.Context(), r, `{}`, time.Now().Add(-time.Hour)) }, 403, "InvalidSignatureException"},
		{"101 records", prefix + "WriteRecords", many, nil, 400, "ValidationException"},
		{"bad time", prefix + "WriteRecords", strings.Replace(record(""), `"Time":"`, `"Time":"x`, 1), nil, 400, "ValidationException"},
		{"version 0", prefix + "WriteRecords", record(`,"Version":0`), nil, 400, "ValidationException"},
		{"not a number", prefix + "WriteRecords", strings.Replace(record(""), `"MeasureValue":"1"`, `"MeasureValue":"one"`, 1), nil, 400, "ValidationException"},
		{"NaN", prefix + "WriteRecords", strings.Replace(record(""), `"MeasureValue":"1"`, `"MeasureValue":"NaN"`, 1), nil, 400, "ValidationException"},
		{"no table", prefix + "WriteRecords", strings.Replace(record(""), "sensors", "none", 1), nil, 404, "ResourceNotFoundException"},
		{"database twice", prefix + "CreateDatabase", `{"DatabaseName":"plant"}`, nil, 409, "ConflictException"},
		{"bad name", prefix + "CreateDatabase", `{"DatabaseName":"a b"}`, nil, 400, "ValidationException"},
		{"syntax error", prefix + "Query", `{"QueryString":"SELECT 1 +"}`, nil, 400, "ValidationException"},
		{"division by zero", prefix + "Query", `{"QueryString":"SELECT 1/x FROM (VALUES 0) t(x)"}`, nil, 400, "QueryExecutionException"},
		{"foreign token", prefix + "Query", `{"QueryString":"SELECT 1","NextToken":"abc"}`, nil, 400, "ValidationException"},
	} {
		if got := n.post(c.target, c.body, c.change); got.status != c.status || got.kind != c.kind {
			t.Errorf("%s: %d %s, want %d %s: %.300s", c.name, got.status, got.kind, c.status, c.kind, got.text)
		}
	}
	if got := n.post(prefix+"Query", `{"QueryString":"SELECT 1 +"}`, nil); !strings.Contains(got.text, "The query syntax is invalid at line 1:") {
		t.Errorf("a syntax error says %s", got.text)
	}
	if got := n.rows(t.Context(), "SELECT 1"); len(got) != 1 {
		t.Error("the server does not answer any more")
	}
	if _, text := n.get("/metrics"); !strings.Contains(text, `code="ValidationException"`) {
		t.Error("/metrics counts no ValidationException")
	}
}

func TestOversizedBody(t *testing.T) {
	n := serve(t)
	body := `{"QueryString":"` + strings.Repeat("x", 64<<20) + `"}`
	if got := n.post("Timestream_20181101.Query", body, nil); got.status < 400 || got.status >= 500 {
		t.Errorf("a body of 64 MiB: %d %s, want a refusal", got.status, got.kind)
	}
	if code, _ := n.get("/healthz"); code != http.StatusOK {
		t.Errorf("healthz is %d afterwards", code)
	}
}

func TestMalformedMQTT(t *testing.T) {
	n := serve(t)
	connect := []byte{0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 1, 'x'}
	connect5 := []byte{0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 0, 0, 1, 'y'}
	for name, packets := range map[string][]byte{
		"garbage":                     []byte("GET / HTTP/1.1\r\n\r\n"),
		"endless length":              {0x10, 0xff, 0xff, 0xff, 0xff, 0xff},
		"publish before connect":      {0x30, 3, 0, 1, 'a'},
		"subscribe without options":   append(bytes.Clone(connect5), 0x82, 7, 0, 1, 0, 0, 2, 'a', 'b'),
		"subscribe without a filter":  append(bytes.Clone(connect), 0x82, 2, 0, 1),
		"publish to a wildcard":       append(bytes.Clone(connect), 0x30, 5, 0, 3, 'a', '/', '#'),
		"packet id 0":                 append(bytes.Clone(connect), 0x32, 5, 0, 1, 'a', 0, 0),
		"second connect":              append(bytes.Clone(connect), connect...),
		"reserved packet type":        append(bytes.Clone(connect), 0x00, 0),
		"topic longer than its frame": append(bytes.Clone(connect), 0x30, 4, 0xff, 0xff, 'a', 'b'),
	} {
		conn, err := net.Dial("tcp", n.addrs.MQTT)
		if err != nil {
			t.Fatal(err)
		}
		conn.Write(packets)
		conn.SetDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
		conn.Close()
	}
	if code, _ := n.get("/healthz"); code != http.StatusOK {
		t.Fatalf("healthz is %d afterwards\n%s", code, n.log)
	}
}

// TestRuleFailuresRunTheErrorAction publishes what the rule cannot store: it reaches
// the error action's topic, and stops nothing else.
func TestRuleFailuresRunTheErrorAction(t *testing.T) {
	n := serve(t)
	n.aws(nil, "timestream-write", "create-database", "--database-name", "building")
	n.aws(nil, "timestream-write", "create-table", "--database-name", "building", "--table-name", "sensors")
	withError := strings.TrimSuffix(sampleRule, "}") + `,"errorAction":{"republish":{"roleArn":"arn:aws:iam::000000000000:role/r","topic":"failed/sensors","qos":1}}}`
	n.must(tool(t, "venv/bin/aws"), "iot", "create-topic-rule", "--rule-name", "sensors", "--topic-rule-payload", withError)
	host, port, _ := net.SplitHostPort(n.addrs.MQTT)

	sub := exec.CommandContext(t.Context(), "mosquitto_sub", "-h", host, "-p", port, "-q", "1", "-t", "failed/sensors", "-t", "ready")
	var out logBuffer
	sub.Stdout = &out
	if err := sub.Start(); err != nil {
		t.Fatal(err)
	}
	publish := func(topic, payload string) {
		t.Helper()
		n.must("mosquitto_pub", "-h", host, "-p", port, "-q", "1", "-t", topic, "-m", payload)
	}
	eventually(t, func() error { // the subscription is there once it gets something
		publish("ready", "go")
		if !strings.Contains(out.String(), "go") {
			return fmt.Errorf("no message yet")
		}
		return nil
	})
	publish("dt/sensor/x", `not JSON`)
	publish("dt/sensor/x", `{"temperature": 20.5, "device_id": "x", "building": "HQ"}`) // no room
	publish("dt/sensor/x", `{"temperature": 21.5, "humidity": 40, "pressure": 1, "device_id": "x", "building": "HQ", "room": "r"}`)
	eventually(t, func() error {
		if text := out.String(); !strings.Contains(text, `"failedAction":"TimestreamAction"`) || !strings.Contains(text, `"ruleName":"sensors"`) {
			return fmt.Errorf("the error action published %s\n%s", text, n.log)
		}
		return nil
	})
	sub.Process.Kill()
	sub.Wait() // ends by the signal
	if got := n.rows(t.Context(), "SELECT count(*) FROM building.sensors"); got[0][0] != "3" {
		t.Errorf("%s rows are stored, want the 3 of the good message", got[0][0])
	}
	if _, text := n.get("/metrics"); !strings.Contains(text, "tidemark_rules_") {
		t.Error("/metrics says nothing of the rules")
	}
}

// TestRefusalsToStart gives the server what it cannot start with: each message names it.
func TestRefusalsToStart(t *testing.T) {
	n := serve(t)
	refuse := func(says string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), binary(t), append([]string{"serve"}, args...)...)
		cmd.Env = cleanEnv()
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), says) {
			t.Errorf("serve %s: %v, %q; want %q in it", strings.Join(args, " "), err, out, says)
		}
	}
	free := []string{"--http", "127.0.0.1:0", "--https", "off", "--mqtt", "off", "--mqtt-tls", "off"}
	refuse(n.dir, append([]string{"--data", n.dir}, free...)...)
	refuse(n.addrs.HTTP, "--data", t.TempDir(), "--http", n.addrs.HTTP, "--https", "off", "--mqtt", "off", "--mqtt-tls", "off")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(file, append([]string{"--data", file}, free...)...)
	refuse("htttp", "--data", t.TempDir(), "--htttp", "x")
	refuse("account", "--data", t.TempDir(), "--account", "7")
}

func TestStopsGently(t *testing.T) {
	n := serve(t)
	n.createTable(t.Context(), "plant", "sensors")
	if code := n.stop(); code != 0 {
		t.Errorf("SIGTERM: exit code %d, want 0\n%s", code, n.log)
	}
	n.start()
	n.aws(nil, "timestream-write", "describe-table", "--database-name", "plant", "--table-name", "sensors")
}
