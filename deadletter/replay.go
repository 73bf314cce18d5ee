package deadletter

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidemark/fault"
	"tidemark/tsdb"
)

// Replay says which open letters are tried again, and how.
type Replay struct {
	Filter  Filter // its State is StateOpen, whatever it says
	After   Cursor
	Limit   int   // most letters of one call; 0 is MaxList, which is also the most
	Rules   bool  // run the message through its rule again, instead of writing the records
	Version int64 // of the records instead of their own; 0 keeps it
	Apply   bool  // false only says what would be tried
}

// Result says what became of one letter.
type Result string

// The results.
const (
	Would       Result = "would be replayed" // of a call without Apply
	WouldNot    Result = "cannot be replayed"
	Succeeded   Result = "replayed"
	Refused     Result = "refused again" // the letter stays open, with the new reason as its note
	WouldDelete Result = "would be deleted"
	Deleted     Result = "deleted"
	Changed     Result = "changed meanwhile" // by another call: nothing was marked
)

// Outcome is the result of one letter.
type Outcome struct {
	Entry  Entry // without its bodies
	Result Result
	Reason string // of a refusal
}

// Report is what a call did. Next is where the next call goes on; its zero value means
// that there are no more letters.
type Report struct {
	Outcomes []Outcome
	Next     Cursor
}

// bodyBytes is about the size of the letters whose bodies are in memory together.
const bodyBytes = 4 << 20

// Replay tries letters again, the oldest first. Records go to their table with their
// own times and versions, as if they came now: what fits the table by now is stored.
// A letter that succeeded is marked as replayed; one that is refused again stays open.
// A crash between both leaves it open, and replaying it again changes nothing.
//
// An error ends the call early, with the report of what was done: fault.Unavailable
// when the store cannot write, fault.Conflict while another call runs.
func (s *Letters) Replay(ctx context.Context, r Replay) (Report, error) {
	if r.Version < 0 || r.Rules && r.Version > 0 {
		return Report{}, fault.New(fault.Invalid, "A version is a positive number, for records; a rule gives records its own.")
	}
	try := s.tryRecords(r.Version)
	if r.Rules {
		try = s.tryRule
	}
	if !r.Apply {
		try = wouldReplay(s, r)
	}
	return s.each(ctx, r, try)
}

// Discard gives letters up: their state is StateDiscarded, and their payloads and records
// are gone. The reasons stay until the retention of the table ends.
func (s *Letters) Discard(ctx context.Context, r Replay) (Report, error) {
	result := WouldDelete
	if r.Apply {
		result = Deleted
	}
	return s.each(ctx, r, func(_ context.Context, _ *Entry, done func(Result, error)) { done(result, nil) })
}

// trial tries one letter. done is called once, from any goroutine; an error that is
// fault.Unavailable or fault.Throttled ends the whole call, any other is the reason of
// the result.
type trial func(ctx context.Context, e *Entry, done func(Result, error))

// each tries the letters that a call chooses.
func (s *Letters) each(ctx context.Context, r Replay, try trial) (Report, error) {
	if !s.replaying.TryLock() {
		return Report{}, fault.New(fault.Conflict, "Another call works on the dead letters: try again when it has ended.")
	}
	defer s.replaying.Unlock()
	r.Filter.State = StateOpen
	if r.Limit <= 0 || r.Limit > MaxList {
		r.Limit = MaxList
	}
	list, next, err := s.List(ctx, r.Filter, r.After, r.Limit)
	report := Report{Next: next}
	for len(list) > 0 && err == nil {
		n := together(list)
		var outcomes []Outcome
		outcomes, err = s.part(ctx, r, list[:n], try)
		report.Outcomes, list = append(report.Outcomes, outcomes...), list[n:]
	}
	return report, err
}

// together is how many of the first letters are read with their bodies at once: those
// of one database up to a size, one at least.
func together(list []Entry) int {
	bytes := int64(0)
	for i := range list {
		if bytes += list[i].Bytes; i > 0 && (bytes > bodyBytes || list[i].Database != list[0].Database) {
			return i
		}
	}
	return len(list)
}

// part tries some letters of one database side by side and marks what came of it.
func (s *Letters) part(ctx context.Context, r Replay, list []Entry, try trial) ([]Outcome, error) {
	whole, err := s.bodies(ctx, list)
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	outcomes := make([]Outcome, len(whole))
	answers := make(chan error, len(whole))
	for i := range whole {
		try(ctx, &whole[i], func(result Result, err error) {
			outcomes[i] = Outcome{whole[i], result, text(err)}
			if stops(err) || err != nil && ctx.Err() != nil {
				outcomes[i].Result = ""
				answers <- err
				return
			}
			answers <- nil
		})
	}
	for range whole { // every trial answers: the store, the rules and this call end with the server
		if failed := <-answers; err == nil {
			err = failed
		}
	}
	outcomes = slices.DeleteFunc(outcomes, func(o Outcome) bool { return o.Result == "" })
	if r.Apply && len(outcomes) > 0 {
		if failed := s.mark(context.WithoutCancel(ctx), outcomes); err == nil {
			err = failed
		}
	}
	for i := range outcomes {
		e := &outcomes[i].Entry
		e.Payload, e.Records, e.Message = "", "", ""
	}
	return outcomes, err
}

// stops reports whether an error is about the server, not about the letter.
func stops(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Unavailable || kind == fault.Throttled
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return clean(err.Error(), maxReason)
}

// bodies reads letters again, whole.
func (s *Letters) bodies(ctx context.Context, list []Entry) ([]Entry, error) {
	f := Filter{State: StateOpen, From: time.Unix(0, list[0].Time), To: time.Unix(0, list[len(list)-1].Time+1)}
	for i := range list {
		f.IDs = append(f.IDs, list[i].ID)
	}
	return s.read(ctx, list[0].Database, f, Cursor{}, len(list), true)
}

// states are those that results lead to; a letter with another result stays open.
var states = map[Result]State{Succeeded: StateReplayed, Deleted: StateDiscarded}

// mark writes what became of letters into their rows, by a higher version.
func (s *Letters) mark(ctx context.Context, outcomes []Outcome) error {
	recs := make([]tsdb.Record, len(outcomes))
	for i := range outcomes {
		e := outcomes[i].Entry
		e.Revision++
		e.Updated = s.opt.Now().UnixNano()
		if state, ok := states[outcomes[i].Result]; ok {
			e.State = state
		}
		if e.State == StateDiscarded {
			e.Bytes -= int64(len(e.Payload) + len(e.Records) + len(e.Message))
			e.Payload, e.Encoding, e.Records, e.Message = "", "", "", ""
		} else {
			e.Attempts++
			e.Note = outcomes[i].Reason
		}
		s.metrics.replays.WithLabelValues(string(outcomes[i].Result)).Inc()
		outcomes[i].Entry, recs[i] = e, e.record()
	}
	err := s.opt.Store.WriteOwn(ctx, tsdb.TableRef{Database: outcomes[0].Entry.Database, Table: tsdb.DeadLetters}, recs)
	return changedMeanwhile(outcomes, err)
}
