package backups_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/api/backups"
	"tidemark/backup"
	"tidemark/fault"
)

// live is a fake that notes what it is asked.
type live struct {
	contents backup.Contents
	dir      string
	err      error
}

func (l *live) Save(_ context.Context, t *backup.Target, c backup.Contents) (*backup.Backup, error) {
	l.contents, l.dir = c, t.Location()
	if l.err != nil {
		return nil, l.err
	}
	taken := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	return &backup.Backup{ID: "a", Name: c.Name, Taken: taken, Finished: taken.Add(time.Second), Files: []backup.File{{Size: 3}, {Size: 4}}}, nil
}

func (l *live) Use(context.Context, backup.Contents, func(string) error) error { return l.err }

func (l *live) Progress() (backup.Progress, bool) {
	return backup.Progress{Files: 1, AllFiles: 2, Bytes: 3, AllBytes: 7, Copied: 3}, true
}

func TestSurface(t *testing.T) {
	door, err := backups.New(backups.Options{Live: &live{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range api.CheckSurface(door.Service()) {
		t.Error(wrong)
	}
	if _, err := backups.New(backups.Options{}); err == nil {
		t.Error("New without a Live succeeds")
	}
}

func TestAnswers(t *testing.T) {
	busy := fault.New(fault.Conflict, "A backup or check is in progress.")
	for _, test := range []struct {
		name, method, path, body string
		err                      error
		status                   int
		want                     string // the body, or a part of it for errors
	}{
		{"backup", "POST", "/tidemark/v1/backups", `{"to":"/b","name":"n","keys":true}`, nil, 200,
			`{"id":"a","name":"n","taken":"2026-01-02T03:04:05.000000006Z","finished":"2026-01-02T03:04:06.000000006Z","files":2,"bytes":7}`},
		{"backup to another scheme", "POST", "/tidemark/v1/backups", `{"to":"ftp://b/p"}`, nil, 400, "kept in a directory or in a bucket"},
		{"backup to nowhere", "POST", "/tidemark/v1/backups", `{}`, nil, 400, "to"},
		{"two at once", "POST", "/tidemark/v1/backups", `{"to":"/b"}`, busy, 409, "in progress"},
		{"progress", "GET", "/tidemark/v1/backups/progress", "", nil, 200, `{"running":true,"files":1,"allFiles":2,"bytes":3,"allBytes":7,"copied":3}`},
		{"check that cannot begin", "POST", "/tidemark/v1/check", `{"deep":true}`, busy, 409, "in progress"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := &live{err: test.err}
			door, err := backups.New(backups.Options{Live: fake})
			if err != nil {
				t.Fatal(err)
			}
			base := apitest.Start(t, api.Options{Services: []api.Service{door.Service()}})
			resp, body := base.Do(t, "tidemark", test.method, test.path, test.body)
			if resp.StatusCode != test.status || test.status == http.StatusOK && body != test.want || !strings.Contains(body, test.want) {
				t.Errorf("%d %s, want %d %s", resp.StatusCode, body, test.status, test.want)
			}
			if test.name == "backup" && (fake.dir != "/b" || fake.contents != backup.Contents{Name: "n", Keys: true}) {
				t.Errorf("Save to %s with %+v, want /b with a name and keys", fake.dir, fake.contents)
			}
		})
	}
}
