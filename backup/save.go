package backup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

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
	ctx, release, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	s := &saving{target: t, tell: tell, backup: b}
	if err := s.begin(ctx, c); err != nil {
		return nil, err
	}
	if err := s.run(ctx, dir, c); err != nil {
		if lost := context.Cause(ctx); errors.Is(lost, errLost) {
			err = lost // whatever that has ended says otherwise
		}
		return nil, fmt.Errorf("back up %s: %w", dir, err)
	}
	return &s.backup, nil
}

// saving is one backup on its way.
type saving struct {
	target *Target
	tell   func(Progress)
	backup Backup
	known  map[string]File // immutable files of the newest backup, by path
	done   Progress
}

// begin names the backup and learns what need not be read again.
func (s *saving) begin(ctx context.Context, c Contents) error {
	b := &s.backup
	b.Format, b.ID = format, b.Taken.Format(idForm)
	b.Name, b.Keys, b.Objects, b.Version = c.Name, c.Keys, c.Objects, c.Version
	if strings.ContainsFunc(c.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) || len(c.Name) > 256 {
		return fault.New(fault.Invalid, "A backup's name has at most 256 bytes and no control characters.")
	}
	list, _ := s.target.List(ctx) // damaged ones are for Verify to report; a new backup needs none of them
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
			return fmt.Errorf("%s: %w", f.path, err)
		}
		s.target.at(StepFile)
	}
	if err := s.target.shelf.settle(ctx); err != nil {
		return err
	}
	s.target.at(StepFiles)
	s.backup.Finished = time.Now().UTC()
	return s.target.write(ctx, &s.backup)
}

// bring puts a file into the target, unless it is there.
func (s *saving) bring(ctx context.Context, dir string, f found) error {
	file, known := s.known[f.path]
	if !known || file.Size != f.info.Size() || !s.target.shelf.has(file) {
		var err error
		var copied bool
		if file, copied, err = s.target.shelf.bring(ctx, filepath.Join(dir, filepath.FromSlash(f.path))); err != nil {
			return err
		}
		if copied {
			s.done.Copied += file.Size
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

// write makes a backup exist: its list appears under its name, whole.
func (t *Target) write(ctx context.Context, b *Backup) error {
	data, err := seal(b)
	if err != nil {
		return err
	}
	if err := t.shelf.put(ctx, listName(b.ID), data, func() { t.at(StepListed) }); err != nil {
		return err
	}
	t.at(StepSaved)
	return nil
}
