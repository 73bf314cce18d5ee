package timestream

import (
	"bytes"

	"tidemark/tsdb"
)

// measures fills a record's measures by its type.
func (r *resolver) measures(out *tsdb.Record, kind tsdb.ValueType, value given, values window, unit int64) error {
	switch {
	case kind == multi && (!values.ok || values.from == values.to):
		return r.invalid("a record of type MULTI needs measure values")
	case kind == multi && value != nil:
		return r.invalid("a record of type MULTI may not have a measure value besides its measure values")
	case kind == multi:
		return r.multiMeasures(out, r.d.measures[values.from:values.to], unit)
	case values.ok:
		return r.invalid("measure values need the measure value type MULTI")
	case value == nil:
		return r.invalid("a measure value is required")
	case kind == tsdb.Timestamp:
		return r.invalid("the measure value type TIMESTAMP is allowed in MULTI records only")
	}
	out.Measures = r.room(1)
	return r.value(&out.Measures[0], 0, out.MeasureName, value, kind, unit)
}

func (r *resolver) multiMeasures(out *tsdb.Record, raw []rawMeasure, unit int64) error {
	before := r.previous.Measures
	known := len(raw) <= len(before) // the names are those of the record before, and so unique
	list := r.room(len(raw))
	for i := range raw {
		name := raw[i].known
		if name == "" && i < len(before) {
			name = same(raw[i].name, before[i].Name)
		} else if name == "" {
			name = string(raw[i].name)
		}
		known = known && name == before[i].Name
		if raw[i].kind == multi {
			return r.invalid("measure value %q may not be of type MULTI", name)
		}
		list[i].Name = name
		if err := r.value(&list[i], i, name, raw[i].value, raw[i].kind, unit); err != nil {
			return err
		}
	}
	out.Measures = list
	if known {
		return nil
	}
	if name, twice := r.duplicate(len(list), func(i int) string { return list[i].Name }); twice {
		return r.invalid("measure value %q of measure %q is given more than once", name, out.MeasureName)
	}
	return nil
}

// value parses the value of the i-th measure; shown is its name in messages.
func (r *resolver) value(m *tsdb.Measure, i int, shown string, b given, kind tsdb.ValueType, unit int64) error {
	ok := true
	switch kind {
	case tsdb.Double:
		var f float64
		f, ok = parseDouble(b)
		m.Value = tsdb.DoubleValue(f)
	case tsdb.Bigint:
		var n int64
		n, ok = parseBigint(b)
		m.Value = tsdb.BigintValue(n)
	case tsdb.Boolean:
		isTrue := bytes.EqualFold(b, []byte("true"))
		m.Value, ok = tsdb.BooleanValue(isTrue), isTrue || bytes.EqualFold(b, []byte("false"))
	case tsdb.Timestamp:
		var ns int64
		ns, ok = nanoseconds(b, unit)
		m.Value, ok = tsdb.TimestampValue(ns), ok && ns >= 0
	default:
		guess := ""
		if i < len(r.previous.Measures) {
			guess = r.previous.Measures[i].Value.Text()
		}
		m.Value = tsdb.VarcharValue(same(b, guess))
	}
	if !ok {
		return r.invalid("the value %q of measure %q is not a %s", cut(b), shown, valueTypes[kind-1])
	}
	return nil
}

// room cuts n measures from a slab that is large enough for the records to come, if
// they are like this one.
func (r *resolver) room(n int) []tsdb.Measure {
	if len(r.slab) < n {
		r.slab = make([]tsdb.Measure, n*r.left)
	}
	list := r.slab[:n:n]
	r.slab = r.slab[n:]
	return list
}
