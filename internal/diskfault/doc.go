// Package diskfault makes the disk fail below a process, for tests. It stands between
// the process and the kernel, so that it does not matter which library or language a
// file is written by.
//
//	disk, err := diskfault.Start(cmd, diskfault.Fault{}) // the child calls Enter first of all
//	disk.Break(diskfault.Fault{Path: ".wal", Calls: diskfault.Sync, Errno: unix.EIO})
//	<-disk.Fired()       // a call has failed
//	failed := disk.Heal() // the others succeed
//
// It uses what Linux has for it (seccomp_unotify(2), Linux 5.19 or later): each of the
// child's calls that change files waits for the parent, which lets it pass, lets it fail,
// or writes half of it in its place.
package diskfault
