package tier

import (
	"log/slog"
	"testing"
	"time"
)

// Retention's time follows the clock, but for its jumps forwards, which it follows after a day.
func TestClock(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	base := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var wall time.Time
	var passed time.Duration
	type step struct {
		pass, jump time.Duration
		want       time.Duration // of the time after base
	}
	for _, c := range []struct {
		name  string
		last  time.Duration // before base
		steps []step
	}{
		{"steady", 0, []step{{hour, 0, hour}, {100 * day, 0, 100*day + hour}}},
		{"small corrections", 0, []step{{hour, 59 * time.Minute, hour + 59*time.Minute}, {hour, -2 * time.Minute, 2*hour + 57*time.Minute}}},
		{"a year and back", 0, []step{{hour, 365 * day, hour}, {hour, 0, 2 * hour}, {hour, -365 * day, 3 * hour}, {30 * day, 0, 30*day + 3*hour}}},
		{"a year for good", 0, []step{{0, 365 * day, 0}, {23 * hour, 0, 23 * hour}, {hour, 0, 366 * day}}},
		{"twice", 0, []step{{0, 2 * day, 0}, {20 * hour, 3 * day, 20 * hour}, {20 * hour, 0, 40 * hour}, {4 * hour, 0, 5*day + 44*hour}}},
		{"back and on", 0, []step{{0, -10 * day, -10 * day}, {hour, 10 * day, -10*day + hour}, {day, 0, day + hour}}},
		{"back by a part", 0, []step{{0, 10 * day, 0}, {hour, -4 * day, hour}, {day, 0, 7*day + hour}}},
		{"a week off", 7 * day, []step{{0, 0, 0}}},
		{"a year off", 365 * day, []step{{0, 0, -365 * day}, {hour, 0, hour - 365*day}, {day, 0, day + hour}}},
	} {
		wall, passed = base, 0
		o := Options{Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return wall }, Passed: func() time.Duration { return passed }}
		last := time.Time{}
		if c.last > 0 {
			last = base.Add(-c.last)
		}
		clock := newClock(o, last)
		for i, s := range c.steps {
			wall, passed = wall.Add(s.pass+s.jump), passed+s.pass
			if got := clock.now().Sub(base); got != s.want {
				t.Errorf("%s: %v after the beginning at step %d, want %v", c.name, got, i, s.want)
			}
		}
		if got, want := clock.distrust(), wall.Sub(clock.now()); got != want {
			t.Errorf("%s: distrust %v, want %v", c.name, got, want)
		}
	}
}
