package native

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// urls are Trino's functions over URLs.
var urls = []Func{
	{Name: "tm_url_part", Args: []Kind{Varchar, Varchar}, Result: Varchar, Batch: textRows(urlPart)},
	{Name: "tm_url_port", Args: []Kind{Varchar}, Result: Bigint, Call: urlPort},
	{Name: "tm_url_parameter", Args: []Kind{Varchar, Varchar}, Result: Varchar, Batch: textRows(urlParameter)},
	{Name: "tm_url_encode", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(urlEncode)},
	{Name: "tm_url_decode", Args: []Kind{Varchar}, Result: Varchar, Batch: textRows(urlDecode)},
}

// urlParts are the parts by their names in SQL.
var urlParts = map[string]func(u uri) string{
	"protocol": func(u uri) string { return u.scheme },
	"host":     func(u uri) string { return u.host },
	"path":     func(u uri) string { return unescaped(u.path) },
	"query":    func(u uri) string { return unescaped(u.query) },
	"fragment": func(u uri) string { return unescaped(u.fragment) },
}

func urlPart(a []string) (string, bool, error) {
	u, ok := parseURI(a[0])
	if !ok {
		return "", false, nil
	}
	return urlParts[a[1]](u), true, nil
}

func urlPort(a []any) (any, error) {
	u, ok := parseURI(a[0].(string))
	if !ok || u.port < 0 {
		return nil, nil
	}
	return u.port, nil
}

func urlParameter(a []string) (string, bool, error) {
	u, ok := parseURI(a[0])
	if !ok || !u.hasQuery {
		return "", false, nil
	}
	for part := range strings.SplitSeq(u.query, "&") {
		if name, value, _ := strings.Cut(part, "="); name == a[1] {
			return urlDecode([]string{value})
		}
	}
	return "", false, nil
}

const hexDigits = "0123456789ABCDEF"

func urlEncode(a []string) (string, bool, error) {
	var b strings.Builder
	for i := range len(a[0]) {
		switch c := a[0][i]; {
		case c == ' ':
			b.WriteByte('+')
		case alphanumeric(c) || strings.IndexByte("-_.*", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String(), true, nil
}

// urlDecode takes + for a space; bytes that are no UTF-8 become U+FFFD.
func urlDecode(a []string) (string, bool, error) {
	out := make([]byte, 0, len(a[0]))
	for rest := a[0]; rest != ""; {
		switch {
		case rest[0] == '+':
			out, rest = append(out, ' '), rest[1:]
		case rest[0] != '%':
			out, rest = append(out, rest[0]), rest[1:]
		case len(rest) < 3:
			return "", false, errors.New("URLDecoder: Incomplete trailing escape (%) pattern")
		default:
			c, ok := escapedByte(rest)
			if !ok {
				return "", false, fmt.Errorf("URLDecoder: Illegal hex characters in escape (%%) pattern: %s", rest[:3])
			}
			out, rest = append(out, c), rest[3:]
		}
	}
	return valid(out), true, nil
}

// escapedByte reads %hh in front of a text.
func escapedByte(text string) (byte, bool) {
	if len(text) < 3 || text[0] != '%' {
		return 0, false
	}
	high, low := hexValue(text[1]), hexValue(text[2])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

func hexValue(c byte) int {
	if c >= 'a' {
		c -= 'a' - 'A'
	}
	return strings.IndexByte(hexDigits, c)
}

// unescaped replaces every %hh, as java.net.URI does for the parts it returns.
func unescaped(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	out := make([]byte, 0, len(text))
	for text != "" {
		if c, ok := escapedByte(text); ok {
			out, text = append(out, c), text[3:]
			continue
		}
		out, text = append(out, text[0]), text[1:]
	}
	return valid(out)
}

// valid puts U+FFFD for every byte that is no UTF-8.
func valid(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	return string([]rune(string(text)))
}
