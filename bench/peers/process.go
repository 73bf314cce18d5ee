package peers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is a server of a peer.
type program struct {
	path  string
	args  []string
	dir   string // of its data; its output goes beside
	ready func(ctx context.Context) error
	cmd   *exec.Cmd
}

// start runs the program until it is ready, for at most two minutes.
func (p *program) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Clean(p.dir)+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.CommandContext(ctx, p.path, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("%s is not ready (its output is in %s): %w", filepath.Base(p.path), log.Name(), errors.Join(err, p.stop()))
		}
	}
}

// stop ends the program gently. What it says on leaving is not of interest.
func (p *program) stop() error {
	if p.cmd == nil {
		return nil
	}
	defer func() { p.cmd = nil }()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return p.cmd.Wait()
	}
	kill := time.AfterFunc(2*time.Minute, func() { p.cmd.Process.Kill() })
	defer kill.Stop()
	if err := p.cmd.Wait(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			return err
		}
	}
	return nil
}

// Restart is part of Process.
func (p *program) Restart(ctx context.Context) error {
	if err := p.stop(); err != nil {
		return err
	}
	return p.start(ctx)
}

// Close is part of Process.
func (p *program) Close() error { return p.stop() }

// Usage is part of Process.
func (p *program) Usage(context.Context) (Usage, error) {
	disk, err := DiskUsage(p.dir)
	if err != nil {
		return Usage{}, err
	}
	return processOf(p.cmd.Process.Pid, Usage{Disk: disk})
}

// processOf adds the resident memory and the processor time of a process to a usage.
func processOf(pid int, u Usage) (Usage, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	defer f.Close()
	fields := map[string]*int64{"VmHWM:": &u.Peak, "VmRSS:": &u.Resident}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if into, ok := fields[words[0]]; ok && len(words) > 1 {
			kb, err := strconv.ParseInt(words[1], 10, 64)
			if err != nil {
				return u, err
			}
			*into = kb * 1024
		}
	}
	u.Processor, err = processorTime(pid)
	return u, err
}

// processorTime is what a process has used, in units of USER_HZ.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // from the third on
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is %q", pid, text)
	}
	var total time.Duration
	for _, f := range fields[11:13] { // user and system
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(n) * time.Second / 100
	}
	return total, nil
}

// ProcessOf is the resident memory and the processor time of a process.
func ProcessOf(pid int) (Usage, error) { return processOf(pid, Usage{}) }

// DiskUsage is the space that the files below a directory occupy, once everything
// written has a place on the disk.
func DiskUsage(dir string) (int64, error) {
	syscall.Sync()
	var total int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since its directory was read
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			total += st.Blocks * 512
		} else {
			total += info.Size()
		}
		return nil
	})
	return total, err
}

// Steady waits until the files of a directory have not changed in size for a while.
func Steady(ctx context.Context, dir string, quiet time.Duration) error {
	size, since := int64(-1), time.Now()
	for deadline := time.Now().Add(15 * time.Minute); time.Now().Before(deadline); {
		now, err := DiskUsage(dir)
		if err != nil {
			return err
		}
		if now != size {
			size, since = now, time.Now()
		}
		if time.Since(since) >= quiet {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s still changes after 15 minutes", dir)
}

// freePort is a port of the loopback interface that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// find looks for a program below a directory, then on PATH.
func find(tools, relative string) (string, error) {
	path, err := filepath.Abs(filepath.Join(tools, relative))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if path, err = exec.LookPath(filepath.Base(relative)); err == nil {
		return path, nil
	}
	return "", &Missing{Program: filepath.Base(relative), Reason: "neither in " + tools + " nor on PATH; bench/peers/install.sh installs it"}
}
