package diskfault

import "golang.org/x/sys/unix"

const arch = unix.AUDIT_ARCH_X86_64

// older are the system calls that only this architecture still has.
var older = map[uint32]at{
	unix.SYS_MKDIR:  {Create, none, 0},
	unix.SYS_RENAME: {Rename, none, 1},
	unix.SYS_LINK:   {Link, none, 1},
	unix.SYS_UNLINK: {Remove, none, 0},
	unix.SYS_RMDIR:  {Remove, none, 0},
}
