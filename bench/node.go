package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// node is a server of the built binary on a directory of its own.
type node struct {
	dir   string
	cmd   *exec.Cmd
	addrs struct {
		HTTP string `json:"http"`
		MQTT string `json:"mqtt"`
	}
	key struct {
		ID     string `json:"accessKeyId"`
		Secret string `json:"secretAccessKey"`
	}
}

// withNode runs f against a server on a fresh directory.
func withNode(ctx context.Context, o options, f func(*node) error) error {
	dir, err := os.MkdirTemp("", "tidemark-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	n := &node{dir: dir}
	if err := n.start(ctx, o.binary); err != nil {
		return err
	}
	return errors.Join(f(n), n.stop())
}

// start runs the binary until it is healthy, with more arguments than every suite needs.
func (n *node) start(ctx context.Context, binary string, more ...string) error {
	os.Remove(filepath.Join(n.dir, "addresses.json"))
	args := append([]string{"serve", "--data", n.dir, "--http", "127.0.0.1:0", "--https", "off", "--mqtt", "127.0.0.1:0", "--mqtt-tls", "off", "--log-level", "warn"}, more...)
	n.cmd = exec.CommandContext(ctx, binary, args...)
	n.cmd.Stderr = os.Stderr
	n.cmd.Env = n.environ()
	if err := n.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if err := n.read("addresses.json", &n.addrs); err != nil {
			continue
		}
		if resp, err := http.Get("http://" + n.addrs.HTTP + "/healthz"); err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return n.read("root-key.json", &n.key)
			}
		}
	}
	return errors.New("the server was not healthy within a minute")
}

// environ is the environment without settings of the server.
func (n *node) environ() []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "TIDEMARK_") {
			env = append(env, e)
		}
	}
	return env
}

func (n *node) read(name string, into any) error {
	text, err := os.ReadFile(filepath.Join(n.dir, name))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// stop ends the server gently.
func (n *node) stop() error {
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := n.cmd.Wait(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// memory is the resident size of the server in megabytes.
func (n *node) memory() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, errors.New("no VmRSS")
}
