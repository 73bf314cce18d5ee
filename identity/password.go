package identity

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"

	"tidemark/fault"
)

const maxPasswordFile = 4 << 20 // bytes

// Passwords is the set of users that may connect with a password. It is safe to
// use at once.
//
// A bcrypt comparison takes tens of milliseconds by design, so a fleet that
// reconnects would be held up by it: a password that was right is remembered as a
// keyed hash under a key of this process, and compared with that.
type Passwords struct {
	hashes map[string][]byte // by user; bcrypt
	dummy  []byte            // compared for unknown users, so that they take as long
	key    []byte
	slots  chan struct{} // comparisons at once: wrong passwords may not take every processor

	mu struct {
		sync.Mutex
		known map[string][sha256.Size]byte // by user
	}
}

// LoadPasswords reads a file of user:bcrypt lines. Empty lines and lines that
// begin with # are skipped; a malformed line is an error that names it.
func LoadPasswords(path string) (*Passwords, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "password file: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxPasswordFile {
		return nil, fault.New(fault.Invalid, "password file %s: %d bytes are more than %d", path, info.Size(), maxPasswordFile)
	}
	p, err := ReadPasswords(io.LimitReader(f, maxPasswordFile))
	if err != nil {
		return nil, fault.New(fault.Invalid, "password file %s: %w", path, err)
	}
	return p, nil
}

// ReadPasswords reads the lines of a password file.
func ReadPasswords(r io.Reader) (*Passwords, error) {
	p := &Passwords{hashes: map[string][]byte{}, key: make([]byte, 32), slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
	p.mu.known = map[string][sha256.Size]byte{}
	rand.Read(p.key)
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := p.add(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	var err error
	p.dummy, err = bcrypt.GenerateFromPassword(p.key, bcrypt.DefaultCost)
	return p, err
}

func (p *Passwords) add(line string) error {
	user, hash, ok := strings.Cut(line, ":")
	if !ok || user == "" {
		return fmt.Errorf("want user:bcrypt")
	}
	if _, err := bcrypt.Cost([]byte(hash)); err != nil {
		return fmt.Errorf("user %q: not a bcrypt hash", user)
	}
	if _, twice := p.hashes[user]; twice {
		return fmt.Errorf("user %q: there already", user)
	}
	p.hashes[user] = []byte(hash)
	return nil
}

// Verify reports whether the user exists and the password is theirs.
func (p *Passwords) Verify(user string, password []byte) bool {
	sum := p.sum(user, password)
	p.mu.Lock()
	known, ok := p.mu.known[user]
	p.mu.Unlock()
	if ok && hmac.Equal(known[:], sum[:]) {
		return true
	}
	if !p.compare(user, password) {
		return false
	}
	p.mu.Lock()
	p.mu.known[user] = sum
	p.mu.Unlock()
	return true
}

// compare takes as long for an unknown user as for a known one.
func (p *Passwords) compare(user string, password []byte) bool {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	hash, exists := p.hashes[user]
	if !exists {
		hash = p.dummy
	}
	return bcrypt.CompareHashAndPassword(hash, password) == nil && exists
}

func (p *Passwords) sum(user string, password []byte) [sha256.Size]byte {
	mac := hmac.New(sha256.New, p.key)
	fmt.Fprintf(mac, "%d:%s", len(user), user)
	mac.Write(password)
	return [sha256.Size]byte(mac.Sum(nil))
}
