package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"tidemark/fleet"
)

// refusals counts the messages of which an action failed: the rules' error action
// republishes them to a topic that is listened to here.
type refusals struct {
	mu     sync.Mutex
	n      int64
	reason string // of the first one
}

// listen subscribes in one of the group's goroutines and returns once the broker
// granted it, or with the reason why it did not.
func (r *refusals) listen(ctx context.Context, group *errgroup.Group, b fleet.Broker) error {
	ready := make(chan struct{})
	failed := make(chan error, 1)
	group.Go(func() error {
		err := fleet.Listen(ctx, b, "demo_errors", errorTopic, func() { close(ready) }, func(_ string, payload []byte) { r.add(payload) })
		failed <- err
		return err
	})
	select {
	case <-ready:
		return nil
	case err := <-failed:
		return fmt.Errorf("listen for rejected messages: %w", err)
	}
}

// failure is the part of an error action's payload that says why (AWS IoT guide,
// "Error handling (error action)").
type failure struct {
	RuleName string `json:"ruleName"`
	Failures []struct {
		FailedAction string `json:"failedAction"`
		ErrorMessage string `json:"errorMessage"`
	} `json:"failures"`
}

func (r *refusals) add(payload []byte) {
	reason := "an error message that is not JSON"
	var f failure
	if json.Unmarshal(payload, &f) == nil {
		reason = fmt.Sprintf("rule %s: %v", f.RuleName, f.Failures)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	if r.n == 1 {
		r.reason = reason
	}
}

func (r *refusals) count() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

// err is nil when nothing was rejected.
func (r *refusals) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == 0 {
		return nil
	}
	return fmt.Errorf("%d messages rejected, the first: %s", r.n, r.reason)
}
