package imports

import (
	"context"
	"slices"
	"time"

	"tidemark/importer"
)

// GetImportOutput says how far an import is.
type GetImportOutput struct {
	State    string     `json:"state"` // RECEIVING, LOADING, SUCCEEDED, FAILED or CANCELLED
	Error    string     `json:"error,omitempty"`
	Received int64      `json:"received"` // bytes
	Read     int64      `json:"read"`     // rows
	Stored   int64      `json:"stored"`   // records
	Replaced int64      `json:"replaced"` // of them, in place of one with a lower version
	Refused  int64      `json:"refused"`
	Refusals []Refusal  `json:"refusals,omitempty"`
	Mapping  *Mapping   `json:"mapping,omitempty"`
	Preview  [][]string `json:"preview,omitempty"` // of a dry run: the names of columns, and the first records
	Started  string     `json:"started"`
	Ended    string     `json:"ended,omitempty"`
}

// Refusal is records that were not stored for one reason, with the first of them.
type Refusal struct {
	Reason  string   `json:"reason"`
	Count   int64    `json:"count"`
	Samples []Sample `json:"samples,omitempty"`
}

// Sample is one of them.
type Sample struct {
	Line int64  `json:"line,omitempty"`
	Text string `json:"text,omitempty"`
}

// Mapping says what the columns of the file are.
type Mapping struct {
	Time          string   `json:"time"`
	Unit          string   `json:"unit,omitempty"`
	TimeFormat    string   `json:"timeFormat,omitempty"`
	Dimensions    []Column `json:"dimensions"`
	MeasureColumn string   `json:"measureColumn,omitempty"`
	VersionColumn string   `json:"versionColumn,omitempty"`
	Version       int64    `json:"version"`
	Records       []Record `json:"records"`
	Unused        []string `json:"unused,omitempty"`
}

// Record is a record that is made of each row, or of those whose measure column says When.
type Record struct {
	When    string   `json:"when,omitempty"`
	Measure string   `json:"measure,omitempty"`
	Multi   bool     `json:"multi"`
	Values  []Column `json:"values"`
}

// GetImport says how far an import is. It is forgotten an hour after its end.
func (s *Service) GetImport(_ context.Context, in *ImportInput) (*GetImportOutput, error) {
	st, err := s.opt.Importer.Status(in.ID)
	if err != nil {
		return nil, err
	}
	out := &GetImportOutput{
		State: string(st.State), Received: st.Received, Read: st.Read, Stored: st.Stored, Replaced: st.Replaced, Refused: st.Refused,
		Preview: st.Preview, Started: st.Started.UTC().Format(time.RFC3339Nano), Mapping: wireMapping(st.Mapping),
	}
	if st.Err != nil {
		out.Error = st.Err.Error()
	}
	if !st.Ended.IsZero() {
		out.Ended = st.Ended.UTC().Format(time.RFC3339Nano)
	}
	for _, r := range st.Refusals {
		w := Refusal{Reason: r.Reason, Count: r.Count}
		for _, sample := range r.Samples {
			w.Samples = append(w.Samples, Sample(sample))
		}
		out.Refusals = append(out.Refusals, w)
	}
	slices.SortStableFunc(out.Refusals, func(a, b Refusal) int { return int(b.Count - a.Count) })
	return out, nil
}

func wireMapping(m *importer.Mapping) *Mapping {
	if m == nil {
		return nil
	}
	out := &Mapping{
		Time: m.Time, Unit: string(m.Unit), TimeFormat: m.TimeFormat, Dimensions: []Column{}, MeasureColumn: m.MeasureColumn,
		VersionColumn: m.VersionColumn, Version: m.Version, Unused: m.Unused,
	}
	for _, d := range m.Dimensions {
		out.Dimensions = append(out.Dimensions, Column{Source: d.Source, Name: d.Name})
	}
	for _, r := range m.Records {
		w := Record{When: r.When, Measure: r.Measure, Multi: r.Multi}
		for _, v := range r.Values {
			w.Values = append(w.Values, Column{v.Source, v.Name, typeName(v)})
		}
		out.Records = append(out.Records, w)
	}
	return out
}

func typeName(v importer.ValueColumn) string {
	for name, t := range types {
		if t == v.Type {
			return name
		}
	}
	return ""
}
