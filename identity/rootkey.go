package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// rootKeyFile is the JSON form of the root key on disk.
type rootKeyFile struct {
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
}

// maxRootKeyFile bounds what is read of a root key file, in bytes.
const maxRootKeyFile = 4096

// EnsureRootKey returns the key that the file at path holds, and makes one where
// there is none. A preset key (ID and Secret) wins over the file and is written to
// it. Created says whether the file was written. The file is JSON with the members
// accessKeyId and secretAccessKey, mode 0600; a wider mode is narrowed.
func EnsureRootKey(path string, preset Key) (key Key, created bool, err error) {
	if preset.ID != "" || preset.Secret != "" {
		if err := preset.Validate(); err != nil {
			return Key{}, false, fmt.Errorf("preset root key: %w", err)
		}
	}
	onDisk, err := readRootKey(path)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return Key{}, false, err
	case preset.ID != "" && (missing || onDisk.ID != preset.ID || onDisk.Secret != preset.Secret):
		return preset, true, writeRootKey(path, preset)
	case missing:
		key = NewKey()
		return key, true, writeRootKey(path, key)
	}
	return onDisk, false, nil
}

func readRootKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("read root key: %w", err)
	}
	if info.Size() > maxRootKeyFile {
		return Key{}, fmt.Errorf("read root key: %s is larger than %d bytes", path, maxRootKeyFile)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, 0o600); err != nil {
			return Key{}, fmt.Errorf("narrow the mode of the root key: %w", err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("read root key: %w", err)
	}
	return parseRootKey(path, text)
}

// parseRootKey never quotes the text: it may be a damaged secret.
func parseRootKey(path string, text []byte) (Key, error) {
	var file rootKeyFile
	if json.Unmarshal(text, &file) != nil {
		return Key{}, fmt.Errorf("read root key: %s is not a JSON object with accessKeyId and secretAccessKey", path)
	}
	key := Key{ID: file.AccessKeyID, Secret: file.SecretAccessKey}
	if err := key.Validate(); err != nil {
		return Key{}, fmt.Errorf("read root key: %s: %w", path, err)
	}
	return key, nil
}

// writeRootKey makes the file appear whole: write, sync, rename, sync of the directory.
func writeRootKey(path string, key Key) (err error) {
	text, err := json.MarshalIndent(rootKeyFile{key.ID, key.Secret}, "", "  ")
	if err != nil {
		return fmt.Errorf("write root key: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".root-key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write root key: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(temporary.Name())
			err = fmt.Errorf("write root key: %w", err)
		}
	}()
	_, err = temporary.Write(append(text, '\n'))
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	if err = os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
