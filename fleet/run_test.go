package fleet

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// air is a broker made of nothing: it acknowledges after a delay and may be told to
// refuse connections or to break them.
type air struct {
	mu       sync.Mutex
	delay    time.Duration
	refuse   int // so many connections
	lose     int // so many publishes break their connection before the PUBACK
	dials    []time.Time
	open     int
	received []string
	maxBusy  int
	busy     int
}

func (a *air) dial(ctx context.Context, clientID string) (conn, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dials = append(a.dials, time.Now())
	if a.refuse > 0 {
		a.refuse--
		return nil, errors.New("no route")
	}
	a.open++
	return &line{air: a, broken: make(chan struct{})}, nil
}

type line struct {
	air    *air
	broken chan struct{}
	once   sync.Once
}

func (l *line) publish(ctx context.Context, topic string, payload []byte, _ byte) error {
	l.air.begin(topic, payload)
	defer l.air.end()
	if l.air.loses() {
		return errors.New("connection reset")
	}
	select {
	case <-time.After(l.air.delay):
		return nil
	case <-l.broken:
		return errors.New("connection closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *air) begin(topic string, payload []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.received = append(a.received, topic+" "+string(payload))
	a.busy++
	a.maxBusy = max(a.maxBusy, a.busy)
}

func (a *air) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.busy--
}

func (a *air) loses() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lose--
	return a.lose >= 0
}

func (l *line) close() { l.abort() }

func (l *line) abort() {
	l.once.Do(func() {
		close(l.broken)
		l.air.mu.Lock()
		defer l.air.mu.Unlock()
		l.air.open--
	})
}

// fly runs a fleet against air, in the time of a synctest bubble.
func fly(t *testing.T, a *air, o Options) Summary {
	t.Helper()
	o.Broker.URL = "mqtt://air"
	if err := o.Validate(); err != nil {
		t.Fatal(err)
	}
	sum, err := run(t.Context(), o.withDefaults(), func(int) dialer { return a.dial })
	if err != nil {
		t.Fatalf("run = %v", err)
	}
	if a.open != 0 {
		t.Errorf("%d connections were left open", a.open)
	}
	return sum
}

func TestRunKeepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{delay: 5 * time.Millisecond}
		sum := fly(t, a, Options{Devices: 20, Rate: 40, For: 60 * time.Second, Stagger: -1})
		// Every device sends every 0.5 s over 60 s, the first reading after its share of
		// the interval; the first device's last one may just be in time or not.
		if sum.Published < 2400 || sum.Published > 2401 {
			t.Errorf("published %d, want 40/s for 60 s", sum.Published)
		}
		if sum.Acknowledged != sum.Published || sum.Failed != 0 || sum.Skipped != 0 || sum.Resent != 0 {
			t.Errorf("summary = %+v, want all acknowledged and nothing else", sum)
		}
		if sum.Ack50 < 5*time.Millisecond || sum.Ack50 > 5100*time.Microsecond {
			t.Errorf("Ack50 = %v, want 5ms", sum.Ack50)
		}
		total := int64(0)
		for _, d := range sum.PerDevice {
			total += d.Acknowledged
		}
		if len(sum.PerDevice) != 20 || total != sum.Acknowledged {
			t.Errorf("%d devices acknowledged %d together, want 20 and %d", len(sum.PerDevice), total, sum.Acknowledged)
		}
	})
}

func TestRunEndsAfterItsMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := new(air)
		sum := fly(t, a, Options{Devices: 3, Interval: time.Second, Messages: 4, Topic: "dt/{device}/measures"})
		if sum.Acknowledged != 12 {
			t.Errorf("acknowledged %d, want 3 devices of 4 messages", sum.Acknowledged)
		}
		if !strings.HasPrefix(a.received[0], "dt/sensor_01/measures {") {
			t.Errorf("first message %q, want topic dt/sensor_01/measures", a.received[0])
		}
	})
}

// A message whose connection breaks before the PUBACK is sent again until it has one.
func TestUnacknowledgedIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{lose: 3}
		sum := fly(t, a, Options{Devices: 1, Interval: time.Second, Messages: 5})
		if sum.Published != 5 || sum.Acknowledged != 5 || sum.Resent != 3 || sum.Failed != 0 {
			t.Errorf("summary = %+v, want 5 published and acknowledged, 3 resent", sum)
		}
		if a.received[0] != a.received[3] {
			t.Errorf("resent %q, want the same bytes %q", a.received[3], a.received[0])
		}
	})
}

func TestConnectionAttemptsBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{refuse: 12}
		sum := fly(t, a, Options{Devices: 1, Interval: time.Second, Messages: 1})
		if sum.ConnectFailures != 12 || sum.Connects != 1 || sum.LastError != "no route" {
			t.Errorf("failures, connects, last = %d, %d, %q, want 12, 1, no route", sum.ConnectFailures, sum.Connects, sum.LastError)
		}
		pause := firstPause
		for i := range 12 {
			took := a.dials[i+1].Sub(a.dials[i])
			if took < pause/2 || took > pause {
				t.Errorf("pause %d = %v, want between %v and %v", i, took, pause/2, pause)
			}
			pause = min(2*pause, lastPause)
		}
	})
}

func TestNobodyConnectedIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{refuse: 1 << 30}
		o := Options{Devices: 2, For: 5 * time.Second}.withDefaults()
		_, err := run(t.Context(), o, func(int) dialer { return a.dial })
		if err == nil || !strings.Contains(err.Error(), "no route") {
			t.Errorf("run = %v, want an error with the reason", err)
		}
	})
}

// At the end nothing new is made, but what is under way is awaited.
func TestDrain(t *testing.T) {
	for name, tt := range map[string]struct {
		delay, drain  time.Duration
		acked, failed int64
	}{
		"long enough": {delay: 3 * time.Second, drain: 5 * time.Second, acked: 1},
		"too short":   {delay: 30 * time.Second, drain: 5 * time.Second, failed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &air{delay: tt.delay}
				sum := fly(t, a, Options{Devices: 1, Interval: time.Minute, For: time.Second, Drain: tt.drain})
				if sum.Acknowledged != tt.acked || sum.Failed != tt.failed {
					t.Errorf("acknowledged, failed = %d, %d, want %d, %d", sum.Acknowledged, sum.Failed, tt.acked, tt.failed)
				}
			})
		})
	}
}

func TestWindowBoundsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{delay: 950 * time.Millisecond}
		sum := fly(t, a, Options{Devices: 1, Interval: 100 * time.Millisecond, InFlight: 4, For: 20 * time.Second, Gap: -1})
		if a.maxBusy != 4 {
			t.Errorf("%d were in flight at once, want 4", a.maxBusy)
		}
		if sum.Skipped == 0 || sum.Published+sum.Skipped < 190 || sum.Published+sum.Skipped > 205 {
			t.Errorf("published %d and skipped %d, want 200 together and some skipped", sum.Published, sum.Skipped)
		}
	})
}

func TestQuietDevicesStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sum := fly(t, new(air), Options{Devices: 4, Interval: time.Second, Stagger: -1, For: time.Minute, Quiet: 1, QuietAfter: 10 * time.Second})
		first, last := sum.PerDevice[0].Acknowledged, sum.PerDevice[3].Acknowledged
		if first < 59 || last < 9 || last > 10 {
			t.Errorf("first device sent %d, quiet one %d, want about 60 and 10", first, last)
		}
	})
}

func TestFaultsAreCountedAndSurvived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{delay: time.Millisecond}
		o := Options{Devices: 10, Interval: time.Second, For: 10 * time.Minute, Seed: 3,
			Faults: Faults{Disconnect: 0.02, Duplicate: 0.05, Late: 0.05, OutOfOrder: 0.05, Silent: 0.005}}
		sum := fly(t, a, o)
		f := sum.Faults
		for name, n := range map[string]int64{"disconnects": f.Disconnects, "duplicates": f.Duplicates, "late": f.Late, "out of order": f.OutOfOrder, "silences": f.Silences} {
			if n == 0 {
				t.Errorf("no %s in %d messages", name, sum.Published)
			}
		}
		if sum.Acknowledged != sum.Published || sum.Connects != 10+f.Disconnects {
			t.Errorf("acknowledged %d of %d with %d connects, want all and 10 + %d", sum.Acknowledged, sum.Published, sum.Connects, f.Disconnects)
		}
		distinct := map[string]bool{}
		for _, m := range a.received {
			distinct[m] = true
		}
		if got := int64(len(a.received) - len(distinct)); got != f.Duplicates {
			t.Errorf("%d messages came twice, want the %d duplicates", got, f.Duplicates)
		}
		var dups, late int64
		for _, d := range sum.PerDevice {
			dups, late = dups+d.Duplicates, late+d.Late
		}
		if dups != f.Duplicates || late != f.Late {
			t.Errorf("devices count %d duplicates and %d late, want %d and %d", dups, late, f.Duplicates, f.Late)
		}
	})
}

func TestAtMostOnceAcknowledgesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sum := fly(t, new(air), Options{Devices: 1, Interval: time.Second, Messages: 3, AtMostOnce: true})
		if sum.Published != 3 || sum.Acknowledged != 0 {
			t.Errorf("published, acknowledged = %d, %d, want 3, 0", sum.Published, sum.Acknowledged)
		}
	})
}

func TestUpdatesComeWhileItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []int64
		o := Options{Devices: 1, Interval: time.Second, Stagger: -1, For: 10500 * time.Millisecond, Every: 2 * time.Second}
		o.Update = func(s Summary) { seen = append(seen, s.Acknowledged) }
		fly(t, &air{delay: time.Millisecond}, o)
		if len(seen) != 5 || seen[0] >= seen[4] {
			t.Errorf("updates saw %v, want five growing counts", seen)
		}
	})
}
