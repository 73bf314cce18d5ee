package identity

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	// timeForm is the form of X-Amz-Date.
	timeForm = "20060102T150405Z"
	// Bounds of a presigned request's life, in seconds; an absent X-Amz-Expires
	// means the first.
	defaultExpires = 86_400
	maxExpires     = 604_800
	maxSignedNames = 100
)

// signature is a Signature Version 4 as the request carries it.
type signature struct {
	keyID                 string
	date, region, service string // of the credential scope
	signed                []string
	mac                   string
	at                    time.Time
	token                 string
	presigned             bool
	expires               time.Duration // presigned only
	payload               string        // x-amz-content-sha256 as sent, or empty
	rawQuery              string
}

// IsSigned reports whether the request carries anything that looks like a
// signature, right or wrong.
func IsSigned(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-") || strings.Contains(r.URL.RawQuery, "X-Amz-Algorithm=")
}

// ScopeService returns the service name of the request's credential scope,
// unverified, or the empty string.
func ScopeService(r *http.Request) string {
	var credential string
	if strings.Contains(r.URL.RawQuery, "X-Amz-Credential=") {
		credential = r.URL.Query().Get("X-Amz-Credential")
	}
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential = after
		if end := strings.IndexAny(after, ", "); end >= 0 {
			credential = after[:end]
		}
	}
	if part := strings.Split(credential, "/"); len(part) >= 5 {
		return part[len(part)-2]
	}
	return ""
}

// parseSignature reads the signature that r carries; it looks at nothing but syntax.
func parseSignature(r *http.Request) (*signature, *Refusal) {
	if header := r.Header.Get("Authorization"); header != "" {
		return parseHeader(r, header)
	}
	if strings.Contains(r.URL.RawQuery, "X-Amz-") {
		return parseQuery(r)
	}
	return nil, refuse(Missing, textMissing)
}

func parseHeader(r *http.Request, header string) (*signature, *Refusal) {
	name, rest, _ := strings.Cut(header, " ")
	if !strings.HasPrefix(name, "AWS4-") {
		return nil, refuse(Missing, textMissing)
	}
	if name != algorithm {
		return nil, refuse(Unsupported, "The signing algorithm %s is not supported; use %s.", short(name), algorithm)
	}
	part := headerParts(rest)
	s := &signature{mac: part["Signature"], token: r.Header.Get("X-Amz-Security-Token"), payload: r.Header.Get("X-Amz-Content-Sha256"), rawQuery: r.URL.RawQuery}
	for _, key := range []string{"Credential", "SignedHeaders", "Signature"} {
		if part[key] == "" {
			return nil, refuse(Incomplete, "Authorization header requires '%s' parameter.", key)
		}
	}
	if refusal := s.setCredential(part["Credential"]); refusal != nil {
		return nil, refusal
	}
	if refusal := s.setSigned(part["SignedHeaders"]); refusal != nil {
		return nil, refusal
	}
	return s, s.setTime(headerTime(r))
}

// headerParts splits the k=v pairs, between which AWS allows commas, blanks or both.
func headerParts(rest string) map[string]string {
	part := map[string]string{}
	for _, pair := range strings.FieldsFunc(rest, func(c rune) bool { return c == ',' || c == ' ' }) {
		if key, value, ok := strings.Cut(pair, "="); ok {
			part[key] = value
		}
	}
	return part
}

// headerTime prefers X-Amz-Date and takes Date, in HTTP's form, where that is missing.
func headerTime(r *http.Request) string {
	if at := r.Header.Get("X-Amz-Date"); at != "" {
		return at
	}
	if at, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		return at.UTC().Format(timeForm)
	}
	return r.Header.Get("Date")
}

func parseQuery(r *http.Request) (*signature, *Refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(Incomplete, "The query string is malformed.")
	}
	for _, key := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date"} {
		if len(query[key]) != 1 || query.Get(key) == "" {
			return nil, refuse(Incomplete, "AWS query-string parameters must include '%s' exactly once.", key)
		}
	}
	if name := query.Get("X-Amz-Algorithm"); name != algorithm {
		return nil, refuse(Unsupported, "The signing algorithm %s is not supported; use %s.", short(name), algorithm)
	}
	s := &signature{mac: query.Get("X-Amz-Signature"), token: query.Get("X-Amz-Security-Token"), payload: query.Get("X-Amz-Content-Sha256"), presigned: true, rawQuery: r.URL.RawQuery}
	if refusal := s.setCredential(query.Get("X-Amz-Credential")); refusal != nil {
		return nil, refusal
	}
	if refusal := s.setSigned(query.Get("X-Amz-SignedHeaders")); refusal != nil {
		return nil, refusal
	}
	if refusal := s.setExpires(query["X-Amz-Expires"]); refusal != nil {
		return nil, refusal
	}
	return s, s.setTime(query.Get("X-Amz-Date"))
}

// setCredential reads key/date/region/service/aws4_request.
func (s *signature) setCredential(text string) *Refusal {
	part := strings.Split(text, "/")
	if len(part) != 5 || slices.Contains(part, "") || part[4] != "aws4_request" {
		return refuse(Incomplete, "Credential must have 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '%s'", short(text))
	}
	s.keyID, s.date, s.region, s.service = part[0], part[1], part[2], part[3]
	return nil
}

// setSigned reads the signed header names: lower case, ascending, host among them.
func (s *signature) setSigned(text string) *Refusal {
	s.signed = strings.Split(text, ";")
	if len(s.signed) > maxSignedNames || strings.ToLower(text) != text || !slices.IsSorted(s.signed) || slices.Contains(s.signed, "") {
		return refuse(Incomplete, "SignedHeaders must be lower case header names in ascending order, got '%s'", short(text))
	}
	if !slices.Contains(s.signed, "host") {
		return refuse(Incomplete, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	return nil
}

func (s *signature) setExpires(values []string) *Refusal {
	s.expires = defaultExpires * time.Second
	if len(values) == 0 {
		return nil
	}
	seconds, err := strconv.ParseUint(values[0], 10, 32)
	if err != nil || seconds == 0 || seconds > maxExpires || len(values) > 1 {
		return refuse(Incomplete, "X-Amz-Expires must be a number of seconds from 1 to %d", maxExpires)
	}
	s.expires = time.Duration(seconds) * time.Second
	return nil
}

func (s *signature) setTime(text string) *Refusal {
	at, err := time.Parse(timeForm, text)
	if err != nil {
		return refuse(Incomplete, "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", short(text))
	}
	if at.Format("20060102") != s.date {
		return refuse(Mismatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'.", short(s.date), at.Format("20060102"))
	}
	s.at = at
	return nil
}

// short keeps what a client sent from filling an error message.
func short(text string) string {
	const most = 100
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
