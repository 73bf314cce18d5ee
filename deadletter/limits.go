package deadletter

import (
	"sync"
	"time"
)

// account is what one database's letters may still take.
type account struct {
	tokens float64   // letters that may come now
	filled time.Time // when tokens was right
	bytes  int64     // of the letters, measured now and then, and added up in between
}

// accounts bound the letters of each database, by rate and by size. Only databases
// that exist have one.
type accounts struct {
	rate, burst float64
	maxBytes    int64

	mu struct {
		sync.Mutex
		byDatabase map[string]*account
	}
}

func newAccounts(rate, burst int, maxBytes int64) *accounts {
	a := &accounts{rate: float64(rate), burst: float64(burst), maxBytes: maxBytes}
	a.mu.byDatabase = map[string]*account{}
	return a
}

// The bounds at which a letter is refused.
const (
	limitRate = "rate"
	limitSize = "size"
)

// admit takes a letter of so many bytes, or names the limit that refuses it.
func (a *accounts) admit(database string, bytes int64, now time.Time) (limit string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	acc := a.account(database, now)
	acc.tokens = min(a.burst, acc.tokens+a.rate*max(0, now.Sub(acc.filled).Seconds()))
	acc.filled = now
	switch {
	case acc.bytes+bytes > a.maxBytes:
		return limitSize
	case acc.tokens < 1:
		return limitRate
	}
	acc.tokens--
	acc.bytes += bytes
	return ""
}

// giveBack returns what a letter took that was not written after all.
func (a *accounts) giveBack(database string, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if acc := a.mu.byDatabase[database]; acc != nil {
		acc.tokens, acc.bytes = acc.tokens+1, acc.bytes-bytes
	}
}

// mark returns the size as it is counted, for settle.
func (a *accounts) mark(database string, now time.Time) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.account(database, now).bytes
}

// settle puts a measured size in the place of the counted one. Marked is what mark said
// before the measuring began: what came since may or may not be in it, and is added.
func (a *accounts) settle(database string, marked, measured int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if acc := a.mu.byDatabase[database]; acc != nil {
		acc.bytes = measured + max(0, acc.bytes-marked)
	}
}

// retain forgets the databases that keep refuses.
func (a *accounts) retain(keep func(database string) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for database := range a.mu.byDatabase {
		if !keep(database) {
			delete(a.mu.byDatabase, database)
		}
	}
}

func (a *accounts) account(database string, now time.Time) *account {
	acc, ok := a.mu.byDatabase[database]
	if !ok {
		acc = &account{tokens: a.burst, filled: now}
		a.mu.byDatabase[database] = acc
	}
	return acc
}
