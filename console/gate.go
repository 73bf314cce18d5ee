package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"sync"
	"time"
)

// gate keeps the token that opens the next session, and the open sessions. Secrets
// are kept as hashes where only a comparison is needed.
type gate struct {
	age      time.Duration
	announce func(token string) error

	mu struct {
		sync.Mutex
		token    string
		sessions map[[sha256.Size]byte]time.Time // by hash of the id: the last use
	}
}

// maxSessions bounds the memory of sessions; beyond, the one unused for longest ends.
const maxSessions = 256

func newGate(age time.Duration, announce func(string) error) (*gate, error) {
	g := &gate{age: age, announce: announce}
	g.mu.token = rand.Text()
	g.mu.sessions = map[[sha256.Size]byte]time.Time{}
	if err := announce(g.mu.token); err != nil {
		return nil, fmt.Errorf("announce the console's token: %w", err)
	}
	return g, nil
}

func (g *gate) current() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.mu.token
}

// exchange spends a token for a session id; ok is false for a wrong token. The next
// token is announced before exchange returns, and the error is that of announcing.
func (g *gate) exchange(token string, now time.Time) (id string, ok bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	want, got := sha256.Sum256([]byte(g.mu.token)), sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		return "", false, nil
	}
	g.mu.token = rand.Text()
	id = rand.Text()
	g.makeRoom(now)
	g.mu.sessions[sha256.Sum256([]byte(id))] = now
	if err := g.announce(g.mu.token); err != nil {
		return id, true, fmt.Errorf("announce the console's token: %w", err)
	}
	return id, true, nil
}

// makeRoom forgets sessions that ended, and the oldest when there are still too many.
func (g *gate) makeRoom(now time.Time) {
	var oldest [sha256.Size]byte
	found := false
	for key, used := range g.mu.sessions {
		if now.Sub(used) > g.age {
			delete(g.mu.sessions, key)
			continue
		}
		if !found || used.Before(g.mu.sessions[oldest]) {
			oldest, found = key, true
		}
	}
	if len(g.mu.sessions) >= maxSessions {
		delete(g.mu.sessions, oldest)
	}
}

// admits reports whether a session is open, and counts as its use.
func (g *gate) admits(id string, now time.Time) bool {
	key := sha256.Sum256([]byte(id))
	g.mu.Lock()
	defer g.mu.Unlock()
	used, ok := g.mu.sessions[key]
	if !ok || now.Sub(used) > g.age {
		delete(g.mu.sessions, key)
		return false
	}
	g.mu.sessions[key] = now
	return true
}

// end closes a session.
func (g *gate) end(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.mu.sessions, sha256.Sum256([]byte(id)))
}
