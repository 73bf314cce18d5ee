package cursor

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"tidemark/fault"
)

// Repeats remembers answers by a token of the client, so that a request sent again
// is answered again and not run again. Open it with NewRepeats.
//
// It remembers a token for a while; of the answers it keeps the newest that fit
// into its bytes. A repeated request whose answer is gone runs again.
type Repeats[V any] struct {
	life  time.Duration
	bytes int

	mu struct {
		sync.Mutex
		byKey map[repeatKey]*repeat[V]
		order []*repeat[V] // by birth
		bare  int          // the first entries of order, so many, have no answer any more
		bytes int
	}
}

// maxRepeats is how many tokens are remembered at most; older ones give way.
const maxRepeats = 100_000

// repeatKey is a hash of who asks and the client's token.
type repeatKey [sha256.Size]byte

// repeat is one remembered token.
type repeat[V any] struct {
	key     repeatKey
	request [sha256.Size]byte // hash of everything else in the request
	born    time.Time
	done    chan struct{} // closed when the answer is known
	answer  V
	size    int
	kept    bool // there is an answer
}

// NewRepeats returns a memory for tokens of the given life, whose answers take at most bytes.
func NewRepeats[V any](life time.Duration, bytes int) *Repeats[V] {
	r := &Repeats[V]{life: life, bytes: bytes}
	r.mu.byKey = make(map[repeatKey]*repeat[V])
	return r
}

// Do answers a request by its token: with the answer that the same request had
// before, or by running it. A token that came with another request is Invalid.
// Only answers without an error are remembered.
func (r *Repeats[V]) Do(ctx context.Context, principal, token, request string, run func() (V, int, error)) (V, error) {
	key := repeatKey(sha256.Sum256([]byte(principal + "\x00" + token)))
	hash := sha256.Sum256([]byte(request))
	for {
		entry, fresh := r.enter(key, hash)
		if fresh {
			return r.run(entry, run)
		}
		if entry.request != hash {
			var zero V
			return zero, fault.New(fault.Invalid, "ClientToken was used with other parameters before")
		}
		if answer, ok, err := r.wait(ctx, entry); ok || err != nil {
			return answer, err
		}
	}
}

// enter returns the entry of a token; a fresh one must be run by the caller.
func (r *Repeats[V]) enter(key repeatKey, hash [sha256.Size]byte) (entry *repeat[V], fresh bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.expire()
	if entry = r.mu.byKey[key]; entry != nil {
		return entry, false
	}
	entry = &repeat[V]{key: key, request: hash, born: time.Now(), done: make(chan struct{})}
	r.mu.byKey[key] = entry
	r.mu.order = append(r.mu.order, entry)
	return entry, true
}

// run answers a fresh entry. If it panics the entry is forgotten, as after an error.
func (r *Repeats[V]) run(entry *repeat[V], run func() (V, int, error)) (answer V, err error) {
	size, answered := 0, false
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		defer close(entry.done)
		if err != nil || !answered {
			r.remove(entry)
			return
		}
		if size <= r.bytes {
			entry.answer, entry.size, entry.kept = answer, size, true
			r.mu.bytes += size
			r.shrink()
		}
	}()
	answer, size, err = run()
	answered = true
	return answer, err
}

// wait returns the answer of an entry that another request runs or ran; ok is
// false when there is none, and then the entry is gone.
func (r *Repeats[V]) wait(ctx context.Context, entry *repeat[V]) (answer V, ok bool, err error) {
	select {
	case <-entry.done:
	case <-ctx.Done():
		return answer, false, context.Cause(ctx)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !entry.kept {
		r.remove(entry)
		return answer, false, nil
	}
	return entry.answer, true, nil
}

// expire forgets tokens that are too old, or too many.
func (r *Repeats[V]) expire() {
	n := 0
	for _, entry := range r.mu.order {
		if len(r.mu.order)-n < maxRepeats && time.Since(entry.born) < r.life {
			break
		}
		r.remove(entry)
		n++
	}
	clear(r.mu.order[:n])
	r.mu.order = r.mu.order[n:]
	r.mu.bare = max(r.mu.bare-n, 0)
}

// shrink gives up the oldest answers, though not their tokens, until the rest fits.
func (r *Repeats[V]) shrink() {
	for ; r.mu.bytes > r.bytes; r.mu.bare++ {
		r.drop(r.mu.order[r.mu.bare])
	}
}

// remove forgets a token. Its place in the order stays until it expires.
func (r *Repeats[V]) remove(entry *repeat[V]) {
	if r.mu.byKey[entry.key] == entry {
		delete(r.mu.byKey, entry.key)
	}
	r.drop(entry)
}

// drop forgets an answer.
func (r *Repeats[V]) drop(entry *repeat[V]) {
	var zero V
	r.mu.bytes -= entry.size
	entry.answer, entry.size, entry.kept = zero, 0, false
}
