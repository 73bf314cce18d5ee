//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// node is one running server of the built binary.
type node struct {
	t     *testing.T
	dir   string
	args  []string
	disk  *disk // that dir is on, when it is not the system's
	cmd   *exec.Cmd
	log   *logBuffer
	ended chan error
	addrs struct {
		HTTP    string `json:"http"`
		HTTPS   string `json:"https"`
		MQTT    string `json:"mqtt"`
		MQTTTLS string `json:"mqtt-tls"`
	}
	key struct {
		ID     string `json:"accessKeyId"`
		Secret string `json:"secretAccessKey"`
	}
}

// binary is the path of the program under test.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("TIDEMARK_E2E_BINARY")
	if path == "" {
		t.Fatal("TIDEMARK_E2E_BINARY names no binary: run `make test-e2e`")
	}
	return path
}

// tool is the path of a program that scripts/tools.sh installed.
func tool(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("TIDEMARK_E2E_TOOLS")
	if dir == "" {
		t.Fatal("TIDEMARK_E2E_TOOLS names no directory: run `make test-e2e`")
	}
	return filepath.Join(dir, name)
}

// cleanEnv is the environment without what points clients or the server elsewhere.
func cleanEnv() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "AWS_") && !strings.HasPrefix(e, "TIDEMARK_") {
			env = append(env, e)
		}
	}
	return env
}

// serve starts a server on a fresh directory and ends it with the test.
func serve(t *testing.T, args ...string) *node {
	t.Helper()
	n := &node{t: t, dir: t.TempDir(), args: args}
	n.start()
	t.Cleanup(n.kill)
	return n
}

// start runs the binary on the node's directory until it is healthy.
func (n *node) start() {
	n.t.Helper()
	os.Remove(filepath.Join(n.dir, "addresses.json"))
	args := append([]string{"serve", "--data", n.dir, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--mqtt", "127.0.0.1:0", "--mqtt-tls", "127.0.0.1:0"}, n.args...)
	n.cmd = exec.Command(binary(n.t), args...)
	if n.disk != nil {
		args[2] = filepath.Join(n.disk.dir, "data")
		n.cmd = n.disk.command(binary(n.t), args...)
	}
	n.cmd.Env = cleanEnv()
	n.log = &logBuffer{}
	n.cmd.Stdout, n.cmd.Stderr = n.log, n.log
	if err := n.cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan error) { ended <- cmd.Wait() }(n.cmd, n.ended)
	n.awaitHealthy()
	n.readJSON("root-key.json", &n.key)
}

// awaitHealthy waits until every listener accepts work.
func (n *node) awaitHealthy() {
	n.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-n.ended:
			n.t.Fatalf("the server ended while starting: %v\n%s", err, n.log)
		default:
		}
		if text, err := os.ReadFile(filepath.Join(n.dir, "addresses.json")); err != nil || json.Unmarshal(text, &n.addrs) != nil {
			continue
		}
		if status, _ := n.get("/healthz"); status == http.StatusOK {
			return
		}
	}
	n.t.Fatalf("the server was not healthy within %v\n%s", patience, n.log)
}

func (n *node) readJSON(name string, into any) {
	n.t.Helper()
	text, err := os.ReadFile(filepath.Join(n.dir, name))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// get reads a page over plain HTTP.
func (n *node) get(path string) (int, string) {
	resp, err := http.Get("http://" + n.addrs.HTTP + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

// kill ends the server as a power cut would, as far as a process can be cut.
func (n *node) kill() {
	if n.cmd.ProcessState == nil {
		n.cmd.Process.Signal(syscall.SIGKILL)
		<-n.ended
		n.ended <- nil
	}
}

// stop ends the server gently and returns its exit code.
func (n *node) stop() int {
	n.t.Helper()
	n.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-n.ended:
		n.ended <- nil
	case <-time.After(patience):
		n.t.Fatalf("the server did not stop\n%s", n.log)
	}
	return n.cmd.ProcessState.ExitCode()
}

// env is what `tidemark env` gives a shell, over a clean environment.
func (n *node) env() []string {
	n.t.Helper()
	cmd := exec.Command(binary(n.t), "env", "--data", n.dir, "--shell", "json")
	cmd.Env = cleanEnv()
	out, err := cmd.Output()
	if err != nil {
		n.t.Fatalf("tidemark env: %v", err)
	}
	var vars map[string]string
	if err := json.Unmarshal(out, &vars); err != nil {
		n.t.Fatal(err)
	}
	env := cleanEnv()
	for k, v := range vars {
		env = append(env, k+"="+v)
	}
	return append(env, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "NODE_NO_WARNINGS=1",
		"TIDEMARK_TEST_HTTP="+n.addrs.HTTP, "TIDEMARK_TEST_HTTPS="+n.addrs.HTTPS, "TIDEMARK_TEST_MQTT="+n.addrs.MQTT, "TIDEMARK_TEST_MQTT_TLS="+n.addrs.MQTTTLS)
}

// run runs a client program in the node's environment and returns what it printed.
func (n *node) run(name string, args ...string) (string, error) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = n.env()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// must runs a client program that has to succeed.
func (n *node) must(name string, args ...string) string {
	n.t.Helper()
	out, err := n.run(name, args...)
	if err != nil {
		n.t.Fatalf("%s %s: %v\n%s\nserver:\n%s", filepath.Base(name), strings.Join(args, " "), err, out, n.log)
	}
	return out
}

// script runs a Python program of testdata that has to succeed.
func (n *node) script(name string, args ...string) string {
	n.t.Helper()
	return n.must(tool(n.t, "venv/bin/python"), append([]string{filepath.Join("testdata", name)}, args...)...)
}

// aws runs the AWS CLI, which has to succeed, and decodes what it printed.
func (n *node) aws(into any, args ...string) {
	n.t.Helper()
	out := n.must(tool(n.t, "venv/bin/aws"), append(args, "--output", "json")...)
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		n.t.Fatalf("aws %s printed no JSON: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// logBuffer keeps what a process printed.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// patience is how long a test waits for what must come: it only bounds a hang.
const patience = 2 * time.Minute

// eventually repeats check until it is nil.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatalf("not within %v: %v", patience, err)
}

// rule makes a topic rule from its payload with the AWS CLI.
func (n *node) rule(name, payload string) {
	n.t.Helper()
	n.must(tool(n.t, "venv/bin/aws"), "iot", "create-topic-rule", "--rule-name", name, "--topic-rule-payload", payload)
}

// mosquitto runs one of Mosquitto's clients against the node's plain listener.
func (n *node) mosquitto(name string, args ...string) (string, error) {
	n.t.Helper()
	host, port, err := net.SplitHostPort(n.addrs.MQTT)
	if err != nil {
		n.t.Fatal(err)
	}
	return n.run(name, append([]string{"-h", host, "-p", port}, args...)...)
}

// publish publishes at QoS 1 with mosquitto_pub, which has to succeed.
func (n *node) publish(topic, payload string, more ...string) {
	n.t.Helper()
	if out, err := n.mosquitto("mosquitto_pub", append([]string{"-q", "1", "-t", topic, "-m", payload}, more...)...); err != nil {
		n.t.Fatalf("publish to %s: %v\n%s\nserver:\n%s", topic, err, out, n.log)
	}
}

// one runs a query that answers one value.
func (n *node) one(text string) string {
	n.t.Helper()
	got := n.rows(n.t.Context(), text)
	if len(got) != 1 || len(got[0]) != 1 {
		n.t.Fatalf("%s answers %v, want one value", text, got)
	}
	return got[0][0]
}
