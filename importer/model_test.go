package importer

import (
	"testing"

	"tidemark/tsdb/hot"
)

// Whatever a model says, its columns are columns of the file when it is resolved.
func FuzzModel(f *testing.F) {
	f.Add([]byte(`{"TimeColumn":"a","DimensionMappings":[{"SourceColumn":"b","DestinationColumn":"host"}],"MultiMeasureMappings":{"TargetMultiMeasureName":"m","MultiMeasureAttributeMappings":[{"SourceColumn":"c","MeasureValueType":"BIGINT"}]}}`))
	f.Add([]byte(`{"TimeColumn":"a","TimeUnit":"SECONDS","DimensionMappings":[{"SourceColumn":"b"}],"MeasureNameColumn":"c","MixedMeasureMappings":[{"MeasureName":"x","SourceColumn":"d","MeasureValueType":"DOUBLE"}]}`))
	columns := []source{{"a", "BIGINT"}, {"b", "VARCHAR"}, {"c", "VARCHAR"}, {"d", "DECIMAL(5,2)"}, {"e", "INTEGER[]"}}
	f.Fuzz(func(t *testing.T, text []byte) {
		var p Plan
		if ParseModel(text, &p) != nil || p.check() != nil {
			return
		}
		m, err := p.resolve(columns, "t", hot.Schema{})
		if err != nil {
			return
		}
		known := map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "": m.MeasureColumn == ""}
		names := []string{m.Time, m.MeasureColumn}
		for _, d := range m.Dimensions {
			names = append(names, d.Source)
		}
		for _, r := range m.Records {
			if !r.Multi && len(r.Values) != 1 {
				t.Errorf("%q: a single-measure record has %d values", text, len(r.Values))
			}
			for _, v := range r.Values {
				if names = append(names, v.Source); v.Type == 0 {
					t.Errorf("%q: the column %q has no type", text, v.Source)
				}
			}
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("%q resolves to the column %q, which is not there", text, name)
			}
		}
	})
}
