package diskfault

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// variable has the number of the child's end of a socket.
const variable = "TIDEMARK_DISKFAULT"

// waitKillable lets only a signal that kills interrupt a call that the parent looks at;
// else it might be done twice. The constant of <linux/seccomp.h>, Linux 5.19.
const waitKillable = 0x20

// Enter hands the calls of this process that change files to the parent which started it
// with Start. In another process it does nothing. Nothing can undo it.
func Enter() error {
	text, ok := os.LookupEnv(variable)
	if !ok {
		return nil
	}
	socket, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("diskfault: %s: %w", variable, err)
	}
	listener, err := filter()
	if err != nil {
		return fmt.Errorf("diskfault: %w", err)
	}
	err = unix.Sendmsg(socket, []byte{0}, unix.UnixRights(listener), nil, 0)
	return errors.Join(err, unix.Close(listener), unix.Close(socket))
}

// filter has the kernel ask before it does one of our calls, and returns what it asks at.
func filter() (listener int, err error) {
	program := printed()
	whole := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("give up new privileges: %w", err)
	}
	const flags = unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH | unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | waitKillable
	fd, _, failed := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&whole)))
	if failed != 0 {
		return 0, fmt.Errorf("install a filter of system calls: %w", failed)
	}
	return int(fd), nil
}

// Offsets in struct seccomp_data.
const (
	numberAt = 0
	archAt   = 4
)

// printed is the filter: ours are asked about, others pass.
func printed() []unix.SockFilter {
	all := maps.Clone(common)
	maps.Copy(all, older)
	ours := slices.Sorted(maps.Keys(all))
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	list := []unix.SockFilter{load(archAt), {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: arch, Jf: uint8(len(ours) + 1)}, load(numberAt)}
	for i, number := range ours {
		list = append(list, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jt: uint8(len(ours) - i)})
	}
	return append(list, unix.SockFilter{Code: unix.BPF_RET, K: unix.SECCOMP_RET_ALLOW}, unix.SockFilter{Code: unix.BPF_RET, K: unix.SECCOMP_RET_USER_NOTIF})
}
