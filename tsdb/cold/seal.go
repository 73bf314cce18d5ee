package cold

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"tidemark/fault"
)

// Neither Avro files nor Parquet files as DuckDB writes them have checksums. So the
// identifier in the name of a file carries one: the last 62 bits of a UUID of version 8
// (RFC 9562, section 5.8) are the first of the SHA-256 of the contents, the others are
// random. Metadata files, which have fixed names, carry theirs inside (metadata_seal.go).

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
	id = seal(id, sum)
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

// ErrSeal is the error of a file whose contents do not match its checksum.
var ErrSeal = errors.New("its contents do not match its checksum")

// seal puts a checksum into a random identifier.
func seal(id uuid.UUID, sum uint64) uuid.UUID {
	id[6] = 8<<4 | id[6]&15
	binary.BigEndian.PutUint64(id[8:], 2<<62|sum)
	return id
}

// sealOf reads the checksum in the name of a file, whatever is before and after the
// identifier. There is none where an older version wrote the file.
func sealOf(name string) (sum uint64, ok bool) {
	const length = 36 // of an identifier as text
	base := path.Base(filepath.ToSlash(name))
	for i := 0; i+length <= len(base); i++ {
		if id, err := uuid.Parse(base[i : i+length]); err == nil && id.Version() == 8 {
			return binary.BigEndian.Uint64(id[8:]) &^ (3 << 62), true
		}
	}
	return 0, false
}

// CheckSeal compares a file of a table with its checksum. A file without one, which an
// older version wrote, is not sealed.
func CheckSeal(name string) (sealed bool, err error) {
	if _, ok := metadataVersion(filepath.Base(name)); ok {
		text, err := os.ReadFile(name)
		if err != nil {
			return true, err
		}
		return checkMetadata(text)
	}
	want, sealed := sealOf(name)
	if !sealed {
		return false, nil
	}
	sum, err := contentBits(name)
	if err == nil && sum != want {
		err = ErrSeal
	}
	return true, err
}

// checkBlob compares a file of metadata, which was read, with the checksum in its name.
func checkBlob(name string, data []byte) error {
	if want, ok := sealOf(name); ok && want != bitsOf(sha256.Sum256(data)) {
		return fmt.Errorf("%s: %w", name, ErrSeal)
	}
	return nil
}

// sealedName is an identifier with the checksum of a file.
func sealedName(data []byte) string {
	return seal(uuid.New(), bitsOf(sha256.Sum256(data))).String()
}

func bitsOf(sum [sha256.Size]byte) uint64 { return binary.BigEndian.Uint64(sum[:]) >> 2 }

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
	return bitsOf([sha256.Size]byte(hash.Sum(nil))), nil
}
