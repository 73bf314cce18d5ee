package api

import (
	"encoding/base64"
	"encoding/json"

	"tidemark/fault"
)

// PageToken returns an opaque NextToken that stands for the given position, of which
// its parts tell the operation where to go on.
func PageToken(parts ...string) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic("api: strings cannot fail to marshal")
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// ParsePageToken returns the parts of a token, empty ones for an empty token. A token
// that PageToken did not make with as many parts is Invalid.
func ParsePageToken(token string, parts int) ([]string, error) {
	position := make([]string, parts)
	if token == "" {
		return position, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(text, &position) != nil || len(position) != parts {
		return nil, fault.New(fault.Invalid, "The pagination token is invalid.")
	}
	return position, nil
}

// Page cuts a list that was asked for with one element more than limit, and tells
// whether there is more.
func Page[T any](list []T, limit int) (page []T, more bool) {
	if len(list) > limit {
		return list[:limit], true
	}
	return list, false
}
