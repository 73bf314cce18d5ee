package deadletter

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/tsdb"
)

// errNoRecords is the reason of a letter that only its rule can replay.
var errNoRecords = fault.New(fault.Invalid, "The letter has no records: they could not be made of the message, or were too large to keep. Replay it through its rule.")

// tryRecords writes the records of a letter to their table, with a version of their own
// when it is not 0.
func (s *Letters) tryRecords(version int64) trial {
	return func(ctx context.Context, e *Entry, done func(Result, error)) {
		if e.Records == "" {
			done(Refused, errNoRecords)
			return
		}
		recs, err := decodeRecords(e.Records, version)
		if err != nil {
			done(Refused, fault.Wrap(fault.Invalid, err))
			return
		}
		s.opt.Store.Submit(ctx, e.Target, recs, func(_ tsdb.Ingested, err error) { done(resultOf(err), final(recs, err)) })
	}
}

// errNoRule is the reason of a letter that its rule cannot replay.
var errNoRule = fault.New(fault.Invalid, "The letter is of an error action, which no replay runs. Replay its records.")

// tryRule runs the message of a letter through its rule.
func (s *Letters) tryRule(ctx context.Context, e *Entry, done func(Result, error)) {
	m, err := e.ruled()
	runner := s.runner()
	switch {
	case err != nil:
		done(Refused, fault.Wrap(fault.Invalid, err))
	case runner == nil:
		done(Refused, fault.New(fault.Unavailable, "The rules are not running yet."))
	default:
		runner.Replay(ctx, e.Rule, m, func(err error) { done(resultOf(err), err) })
	}
}

// ruled is the message of a letter for its rule.
func (e *Entry) ruled() (*broker.Message, error) {
	if e.Source != SourceRule {
		return nil, errNoRule
	}
	return e.message()
}

// wouldReplay says of letters whether there is something to replay and a place for it.
func wouldReplay(s *Letters, r Replay) trial {
	return func(ctx context.Context, e *Entry, done func(Result, error)) {
		var err error
		if r.Rules {
			_, err = e.ruled()
		} else if e.Records == "" {
			err = errNoRecords
		} else if _, err = decodeRecords(e.Records, r.Version); err == nil {
			_, err = s.opt.Store.Table(ctx, e.Target)
		}
		if err != nil {
			done(WouldNot, fault.Wrap(fault.Invalid, err))
			return
		}
		done(Would, nil)
	}
}

func resultOf(err error) Result {
	if err == nil {
		return Succeeded
	}
	return Refused
}

// final is the error of a write; refused records are final, with every reason.
func final(recs []tsdb.Record, err error) error {
	if rejected, ok := errors.AsType[*tsdb.RejectedRecords](err); ok {
		return fault.New(fault.Invalid, "%s", Reasons(recs, rejected))
	}
	return err
}

// Reasons lists why records were refused, by the names of their measures.
func Reasons(recs []tsdb.Record, rejected *tsdb.RejectedRecords) string {
	var b strings.Builder
	for i, r := range rejected.Rejections {
		if i > 0 {
			b.WriteString("; ")
		}
		if b.Len() > maxReason {
			fmt.Fprintf(&b, "and %d more", len(rejected.Rejections)-i)
			break
		}
		fmt.Fprintf(&b, "%s: %s", recs[r.Index].MeasureName, r.Reason)
	}
	return b.String()
}

// changedMeanwhile corrects the outcomes of letters whose rows another writer changed
// while they were tried.
func changedMeanwhile(outcomes []Outcome, err error) error {
	rejected, ok := errors.AsType[*tsdb.RejectedRecords](err)
	if !ok {
		return err
	}
	for _, r := range rejected.Rejections {
		outcomes[r.Index].Result, outcomes[r.Index].Reason = Changed, ""
	}
	return nil
}
