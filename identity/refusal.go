package identity

import "fmt"

// Reason says why a request's signature was refused.
type Reason uint8

// The reasons. They are the generic AWS error names in other words (AWS page
// "Common Errors").
const (
	Missing        Reason = iota // no signature at all
	Incomplete                   // a signature with a part missing or malformed
	UnknownKey                   // no such access key, or a wrong session token
	Mismatch                     // the signature is not the one this request and key give
	Stale                        // signed too long ago, or in the future
	ExpiredKey                   // the key's own life is over
	Unsupported                  // a way of signing that is not accepted here, by name
	WrongScope                   // signed for another region or service
	PayloadChanged               // the body is not the one whose hash was signed
)

var reasonNames = [...]string{
	"missing", "incomplete", "unknown key", "mismatch", "stale", "expired key", "unsupported", "wrong scope", "payload changed",
}

// String returns the reason in lower case.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Reasons lists every reason, for tables that must cover all of them.
func Reasons() []Reason {
	all := make([]Reason, len(reasonNames))
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}

// Refusal is the error of a request whose caller could not be established. Its
// text is for the client to read and holds no secret.
type Refusal struct {
	Reason Reason
	text   string
}

// Error returns the text without the reason.
func (r *Refusal) Error() string { return r.text }

func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, text: fmt.Sprintf(format, args...)}
}

// The texts that AWS services give for the commonest refusals.
const (
	textMissing    = "Missing Authentication Token"
	textUnknownKey = "The security token included in the request is invalid."
	textExpiredKey = "The security token included in the request is expired"
	textMismatch   = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
