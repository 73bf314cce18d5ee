package diskfault

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// pageBytes divides what is read of another process: what lies behind a text may not be there.
const pageBytes = 4096

// text reads a text that ends with a zero from another process.
func text(pid int, from uint64) (all []byte) {
	for len(all) < unix.PathMax {
		piece := memory(pid, from+uint64(len(all)), pageBytes-int(from+uint64(len(all)))%pageBytes)
		end := bytes.IndexByte(piece, 0)
		if end >= 0 || len(piece) == 0 {
			return append(all, piece[:max(end, 0)]...)
		}
		all = append(all, piece...)
	}
	return all
}

// memory reads from another process, nothing if that cannot be.
func memory(pid int, from uint64, n int) []byte {
	if n == 0 {
		return nil
	}
	data := make([]byte, n)
	ours := []unix.Iovec{{Base: &data[0]}}
	ours[0].SetLen(n)
	got, err := unix.ProcessVMReadv(pid, ours, []unix.RemoteIovec{{Base: uintptr(from), Len: n}}, 0)
	if err != nil {
		return nil
	}
	return data[:got]
}

// half writes the first half of what a call was to write, and returns how much that is.
// Calls that write several pieces are not divided.
func (d *Disk) half(q *question) (n int64, ok bool) {
	if !d.mu.fault.Torn || q.number != unix.SYS_WRITE && q.number != unix.SYS_PWRITE64 || q.args[2] < 2 {
		return 0, false
	}
	data := memory(int(q.thread), q.args[1], int(q.args[2]/2))
	fd, err := unix.PidfdGetfd(d.pidfd, int(int32(q.args[0])), 0)
	if err != nil || len(data) == 0 {
		return 0, false
	}
	defer unix.Close(fd)
	written := 0
	if q.number == unix.SYS_WRITE {
		written, err = unix.Write(fd, data)
	} else {
		written, err = unix.Pwrite(fd, data, int64(q.args[3]))
	}
	return int64(written), err == nil && written > 0
}
