// Package backup keeps copies of data directories in a directory of backups, or a folder
// of a bucket, and brings them back.
//
//	target, err := backup.Open(ctx, "/mnt/backups")
//	made, err := target.Save(ctx, dir, backup.Contents{})      // dir is not in use
//	found, err := target.Find(ctx, "", time.Time{})            // the newest
//	err = target.Restore(ctx, found, "/var/lib/tidemark", nil) // checks every file
//
// A directory in use is backed up by a Live, which has its keepers copy themselves
// first. The files of all backups are kept once, under the SHA-256 of their contents;
// a backup is a list of them, written last, and needs no other backup. Save and Remove
// exclude each other, also between processes; a process that is killed leaves the
// backups that were there. docs/formats.md, "Backups", describes the files.
package backup
