package tier

import (
	"log/slog"
	"sync"
	"time"
)

// What a clock may do without distrust, and how long retention goes without it otherwise.
const (
	jumpAfter  = time.Hour          // ahead of the time that has passed
	absentFor  = 7 * 24 * time.Hour // between the last change of a table and the start
	distrusted = 24 * time.Hour     // of running
)

// clock is the time by which retention removes rows for good. A clock that jumps forwards,
// because it was set or because a machine woke up with a wrong one, must not remove what is
// not due: then this time goes on as if it had not jumped, until the other has been shown for
// a day. A clock that is set back is believed at once.
type clock struct {
	read   func() (wall time.Time, passed time.Duration)
	logger *slog.Logger

	mu struct {
		sync.Mutex
		wall   time.Time     // when it was last read
		passed time.Duration // then
		ahead  time.Duration // what is not believed
		since  time.Duration // when it jumped
	}
}

// newClock makes a clock. last is the newest time that is known from before, zero for none.
func newClock(o Options, last time.Time) *clock {
	began := o.Now()
	c := &clock{logger: o.Logger, read: func() (time.Time, time.Duration) {
		now := o.Now()
		if o.Passed != nil {
			return now.Round(0), o.Passed()
		}
		return now.Round(0), now.Sub(began) // by its monotonic reading, if it has one
	}}
	c.mu.wall, c.mu.passed = c.read()
	if absent := c.mu.wall.Sub(last); !last.IsZero() && absent > absentFor {
		c.jumped(absent, c.mu.passed)
	}
	return c
}

// now returns the time that retention goes by.
func (c *clock) now() time.Time {
	wall, passed := c.read()
	c.mu.Lock()
	defer c.mu.Unlock()
	jump := wall.Sub(c.mu.wall) - (passed - c.mu.passed)
	c.mu.wall, c.mu.passed = wall, passed
	switch {
	case jump > jumpAfter:
		c.jumped(jump, passed)
	case jump < -jumpAfter:
		c.mu.ahead = max(0, c.mu.ahead+jump)
	case c.mu.ahead > 0 && passed-c.mu.since >= distrusted:
		c.logger.Warn("clock is believed", "component", "tier", "took", c.mu.ahead)
		c.mu.ahead = 0
	}
	return wall.Add(-c.mu.ahead)
}

// jumped notes a jump. The lock is held, or need not be.
func (c *clock) jumped(by, passed time.Duration) {
	c.mu.ahead, c.mu.since = c.mu.ahead+by, passed
	c.logger.Warn("clock is ahead of what is known, retention waits", "component", "tier", "took", c.mu.ahead)
}

// distrust returns how far the other clock is ahead of this one.
func (c *clock) distrust() time.Duration {
	c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.ahead
}
