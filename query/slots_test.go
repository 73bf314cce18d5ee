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
