package backup

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// Contents says what of a data directory is wanted beside the stores.
type Contents struct {
	Name    string // of the backup; it must be the only one of that name. Empty for none
	Keys    bool   // root key, authority and certificates, which are secrets
	Objects bool   // buckets that lie in the data directory
	Version string // of the program, to be noted
}

// Staging is the folder of a data directory in which a Live prepares a backup.
const Staging = "backup.staging"

// Unfinished is the file in a data directory that says that a restore did not end.
const Unfinished = "RESTORING"

// absent are the files and folders that no backup has: what belongs to a process, or
// can be lost. Names that end with a slash are folders.
var absent = []string{
	"LOCK", "addresses.json", "console-token", "meta.db-shm", "spill/", "imports/", Staging + "/", Unfinished, "mqtt/LOCK", "objects/.uploads/", "iceberg/.dropped/",
}

// keys are those that are secret.
var keys = []string{"root-key.json", "tls/"}

const objectsDir = "objects/"

// wants reports whether a path, that of a folder with a slash at its end, is to be in
// the backup. What it does not know is: a later version's files are not lost.
func (c Contents) wants(path string) bool {
	for _, name := range absent {
		if under(path, name) {
			return false
		}
	}
	for _, name := range keys {
		if under(path, name) {
			return c.Keys
		}
	}
	if under(path, objectsDir) {
		return c.Objects
	}
	if under(path, "iceberg/") {
		base := filepath.Base(path)
		return !strings.HasSuffix(base, ".temp") && !strings.HasPrefix(base, "tmp_")
	}
	return true
}

// under reports whether a path is a name, or below it where it is a folder's.
func under(path, name string) bool {
	return path == name || strings.HasSuffix(name, "/") && strings.HasPrefix(path, name)
}

// found is a file of a data directory.
type found struct {
	path string // with slashes
	info fs.FileInfo
}

// walk lists the wanted files of a directory by path. What goes meanwhile is left out.
func walk(ctx context.Context, dir string, wants func(path string) bool) (list []found, err error) {
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		switch {
		case p != dir && errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case p == dir:
			return nil
		}
		path := filepath.ToSlash(p[len(dir)+1:])
		switch {
		case e.IsDir() && !wants(path+"/"):
			return filepath.SkipDir
		case !e.Type().IsRegular() || !wants(path):
			return nil
		}
		info, err := e.Info()
		if err == nil {
			list = append(list, found{path, info})
		}
		return ignoreAbsent(err)
	})
	return list, err
}

// immutable reports whether a path names the same contents for ever: there is a unique
// identifier in it.
func immutable(path string) bool {
	return strings.HasPrefix(path, "iceberg/") && (strings.HasSuffix(path, ".parquet") || strings.HasSuffix(path, ".avro"))
}
