package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"tidemark/fault"
)

// Progress is how far a backup or a restore has come.
type Progress struct {
	Files, AllFiles int
	Bytes, AllBytes int64
	Copied          int64 // bytes that were not there yet
}

// Save backs up a directory that nobody changes meanwhile. tell, which may be nil, is
// called after every file. On an error there is no new backup; files that were brought
// serve the next one.
func (t *Target) Save(ctx context.Context, dir string, c Contents, tell func(Progress)) (*Backup, error) {
	return t.save(ctx, dir, c, Backup{Taken: time.Now().UTC()}, tell)
}

func (t *Target) save(ctx context.Context, dir string, c Contents, b Backup, tell func(Progress)) (*Backup, error) {
	release, err := t.lock()
	if err != nil {
		return nil, err
	}
	defer release()
	s := &saving{target: t, tell: tell, backup: b, folders: map[string]bool{}}
	if err := s.begin(c); err != nil {
		return nil, err
	}
	if err := s.run(ctx, dir, c); err != nil {
		return nil, fmt.Errorf("back up %s: %w", dir, err)
	}
	return &s.backup, nil
}

// saving is one backup on its way.
type saving struct {
	target  *Target
	tell    func(Progress)
	backup  Backup
	known   map[string]File // immutable files of the newest backup, by path
	folders map[string]bool // of files, to be synced
	done    Progress
}

// begin names the backup and learns what need not be read again.
func (s *saving) begin(c Contents) error {
	b := &s.backup
	b.Format, b.ID = format, b.Taken.Format(idForm)
	b.Name, b.Keys, b.Objects, b.Version = c.Name, c.Keys, c.Objects, c.Version
	if strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(c.Name) > 256 {
		return fault.New(fault.Invalid, "A backup's name has at most 256 bytes and no control characters.")
	}
	list, _ := s.target.List() // damaged ones are for Verify to report; a new backup needs none of them
	s.known = map[string]File{}
	for i, old := range list {
		if old.ID == b.ID || c.Name != "" && (old.Name == c.Name || old.ID == c.Name) {
			return fault.New(fault.Conflict, "There is a backup %q already.", c.Name)
		}
		for _, f := range old.Files {
			if i == len(list)-1 && immutable(f.Path) {
				s.known[f.Path] = f
			}
		}
	}
	return nil
}

func (s *saving) run(ctx context.Context, dir string, c Contents) error {
	files, err := walk(ctx, dir, c.wants)
	if err != nil {
		return err
	}
	s.done.AllFiles = len(files)
	for _, f := range files {
		s.done.AllBytes += f.info.Size()
	}
	for _, f := range files {
		if err := s.bring(ctx, dir, f); err != nil {
			return fmt.Errorf("%s: %w", f.path, diskFault(err))
		}
		s.target.at(StepFile)
	}
	for folder := range s.folders {
		if err := syncDir(folder); err != nil {
			return diskFault(err)
		}
	}
	s.target.at(StepFiles)
	s.backup.Finished = time.Now().UTC()
	return diskFault(s.target.write(&s.backup))
}

// bring puts a file into the target, unless it is there.
func (s *saving) bring(ctx context.Context, dir string, f found) error {
	file, known := s.known[f.path]
	if !known || file.Size != f.info.Size() || !s.target.has(file) {
		var err error
		if file, err = s.copy(ctx, filepath.Join(dir, filepath.FromSlash(f.path))); err != nil {
			return err
		}
	}
	file.Path, file.Mode = f.path, uint32(f.info.Mode().Perm())
	s.backup.Files = append(s.backup.Files, file)
	s.done.Files++
	s.done.Bytes += file.Size
	if s.tell != nil {
		s.tell(s.done)
	}
	return nil
}

// filePath is where a file of some contents lies.
func (t *Target) filePath(sum string) string { return filepath.Join(t.dir, filesDir, sum[:2], sum) }

// has reports whether a file is there and has its size. Verify looks at the contents.
func (t *Target) has(f File) bool {
	info, err := os.Stat(t.filePath(f.Sum))
	return err == nil && info.Size() == f.Size
}

// copy writes a file under the sum of its contents and syncs it.
func (s *saving) copy(ctx context.Context, name string) (file File, err error) {
	in, err := os.Open(name)
	if err != nil {
		return file, err
	}
	defer in.Close()
	temp := filepath.Join(s.target.dir, filesDir, tempStart+uuid.NewString())
	file.Sum, file.Size, err = copySynced(ctx, in, temp, 0o600)
	if err == nil {
		err = s.name(file, temp)
	}
	if err != nil {
		return file, errors.Join(err, ignoreAbsent(os.Remove(temp)))
	}
	return file, nil
}

// name gives a file that was written its name, unless it is there. Nobody may have synced
// that name: an earlier backup may have failed.
func (s *saving) name(file File, temp string) error {
	target := s.target.filePath(file.Sum)
	s.folders[filepath.Dir(target)], s.folders[filepath.Join(s.target.dir, filesDir)] = true, true
	if s.target.has(file) {
		return os.Remove(temp)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	s.done.Copied += file.Size
	return os.Rename(temp, target)
}

// copySynced writes a new file, syncs it, and returns the sum and size of its contents.
func copySynced(ctx context.Context, in io.Reader, name string, mode fs.FileMode) (sum string, size int64, err error) {
	out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return "", 0, err
	}
	hash := sha256.New()
	size, err = io.CopyBuffer(io.MultiWriter(out, hash), struct{ io.Reader }{&interruptible{ctx, in}}, make([]byte, 1<<20))
	if err == nil {
		err = out.Sync()
	}
	return hex.EncodeToString(hash.Sum(nil)), size, errors.Join(err, out.Close())
}

// interruptible ends when its context does.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.in.Read(p)
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// write makes a backup exist: its list appears under its name, whole.
func (t *Target) write(b *Backup) error {
	data, err := seal(b)
	if err != nil {
		return err
	}
	dir := filepath.Join(t.dir, listsDir)
	temp := filepath.Join(dir, tempStart+uuid.NewString())
	if _, _, err := copySynced(context.Background(), strings.NewReader(string(data)), temp, 0o600); err != nil {
		return errors.Join(err, ignoreAbsent(os.Remove(temp)))
	}
	t.at(StepListed)
	if err := os.Rename(temp, t.listPath(b.ID)); err != nil {
		return errors.Join(err, ignoreAbsent(os.Remove(temp)))
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	t.at(StepSaved)
	return nil
}
