package timestream

import (
	"strconv"

	"tidemark/fault"
	"tidemark/tsdb"
)

// resolver merges raw records with the common attributes and turns them into records
// of the store. Texts that the record before had at the same place are not copied
// again, and lists of dimensions that were sent before not made again: devices repeat
// themselves.
type resolver struct {
	d         *decoder
	common    []tsdb.Dimension
	commonSet *tsdb.DimensionSet // the same, if they are remembered
	slab      []tsdb.Measure     // measures of the records to come are cut from here
	previous  tsdb.Record
	left      int // records still to come, this one included
	n         int // index of the record being resolved
	seen      map[string]struct{}
}

// resolve returns the records of the last parse. They hold no part of the body, and
// share the slice of the common dimensions where they have no others.
func (d *decoder) resolve() ([]tsdb.Record, error) {
	r := &d.resolver
	*r = resolver{d: d, left: len(d.records), seen: r.seen, n: -1}
	defer func() { *r = resolver{seen: r.seen} }()
	var common tsdb.Record
	if err := r.dimensions(&common, &d.common); err != nil {
		return nil, err
	}
	r.common, r.commonSet = common.Dimensions, common.Set
	records := make([]tsdb.Record, len(d.records))
	for i := range d.records {
		r.n = i
		if err := r.record(&records[i], &d.records[i]); err != nil {
			return nil, err
		}
		r.previous = records[i]
		r.left--
	}
	return records, nil
}

// record merges one record; the record's own member wins over the common one.
func (r *resolver) record(out *tsdb.Record, raw *rawRecord) (err error) {
	common := &r.d.common
	kind, unit := either(raw.kind, common.kind), either(raw.unit, common.unit)
	if kind == 0 {
		kind = tsdb.Double
	}
	if unit == 0 {
		unit = 1e6 // MILLISECONDS
	}
	if out.Version, err = r.version(raw); err != nil {
		return err
	}
	if out.Time, err = r.time(text(raw.time, common.time), unit); err != nil {
		return err
	}
	name := text(raw.name, common.name)
	if name == nil {
		return r.invalid("a measure name is required")
	}
	out.MeasureName = same(name, r.previous.MeasureName)
	out.Multi = kind == multi
	if err = r.dimensions(out, raw); err != nil {
		return err
	}
	values := raw.measures
	if !values.ok {
		values = common.measures
	}
	return r.measures(out, kind, text(raw.value, common.value), values, unit)
}

// either is the record's value, or the common one where the record has none.
func either[T comparable](own, common T) T {
	var none T
	if own != none {
		return own
	}
	return common
}

func text(own, common given) given {
	if own != nil {
		return own
	}
	return common
}

// same returns b as a string, without copying when it equals the guess.
func same(b given, guess string) string {
	if string(b) == guess {
		return guess
	}
	return string(b)
}

func (r *resolver) version(raw *rawRecord) (int64, error) {
	version, has := raw.version, raw.hasVersion
	if !has {
		version, has = r.d.common.version, r.d.common.hasVersion
	}
	switch {
	case !has:
		return 1, nil
	case version < 1:
		return 0, r.invalid("version %d is lower than 1", version)
	}
	return version, nil
}

// time reads an integer of the given unit; the text of the error is Timestream's.
func (r *resolver) time(b given, unit int64) (int64, error) {
	if b == nil {
		return 0, r.invalid("a time is required")
	}
	ns, ok := nanoseconds(b, unit)
	if !ok {
		return 0, fault.New(fault.Invalid, "Invalid time for record.")
	}
	return ns, nil
}

// duplicate finds a name that occurs twice among n.
func (r *resolver) duplicate(n int, name func(i int) string) (string, bool) {
	const few = 12
	if n <= few {
		for i := range n {
			for j := range i {
				if name(i) == name(j) {
					return name(i), true
				}
			}
		}
		return "", false
	}
	if r.seen == nil {
		r.seen = map[string]struct{}{}
	}
	clear(r.seen)
	for i := range n {
		if _, twice := r.seen[name(i)]; twice {
			return name(i), true
		}
		r.seen[name(i)] = struct{}{}
	}
	return "", false
}

// invalid names the record that is wrong.
func (r *resolver) invalid(format string, args ...any) error {
	if r.n < 0 {
		return fault.New(fault.Invalid, "Invalid common attributes: "+format+".", args...)
	}
	return fault.New(fault.Invalid, "Invalid record at index "+strconv.Itoa(r.n)+": "+format+".", args...)
}
