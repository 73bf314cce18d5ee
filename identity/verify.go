package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Options configure a Verifier.
type Options struct {
	Keys Keys // required
	// Region that signatures must be scoped to; empty accepts any.
	Region string
	// Account of keys that name none; "000000000000" when empty.
	Account string
	// Skew is how far the time of a signed header may lie from ours, either way;
	// 15 minutes when zero, as at AWS.
	Skew time.Duration
	// PresignSkew is how far in the future a presigned request may be dated;
	// 5 minutes when zero.
	PresignSkew time.Duration
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Validate reports the first setting that cannot work.
func (o Options) Validate() error {
	if o.Keys == nil {
		return errors.New("identity: Keys is required")
	}
	if o.Skew < 0 || o.PresignSkew < 0 {
		return errors.New("identity: a clock skew may not be negative")
	}
	return nil
}

// Verifier checks signatures.
type Verifier struct{ opt Options }

// NewVerifier returns a verifier, or says which option is wrong.
func NewVerifier(opt Options) (*Verifier, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if opt.Account == "" {
		opt.Account = "000000000000"
	}
	if opt.Skew == 0 {
		opt.Skew = 15 * time.Minute
	}
	if opt.PresignSkew == 0 {
		opt.PresignSkew = 5 * time.Minute
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Verifier{opt}, nil
}

// Claim is a request whose signature is well formed, fresh, rightly scoped and made
// with a known key; whether it is right only Verify tells.
type Claim struct {
	r    *http.Request
	sig  *signature
	key  Key
	acct string
}

// Verify is Examine and Claim.Verify in one call, for who has the body already.
func (v *Verifier) Verify(ctx context.Context, r *http.Request, body []byte, services ...string) (Principal, error) {
	claim, err := v.Examine(ctx, r, services...)
	if err != nil {
		return Principal{}, err
	}
	return claim.Verify(body)
}

// Examine checks all of a signature that needs no body, so that a body is read only
// for who has a key. Services are the names that the credential scope may have; none
// accepts any. An error is a *Refusal unless the keys could not be read.
func (v *Verifier) Examine(ctx context.Context, r *http.Request, services ...string) (*Claim, error) {
	sig, refusal := parseSignature(r)
	if refusal == nil {
		refusal = v.checkScope(sig, services)
	}
	if refusal == nil {
		refusal = checkCoverage(r, sig)
	}
	if refusal == nil {
		refusal = v.checkTime(sig)
	}
	if refusal != nil {
		return nil, refusal
	}
	key, err := v.key(ctx, sig)
	if err != nil {
		return nil, err
	}
	account := key.Account
	if account == "" {
		account = v.opt.Account
	}
	return &Claim{r, sig, key, account}, nil
}

func (v *Verifier) checkScope(s *signature, services []string) *Refusal {
	if v.opt.Region != "" && s.region != v.opt.Region {
		return refuse(WrongScope, "Credential should be scoped to a valid region, not '%s'; this server's region is '%s'.", short(s.region), v.opt.Region)
	}
	if len(services) > 0 && !slices.Contains(services, s.service) {
		return refuse(WrongScope, "Credential should be scoped to correct service: '%s'.", services[0])
	}
	return nil
}

// loose are the headers that may be unsigned although their names begin with x-amz-:
// the string to sign or the key holds the first three already, the others say nothing
// about the operation.
var loose = []string{"x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-user-agent", "x-amz-cf-id"}

// checkCoverage refuses a request whose operation or inputs could be changed under the
// signature, and the ways of signing a body that are not offered.
func checkCoverage(r *http.Request, s *signature) *Refusal {
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(s.signed, name) && !slices.Contains(loose, name) {
			return refuse(Mismatch, "The header '%s' must be a 'SignedHeader' in the AWS Authorization.", short(name))
		}
	}
	if strings.HasPrefix(s.payload, "STREAMING-") {
		return refuse(Unsupported, "The payload signing mode %s is not supported; sign the whole payload.", short(s.payload))
	}
	return nil
}

func (v *Verifier) checkTime(s *signature) *Refusal {
	now := v.opt.Now().UTC()
	if s.presigned {
		return v.checkPresignedTime(s, now)
	}
	if oldest := now.Add(-v.opt.Skew); s.at.Before(oldest) {
		return refuse(Stale, "Signature expired: %s is now earlier than %s (%s - %s.)", s.at.Format(timeForm), oldest.Format(timeForm), now.Format(timeForm), minutes(v.opt.Skew))
	}
	if newest := now.Add(v.opt.Skew); s.at.After(newest) {
		return refuse(Stale, "Signature not yet current: %s is still later than %s (%s + %s.)", s.at.Format(timeForm), newest.Format(timeForm), now.Format(timeForm), minutes(v.opt.Skew))
	}
	return nil
}

func (v *Verifier) checkPresignedTime(s *signature, now time.Time) *Refusal {
	if newest := now.Add(v.opt.PresignSkew); s.at.After(newest) {
		return refuse(Stale, "Signature not yet current: %s is still later than %s (%s + %s.)", s.at.Format(timeForm), newest.Format(timeForm), now.Format(timeForm), minutes(v.opt.PresignSkew))
	}
	if end := s.at.Add(s.expires); now.After(end) {
		return refuse(Stale, "Signature expired: %s is now earlier than %s.", end.Format(timeForm), now.Format(timeForm))
	}
	return nil
}

func minutes(d time.Duration) string { return fmt.Sprintf("%d min", int(d.Minutes())) }

// key finds the signature's key and checks its token and life.
func (v *Verifier) key(ctx context.Context, s *signature) (Key, error) {
	key, ok, err := v.opt.Keys.Key(ctx, s.keyID)
	if err != nil {
		return Key{}, fmt.Errorf("look up access key: %w", err)
	}
	if !ok || subtle.ConstantTimeCompare([]byte(key.Token), []byte(s.token)) != 1 {
		return Key{}, refuse(UnknownKey, textUnknownKey)
	}
	if !key.Expires.IsZero() && !v.opt.Now().Before(key.Expires) {
		return Key{}, refuse(ExpiredKey, textExpiredKey)
	}
	return key, nil
}

// emptyHash is the SHA-256 of nothing.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const unsignedPayload = "UNSIGNED-PAYLOAD"

// Verify checks the signature over the request and its whole body. Every canonical
// form that signers in use produce is tried before it is refused.
func (c *Claim) Verify(body []byte) (Principal, error) {
	hash, refusal := c.payloadHash(body)
	if refusal != nil {
		return Principal{}, refusal
	}
	given, err := hex.DecodeString(c.sig.mac)
	if err != nil || len(given) != sha256.Size {
		return Principal{}, refuse(Mismatch, textMismatch)
	}
	signingKey := c.signingKey()
	for candidate := range c.candidates(hash) {
		if hmac.Equal(mac(signingKey, c.stringToSign(candidate)), given) {
			return Principal{AccessKeyID: c.key.ID, Account: c.acct}, nil
		}
	}
	return Principal{}, refuse(Mismatch, textMismatch)
}

// payloadHash returns what the canonical request ends with.
func (c *Claim) payloadHash(body []byte) (string, *Refusal) {
	if c.sig.payload == unsignedPayload {
		return unsignedPayload, nil
	}
	hash := emptyHash
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		hash = hex.EncodeToString(sum[:])
	}
	if c.sig.payload != "" && !strings.EqualFold(c.sig.payload, hash) {
		return "", refuse(PayloadChanged, "The value of x-amz-content-sha256 does not match the payload.")
	}
	return hash, nil
}

// candidates yields the canonical requests in the order of their likelihood.
func (c *Claim) candidates(hash string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, query := range c.queries() {
			for _, path := range canonicalPaths(c.r.URL.EscapedPath()) {
				for _, host := range canonicalHosts(c.r.Host) {
					if !yield(c.canonicalRequest(path, query, host, hash)) {
						return
					}
				}
			}
		}
	}
}

// queries returns the canonical query and, when it carries a session token, the one
// without: device SDKs append the token after signing.
func (c *Claim) queries() []string {
	whole := canonicalQuery(c.sig.rawQuery, func(name string) bool { return c.sig.presigned && name == "X-Amz-Signature" })
	if !c.sig.presigned || c.sig.token == "" {
		return []string{whole}
	}
	return []string{whole, canonicalQuery(c.sig.rawQuery, func(name string) bool {
		return name == "X-Amz-Signature" || name == "X-Amz-Security-Token"
	})}
}

func (c *Claim) canonicalRequest(path, query, host, hash string) string {
	return strings.Join([]string{
		c.r.Method, path, query,
		canonicalHeaders(c.r, c.sig.signed, host),
		strings.Join(c.sig.signed, ";"), hash,
	}, "\n")
}

func (c *Claim) stringToSign(canonical string) string {
	sum := sha256.Sum256([]byte(canonical))
	return strings.Join([]string{
		algorithm, c.sig.at.Format(timeForm),
		c.sig.date + "/" + c.sig.region + "/" + c.sig.service + "/aws4_request",
		hex.EncodeToString(sum[:]),
	}, "\n")
}

// signingKey derives the key of the day, region and service.
func (c *Claim) signingKey() []byte {
	key := []byte("AWS4" + c.key.Secret)
	for _, part := range []string{c.sig.date, c.sig.region, c.sig.service, "aws4_request"} {
		key = mac(key, part)
	}
	return key
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
