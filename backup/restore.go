package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tidemark/fault"
	"tidemark/meta"
)

// Restore writes a backup into a directory that is empty or absent, or in which a
// restore of the same backup did not end: then files that are whole stay. Every file is
// compared with its checksum. No server opens the directory before Restore is done.
func (t *Target) Restore(ctx context.Context, b *Backup, dir string, tell func(Progress)) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskFault(err)
	}
	lock, err := meta.LockDir(dir)
	if err != nil {
		return diskFault(err)
	}
	defer lock.Close()
	if err := claim(dir, b.ID); err != nil {
		return err
	}
	r := &restoring{target: t, dir: dir, tell: tell, folders: map[string]bool{dir: true}}
	r.done.AllFiles, r.done.AllBytes = len(b.Files), b.Bytes()
	for _, f := range b.Files {
		if err := r.bring(ctx, f); err != nil {
			return fmt.Errorf("restore %s: %w", f.Path, diskFault(err))
		}
		t.at(StepFile)
	}
	return r.finish()
}

// claim marks a directory as one that is being restored into, and refuses one that has
// anything else in it.
func claim(dir, id string) error {
	name := filepath.Join(dir, Unfinished)
	text, err := os.ReadFile(name)
	if err == nil && string(text) == id+"\n" {
		return nil
	}
	if err == nil && strings.HasSuffix(string(text), "\n") { // otherwise it was not written whole, and nothing was restored
		return fault.New(fault.Conflict, "A restore of backup %s into %s did not end; remove the directory to restore another one.", strings.TrimSpace(string(text)), dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return diskFault(err)
	}
	for _, e := range entries {
		if n := e.Name(); n != "LOCK" && n != Unfinished {
			return fault.New(fault.Conflict, "%s is not empty, there is %s in it; a backup is restored into an empty directory.", dir, n)
		}
	}
	if err := os.WriteFile(name, []byte(id+"\n"), 0o600); err != nil {
		return diskFault(err)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return diskFault(errors.Join(f.Sync(), f.Close(), syncDir(dir)))
}

// restoring is a restore on its way.
type restoring struct {
	target  *Target
	dir     string
	tell    func(Progress)
	folders map[string]bool // to be synced
	done    Progress
}

// bring writes a file, unless it is there and whole.
func (r *restoring) bring(ctx context.Context, f File) error {
	name := filepath.Join(r.dir, filepath.FromSlash(f.Path))
	if err := r.makeFolders(filepath.Dir(name)); err != nil {
		return err
	}
	if sum, size, err := sumFile(ctx, name); err != nil || size != f.Size || sum != f.Sum {
		if err := r.write(ctx, f, name); err != nil {
			return err
		}
		r.done.Copied += f.Size
	}
	r.done.Files++
	r.done.Bytes += f.Size
	if r.tell != nil {
		r.tell(r.done)
	}
	return nil
}

// makeFolders makes a folder and notes it with those above it, which get its name.
func (r *restoring) makeFolders(folder string) error {
	if r.folders[folder] {
		return nil
	}
	for f := folder; len(f) > len(r.dir); f = filepath.Dir(f) {
		r.folders[f] = true
	}
	return os.MkdirAll(folder, 0o755)
}

func (r *restoring) write(ctx context.Context, f File, name string) error {
	if err := ignoreAbsent(os.Remove(name)); err != nil {
		return err
	}
	in, err := r.target.shelf.open(ctx, fileName(f.Sum))
	if err != nil {
		return err
	}
	defer in.Close()
	sum, size, err := copySynced(ctx, in, name, fs.FileMode(f.Mode))
	switch {
	case err != nil:
		return err
	case size != f.Size || sum != f.Sum:
		return errors.Join(fmt.Errorf("%s has other contents than were backed up", r.target.filePath(f.Sum)), os.Remove(name))
	}
	return nil
}

// finish makes all names durable; then the directory is one like any other.
func (r *restoring) finish() error {
	for folder := range r.folders {
		if err := syncDir(folder); err != nil {
			return diskFault(err)
		}
	}
	r.target.at(StepFiles)
	if err := os.Remove(filepath.Join(r.dir, Unfinished)); err != nil {
		return diskFault(err)
	}
	return diskFault(syncDir(r.dir))
}

// CheckRestored refuses a data directory into which a restore did not end.
func CheckRestored(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, Unfinished))
	if err != nil {
		return ignoreAbsent(err)
	}
	return fault.New(fault.Conflict, "a restore of backup %s into %s did not end: run `tidemark restore` again", strings.TrimSpace(string(text)), dir)
}
