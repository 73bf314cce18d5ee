package identity

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// canonicalPaths returns the forms of the path that signers in use put into the
// canonical request, the commonest first: the path as sent, escaped once more (all
// services but S3); the same after removing dot segments and doubled slashes, as
// botocore does; the path as sent.
func canonicalPaths(escaped string) []string {
	if escaped == "" {
		escaped = "/"
	}
	candidates := []string{escapePath(escaped)}
	for _, p := range []string{escapePath(normalisePath(escaped)), escaped} {
		if !slices.Contains(candidates, p) {
			candidates = append(candidates, p)
		}
	}
	return candidates
}

// normalisePath removes dot segments and doubled slashes and keeps a final slash.
func normalisePath(p string) string {
	clean := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// canonicalHosts returns the host as received and, where it carries a port, without it.
func canonicalHosts(host string) []string {
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		return []string{host, host[:i]}
	}
	return []string{host}
}

// canonicalQuery sorts the pairs of a raw query, escaped in AWS's way, without those
// whose name leave reports.
func canonicalQuery(raw string, leave func(name string) bool) string {
	var pairs [][2]string
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name = escape(unescapeQuery(name))
		if leave(name) {
			continue
		}
		pairs = append(pairs, [2]string{name, escape(unescapeQuery(value))})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	return joinPairs(pairs)
}

func joinPairs(pairs [][2]string) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0])
		b.WriteByte('=')
		b.WriteString(p[1])
	}
	return b.String()
}

// canonicalHeaders lists the signed headers with their values trimmed and runs of
// blanks in them made one.
func canonicalHeaders(r *http.Request, signed []string, host string) string {
	var b strings.Builder
	for _, name := range signed {
		b.WriteString(name)
		b.WriteByte(':')
		for i, value := range headerValues(r, name, host) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strings.Join(strings.Fields(value), " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// headerValues also finds what net/http takes out of the header map.
func headerValues(r *http.Request, name, host string) []string {
	if name == "host" {
		return []string{host}
	}
	values := r.Header.Values(name)
	if name == "content-length" && len(values) == 0 && r.ContentLength >= 0 {
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return values
}

// escape writes every byte but the unreserved ones (RFC 3986, 2.3) as %XX.
func escape(s string) string { return escapeBut(s, "") }

// escapePath is escape that leaves slashes.
func escapePath(s string) string { return escapeBut(s, "/") }

func escapeBut(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isUnreserved(c) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

// unescapeQuery decodes %XX and plus signs; what is malformed stays as it is, so
// that it cannot match a signature over something else.
func unescapeQuery(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}
