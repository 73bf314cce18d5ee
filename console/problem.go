package console

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"unicode/utf8"

	"tidemark/fault"
	"tidemark/sql/sqlerr"
)

// problem is what the page shows instead of a result.
type problem struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Place   *place `json:"place,omitempty"`
}

// place is the part of the statement that is wrong, in code points; line and column
// count from 1.
type place struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Length int `json:"length"`
}

// statuses is the only place where a kind of fault becomes a status.
var statuses = map[fault.Kind]int{
	fault.Internal:    http.StatusInternalServerError,
	fault.Invalid:     http.StatusBadRequest,
	fault.NotFound:    http.StatusNotFound,
	fault.Conflict:    http.StatusConflict,
	fault.Denied:      http.StatusForbidden,
	fault.Throttled:   http.StatusTooManyRequests,
	fault.Exceeded:    http.StatusUnprocessableEntity,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// fail answers with what went wrong with a statement. An error that is ours to fix is
// logged, and the page sees only under which id. Who went away needs no answer.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, text string, err error) {
	if r.Context().Err() != nil {
		return
	}
	kind := fault.KindOf(err)
	p := problem{Kind: kind.String(), Message: err.Error()}
	if kind == fault.Internal {
		id := rand.Text()
		c.options.Logger.Error("console request failed", "request_id", id, "err", err)
		p.Message = "internal error, logged as " + id
	}
	if at, ok := errors.AsType[*sqlerr.Error](err); ok {
		p.Place = placeOf(text, at)
	}
	writeProblem(w, statuses[kind], p)
}

// placeOf is the place of an error in a statement. A span that is not in the text
// still has its start.
func placeOf(text string, e *sqlerr.Error) *place {
	from, to := int(e.Span.Start.Offset), int(e.Span.End.Offset)
	length := 1
	if from >= 0 && from < to && to <= len(text) {
		length = utf8.RuneCountInString(text[from:to])
	}
	return &place{Line: int(e.Span.Start.Line), Column: int(e.Span.Start.Column), Length: length}
}

func writeProblem(w http.ResponseWriter, status int, p problem) {
	writeJSON(w, status, struct {
		Error problem `json:"error"`
	}{p})
}

// writeJSON answers with v, which always encodes.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a browser that went away needs no answer
}

const (
	maxTokenBody = 4 << 10
	maxQueryBody = 2 << 20 // a statement of 262,144 bytes with every one escaped
)

// decode reads a JSON body of at most limit bytes into v, or answers and returns false.
func (c *Console) decode(w http.ResponseWriter, r *http.Request, limit int64, v any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit)).Decode(v)
	if err == nil {
		return true
	}
	status, kind := http.StatusBadRequest, fault.Invalid
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status, kind = http.StatusRequestEntityTooLarge, fault.Exceeded
	}
	writeProblem(w, status, problem{Kind: kind.String(), Message: "request body: " + err.Error()})
	return false
}
