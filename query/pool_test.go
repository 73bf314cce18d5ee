package query

import "testing"

// A database that was opened anew has closed the connections that the pool kept.
func TestQueriesSurviveAReopenedDatabase(t *testing.T) {
	e := openEngine(t, Options{})
	ask := func() {
		t.Helper()
		page, err := e.Query(t.Context(), Request{Text: "SELECT 1"})
		if err != nil || len(page.Rows) != 1 || page.Rows[0][0] != int32(1) {
			t.Fatalf("SELECT 1 = %+v, %v, want 1", page, err)
		}
	}
	ask()
	if err := e.pool.engine.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask()
}
