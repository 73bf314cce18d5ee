package query

import (
	"context"
	"testing"
	"time"

	"tidemark/fault"
)

// Whatever becomes of a sample, the answer is rows or an error of the client.
func FuzzSamples(f *testing.F) {
	e := openSamples(f)
	sampleCases(f, func(_ string, c *goldenCase) {
		query, _ := c.section("query")
		f.Add(query)
	})
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := e.Query(ctx, Request{Text: text, MaxRows: 100})
		if err != nil && ctx.Err() == nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("Query(%q) = %v", text, err)
		}
	})
}
