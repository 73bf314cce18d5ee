package cursor

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"tidemark/fault"
)

// errToken is the one answer to a token that is unknown, foreign, used up or too old.
var errToken = fault.New(fault.Invalid, "Invalid pagination token")

// tokens makes and reads page tokens. A token names a query and the number of the
// page, sealed by a key of this process: after a restart none is valid.
//
//	0      4          20
//	| page | mac[:16] | query id |
type tokens struct{ key [32]byte }

const (
	tokenHead = 20
	tokenMax  = 2048 // characters (API reference, "Query", NextToken)
)

// newTokens draws a key.
func newTokens() *tokens {
	t := &tokens{}
	rand.Read(t.key[:]) // never fails
	return t
}

// print returns the token of a page.
func (t *tokens) print(id string, page uint32) string {
	b := make([]byte, tokenHead, tokenHead+len(id))
	binary.BigEndian.PutUint32(b, page)
	b = append(b, id...)
	copy(b[4:], t.mac(id, page))
	return base64.RawURLEncoding.EncodeToString(b)
}

// parse returns what print was given, or errToken.
func (t *tokens) parse(text string) (id string, page uint32, err error) {
	if len(text) > tokenMax {
		return "", 0, errToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < tokenHead {
		return "", 0, errToken
	}
	id, page = string(b[tokenHead:]), binary.BigEndian.Uint32(b)
	if !hmac.Equal(b[4:tokenHead], t.mac(id, page)) {
		return "", 0, errToken
	}
	return id, page, nil
}

// mac seals a query id and a page number.
func (t *tokens) mac(id string, page uint32) []byte {
	h := hmac.New(sha256.New, t.key[:])
	var number [4]byte
	binary.BigEndian.PutUint32(number[:], page)
	h.Write(number[:])
	h.Write([]byte(id))
	return h.Sum(nil)[:16]
}
