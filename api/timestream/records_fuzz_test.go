package timestream

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"tidemark/tsdb"
)

// reference decodes with encoding/json and the rules written down plainly: it answers
// false where a body is to be refused.
func reference(body []byte) ([]tsdb.Record, bool) {
	var top map[string]any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&top) != nil || top == nil || json.Valid(body) == false || !utf8.Valid(body) {
		return nil, false
	}
	shared, ok := object(top["CommonAttributes"])
	list, isList := top["Records"].([]any)
	_, hasDatabase := top["DatabaseName"].(string)
	_, hasTable := top["TableName"].(string)
	if !ok || !isList || !hasDatabase || !hasTable || len(list) < 1 || len(list) > 100 || !shapeOK(shared) {
		return nil, false
	}
	var records []tsdb.Record
	for _, e := range list {
		own, isObject := e.(map[string]any)
		if !isObject || !shapeOK(own) {
			return nil, false
		}
		rec, ok := referenceRecord(shared, own)
		if !ok {
			return nil, false
		}
		records = append(records, rec)
	}
	return records, true
}

func object(v any) (map[string]any, bool) {
	if v == nil {
		return nil, true
	}
	m, ok := v.(map[string]any)
	return m, ok
}

// shapeOK checks the types and sizes of one record's members.
func shapeOK(r map[string]any) bool {
	for name, most := range map[string]int{"MeasureName": 1 << 30, "MeasureValue": 2048, "Time": 256} {
		if s, ok := r[name].(string); r[name] != nil && (!ok || s == "" || utf8.RuneCountInString(s) > most) {
			return false
		}
	}
	for name, values := range map[string][]string{"MeasureValueType": valueTypes, "TimeUnit": timeUnits} {
		if s, ok := r[name].(string); r[name] != nil && (!ok || !isOneOf(s, values)) {
			return false
		}
	}
	if v := r["Version"]; v != nil {
		n, ok := v.(json.Number)
		if _, err := strconv.ParseInt(string(n), 10, 64); !ok || err != nil {
			return false
		}
	}
	return elementsOK(r["Dimensions"], 128, "DimensionValueType", []string{"VARCHAR"}, false, 0, 1<<30) &&
		elementsOK(r["MeasureValues"], 1<<30, "Type", valueTypes, true, 1, 2048)
}

func elementsOK(v any, most int, typeName string, types []string, typeRequired bool, least, longest int) bool {
	if v == nil {
		return true
	}
	list, ok := v.([]any)
	if !ok || len(list) > most {
		return false
	}
	for _, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			return false
		}
		name, hasName := m["Name"].(string)
		value, hasValue := m["Value"].(string)
		kind, hasKind := m[typeName].(string)
		if !hasName || name == "" || !hasValue || len(value) < least || utf8.RuneCountInString(value) > longest ||
			(m[typeName] != nil && (!hasKind || !isOneOf(kind, types))) || (typeRequired && m[typeName] == nil) {
			return false
		}
	}
	return true
}

func isOneOf(s string, values []string) bool {
	for _, v := range values {
		if s == v {
			return true
		}
	}
	return false
}

func referenceRecord(shared, own map[string]any) (tsdb.Record, bool) {
	get := func(name, otherwise string) string {
		for _, r := range []map[string]any{own, shared} {
			if s, ok := r[name].(string); ok {
				return s
			}
		}
		return otherwise
	}
	rec := tsdb.Record{Version: 1, MeasureName: get("MeasureName", "")}
	for _, r := range []map[string]any{shared, own} {
		if n, ok := r["Version"].(json.Number); ok {
			rec.Version, _ = strconv.ParseInt(string(n), 10, 64)
		}
		list, _ := r["Dimensions"].([]any)
		for _, e := range list {
			m := e.(map[string]any)
			rec.Dimensions = append(rec.Dimensions, tsdb.Dimension{Name: m["Name"].(string), Value: m["Value"].(string)})
		}
	}
	names := map[string]bool{}
	for _, dim := range rec.Dimensions {
		if names[dim.Name] || dim.Value == "" {
			return rec, false
		}
		names[dim.Name] = true
	}
	unit := nanosecondsOf([]byte(get("TimeUnit", "MILLISECONDS")))
	var ok bool
	rec.Time, ok = nanoseconds(given(get("Time", "")), unit)
	if !ok || rec.Version < 1 || rec.MeasureName == "" || len(rec.Dimensions) > 128 {
		return rec, false
	}
	values := own["MeasureValues"]
	if values == nil {
		values = shared["MeasureValues"]
	}
	kind, value := get("MeasureValueType", "DOUBLE"), get("MeasureValue", "")
	if kind != "MULTI" {
		v, ok := referenceValue(value, kind, unit)
		rec.Measures = []tsdb.Measure{{Value: v}}
		return rec, ok && values == nil && value != "" && kind != "TIMESTAMP"
	}
	rec.Multi = true
	list, _ := values.([]any)
	names = map[string]bool{}
	for i, e := range list {
		m := e.(map[string]any)
		v, ok := referenceValue(m["Value"].(string), m["Type"].(string), unit)
		if !ok {
			return rec, false
		}
		if i < keptMeasures {
			rec.Measures = append(rec.Measures, tsdb.Measure{Name: m["Name"].(string), Value: v})
			if names[m["Name"].(string)] {
				return rec, false
			}
		}
		names[m["Name"].(string)] = true
	}
	return rec, len(list) > 0 && value == ""
}

func referenceValue(text, kind string, unit int64) (tsdb.Value, bool) {
	switch kind {
	case "DOUBLE":
		f, err := strconv.ParseFloat(text, 64)
		plain := strings.Trim(text, "0123456789+-.eE") == ""
		return tsdb.DoubleValue(f), err == nil && plain && !(f == 0 && math.Signbit(f))
	case "BIGINT":
		n, err := strconv.ParseInt(text, 10, 64)
		return tsdb.BigintValue(n), err == nil
	case "BOOLEAN":
		lower := strings.ToLower(text)
		return tsdb.BooleanValue(lower == "true"), lower == "true" || lower == "false"
	case "VARCHAR":
		return tsdb.VarcharValue(text), true
	case "TIMESTAMP":
		ns, ok := nanoseconds(given(text), unit)
		return tsdb.TimestampValue(ns), ok && ns >= 0
	}
	return tsdb.Value{}, false
}

// The fast decoder accepts and refuses what encoding/json and the plain rules do, and
// gives the same records.
func FuzzDecodeRecords(f *testing.F) {
	f.Add([]byte(benchBody(2, 2)))
	f.Add([]byte(common(`"Dimensions":[{"Name":"room","Value":"a"}],"Time":"5"`, `{"MeasureName":"a","MeasureValue":"1.5"},{"MeasureName":"b","MeasureValueType":"MULTI","MeasureValues":[{"Name":"x","Value":"1","Type":"TIMESTAMP"}]}`)))
	f.Add([]byte(table(`{"MeasureName":"\ud83d\ude00\u0041\ud800","MeasureValue":"tRue","MeasureValueType":"BOOLEAN","Time":"1","Version":12}`)))
	f.Add([]byte(table(`{"A":[1,{"b":null}],"MeasureName":"a","MeasureValue":"-1e5","Time":"-1"}`)))
	d := decoder{sets: newDimensionSets()}
	f.Fuzz(func(t *testing.T, body []byte) {
		if bytes.Count(body, []byte("[")) > maxDepth || bytes.Count(body, []byte("{")) > maxDepth {
			return // the depth of what is skipped is bounded here and not there
		}
		want, ok := reference(body)
		for range 4 { // later ones find what the first left
			got, err := d.decode(body)
			if (err == nil) != ok {
				t.Fatalf("decode(%s) = %v, the reference accepts: %v", body, err, ok)
			}
			if ok && !sameRecords(bare(t, got), want) {
				t.Fatalf("decode(%s) = %+v, want %+v", body, got, want)
			}
		}
	})
}
