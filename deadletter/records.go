package deadletter

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"tidemark/tsdb"
)

// The records of a letter are kept as the body of a WriteRecords request, so that any
// client can send them (Timestream API reference, "WriteRecords").
type (
	wireRequest struct {
		DatabaseName, TableName string
		CommonAttributes        wireRecord
		Records                 []wireRecord
	}
	wireRecord struct {
		Dimensions       []wireDimension `json:",omitempty"`
		MeasureName      string          `json:",omitempty"`
		MeasureValue     string          `json:",omitempty"`
		MeasureValueType string          `json:",omitempty"`
		MeasureValues    []wireMeasure   `json:",omitempty"`
		Time             string          `json:",omitempty"`
		TimeUnit         string          `json:",omitempty"`
		Version          int64           `json:",omitempty"`
	}
	wireDimension struct{ Name, Value string }
	wireMeasure   struct{ Name, Value, Type string }
)

// multi is the measure value type of a record with several measures.
const multi = "MULTI"

// wireTypes are the value types by their names on the wire.
var wireTypes = map[tsdb.ValueType]string{
	tsdb.Double: "DOUBLE", tsdb.Bigint: "BIGINT", tsdb.Varchar: "VARCHAR", tsdb.Boolean: "BOOLEAN", tsdb.Timestamp: "TIMESTAMP",
}

// encodeRecords writes records as JSON. Dimensions that all of them share stand once.
func encodeRecords(ref tsdb.TableRef, recs []tsdb.Record) string {
	w := wireRequest{DatabaseName: ref.Database, TableName: ref.Table, Records: make([]wireRecord, len(recs))}
	w.CommonAttributes.TimeUnit = "NANOSECONDS"
	shared := !slices.ContainsFunc(recs, func(r tsdb.Record) bool { return !slices.Equal(r.Dimensions, recs[0].Dimensions) })
	if shared {
		w.CommonAttributes.Dimensions = wireDimensions(recs[0].Dimensions)
	}
	for i := range recs {
		w.Records[i] = wireOf(&recs[i])
		if shared {
			w.Records[i].Dimensions = nil
		}
	}
	text, _ := json.Marshal(w) // of texts and numbers: it always encodes
	return string(text)
}

func wireOf(r *tsdb.Record) wireRecord {
	w := wireRecord{Dimensions: wireDimensions(r.Dimensions), MeasureName: r.MeasureName, Time: strconv.FormatInt(r.Time, 10), Version: r.Version}
	if !r.Multi {
		w.MeasureValue, w.MeasureValueType = valueText(r.Measures[0].Value), wireTypes[r.Measures[0].Value.Type]
		return w
	}
	w.MeasureValueType = multi
	for _, m := range r.Measures {
		w.MeasureValues = append(w.MeasureValues, wireMeasure{m.Name, valueText(m.Value), wireTypes[m.Value.Type]})
	}
	return w
}

func wireDimensions(list []tsdb.Dimension) []wireDimension {
	out := make([]wireDimension, len(list))
	for i, d := range list {
		out[i] = wireDimension(d)
	}
	return out
}

func valueText(v tsdb.Value) string {
	switch v.Type {
	case tsdb.Double:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case tsdb.Bigint, tsdb.Timestamp:
		return strconv.FormatInt(v.Int(), 10)
	case tsdb.Boolean:
		return strconv.FormatBool(v.Bool())
	default:
		return v.Text()
	}
}

// parsers read the text of a value by its type's name on the wire.
var parsers = map[string]func(text string) (tsdb.Value, error){
	"DOUBLE": func(text string) (tsdb.Value, error) {
		f, err := strconv.ParseFloat(text, 64)
		return tsdb.DoubleValue(f), err
	},
	"BIGINT": func(text string) (tsdb.Value, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		return tsdb.BigintValue(n), err
	},
	"TIMESTAMP": func(text string) (tsdb.Value, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		return tsdb.TimestampValue(n), err
	},
	"BOOLEAN": func(text string) (tsdb.Value, error) {
		b, err := strconv.ParseBool(text)
		return tsdb.BooleanValue(b), err
	},
	"VARCHAR": func(text string) (tsdb.Value, error) { return tsdb.VarcharValue(text), nil },
}

// decodeRecords reads what encodeRecords wrote. A version of 0 keeps the records' own.
func decodeRecords(text string, version int64) ([]tsdb.Record, error) {
	var w wireRequest
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return nil, fmt.Errorf("records of a letter: %w", err)
	}
	recs := make([]tsdb.Record, len(w.Records))
	for i := range w.Records {
		r, err := w.Records[i].record(&w.CommonAttributes)
		if err != nil {
			return nil, fmt.Errorf("record %d of a letter: %w", i, err)
		}
		if version > 0 {
			r.Version = version
		}
		recs[i] = r
	}
	return recs, nil
}

func (w *wireRecord) record(common *wireRecord) (tsdb.Record, error) {
	at, err := strconv.ParseInt(w.Time, 10, 64)
	if err != nil || at == math.MinInt64 {
		return tsdb.Record{}, fmt.Errorf("time %q is not a number of nanoseconds", w.Time)
	}
	r := tsdb.Record{MeasureName: w.MeasureName, Multi: w.MeasureValueType == multi, Time: at, Version: w.Version}
	for _, d := range append(common.Dimensions[:len(common.Dimensions):len(common.Dimensions)], w.Dimensions...) {
		r.Dimensions = append(r.Dimensions, tsdb.Dimension(d))
	}
	measures := w.MeasureValues
	if !r.Multi {
		measures = []wireMeasure{{"", w.MeasureValue, w.MeasureValueType}}
	}
	for _, m := range measures {
		parse, ok := parsers[m.Type]
		if !ok {
			return r, fmt.Errorf("there is no value type %q", m.Type)
		}
		v, err := parse(m.Value)
		if err != nil {
			return r, fmt.Errorf("measure %q: %w", m.Name, err)
		}
		r.Measures = append(r.Measures, tsdb.Measure{Name: m.Name, Value: v})
	}
	return r, nil
}
