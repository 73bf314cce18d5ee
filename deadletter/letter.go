package deadletter

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"tidemark/broker"
	"tidemark/tsdb"
)

// Letter is something that could not be stored, with what it takes to try again.
type Letter struct {
	Source  string          // what made it: SourceRule or SourceErrorAction
	Rule    string          // the rule's name
	Kind    string          // what kind of refusal: the measure name of the row
	Reason  string          // why, in words
	Target  tsdb.TableRef   // where it should have gone; it need not exist
	Records []tsdb.Record   // those that were refused; nil when none could be made
	Message *broker.Message // what they came from
}

// The sources: the actions of topic rules, and their error actions.
const (
	SourceRule        = "rule"
	SourceErrorAction = "error action"
)

// State says what became of a letter.
type State string

// The states.
const (
	StateOpen      State = "open"
	StateReplayed  State = "replayed"  // its records are stored
	StateDiscarded State = "discarded" // given up, its payload and records are gone
)

// Encodings of a payload. A payload of text without a zero byte is kept as it is.
const (
	encodingText   = "utf8"
	encodingBase64 = "base64"
)

// Bounds on the texts of a letter, in bytes. A payload has no bound of its own: the
// broker has one. Records are made of the payload by templates, which can multiply it;
// beyond the bound they are left out, and the letter is replayed through its rule.
const (
	maxReason  = 4 << 10
	maxRecords = 256 << 10
	maxName    = 2 << 10
)

// entry makes the row of a letter that has just come.
func (l *Letter) entry(id string, at int64) Entry {
	e := Entry{
		ID: id, Time: at, Revision: 1, State: StateOpen, Source: l.Source, Rule: l.Rule, Kind: l.Kind, Reason: clean(l.Reason, maxReason),
		Target:      tsdb.TableRef{Database: clean(l.Target.Database, maxName), Table: clean(l.Target.Table, maxName)},
		RecordCount: len(l.Records),
	}
	if len(l.Records) > 0 {
		if text := encodeRecords(l.Target, l.Records); len(text) <= maxRecords {
			e.Records = text
		} else {
			e.Note = "The refused records are too large to be kept; the letter is replayed through its rule."
		}
	}
	if l.Message != nil {
		e.Topic, e.ClientID = l.Message.Topic, clean(l.Message.Source.ClientID, maxName)
		e.Payload, e.Encoding = encodePayload(l.Message.Payload)
		e.Message = encodeMessage(l.Message)
	}
	e.Bytes = int64(rowBytes + len(e.Payload) + len(e.Records) + len(e.Message) + len(e.Reason) + len(e.Topic))
	return e
}

// rowBytes is about what the short columns of a letter take.
const rowBytes = 256

// clean makes any text one that the store takes, of at most limit bytes.
func clean(text string, limit int) string {
	if len(text) > limit {
		text = text[:limit-len("…")] + "…"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

func encodePayload(payload []byte) (text, encoding string) {
	if text := string(payload); utf8.ValidString(text) && !strings.Contains(text, "\x00") {
		return text, encodingText
	}
	return base64.StdEncoding.EncodeToString(payload), encodingBase64
}

func decodePayload(text, encoding string) ([]byte, error) {
	if encoding == encodingBase64 {
		return base64.StdEncoding.DecodeString(text)
	}
	return []byte(text), nil
}
