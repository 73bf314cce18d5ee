package objects

import (
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"tidemark/fault"
)

const (
	maxKey     = 1024 // bytes (S3 user guide, "Object key naming")
	maxSegment = 255  // bytes of a file's name
)

// bucketForm and addressForm are S3's rules (user guide, "General purpose bucket
// naming rules"); an alias of an access point follows them too.
var (
	bucketForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]|\.[a-z0-9])*[a-z0-9]$`)
	addressForm = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$`)
)

// checkNames refuses names that S3 has not.
func checkNames(t Target) error {
	if n := len(t.Bucket); n < 3 || n > 63 || !bucketForm.MatchString(t.Bucket) || addressForm.MatchString(t.Bucket) {
		return fault.New(fault.Invalid, "%q is not the name of a bucket: want 3 to 63 lower-case letters, digits, hyphens and dots", clip(t.Bucket))
	}
	switch {
	case t.Key == "":
		return fault.New(fault.Invalid, "the name of an object is empty")
	case len(t.Key) > maxKey:
		return fault.New(fault.Invalid, "the name of an object has %d bytes, more than the maximum of %d", len(t.Key), maxKey)
	case !utf8.ValidString(t.Key):
		return fault.New(fault.Invalid, "the name of an object is not UTF-8")
	}
	return nil
}

// checkPath refuses keys that are not names of files below the bucket.
func checkPath(key string) error {
	for segment := range strings.SplitSeq(key, "/") {
		switch {
		case segment == "" || segment == "." || segment == "..":
			return fault.New(fault.Invalid, "%q cannot be the name of an object in a directory: it has the part %q", clip(key), segment)
		case strings.Contains(segment, "\x00"):
			return fault.New(fault.Invalid, "%q cannot be the name of an object in a directory: it has a NUL", clip(key))
		case len(segment) > maxSegment:
			return fault.New(fault.Invalid, "%q cannot be the name of an object in a directory: a part of it has %d bytes, more than the maximum of %d", clip(key), len(segment), maxSegment)
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(key)) {
		return fault.New(fault.Invalid, "%q cannot be the name of an object in a directory", clip(key))
	}
	return nil
}

// clip shortens a name for an error.
func clip(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
