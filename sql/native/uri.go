package native

import (
	"strconv"
	"strings"
	"unicode"
)

// uri is a text in the parts of java.net.URI, escapes still in them.
type uri struct {
	scheme, host, path, query, fragment string
	hasQuery                            bool
	port                                int64 // negative: none
}

// The characters of RFC 2396 beside letters and digits.
const (
	uriMarks    = "-_.!~*'()"
	uriReserved = ";/?:@&=+$,[]"
	uriPath     = uriMarks + ":@&=+$,;/"
	uriAny      = uriMarks + uriReserved
	uriRegistry = uriMarks + "$,;:@&=+"
	uriUser     = uriMarks + ";:&=+$,"
)

// parseURI reads a text as java.net.URI does; ok is false for what that refuses.
func parseURI(text string) (u uri, ok bool) {
	u.port = -1
	rest, fragment, _ := strings.Cut(text, "#")
	if !legal(fragment, uriAny) {
		return u, false
	}
	u.fragment = fragment
	if i := strings.IndexAny(rest, "/?:"); i >= 0 && rest[i] == ':' {
		u.scheme, rest = rest[:i], rest[i+1:]
		if !schemeName(u.scheme) {
			return u, false
		}
		if !strings.HasPrefix(rest, "/") { // opaque
			return u, rest != "" && legal(rest, uriAny)
		}
	}
	return u, u.hierarchical(rest)
}

// hierarchical reads [//authority][path][?query].
func (u *uri) hierarchical(text string) bool {
	text, u.query, u.hasQuery = strings.Cut(text, "?")
	if after, ok := strings.CutPrefix(text, "//"); ok {
		end := strings.IndexByte(after, '/')
		if end < 0 {
			end = len(after)
		}
		authority := after[:end]
		text = after[end:]
		if authority == "" && text == "" && !u.hasQuery && u.fragment == "" || authority != "" && !u.authority(authority) {
			return false
		}
	}
	u.path = text
	return legal(u.path, uriPath) && legal(u.query, uriAny)
}

// authority reads [user@]host[:port]; what is none of that but legal has no host.
func (u *uri) authority(text string) bool {
	host, port := text, ""
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		if !legal(text[:at], uriUser) {
			return legal(text, uriRegistry)
		}
		host = text[at+1:]
	}
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		host, port = host[:end+1], strings.TrimPrefix(host[end+1:], ":")
	} else {
		host, port, _ = strings.Cut(host, ":")
	}
	n, err := strconv.ParseInt(port, 10, 32)
	if port != "" && (err != nil || n < 0 || port[0] == '+') || !hostName(host) {
		return legal(text, uriRegistry)
	}
	if u.host = host; port != "" {
		u.port = n
	}
	return true
}

// hostName reports an address in brackets, of four numbers, or a name of labels the
// last of which begins with a letter.
func hostName(text string) bool {
	if strings.HasPrefix(text, "[") {
		return len(text) > 2 && strings.Trim(text[1:len(text)-1], "0123456789abcdefABCDEF:.%") == "" && strings.Contains(text, ":")
	}
	labels := strings.Split(strings.TrimSuffix(text, "."), ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, "-") != label || !legalLabel(label) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return last[0] > '9' || len(labels) == 4 && !strings.HasSuffix(text, ".") && address(labels)
}

func legalLabel(text string) bool {
	for i := range len(text) {
		if text[i] != '-' && !alphanumeric(text[i]) {
			return false
		}
	}
	return true
}

func address(labels []string) bool {
	for _, label := range labels {
		if n, err := strconv.ParseUint(label, 10, 16); err != nil || n > 255 {
			return false
		}
	}
	return true
}

func schemeName(text string) bool {
	for i := range len(text) {
		if !alphanumeric(text[i]) && (i == 0 || strings.IndexByte("+-.", text[i]) < 0) || i == 0 && text[i] <= '9' {
			return false
		}
	}
	return text != ""
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// legal reports a text of letters, digits, the given signs, whole escapes, and
// characters beyond ASCII that are neither space nor control.
func legal(text, signs string) bool {
	for i, c := range text {
		switch {
		case c >= 0x80:
			if unicode.IsControl(c) || unicode.Is(unicode.Z, c) {
				return false
			}
		case c == '%':
			if _, ok := escapedByte(text[i:]); !ok {
				return false
			}
		case !alphanumeric(byte(c)) && !strings.ContainsRune(signs, c):
			return false
		}
	}
	return true
}
