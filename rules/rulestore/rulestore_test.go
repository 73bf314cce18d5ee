package rulestore

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidemark/meta"
	"tidemark/rules"
)

func TestRulesSurviveReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meta.db")
	db, err := meta.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	store := New(db)
	var want []rules.Rule
	for i := range page + 2 {
		spec := rules.ActionSpec{Kind: "republish", Config: json.RawMessage(`{"topic":"a"}`)}
		r := rules.Rule{Name: fmt.Sprintf("r%04d", i), SQL: "SELECT *", Version: "beta", Actions: []rules.ActionSpec{spec}, ErrorAction: &spec,
			Created: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Tags: map[string]string{"a": "b"}}
		if err := store.Put(t.Context(), r.Name, r); err != nil {
			t.Fatal(err)
		}
		want = append(want, r)
	}
	if err := store.Delete(t.Context(), "r0000"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if db, err = meta.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got, err := New(db).All(t.Context())
	if diff := cmp.Diff(want[1:], got); diff != "" || err != nil {
		t.Errorf("All() = %v, differs by:\n%s", err, diff)
	}
}
