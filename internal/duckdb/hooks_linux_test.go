package duckdb

import "testing"

// A thread that has no task of its statement sleeps.
func TestWaitingSleeps(t *testing.T) {
	e := openEngine(t, Options{Threads: 4})
	c := connect(t, e)
	before := naps()
	for range 100 {
		if _, err := c.row(t.Context(), "SELECT sum(hash(i)) FROM range(1000000) t(i)"); err != nil {
			t.Fatal(err)
		}
		if naps() > before {
			return
		}
	}
	t.Error("no thread slept while others had the last tasks of a statement")
}
