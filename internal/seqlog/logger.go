package seqlog

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// errorPause is how long errors of Pebble's background work are counted after one was
// logged: it tries again at once, thousands of times a second on a full disk.
const errorPause = time.Second

// onDamage has Pebble tell of damaged blocks: by itself it would end the process. Whoever
// reads one gets an error.
func onDamage(logger pebble.Logger) *pebble.EventListener {
	return &pebble.EventListener{DataCorruption: func(d pebble.DataCorruptionInfo) { logger.Errorf("%s is damaged: %v", d.Path, d.Details) }}
}

// storeLogger hands Pebble's own messages on. Pebble calls Fatalf when it cannot write
// its log any more; going on would acknowledge what is not on disk.
type storeLogger struct {
	to *slog.Logger

	mu      sync.Mutex
	quiet   time.Time // errors are counted until then
	skipped int
}

func (s *storeLogger) Infof(format string, args ...any) {
	s.to.Debug("queue store event", "reason", fmt.Sprintf(format, args...))
}

func (s *storeLogger) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Before(s.quiet) {
		s.skipped++
		return
	}
	s.to.Error("queue store error", "err", fmt.Sprintf(format, args...), "count", s.skipped+1)
	s.quiet, s.skipped = now.Add(errorPause), 0
}

func (s *storeLogger) Fatalf(format string, args ...any) {
	panic("queue store cannot write: " + fmt.Sprintf(format, args...))
}
