package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"time"
)

// Key is an access key. Its textual forms leave the secret out.
type Key struct {
	ID      string
	Secret  string
	Account string    // the account it acts for; empty means the verifier's default
	Token   string    // the session token that must come with it; empty for a lasting key
	Expires time.Time // zero: never
}

// String prints the key without its secret.
func (k Key) String() string { return "access key " + k.ID }

// GoString prints the key without its secret.
func (k Key) GoString() string { return k.String() }

var (
	keyIDPattern  = regexp.MustCompile(`^[A-Za-z0-9_]{4,128}$`)
	secretPattern = regexp.MustCompile(`^[\x21-\x7e]{8,256}$`)
)

// Validate reports what makes the key unusable in a signature's scope.
func (k Key) Validate() error {
	if !keyIDPattern.MatchString(k.ID) {
		return fmt.Errorf("access key id %q is not 4 to 128 letters, digits or underscores", k.ID)
	}
	if !secretPattern.MatchString(k.Secret) {
		return errors.New("secret access key is not 8 to 256 printable characters without blanks")
	}
	return nil
}

// NewKey returns a random key in the form AWS gives them: 20 characters beginning
// with AKIA, and a secret of 40 characters (240 random bits).
func NewKey() Key {
	var id [10]byte
	var secret [30]byte
	rand.Read(id[:])
	rand.Read(secret[:])
	return Key{
		ID:     "AKIA" + base32.StdEncoding.EncodeToString(id[:]),
		Secret: base64.RawStdEncoding.EncodeToString(secret[:]),
	}
}

// Keys finds access keys. Key answers false when there is none with that ID; an
// error means that it could not be found out.
type Keys interface {
	Key(ctx context.Context, id string) (Key, bool, error)
}

// Keyring is a fixed set of keys in memory.
type Keyring struct{ keys map[string]Key }

// NewKeyring returns a ring of the given keys; the last of equal IDs wins.
func NewKeyring(keys ...Key) *Keyring {
	byID := make(map[string]Key, len(keys))
	for _, k := range keys {
		byID[k.ID] = k
	}
	return &Keyring{keys: byID}
}

// With returns a ring that also has k.
func (r *Keyring) With(k Key) *Keyring {
	byID := maps.Clone(r.keys)
	byID[k.ID] = k
	return &Keyring{keys: byID}
}

// Key looks up one key.
func (r *Keyring) Key(_ context.Context, id string) (Key, bool, error) {
	k, ok := r.keys[id]
	return k, ok, nil
}
