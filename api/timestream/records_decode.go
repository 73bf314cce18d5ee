package timestream

import (
	"strconv"
	"unicode/utf8"

	"tidemark/api"
	"tidemark/tsdb"
)

// Bounds of the request's model (API reference, WriteRecords). Whoever sends more
// measures in a record than a table's limit is refused by the store: one above that
// limit is kept so that it can, and the rest is not.
const (
	maxRecords    = 100
	maxDimensions = 128
	keptMeasures  = 257
	maxValue      = 2048 // characters of a measure value
	maxTime       = 256  // characters of a time
)

// given is a string member; nil is an absent one.
type given []byte

// window is a part of one of the decoder's lists; ok says that the member was there.
type window struct {
	from, to int
	ok       bool
}

type rawDimension struct{ name, value given }

// rawMeasure has either a name or the one that is known by its pattern.
type rawMeasure struct {
	name, value given
	known       string
	valueAt     int // in the body, unless the value had escapes
	kind        tsdb.ValueType
}

// rawRecord is a Record or the CommonAttributes as sent. Zero means absent.
type rawRecord struct {
	dimensions, measures window
	set                  *dimensionSet // instead of dimensions
	sent                 sentSet       // of dimensions that are not remembered
	name, value, time    given
	kind                 tsdb.ValueType
	unit                 int64 // in nanoseconds
	version              int64
	hasVersion           bool
}

// decoder reads the body of WriteRecords. Its lists are reused from one request to
// the next; what it returns from records holds no part of them nor of the body.
type decoder struct {
	scanner
	database, table given
	common          rawRecord
	records         []rawRecord
	sent            int // records in the list, kept or not
	hasRecords      bool
	dimensions      []rawDimension
	measures        []rawMeasure
	patterns        []pattern      // by place
	sets            *dimensionSets // of all decoders; nil remembers none
	broken          api.Violations
	index           int // of the record being read, -1 in CommonAttributes
	resolver        resolver
}

// parse reads a body. Its strings stay parts of body until the next parse.
func (d *decoder) parse(body []byte) error {
	d.reset(body)
	d.database, d.table, d.common, d.records = nil, nil, rawRecord{}, d.records[:0]
	d.dimensions, d.measures = d.dimensions[:0], d.measures[:0]
	d.sent, d.hasRecords, d.broken = 0, false, api.Violations{}
	if !utf8.Valid(body) {
		return errSyntax
	}
	if d.peek() != '{' {
		return d.mistyped("Structure", "")
	}
	if err := d.object(d.member); err != nil {
		return err
	}
	if d.peek() != 0 || d.i != len(d.b) {
		return errSyntax
	}
	d.checkShape()
	return d.broken.Err()
}

func (d *decoder) member(key []byte) (err error) {
	switch string(key) {
	case "Records":
		return d.readRecords()
	case "CommonAttributes":
		d.index = -1
		return d.readRecord(&d.common)
	case "DatabaseName":
		d.database, err = d.stringMember("databaseName")
	case "TableName":
		d.table, err = d.stringMember("tableName")
	default:
		return d.skip()
	}
	return err
}

func (d *decoder) checkShape() {
	if d.database == nil {
		d.broken.Add("databaseName", api.Null, api.NotNull)
	}
	if d.table == nil {
		d.broken.Add("tableName", api.Null, api.NotNull)
	}
	switch size := "'[" + strconv.Itoa(d.sent) + " members]'"; {
	case !d.hasRecords:
		d.broken.Add("records", api.Null, api.NotNull)
	case d.sent > maxRecords:
		d.broken.Add("records", size, api.Longest(maxRecords))
	case d.sent == 0:
		d.broken.Add("records", size, api.Shortest(1))
	}
}

// stringMember reads a string or null; path is complete.
func (d *decoder) stringMember(path string) (given, error) {
	if null, err := d.null(); null || err != nil {
		return nil, err
	}
	if d.peek() != '"' {
		return nil, d.mistyped("String", path)
	}
	return d.text()
}

func (d *decoder) readRecords() error {
	d.records, d.sent, d.hasRecords = d.records[:0], 0, false
	if null, err := d.null(); null || err != nil {
		return err
	}
	if d.peek() != '[' {
		return d.mistyped("List", "records")
	}
	d.hasRecords = true
	return d.array(func() error {
		d.sent++
		if d.sent > maxRecords {
			return d.skip()
		}
		d.index = d.sent - 1
		d.records = append(d.records, rawRecord{})
		if d.peek() == 'n' {
			return api.Malformed("A null element is not allowed at '%s'", d.at(""))
		}
		return d.readRecord(&d.records[d.index])
	})
}

// readRecord reads a Record or null into r, which it clears first.
func (d *decoder) readRecord(r *rawRecord) error {
	*r = rawRecord{}
	if null, err := d.null(); null || err != nil {
		return err
	}
	if d.peek() != '{' {
		return d.mistyped("Structure", d.at(""))
	}
	return d.object(func(key []byte) error { return d.recordMember(r, key) })
}

func (d *decoder) recordMember(r *rawRecord, key []byte) (err error) {
	switch string(key) {
	case "Dimensions":
		return d.readDimensions(r)
	case "MeasureValues":
		return d.readMeasures(r)
	case "MeasureName":
		r.name, err = d.sized("measureName", 0)
	case "MeasureValue":
		r.value, err = d.sized("measureValue", maxValue)
	case "Time":
		r.time, err = d.sized("time", maxTime)
	case "MeasureValueType":
		r.kind, err = named(d, "measureValueType", valueTypeOf, valueTypes)
	case "TimeUnit":
		r.unit, err = named(d, "timeUnit", nanosecondsOf, timeUnits)
	case "Version":
		return d.readVersion(r)
	default:
		return d.skip()
	}
	return err
}

// sized reads a string member of 1 to most characters; 0 means without a limit.
func (d *decoder) sized(member string, most int) (given, error) {
	if null, err := d.null(); null || err != nil {
		return nil, err
	}
	if d.peek() != '"' {
		return nil, d.mistyped("String", d.at(member))
	}
	b, err := d.text()
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		d.broken.Add(d.at(member), "''", api.Shortest(1))
	}
	if most > 0 && len(b) > most && utf8.RuneCount(b) > most {
		d.broken.Add(d.at(member), api.Quote(string(b)), api.Longest(most))
	}
	return given(b), nil
}

// named reads a member of an enumeration.
func named[T comparable](d *decoder, member string, valueOf func([]byte) T, names []string) (value T, err error) {
	if null, err := d.null(); null || err != nil {
		return value, err
	}
	if d.peek() != '"' {
		return value, d.mistyped("String", d.at(member))
	}
	b, err := d.text()
	if err != nil {
		return value, err
	}
	var none T
	if value = valueOf(b); value == none {
		d.broken.Add(d.at(member), api.Quote(string(b)), api.OneOf(names...))
	}
	return value, nil
}

func (d *decoder) readVersion(r *rawRecord) error {
	r.version, r.hasVersion = 0, false
	if null, err := d.null(); null || err != nil {
		return err
	}
	if c := d.peek(); c != '-' && (c < '0' || c > '9') {
		return d.mistyped("Long", d.at("version"))
	}
	b, err := d.number()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return api.Malformed("NUMBER_VALUE can not be converted to a Long at '%s'", d.at("version"))
	}
	r.version, r.hasVersion = n, true
	return nil
}
