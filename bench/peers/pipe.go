package peers

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// pipe is a process that answers statements over its standard streams, each answer with
// its length before it.
type pipe struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startPipe(ctx context.Context, log string, name string, args ...string) (*pipe, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &pipe{cmd: exec.CommandContext(ctx, name, args...)}
	p.cmd.Stderr = f
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	return p, p.cmd.Start()
}

// ask sends a statement and returns its answer.
func (p *pipe) ask(sql, format string) (string, error) {
	line, err := json.Marshal(map[string]string{"sql": sql, "format": format})
	if err != nil {
		return "", err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return "", err
	}
	head, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("the process ended: %w", err)
	}
	size, failed := strings.CutPrefix(strings.TrimSpace(head), "-")
	var n int
	if _, err := fmt.Sscan(size, &n); err != nil {
		return "", fmt.Errorf("%q is no length: %w", head, err)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(p.out, body); err != nil {
		return "", err
	}
	if failed {
		return "", errors.New(string(body))
	}
	return string(body), nil
}

// close ends the process by ending its input, after a minute by force.
func (p *pipe) close() error {
	if p == nil {
		return nil
	}
	kill := time.AfterFunc(time.Minute, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	return errors.Join(p.in.Close(), p.cmd.Wait())
}
