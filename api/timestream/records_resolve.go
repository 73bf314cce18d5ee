package timestream

import (
	"bytes"
	"strconv"

	"tidemark/fault"
	"tidemark/tsdb"
)

// resolver merges raw records with the common attributes and turns them into records
// of the store. Texts that the record before had at the same place are not copied
// again: devices repeat themselves.
type resolver struct {
	d        *decoder
	common   []tsdb.Dimension
	scratch  []tsdb.Measure
	slab     []tsdb.Measure // measures of the records to come are cut from here
	previous tsdb.Record
	left     int // records still to come, this one included
	n        int // index of the record being resolved
	seen     map[string]struct{}
}

// resolve returns the records of the last parse. They hold no part of the body, and
// share the slice of the common dimensions where they have no others.
func (d *decoder) resolve() ([]tsdb.Record, error) {
	r := &d.resolver
	*r = resolver{d: d, scratch: r.scratch[:0], left: len(d.records), seen: r.seen, n: -1}
	common, err := r.dimensions(nil, d.common.dimensions)
	if err != nil {
		return nil, err
	}
	r.common = common
	records := make([]tsdb.Record, len(d.records))
	for i := range d.records {
		r.n = i
		if err := r.record(&records[i], &d.records[i]); err != nil {
			return nil, err
		}
		r.previous = records[i]
		r.left--
	}
	clear(r.scratch[:cap(r.scratch)])
	r.previous, r.common, r.slab = tsdb.Record{}, nil, nil
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
	if out.Dimensions, err = r.dimensions(r.common, raw.dimensions); err != nil {
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

// dimensions appends a record's dimensions to the common ones. Without any of its own
// the record shares the common slice.
func (r *resolver) dimensions(common []tsdb.Dimension, w window) ([]tsdb.Dimension, error) {
	own := r.d.dimensions[w.from:w.to]
	if len(own) == 0 {
		return common, nil
	}
	if len(common)+len(own) > maxDimensions {
		return nil, r.invalid("it has %d dimensions; at most %d are allowed", len(common)+len(own), maxDimensions)
	}
	all := make([]tsdb.Dimension, len(common), len(common)+len(own))
	copy(all, common)
	known := true // the names are those of the record before, and so unique
	for i := range own {
		var guess tsdb.Dimension
		if at := len(all); at < len(r.previous.Dimensions) {
			guess = r.previous.Dimensions[at]
		}
		if len(own[i].value) == 0 {
			return nil, r.invalid("the value of dimension %q is empty", string(own[i].name))
		}
		dim := tsdb.Dimension{Name: same(own[i].name, guess.Name), Value: same(own[i].value, guess.Value)}
		known = known && dim.Name == guess.Name
		all = append(all, dim)
	}
	if known {
		return all, nil
	}
	if name, twice := r.duplicate(len(all), func(i int) string { return all[i].Name }); twice {
		return nil, r.invalid("dimension %q is given more than once", name)
	}
	return all, nil
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

// measures fills a record's measures by its type.
func (r *resolver) measures(out *tsdb.Record, kind tsdb.ValueType, value given, values window, unit int64) (err error) {
	r.scratch = r.scratch[:0]
	switch {
	case kind == multi && (!values.ok || values.from == values.to):
		return r.invalid("a record of type MULTI needs measure values")
	case kind == multi && value != nil:
		return r.invalid("a record of type MULTI may not have a measure value besides its measure values")
	case kind == multi:
		err = r.multiMeasures(out.MeasureName, r.d.measures[values.from:values.to], unit)
	case values.ok:
		return r.invalid("measure values need the measure value type MULTI")
	case value == nil:
		return r.invalid("a measure value is required")
	case kind == tsdb.Timestamp:
		return r.invalid("the measure value type TIMESTAMP is allowed in MULTI records only")
	default:
		err = r.appendValue("", out.MeasureName, value, kind, unit)
	}
	out.Measures = r.keep()
	return err
}

func (r *resolver) multiMeasures(measureName string, raw []rawMeasure, unit int64) error {
	known := len(raw) <= len(r.previous.Measures)
	for i := range raw {
		name := ""
		if i < len(r.previous.Measures) {
			name = r.previous.Measures[i].Name
		}
		if string(raw[i].name) != name {
			known, name = false, string(raw[i].name)
		}
		if raw[i].kind == multi {
			return r.invalid("measure value %q may not be of type MULTI", name)
		}
		if err := r.appendValue(name, name, raw[i].value, raw[i].kind, unit); err != nil {
			return err
		}
	}
	if known {
		return nil
	}
	if name, twice := r.duplicate(len(r.scratch), func(i int) string { return r.scratch[i].Name }); twice {
		return r.invalid("measure value %q of measure %q is given more than once", name, measureName)
	}
	return nil
}

// appendValue parses a value and appends it under the given name; shown is the name
// in messages.
func (r *resolver) appendValue(name, shown string, b given, kind tsdb.ValueType, unit int64) error {
	var v tsdb.Value
	ok := true
	switch kind {
	case tsdb.Double:
		var f float64
		f, ok = parseDouble(b)
		v = tsdb.DoubleValue(f)
	case tsdb.Bigint:
		n, err := strconv.ParseInt(string(b), 10, 64)
		v, ok = tsdb.BigintValue(n), err == nil
	case tsdb.Boolean:
		isTrue := bytes.EqualFold(b, []byte("true"))
		v, ok = tsdb.BooleanValue(isTrue), isTrue || bytes.EqualFold(b, []byte("false"))
	case tsdb.Timestamp:
		var ns int64
		ns, ok = nanoseconds(b, unit)
		v, ok = tsdb.TimestampValue(ns), ok && ns >= 0
	default:
		guess := ""
		if at := len(r.scratch); at < len(r.previous.Measures) {
			guess = r.previous.Measures[at].Value.Text()
		}
		v = tsdb.VarcharValue(same(b, guess))
	}
	if !ok {
		return r.invalid("the value %q of measure %q is not a %s", cut(b), shown, valueTypes[kind-1])
	}
	r.scratch = append(r.scratch, tsdb.Measure{Name: name, Value: v})
	return nil
}

// keep copies the scratch into a slab that is large enough for the records to come,
// if they are like this one.
func (r *resolver) keep() []tsdb.Measure {
	n := len(r.scratch)
	if len(r.slab) < n {
		r.slab = make([]tsdb.Measure, n*r.left)
	}
	kept := r.slab[:n:n]
	r.slab = r.slab[n:]
	copy(kept, r.scratch)
	return kept
}

// invalid names the record that is wrong.
func (r *resolver) invalid(format string, args ...any) error {
	if r.n < 0 {
		return fault.New(fault.Invalid, "Invalid common attributes: "+format+".", args...)
	}
	return fault.New(fault.Invalid, "Invalid record at index "+strconv.Itoa(r.n)+": "+format+".", args...)
}
