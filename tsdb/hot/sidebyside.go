package hot

import (
	"context"
	"sync"
)

// sideBySide calls do for the numbers below n, in their order, some at a time. After an error
// or the end of the context no more are begun. Of several errors it returns that of the
// lowest number: it is the same every time, as all before it were begun.
func sideBySide(ctx context.Context, n, atOnce int, do func(ctx context.Context, i int) error) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	next, failed, first := 0, n, error(nil)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == n || failed < n || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range min(atOnce, n) {
		group.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				if err := do(ctx, i); err != nil {
					mu.Lock()
					if i < failed {
						failed, first = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	if first == nil && next < n {
		return context.Cause(ctx)
	}
	return first
}
