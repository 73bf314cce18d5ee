package timestream

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tidemark/tsdb"
)

// bare is what a decoder gives that remembers no dimensions.
func bare(t *testing.T, records []tsdb.Record) []tsdb.Record {
	t.Helper()
	var list []tsdb.Record
	for _, r := range records {
		if r.Set != nil && !reflect.DeepEqual(r.Set.List(), r.Dimensions) {
			t.Errorf("the set of a record has %v, its dimensions are %v", r.Set.List(), r.Dimensions)
		}
		r.Set = nil
		list = append(list, r)
	}
	return list
}

func multiRecord(dimensions, values string) string {
	return `{"Dimensions":[` + dimensions + `],"MeasureName":"m","MeasureValueType":"MULTI","Time":"1","MeasureValues":[` + values + `]}`
}

// What a decoder remembers of other requests changes no answer.
func TestDecoderRemembersWithoutMistakes(t *testing.T) {
	const host, x, y = `{"Name":"host","Value":"a"}`, `{"Name":"x","Value":"1","Type":"DOUBLE"}`, `{"Name":"y","Value":"2","Type":"BIGINT"}`
	bodies := []string{
		table(multiRecord(host, x+","+y)),
		table(multiRecord(host, y+","+x)),
		table(multiRecord(host, x+","+x)),
		table(multiRecord(host, x+","+strings.Replace(y, `"2"`, `"-9223372036854775808"`, 1)) + "," + multiRecord(host, x+","+strings.Replace(y, `"2"`, `"2.5"`, 1))),
		table(multiRecord(host, strings.Replace(x, `"1"`, `""`, 1))),
		table(multiRecord(host, strings.Replace(x, `"1"`, `"\u0031"`, 1))),
		table(multiRecord(host, strings.Replace(x, `"1"`, `"`+strings.Repeat("1", 2049)+`"`, 1))),
		table(multiRecord(host, `{"Type":"NONE","Name":"x","Type":"DOUBLE","Value":"1"}`)),
		table(multiRecord(host, `{"Value":"3","Name":"x","Type":"DOUBLE","Value":"4"}`)),
		table(multiRecord(host, `{"Name":"x","Value":"4","Type":"MULTI"}`)),
		table(multiRecord(host, ` { "Name" : "x" , "Value" : "5" , "Type" : "DOUBLE" } `)),
		table(multiRecord(host, x+`,null`)),
		table(multiRecord(`{"Name":"host","Value":"a]"}`, x)),
		table(multiRecord(`{"Name":"host","Value":""}`, x)),
		table(multiRecord(`{"Name":"host","Value":"a","DimensionValueType":"X"}`, x)),
		table(multiRecord(host+","+host, x)),
		table(multiRecord(host, x) + `,{"Dimensions":[` + host),
		table(multiRecord("", x)),
		common(`"Dimensions":[{"Name":"room","Value":"r"}]`, multiRecord(host, x)+","+multiRecord("", x)),
		common(`"Dimensions":[{"Name":"room","Value":"s"}]`, multiRecord(host, x)),
		common(`"Dimensions":[`+host+`]`, multiRecord(host, x)),
		common(`"Dimensions":[`+host+`,`+host+`]`, multiRecord(host, x)),
		common(`"Dimensions":[`+manyDimensions(20)+`]`, multiRecord(host, x)),
		`{"Records":[` + multiRecord(host, x) + `],"CommonAttributes":{"Dimensions":[{"Name":"room","Value":"t"}]},"DatabaseName":"d","TableName":"t"}`,
		benchBody(100, 10),
	}
	d := decoder{sets: newDimensionSets()}
	for round := range 5 {
		for _, body := range bodies {
			buffer := []byte(body)
			got, gotErr := d.decode(buffer)
			clear(buffer)
			want, wantErr := decodeRecords(body)
			if got = bare(t, got); !reflect.DeepEqual(got, want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("round %d: decode(%s) = %+v, %v, want %+v, %v", round, body, got, gotErr, want, wantErr)
			}
		}
	}
}

// Dimensions that come again are shared, by themselves and behind common ones.
func TestDecoderSharesDimensions(t *testing.T) {
	for name, body := range map[string]string{
		"own":    table(multiRecord(`{"Name":"host","Value":"a"}`, `{"Name":"x","Value":"1","Type":"DOUBLE"}`)),
		"common": common(`"Dimensions":[{"Name":"room","Value":"r"}]`, `{"MeasureName":"m","MeasureValue":"1","Time":"1"}`),
		"both":   common(`"Dimensions":[{"Name":"room","Value":"r"}]`, `{"Dimensions":[{"Name":"host","Value":"a"}],"MeasureName":"m","MeasureValue":"1","Time":"1"}`),
	} {
		d := decoder{sets: newDimensionSets()}
		var sets []*tsdb.DimensionSet
		for range 6 {
			got, err := d.decode([]byte(body))
			if err != nil {
				t.Fatal(err)
			}
			sets = append(sets, got[0].Set)
		}
		if sets[0] != nil || sets[4] == nil || sets[5] != sets[4] {
			t.Errorf("%s: the sets of six requests are %p, want none at first and one in the end", name, sets)
		}
	}
}

// Lists that come once each are not kept, and long ones never.
func TestDimensionSetsAreBounded(t *testing.T) {
	s := newDimensionSets()
	list := []tsdb.Dimension{{Name: "n", Value: "v"}}
	for i := range 3 * keptSets {
		_, sent := s.find(fmt.Appendf(nil, "[%d]", i))
		s.add(sent, list)
	}
	kept := 0
	for i := range s.kept {
		if s.kept[i].Load() != nil {
			kept++
		}
	}
	if kept > keptSets/100 {
		t.Errorf("%d of %d lists that came once are kept", kept, 3*keptSets)
	}
	if _, sent := s.find([]byte("[" + strings.Repeat(" ", longestSet) + "]")); sent.text != nil {
		t.Errorf("a list of %d bytes may be kept", len(sent.text))
	}
}
