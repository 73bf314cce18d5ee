package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// appender is an output that writes its own JSON; the one fast path around encoding.
type appender interface {
	AppendJSON(b []byte) ([]byte, error)
}

// appendOutput appends the JSON of an operation's output; nil has none.
func appendOutput(b []byte, out any) ([]byte, error) {
	switch out := out.(type) {
	case nil:
		return b, nil
	case appender:
		return out.AppendJSON(b)
	default:
		return appendJSON(b, out)
	}
}

// appendJSON is encoding/json without HTML escapes and without a final newline.
func appendJSON(b []byte, v any) ([]byte, error) {
	buf := bytes.NewBuffer(b)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return b, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// writeAnswer sends a successful answer. An error of the connection is the client's
// to notice.
func writeAnswer(w http.ResponseWriter, p Protocol, id string, body []byte) {
	setHeader(w, p, id, len(body))
	w.WriteHeader(http.StatusOK)
	w.Write(body)
}

func setHeader(w http.ResponseWriter, p Protocol, id string, length int) {
	h := w.Header()
	if length > 0 || p != RESTJSON {
		h.Set("Content-Type", contentTypes[p])
	}
	h.Set("Content-Length", strconv.Itoa(length))
	h.Set("X-Amzn-Requestid", id)
}

// writeError sends an error in the shape of the protocol: with __type and Message in
// AWS JSON, with message alone and the code in a header in REST.
func writeError(w http.ResponseWriter, svc *Service, id string, wire WireError) {
	body := map[string]any{}
	for name, value := range wire.Members {
		body[name] = value
	}
	if svc.Protocol == RESTJSON {
		body["message"] = wire.Message
		if svc.TraceID != "" {
			body[svc.TraceID] = id
		}
	} else {
		body["__type"] = wire.Namespace + "#" + wire.Code
		body["Message"] = wire.Message
	}
	encoded, err := appendJSON(nil, body)
	if err != nil { // only Members of a door can fail, and tests walk them
		encoded = []byte("{}")
	}
	setHeader(w, svc.Protocol, id, len(encoded))
	w.Header().Set("X-Amzn-Errortype", wire.Code)
	w.WriteHeader(wire.Status)
	w.Write(encoded)
}
