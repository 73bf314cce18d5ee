// Package identity finds who is calling: it keeps access keys and verifies
// Signature Version 4, in the Authorization header and in presigned queries.
//
//	key, created, err := identity.EnsureRootKey(path, identity.Key{})
//	v, err := identity.NewVerifier(identity.Options{Keys: identity.NewKeyring(key), Region: "us-east-1"})
//	claim, err := v.Examine(ctx, request, "timestream") // everything that needs no body
//	who, err := claim.Verify(body)                      // the signature itself
//
// What is refused is a *Refusal; doors turn its Reason into a code of their
// protocol. A Verifier and a Keyring are safe to call at once. The root key's file
// is described at EnsureRootKey.
package identity

// Principal is a caller whose signature was right.
type Principal struct {
	AccessKeyID string
	Account     string // twelve digits
}
