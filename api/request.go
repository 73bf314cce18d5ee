package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/http"
	"time"

	"github.com/google/uuid"

	"tidemark/identity"
)

// Request is what an operation may know of the request it answers, beyond its input.
type Request struct {
	ID        string
	Principal identity.Principal
	Host      string // as the client wrote it, with its port
	TLS       bool
	UserAgent string
	RemoteIP  string
	Received  time.Time
	HTTP      *http.Request // its body is read already
}

type requestKey struct{}

// RequestFrom returns the request that ctx belongs to, and an empty one outside of
// any: operations may be called directly.
func RequestFrom(ctx context.Context) *Request {
	if r, ok := ctx.Value(requestKey{}).(*Request); ok {
		return r
	}
	return &Request{}
}

// WithRequest returns a context in which RequestFrom answers r.
func WithRequest(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// UUID returns a random request ID of most services' form.
func UUID() string { return uuid.NewString() }

// Base32ID returns a random request ID of Timestream's form: 26 upper-case base32
// characters.
func Base32ID() string {
	var b [16]byte
	rand.Read(b[:])
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])
}
