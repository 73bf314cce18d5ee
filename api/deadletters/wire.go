package deadletters

import (
	"encoding/json"
	"strconv"
	"time"

	"tidemark/api"
	"tidemark/deadletter"
	"tidemark/fault"
)

// Letter is a dead letter on the wire. Times are RFC 3339 with nanoseconds.
type Letter struct {
	Database    string `json:"database"`
	ID          string `json:"id"`
	Time        string `json:"time"`
	State       string `json:"state"`
	Source      string `json:"source"`
	Rule        string `json:"rule,omitempty"`
	Kind        string `json:"kind"`
	Reason      string `json:"reason"`
	ToDatabase  string `json:"toDatabase,omitempty"`
	ToTable     string `json:"toTable,omitempty"`
	Topic       string `json:"topic,omitempty"`
	ClientID    string `json:"clientId,omitempty"`
	RecordCount int    `json:"recordCount"`
	Attempts    int    `json:"attempts"`
	Note        string `json:"note,omitempty"`
	Updated     string `json:"updated,omitempty"`
	Bytes       int64  `json:"bytes"`
	// Only GetDeadLetter has these.
	Payload  *string         `json:"payload,omitempty"`
	Encoding string          `json:"payloadEncoding,omitempty"`
	Records  json.RawMessage `json:"records,omitempty"`
	Message  json.RawMessage `json:"message,omitempty"`
}

// wireLetter is a letter without its bodies.
func wireLetter(e *deadletter.Entry) Letter {
	l := Letter{
		Database: e.Database, ID: e.ID, Time: wireTime(e.Time), State: string(e.State), Source: e.Source, Rule: e.Rule, Kind: e.Kind, Reason: e.Reason,
		ToDatabase: e.Target.Database, ToTable: e.Target.Table, Topic: e.Topic, ClientID: e.ClientID,
		RecordCount: e.RecordCount, Attempts: e.Attempts, Note: e.Note, Bytes: e.Bytes,
	}
	if e.Updated > 0 {
		l.Updated = wireTime(e.Updated)
	}
	return l
}

func wireTime(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }

// choice is what a request says about the letters that it means.
type choice struct {
	database, state, rule, table, kind string
	ids                                []string
	from, to                           string
}

func (c choice) filter() (deadletter.Filter, error) {
	f := deadletter.Filter{Database: c.database, State: deadletter.State(c.state), Rule: c.rule, Table: c.table, Kind: c.kind, IDs: c.ids}
	var err error
	if f.From, err = parseTime("from", c.from); err != nil {
		return f, err
	}
	f.To, err = parseTime("to", c.to)
	return f, err
}

func parseTime(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() < 1970 || at.Year() > 2261 {
		return at, fault.New(fault.Invalid, "%s: %.64q is not a time of the form 2026-01-02T15:04:05Z from 1970 to 2261.", name, text)
	}
	return at, nil
}

// token stands for a place in the list; empty for the zero one.
func token(c deadletter.Cursor) string {
	if c == (deadletter.Cursor{}) {
		return ""
	}
	return api.PageToken(c.Database, strconv.FormatInt(c.Time, 10), c.ID)
}

func parseToken(text string) (deadletter.Cursor, error) {
	parts, err := api.ParsePageToken(text, 3)
	if err != nil || text == "" {
		return deadletter.Cursor{}, err
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return deadletter.Cursor{}, fault.New(fault.Invalid, "The pagination token is invalid.")
	}
	return deadletter.Cursor{Database: parts[0], Time: at, ID: parts[2]}, nil
}
