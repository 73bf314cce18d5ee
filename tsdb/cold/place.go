package cold

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tidemark/fault"
)

// placeName is a file in the directory that says in which bucket the tables are.
const placeName = "bucket"

// claim refuses a directory whose tables are elsewhere than the options say: they would
// seem to be empty. It notes the bucket of a directory that has no tables yet.
func claim(dir string, b *Bucket) error {
	noted, err := os.ReadFile(filepath.Join(dir, placeName))
	if err != nil && !missing(err) {
		return fmt.Errorf("cold: %w", err)
	}
	was, is := strings.TrimSpace(string(noted)), ""
	if b != nil {
		is = "s3://" + b.Name + "/" + b.key("")
	}
	switch {
	case was == is:
		return nil
	case was != "" && is == "":
		return fault.New(fault.Invalid, "cold: the tables of %s are in the bucket %s", dir, was)
	case was != "":
		return fault.New(fault.Invalid, "cold: the tables of %s are in the bucket %s, not in %s", dir, was, is)
	}
	tables, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*", "*-*", metadataDir))
	if err != nil || len(tables) > 0 {
		return errors.Join(err, fault.New(fault.Invalid, "cold: %s has tables, which are not in the bucket %s", dir, is))
	}
	if err := writeSynced(filepath.Join(dir, placeName), []byte(is+"\n")); err != nil {
		return fmt.Errorf("cold: note the bucket: %w", err)
	}
	return syncFolder(dir)
}

// escapeGlob lets a directory stand for itself in a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}
