package diskfault

import "golang.org/x/sys/unix"

const arch = unix.AUDIT_ARCH_AARCH64

// older are the system calls that only this architecture still has.
var older map[uint32]at
