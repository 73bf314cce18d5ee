package diskfault

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Fault says which calls fail, and how.
type Fault struct {
	Path  *regexp.Regexp // of the files
	Calls Calls
	After int        // calls that succeed before
	Times int        // how many fail; 0: all up to Heal
	Errno unix.Errno // how they fail

	// Torn lets the first call, if it writes, write half, as a disk that becomes full; only
	// the calls after it fail.
	Torn bool
}

// Disk is the disk of a child.
type Disk struct {
	listener int
	pidfd    int
	ended    chan struct{}
	err      error // valid once ended is closed

	mu struct {
		sync.Mutex
		fault  Fault
		broken bool
		seen   int // calls that the fault is about
		failed int
		fired  chan struct{}
	}
}

// Start starts a child, whose calls wait for this process from Enter on. It returns once
// the child has entered. The zero Fault is none.
func Start(cmd *exec.Cmd, f Fault) (*Disk, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("diskfault: %w", err)
	}
	defer unix.Close(pair[0])
	theirs := os.NewFile(uintptr(pair[1]), "theirs")
	cmd.ExtraFiles = append(cmd.ExtraFiles, theirs)
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", variable, 2+len(cmd.ExtraFiles)))
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		return nil, fmt.Errorf("diskfault: %w", err)
	}
	d := &Disk{ended: make(chan struct{})}
	if d.mu.fired = make(chan struct{}); f.Path != nil {
		d.Break(f)
	}
	if err := d.meet(pair[0], cmd.Process.Pid); err != nil {
		return nil, errors.Join(fmt.Errorf("diskfault: %w", err), cmd.Process.Kill(), cmd.Wait())
	}
	go d.serve()
	return d, nil
}

// meet receives the listener from the child.
func (d *Disk) meet(socket, pid int) error {
	rights := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), rights, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return err
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		return fmt.Errorf("the child ended before it entered: %w", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return err
	}
	d.listener = fds[0]
	d.pidfd, err = unix.PidfdOpen(pid, 0)
	return err
}

// Wait waits until the child has no calls to ask about any more, which is its end.
func (d *Disk) Wait() error {
	<-d.ended
	return d.err
}

// Break lets calls fail from now on, instead of those that a fault before was about.
func (d *Disk) Break(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.fault, d.mu.broken, d.mu.seen, d.mu.failed, d.mu.fired = f, true, 0, 0, make(chan struct{})
}

// Heal ends the fault and returns how many calls failed.
func (d *Disk) Heal() (failed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.broken = false
	return d.mu.failed
}

// Fired is closed when a call has failed since Break.
func (d *Disk) Fired() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mu.fired
}

// question is struct seccomp_notif, answer struct seccomp_notif_resp.
type (
	question struct {
		id     uint64
		thread uint32
		_      uint32
		number uint32
		_      uint32
		_      uint64
		args   [6]uint64
	}
	answer struct {
		id    uint64
		value int64
		err   int32
		flags uint32
	}
)

// serve answers until the child has ended.
func (d *Disk) serve() {
	defer close(d.ended)
	defer unix.Close(d.pidfd)
	defer unix.Close(d.listener)
	for {
		waiting := []unix.PollFd{{Fd: int32(d.listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(waiting, -1); err != nil && err != unix.EINTR {
			d.err = fmt.Errorf("diskfault: wait for calls: %w", err)
			return
		}
		if waiting[0].Revents&unix.POLLIN == 0 {
			if waiting[0].Revents != 0 {
				return
			}
			continue
		}
		var q question
		if err := control(d.listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&q)); err != nil {
			continue // it was killed while it waited
		}
		a := d.decide(&q)
		a.id = q.id
		_ = control(d.listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&a)) // it may have been killed
	}
}

func control(fd int, request uintptr, of unsafe.Pointer) error {
	if _, _, err := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(of)); err != 0 {
		return err
	}
	return nil
}

var goOn = answer{flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}

// decide answers a call.
func (d *Disk) decide(q *question) answer {
	where, ok := common[q.number]
	if !ok {
		where = older[q.number]
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &d.mu.fault
	if !d.mu.broken || where.kind&f.Calls == 0 || q.number == unix.SYS_OPENAT && q.args[2]&unix.O_CREAT == 0 || !f.Path.MatchString(path(q, where)) {
		return goOn
	}
	d.mu.seen++
	if d.mu.seen <= f.After || f.Times > 0 && d.mu.failed >= f.Times {
		return goOn
	}
	if d.mu.failed++; d.mu.failed == 1 {
		defer close(d.mu.fired)
		if n, ok := d.half(q); ok && f.Torn {
			return answer{value: n}
		}
	}
	return answer{err: -int32(f.Errno)}
}

// path names the file of a call.
func path(q *question, where at) string {
	if where.name == none {
		name, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", q.thread, int32(q.args[where.fd])))
		return name
	}
	return string(text(int(q.thread), q.args[where.name]))
}
