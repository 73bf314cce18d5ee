package imports_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/api/imports"
	"tidemark/fault"
	"tidemark/importer"
	"tidemark/tsdb"
)

// fake notes what it is asked.
type fake struct {
	spec   importer.Spec
	part   string
	offset int64
	calls  []string
	err    error
}

func (f *fake) Begin(spec importer.Spec) (string, error) { f.spec = spec; return "7", f.err }

func (f *fake) Add(_ context.Context, id string, offset int64, part []byte) (int64, error) {
	f.calls, f.offset, f.part = append(f.calls, "add "+id), offset, string(part)
	return offset + int64(len(part)), f.err
}

func (f *fake) Finish(_ context.Context, id string) error {
	f.calls = append(f.calls, "finish "+id)
	return f.err
}

func (f *fake) Cancel(id string) error { f.calls = append(f.calls, "cancel "+id); return f.err }

func (f *fake) Status(string) (importer.Status, error) {
	return importer.Status{
		State: importer.Failed, Err: fault.New(fault.Invalid, "no such column"), Received: 10, Read: 4, Stored: 2, Replaced: 1, Refused: 1,
		Refusals: []importer.Refusal{{Reason: "late", Count: 1, Samples: []importer.Sample{{Line: 3, Text: "x"}}}},
		Mapping: &importer.Mapping{Time: "ts", Unit: importer.Seconds, Version: 1, Dimensions: []importer.ColumnName{{Source: "h", Name: "host"}},
			Records: []importer.RecordPlan{{Measure: "m", Multi: true, Values: []importer.ValueColumn{{Source: "v", Name: "v", Type: tsdb.Bigint}}}}},
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Ended: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC),
	}, f.err
}

func serve(t *testing.T, f *fake) apitest.Base {
	t.Helper()
	door, err := imports.New(imports.Options{Importer: f})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Start(t, api.Options{Services: []api.Service{door.Service()}})
}

func TestSurface(t *testing.T) {
	door, err := imports.New(imports.Options{Importer: &fake{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range api.CheckSurface(door.Service()) {
		t.Error(wrong)
	}
	if _, err := imports.New(imports.Options{}); err == nil {
		t.Error("New without an importer succeeds")
	}
}

const status = `{"state":"FAILED","error":"no such column","received":10,"read":4,"stored":2,"replaced":1,"refused":1,"refusals":[{"reason":"late","count":1,"samples":[{"line":3,"text":"x"}]}],` +
	`"mapping":{"time":"ts","unit":"SECONDS","dimensions":[{"source":"h","name":"host"}],"version":1,"records":[{"measure":"m","multi":true,"values":[{"source":"v","name":"v","type":"BIGINT"}]}]},` +
	`"started":"2026-01-02T03:04:05Z","ended":"2026-01-02T03:04:06Z"}`

func TestAnswers(t *testing.T) {
	const one, begin = "/tidemark/v1/imports/7", "/tidemark/v1/tables/plant/sensors/imports"
	tests := []struct {
		name, method, path, body string
		fake                     fake
		code                     int
		want                     string
	}{
		{"begin", "POST", begin, `{"format":"csv"}`, fake{}, 200, `{"id":"7"}`},
		{"unknown format", "POST", begin, `{"format":"xml"}`, fake{}, 400, "format"},
		{"unknown type", "POST", begin, `{"format":"csv","mapping":{"measures":[{"source":"a","type":"INT"}]}}`, fake{}, 400, "type of a measure"},
		{"broken model", "POST", begin, `{"format":"csv","dataModel":{"x":1}}`, fake{}, 400, "data model cannot be read"},
		{"too many", "POST", begin, `{"format":"csv"}`, fake{err: fault.New(fault.Throttled, "8 imports are under way")}, 429, "8 imports"},
		{"part", "PUT", one + "/parts?offset=5", "a,b\n", fake{}, 200, `{"received":9}`},
		{"part that leaves a gap", "PUT", one + "/parts?offset=5", "a,b\n", fake{err: fault.New(fault.Conflict, "begins at 0")}, 400, "begins at 0"},
		{"finish", "POST", one + "/finish", "", fake{}, 200, status},
		{"status", "GET", one, "", fake{}, 200, status},
		{"cancel", "DELETE", one, "", fake{}, 200, status},
		{"unknown", "GET", one, "", fake{err: fault.New(fault.NotFound, "There is no import")}, 400, "There is no import"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, body := serve(t, &test.fake).Do(t, "tidemark", test.method, test.path, test.body)
			if test.code == 200 && (resp.StatusCode != 200 || body != test.want) || test.code != 200 && (resp.StatusCode < 400 || !strings.Contains(body, test.want)) {
				t.Errorf("%d %s, want %d %s", resp.StatusCode, body, test.code, test.want)
			}
		})
	}
}

// Every part of a request reaches the importer.
func TestReaches(t *testing.T) {
	f := &fake{}
	base := serve(t, f)
	base.Do(t, "tidemark", "POST", "/tidemark/v1/tables/plant/sensors/imports", `{"format":"csv","delimiter":";","quote":"'","null":"NA","dryRun":true,"mapping":{"time":"ts","unit":"SECONDS",`+
		`"dimensions":[{"source":"h","name":"host"}],"measures":[{"source":"v","type":"DOUBLE"}],"measureName":"m","versionColumn":"r"}}`)
	want := importer.Spec{
		Table: tsdb.TableRef{Database: "plant", Table: "sensors"}, Format: importer.CSV, Dry: true, CSV: importer.Dialect{Delimiter: ";", Quote: "'", Null: "NA"},
		Plan: importer.Plan{Time: "ts", Unit: importer.Seconds, Dimensions: []importer.ColumnName{{Source: "h", Name: "host"}},
			Measures: []importer.ValueColumn{{Source: "v", Type: tsdb.Double}}, MeasureName: "m", VersionColumn: "r"},
	}
	if diff := cmp.Diff(want, f.spec); diff != "" {
		t.Errorf("the import differs:\n%s", diff)
	}
	base.Do(t, "tidemark", "PUT", "/tidemark/v1/imports/7/parts?offset=12", "\x00binary")
	if f.offset != 12 || f.part != "\x00binary" || cmp.Diff([]string{"add 7"}, f.calls) != "" {
		t.Errorf("the part came as %q at %d by %q", f.part, f.offset, f.calls)
	}
}
