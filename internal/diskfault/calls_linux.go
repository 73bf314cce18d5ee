package diskfault

import "golang.org/x/sys/unix"

// Calls is a set of kinds of system calls.
type Calls uint

// The kinds of calls that can fail.
const (
	Write    Calls = 1 << iota // also of several pieces, and copies between files
	Sync                       // of files and of directories
	Truncate                   // also what allocates room
	Create                     // of files and directories
	Rename
	Link
	Remove

	Any Calls = 1<<iota - 1
)

// at says where a system call names its file.
type at struct {
	kind Calls
	fd   int // the argument that is a file descriptor, -1 if none is
	name int // the argument that is a name, relative to the working directory or absolute, -1 if none is
}

const none = -1

// common are the system calls of every architecture.
var common = map[uint32]at{
	unix.SYS_WRITE:           {Write, 0, none},
	unix.SYS_PWRITE64:        {Write, 0, none},
	unix.SYS_WRITEV:          {Write, 0, none},
	unix.SYS_PWRITEV:         {Write, 0, none},
	unix.SYS_PWRITEV2:        {Write, 0, none},
	unix.SYS_COPY_FILE_RANGE: {Write, 2, none},
	unix.SYS_SENDFILE:        {Write, 0, none},
	unix.SYS_FSYNC:           {Sync, 0, none},
	unix.SYS_FDATASYNC:       {Sync, 0, none},
	unix.SYS_FTRUNCATE:       {Truncate, 0, none},
	unix.SYS_FALLOCATE:       {Truncate, 0, none},
	unix.SYS_OPENAT:          {Create, none, 1},
	unix.SYS_MKDIRAT:         {Create, none, 1},
	unix.SYS_RENAMEAT:        {Rename, none, 3},
	unix.SYS_RENAMEAT2:       {Rename, none, 3},
	unix.SYS_LINKAT:          {Link, none, 3},
	unix.SYS_UNLINKAT:        {Remove, none, 1},
}
