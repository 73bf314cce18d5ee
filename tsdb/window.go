package tsdb

import (
	"fmt"
	"time"

	"tidemark/tsdb/hot"
)

// window is the range of times that a table accepts at one moment, in nanoseconds:
// [from, to). Records from memory on belong to the memory store.
type window struct {
	from, to, memory int64
	name             string // of the range, in a rejection
}

// window returns what the table accepts now. Real bounds are whole milliseconds, as
// they are printed.
func (d *DB) window(doc *tableDocument) window {
	now := d.opts.Now().Truncate(time.Millisecond).UnixNano()
	past := now - int64(d.opts.PastSlack)
	w := window{to: now + int64(d.opts.FutureLimit), memory: past - doc.Retention.memory()}
	if doc.MagneticWrites.Enabled {
		w.from, w.name = past-doc.Retention.total(), "data ingestion window"
	} else {
		w.from, w.name = w.memory, "memory store"
	}
	return w
}

func (w window) holds(t int64) bool { return t >= w.from && t < w.to }

// The texts are the service's own; clients match parts of them.

func (w window) outside() string {
	return fmt.Sprintf("The record timestamp is outside the time range [%s, %s) of the %s.", isoTime(w.from), isoTime(w.to), w.name)
}

func isoTime(ns int64) string { return time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000Z") }

const sameVersionText = "A record already exists with the same time, dimensions, measure name, and record version. " +
	"A higher record version must be specified in order to update the measure value. " +
	"Specifying record version is supported by the latest SDKs."

// reasonText says why a row of the given version was refused.
func reasonText(r hot.Refusal, version int64) string {
	switch r.Reason {
	case hot.SameVersion:
		return sameVersionText
	case hot.LowerVersion:
		return fmt.Sprintf("The record version %d is lower than the existing version %d. "+
			"A higher version is required to update the measure value.", version, r.Version)
	case hot.ManyDimensions:
		return "The table already has the maximum number of dimensions."
	case hot.ManyMeasureNames:
		return "The table already has the maximum number of measure names."
	case hot.ManyAttributes:
		return "The table already has the maximum number of multi-measure attributes."
	case hot.ManySeries:
		return "The table already has the maximum number of time series, or the series of all tables the memory they may take."
	case hot.TypeConflict:
		return "The multi-measure attribute " + quote(r.Name) + " already exists in the table with another type."
	default:
		return "The name " + quote(r.Name) + " cannot be both a dimension and a multi-measure attribute of the table."
	}
}
