package timestream

import (
	"strconv"
	"unicode/utf8"

	"tidemark/api"
	"tidemark/tsdb"
)

func (d *decoder) readDimensions(r *rawRecord) error {
	r.dimensions, r.set, r.sent = window{}, nil, sentSet{}
	if null, err := d.null(); null || err != nil {
		return err
	}
	if d.peek() != '[' {
		return d.mistyped("List", d.at("dimensions"))
	}
	set, sent := d.sets.find(d.b[d.i:])
	if set != nil {
		r.set = set
		d.i += len(sent.text)
		return nil
	}
	from, start, count := len(d.dimensions), d.i, 0
	err := d.array(func() error {
		count++
		if count > maxDimensions {
			return d.skip()
		}
		return d.readDimension(count)
	})
	if count > maxDimensions {
		d.broken.Add(d.at("dimensions"), "'["+strconv.Itoa(count)+" members]'", api.Longest(maxDimensions))
	}
	r.dimensions = window{from, len(d.dimensions), true}
	if d.i == start+len(sent.text) {
		r.sent = sent
	}
	return err
}

// readDimension reads the dimension with the position n, from 1.
func (d *decoder) readDimension(n int) error {
	if d.peek() != '{' {
		return d.mistyped("Structure", d.inside("dimensions", n, ""))
	}
	var dim rawDimension
	err := d.object(func(key []byte) (err error) {
		switch string(key) {
		case "Name":
			dim.name, err = d.element("dimensions", n, "name")
		case "Value":
			dim.value, err = d.element("dimensions", n, "value")
		case "DimensionValueType":
			var kind given
			if kind, err = d.element("dimensions", n, "dimensionValueType"); kind != nil && string(kind) != "VARCHAR" {
				d.broken.Add(d.inside("dimensions", n, "dimensionValueType"), api.Quote(string(kind)), api.OneOf("VARCHAR"))
			}
		default:
			return d.skip()
		}
		return err
	})
	d.needs("dimensions", n, "name", dim.name, 1, 0)
	d.needs("dimensions", n, "value", dim.value, 0, 0)
	d.dimensions = append(d.dimensions, dim)
	return err
}

func (d *decoder) readMeasures(r *rawRecord) error {
	r.measures = window{}
	if null, err := d.null(); null || err != nil {
		return err
	}
	if d.peek() != '[' {
		return d.mistyped("List", d.at("measureValues"))
	}
	from, count := len(d.measures), 0
	err := d.array(func() error {
		count++
		switch {
		case count > keptMeasures:
			return d.skip()
		case d.patterned(count - 1):
			return nil
		default:
			return d.readMeasure(count)
		}
	})
	r.measures = window{from, len(d.measures), true}
	return err
}

// readMeasure reads the measure value with the position n, from 1.
func (d *decoder) readMeasure(n int) error {
	if d.peek() != '{' {
		return d.mistyped("Structure", d.inside("measureValues", n, ""))
	}
	var m rawMeasure
	hasType, start := false, d.i
	err := d.object(func(key []byte) (err error) {
		switch string(key) {
		case "Name":
			m.name, err = d.element("measureValues", n, "name")
		case "Value":
			m.value, err = d.element("measureValues", n, "value")
			m.valueAt = d.i - 1 - len(m.value)
		case "Type":
			m.kind, hasType, err = d.measureType(n)
		default:
			return d.skip()
		}
		return err
	})
	d.needs("measureValues", n, "name", m.name, 1, 0)
	d.needs("measureValues", n, "value", m.value, 1, maxValue)
	if !hasType {
		d.broken.Add(d.inside("measureValues", n, "type"), api.Null, api.NotNull)
	}
	d.measures = append(d.measures, m)
	if err == nil {
		d.learn(n-1, start, &m)
	}
	return err
}

func (d *decoder) measureType(n int) (kind tsdb.ValueType, present bool, err error) {
	name, err := d.element("measureValues", n, "type")
	if name == nil || err != nil {
		return 0, false, err
	}
	if kind = valueTypeOf(name); kind == 0 {
		d.broken.Add(d.inside("measureValues", n, "type"), api.Quote(string(name)), api.OneOf(valueTypes...))
	}
	return kind, true, nil
}

// element reads a string member, or null, of the n-th element of a list.
func (d *decoder) element(list string, n int, member string) (given, error) {
	if null, err := d.null(); null || err != nil {
		return nil, err
	}
	if d.peek() != '"' {
		return nil, d.mistyped("String", d.inside(list, n, member))
	}
	return d.text()
}

// needs checks a required string; most 0 means without a limit.
func (d *decoder) needs(list string, n int, member string, text given, least, most int) {
	switch {
	case text == nil:
		d.broken.Add(d.inside(list, n, member), api.Null, api.NotNull)
	case len(text) < least:
		d.broken.Add(d.inside(list, n, member), "''", api.Shortest(least))
	case most > 0 && len(text) > most && utf8.RuneCount(text) > most:
		d.broken.Add(d.inside(list, n, member), api.Quote(string(text)), api.Longest(most))
	}
}
