package native

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// jsonStep is a step of a path: a field of an object or an element of an array,
// whatever the path finds there.
type jsonStep struct {
	key   string
	index int // negative when the key is no number
}

// parsePath reads a path: $ and then .name, [name], [number] or ["any text"], in
// which \" and \\ are the escapes. Wildcards and filters are no part of it, as in Trino.
func parsePath(text string) ([]jsonStep, error) {
	wrong := fmt.Errorf("Invalid JSON path: '%s'", shown(text))
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, wrong
	}
	path := []jsonStep{}
	for rest != "" {
		var key string
		switch {
		case rest[0] == '.':
			key, rest = pathName(rest[1:], ":")
			ok = key != ""
		case strings.HasPrefix(rest, `["`):
			key, rest, ok = quotedKey(rest[2:])
		case rest[0] == '[':
			key, rest = pathName(rest[1:], "")
			ok = key != "" && strings.HasPrefix(rest, "]")
			rest = strings.TrimPrefix(rest, "]")
		default:
			ok = false
		}
		if !ok {
			return nil, wrong
		}
		path = append(path, newStep(key))
	}
	return path, nil
}

func newStep(key string) jsonStep {
	n, err := strconv.ParseInt(key, 10, 32)
	if err != nil || n < 0 {
		n = -1
	}
	return jsonStep{key, int(n)}
}

// pathName takes letters, digits, _ and what is also allowed.
func pathName(text, also string) (name, rest string) {
	for i, c := range text {
		if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune(also, c) {
			return text[:i], text[i:]
		}
	}
	return text, ""
}

// quotedKey reads up to "].
func quotedKey(text string) (key, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case c == '"':
			rest, ok = strings.CutPrefix(text[i+1:], "]")
			return b.String(), rest, ok
		case c == '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return "", "", false
			}
			n = 1
		}
		b.WriteString(text[i : i+n])
		i += n
	}
	return "", "", false
}
