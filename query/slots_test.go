package query

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"tidemark/fault"
)

func TestSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlots(2, 1)
		if err := errors.Join(s.take(t.Context()), s.take(t.Context())); err != nil {
			t.Fatal(err)
		}
		third := make(chan error)
		go func() { third <- s.take(context.Background()) }()
		synctest.Wait()
		if err := s.take(t.Context()); fault.KindOf(err) != fault.Throttled {
			t.Errorf("take with a full queue = %v, want Throttled", err)
		}
		s.give()
		if err := <-third; err != nil {
			t.Errorf("take after give = %v, want nil", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.take(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("take with a cancelled context = %v, want Canceled", err)
		}
		if s.waiting.Load() != 0 {
			t.Errorf("%d waiting, want 0", s.waiting.Load())
		}
	})
}

// Statements wait for each other to be compiled, too, whatever they are.
func TestCompilingIsBounded(t *testing.T) {
	e := openDemo(t, Options{})
	e.compiles = newSlots(1, 0)
	if err := e.compiles.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	texts := []string{"SELECT 1", "SHOW TABLES FROM demo", "not even a statement"}
	for _, text := range texts {
		if _, err := e.Query(t.Context(), Request{Text: text}); fault.KindOf(err) != fault.Throttled {
			t.Errorf("Query(%s) while another is compiled and none may wait = %v, want Throttled", text, err)
		}
		if _, _, err := e.Explain(t.Context(), text); fault.KindOf(err) != fault.Throttled {
			t.Errorf("Explain(%s) while another is compiled and none may wait = %v, want Throttled", text, err)
		}
	}
	e.compiles.give()
	for range 2 { // each gives its place back, also after an error
		for i, text := range texts {
			if _, err := e.Query(t.Context(), Request{Text: text}); (err != nil) != (i == 2) || fault.KindOf(err) == fault.Throttled && err != nil {
				t.Errorf("Query(%s) = %v", text, err)
			}
		}
	}
}
