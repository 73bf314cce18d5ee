package query

import (
	"crypto/rand"
	"encoding/base32"
)

// idLength is that of real query ids (AWS page "Unloading query results").
const idLength = 63

// newID returns the id of a new query: 63 characters of upper-case base32, which
// nobody can guess.
func newID() string {
	var random [40]byte // 64 characters
	rand.Read(random[:])
	return base32.StdEncoding.EncodeToString(random[:])[:idLength]
}
