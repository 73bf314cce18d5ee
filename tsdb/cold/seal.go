package cold

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"tidemark/fault"
)

// Parquet files as DuckDB writes them have no checksums. So the identifier in the name
// of a file carries one: the last 62 bits of a UUID of version 8 (RFC 9562, section 5.8)
// are the first of the SHA-256 of the contents, the others are random.

// Seal gives a file that was written under a path from NewPath its last name, which has
// a checksum of its contents, and returns the path. The old one is of no use any more.
func (t *Table) Seal(name string) (string, error) {
	base := strings.TrimSuffix(filepath.Base(name), extension)
	applied, text, _ := strings.Cut(base, "-")
	id, err := uuid.Parse(text)
	if err != nil {
		return "", fault.New(fault.Invalid, "cold: %s is no path of a new file", name)
	}
	sum, err := contentBits(filepath.FromSlash(name))
	if err != nil {
		return "", fmt.Errorf("cold: seal %s: %w", name, err)
	}
	id[6] = 8<<4 | id[6]&15
	binary.BigEndian.PutUint64(id[8:], 2<<62|sum)
	sealed := filepath.ToSlash(filepath.Join(filepath.Dir(name), applied+"-"+id.String()+extension))
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.mu.pending[name] {
		return "", fault.New(fault.Invalid, "cold: %s is no path of a new file", name)
	}
	if err := os.Rename(filepath.FromSlash(name), filepath.FromSlash(sealed)); err != nil {
		return "", diskFault(fmt.Errorf("cold: seal a file: %w", err))
	}
	delete(t.mu.pending, name)
	t.mu.pending[sealed] = true
	return sealed, nil
}

// ErrSeal is the error of a file whose contents do not match its name.
var ErrSeal = errors.New("its contents do not match the checksum in its name")

// CheckSeal compares a data file with the checksum in its name. A file without one, which
// an older version wrote, is not sealed.
func CheckSeal(name string) (sealed bool, err error) {
	_, text, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), extension), "-")
	id, err := uuid.Parse(text)
	if err != nil || id.Version() != 8 {
		return false, nil
	}
	sum, err := contentBits(name)
	if err != nil {
		return true, err
	}
	if binary.BigEndian.Uint64(id[8:])&^(3<<62) != sum {
		return true, ErrSeal
	}
	return true, nil
}

// contentBits are 62 bits of the SHA-256 of a file.
func contentBits(name string) (uint64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.CopyBuffer(hash, struct{ io.Reader }{f}, make([]byte, 1<<18)); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(hash.Sum(nil)) >> 2, nil
}
