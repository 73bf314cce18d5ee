package action

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tidemark/deadletter"
	"tidemark/fault"
	"tidemark/rules"
	"tidemark/tsdb"
)

var _ rules.Keeper = (*timestream)(nil)

// unwritten is the error of a write with the records that were not stored.
type unwritten struct {
	ref     tsdb.TableRef
	recs    []tsdb.Record // nil when none could be made of the event
	reasons string        // of the records that were refused one by one; empty when all were
	err     error
}

// Error returns the text of the error inside.
func (u *unwritten) Error() string { return u.err.Error() }

// Unwrap returns the error inside, whose kind decides about trying again.
func (u *unwritten) Unwrap() error { return u.err }

// newUnwritten sorts out what a write did not store. Refused records are final.
func newUnwritten(ref tsdb.TableRef, recs []tsdb.Record, err error) *unwritten {
	rejected, ok := errors.AsType[*tsdb.RejectedRecords](err)
	if !ok {
		return &unwritten{ref: ref, recs: recs, err: err}
	}
	u := &unwritten{ref: ref, reasons: deadletter.Reasons(recs, rejected), err: fault.New(fault.Invalid, "%s", reasons(rejected))}
	for _, r := range rejected.Rejections {
		u.recs = append(u.recs, recs[r.Index])
	}
	return u
}

func reasons(rejected *tsdb.RejectedRecords) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d records were rejected", len(rejected.Rejections))
	for i, r := range rejected.Rejections {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		fmt.Fprintf(&b, "%sindex %d: %s", separator, r.Index, r.Reason)
	}
	return b.String()
}

// kindRejected is the kind of letters with records that were refused one by one; other
// letters have the kind of their fault.
const kindRejected = "rejected"

// Keep posts a dead letter about an event that was not stored. Of an event that never
// came as far as records, the templates say which table it was for, if they can.
func (a *timestream) Keep(ctx context.Context, ev *rules.Event, cause error, done func(error)) {
	if a.letters == nil {
		done(nil)
		return
	}
	l := deadletter.Letter{
		Source: deadletter.SourceRule, Rule: ev.Rule, Reason: cause.Error(), Message: ev.Message,
		Kind: strings.ReplaceAll(fault.KindOf(cause).String(), " ", "_"),
	}
	if ev.Failed {
		l.Source = deadletter.SourceErrorAction
	}
	if failed, ok := errors.AsType[*unwritten](cause); ok {
		l.Target, l.Records, l.Reason = failed.ref, failed.recs, failed.Error()
		if failed.reasons != "" {
			l.Kind, l.Reason = kindRejected, failed.reasons
		}
	} else {
		render := rendering{ctx: ctx, ev: ev}
		l.Target = tsdb.TableRef{Database: render.text(a.database), Table: render.text(a.table)}
	}
	if l.Message.Received.IsZero() {
		m := *l.Message
		m.Received = ev.Time()
		l.Message = &m
	}
	a.letters.Post(l, done)
}
