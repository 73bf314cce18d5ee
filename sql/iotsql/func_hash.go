package iotsql

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"

	"tidemark/sql/iotsql/md2"
	"tidemark/sql/iotsql/value"
)

// hashFunctions give the digest of a text in lower-case hexadecimal.
var hashFunctions = map[string]function{
	"md2":    digest(func(b []byte) []byte { d := md2.Sum(b); return d[:] }),
	"md5":    digest(func(b []byte) []byte { d := md5.Sum(b); return d[:] }),
	"sha1":   digest(func(b []byte) []byte { d := sha1.Sum(b); return d[:] }),
	"sha224": digest(func(b []byte) []byte { d := sha256.Sum224(b); return d[:] }),
	"sha256": digest(func(b []byte) []byte { d := sha256.Sum256(b); return d[:] }),
	"sha384": digest(func(b []byte) []byte { d := sha512.Sum384(b); return d[:] }),
	"sha512": digest(func(b []byte) []byte { d := sha512.Sum512(b); return d[:] }),
}

func digest(sum func([]byte) []byte) function {
	return text1(func(s string) value.Value { return value.Text(hex.EncodeToString(sum([]byte(s)))) })
}
