package storage_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/api/storage"
	"tidemark/fault"
	"tidemark/tsdb"
	"tidemark/tsdb/hot"
)

// store is a fake that notes what it is asked.
type store struct {
	ref     tsdb.TableRef
	del     tsdb.Deletion
	who     string
	flushed int
	err     error
}

func (s *store) CountDeletion(_ context.Context, ref tsdb.TableRef, del tsdb.Deletion) (int64, error) {
	s.ref, s.del = ref, del
	return 7, s.err
}

func (s *store) Delete(_ context.Context, ref tsdb.TableRef, del tsdb.Deletion, who string) (tsdb.DeletionReport, error) {
	s.ref, s.del, s.who = ref, del, who
	return tsdb.DeletionReport{ID: "3", Records: 6}, s.err
}

var began = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)

func (s *store) Deletions(_ context.Context, after string, limit int) ([]tsdb.DeletionReport, error) {
	if after != "" {
		return nil, nil
	}
	return []tsdb.DeletionReport{{
		ID: "1", Table: tsdb.TableRef{Database: "plant", Table: "sensors"}, Who: "AKID", Started: began, Finished: began, Records: 2,
		Deletion: tsdb.Deletion{Dimensions: map[string][]string{"device": {"a"}}, To: &began},
	}}[:min(1, limit)], nil
}

func (s *store) Flush(_ context.Context, ref tsdb.TableRef) error {
	s.ref, s.flushed = ref, s.flushed+1
	return s.err
}

func (s *store) Compact(_ context.Context, ref tsdb.TableRef) error { s.ref = ref; return s.err }

func (s *store) Files(tsdb.TableRef) ([]hot.File, error) {
	return []hot.File{{Path: "/x.parquet", Day: 20455, Rows: 3, Bytes: 400, MinTime: 1, MaxTime: 2}, {Rows: 1, Bytes: 100}}, s.err
}

func serve(t *testing.T, s *store) apitest.Base {
	t.Helper()
	door, err := storage.New(storage.Options{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Start(t, api.Options{Services: []api.Service{door.Service()}})
}

func TestSurface(t *testing.T) {
	door, err := storage.New(storage.Options{Store: &store{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range api.CheckSurface(door.Service()) {
		t.Error(wrong)
	}
	if _, err := storage.New(storage.Options{}); err == nil {
		t.Error("New without a store succeeds")
	}
}

func TestAnswers(t *testing.T) {
	const one = "/tidemark/v1/tables/plant/sensors"
	full := fault.New(fault.Unavailable, "disk full")
	tests := []struct {
		name, method, path, body string
		fake                     store
		status                   int
		want                     string // the body, or a part of it for errors
	}{
		{"count", "POST", one + "/delete", `{"all":true}`, store{}, 200, `{"records":7,"applied":false}`},
		{"delete", "POST", one + "/delete", `{"all":true,"apply":true}`, store{}, 200, `{"records":6,"applied":true,"id":"3"}`},
		{"delete that fails", "POST", one + "/delete", `{"apply":true}`, store{err: fault.New(fault.Invalid, "selects nothing")}, 400, "selects nothing"},
		{"time that is none", "POST", one + "/delete", `{"from":"yesterday"}`, store{}, 400, `from: \"yesterday\" is not a time`},
		{"history", "GET", "/tidemark/v1/deletions", "", store{}, 200, `{"deletions":[{"id":"1","database":"plant","table":"sensors","who":"AKID",` +
			`"selection":{"dimensions":{"device":["a"]},"to":"2026-01-02T03:04:05.000000006Z"},"started":"2026-01-02T03:04:05.000000006Z","finished":"2026-01-02T03:04:05.000000006Z","records":2}]}`},
		{"history by pages", "GET", "/tidemark/v1/deletions?maxResults=1&nextToken=" + api.PageToken("1"), "", store{}, 200, `{"deletions":[]}`},
		{"token of another list", "GET", "/tidemark/v1/deletions?nextToken=x", "", store{}, 400, "pagination token"},
		{"flush", "POST", one + "/flush", "", store{}, 200, `{"count":2,"rows":4,"bytes":500}`},
		{"compact", "POST", one + "/compact", "", store{}, 200, `{"count":2,"rows":4,"bytes":500}`},
		{"flush that fails", "POST", one + "/flush", "", store{err: full}, 503, "disk full"},
		{"files", "GET", one + "/files", "", store{}, 200, `{"count":2,"rows":4,"bytes":500,"files":[` +
			`{"path":"/x.parquet","day":"2026-01-02","rows":3,"bytes":400,"from":"1970-01-01T00:00:00.000000001Z","to":"1970-01-01T00:00:00.000000002Z"},` +
			`{"path":"","day":"1970-01-01","rows":1,"bytes":100,"from":"1970-01-01T00:00:00Z","to":"1970-01-01T00:00:00Z"}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, body := serve(t, &test.fake).Do(t, "tidemark", test.method, test.path, test.body)
			if resp.StatusCode != test.status || test.status == http.StatusOK && body != test.want || !strings.Contains(body, test.want) {
				t.Errorf("%d %s, want %d %s", resp.StatusCode, body, test.status, test.want)
			}
		})
	}
}

// Every part of a delete reaches the store, with the caller's key.
func TestDeleteReaches(t *testing.T) {
	s := &store{}
	body := `{"dimensions":{"device":["a","b"]},"measures":["m"],"from":"2026-01-02T03:04:05.000000006Z","to":"2026-01-02T03:04:05.000000006Z","apply":true}`
	serve(t, s).Do(t, "tidemark", "POST", "/tidemark/v1/tables/plant/sensors/delete", body)
	want := tsdb.Deletion{Dimensions: map[string][]string{"device": {"a", "b"}}, Measures: []string{"m"}, From: &began, To: &began}
	if diff := cmp.Diff(want, s.del); diff != "" || s.ref != (tsdb.TableRef{Database: "plant", Table: "sensors"}) || s.who != apitest.Key().ID {
		t.Errorf("Delete in %v for %q got a deletion that differs:\n%s", s.ref, s.who, diff)
	}
}
