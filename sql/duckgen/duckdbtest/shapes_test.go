package duckdbtest

import "testing"

// Shapes that combine what the other tests take one by one.
func TestShapes(t *testing.T) {
	runQueries(t, []queryCase{})
}
