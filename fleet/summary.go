package fleet

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Summary is what a fleet has done so far.
type Summary struct {
	Elapsed            time.Duration
	Devices, Connected int

	Connects, ConnectFailures int64
	// Published counts messages handed to the network for the first time, Resent those
	// sent again because their connection broke before the PUBACK.
	Published, Resent int64
	// Acknowledged counts PUBACKs, each message once; at QoS 0 it stays 0.
	Acknowledged int64
	// Failed counts messages that were given up at the end of the drain time.
	Failed int64
	// Skipped counts readings that a device left out because its window was full.
	Skipped int64
	Bytes   int64 // payload bytes of Published

	Faults FaultCounts

	// Ack50, Ack99 and AckMax are the time from PUBLISH to PUBACK, resends included.
	Ack50, Ack99, AckMax time.Duration

	// PerDevice has an entry per device, in order of their numbers; only the summary
	// that Run returns has it.
	PerDevice []DeviceSummary
	// LastError is the text of the last connection trouble, empty when there was none.
	LastError string
}

// DeviceSummary is what one device has done.
type DeviceSummary struct {
	ID, Building, Room string
	// Acknowledged counts PUBACKs; Duplicates of them are second copies of a message,
	// and Late ones carry a time stamp in the past.
	Acknowledged, Duplicates, Late int64
	Failed                         int64
}

// Rate is the mean number of messages published per second.
func (s Summary) Rate() float64 {
	if s.Elapsed <= 0 {
		return 0
	}
	return float64(s.Published) / s.Elapsed.Seconds()
}

// String renders the summary in a few lines of text, each ending in a newline.
func (s Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d devices, %d connections, %s, %.1f messages/s\n", s.Devices, s.Connects, s.Elapsed.Round(100*time.Millisecond), s.Rate())
	fmt.Fprintf(&b, "published %d, acknowledged %d, failed %d, resent %d, skipped %d, %d payload bytes\n", s.Published, s.Acknowledged, s.Failed, s.Resent, s.Skipped, s.Bytes)
	if s.Acknowledged > 0 {
		fmt.Fprintf(&b, "acknowledged after p50 %s, p99 %s, max %s\n", brief(s.Ack50), brief(s.Ack99), brief(s.AckMax))
	}
	if f := s.Faults; f.Any() {
		fmt.Fprintf(&b, "faults: %d disconnects, %d duplicates, %d late, %d out of order, %d silences\n", f.Disconnects, f.Duplicates, f.Late, f.OutOfOrder, f.Silences)
	}
	if s.ConnectFailures > 0 {
		fmt.Fprintf(&b, "%d connection attempts failed, the last: %s\n", s.ConnectFailures, s.LastError)
	}
	return b.String()
}

// brief rounds a duration to three digits or so.
func brief(d time.Duration) time.Duration {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond)
	case d < time.Second:
		return d.Round(10 * time.Microsecond)
	default:
		return d.Round(10 * time.Millisecond)
	}
}

// counters are the fleet's counts, shared by its devices.
type counters struct {
	start time.Time
	ack   Latency

	open, connects, connectFailures  atomic.Int64
	published, resent, acked, failed atomic.Int64
	skipped, bytes                   atomic.Int64
	faults                           [faultKinds]atomic.Int64
	mu                               sync.Mutex
	lastError                        string // under mu
}

func (c *counters) connected(by int64) {
	c.open.Add(by)
	if by > 0 {
		c.connects.Add(by)
	}
}

func (c *counters) connectFailed(err error) {
	c.connectFailures.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastError = err.Error()
}

func (c *counters) trouble() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lastError
}

// summary reads the counters. They are read one by one: while the fleet runs, sums
// may be off by what happened in between.
func (c *counters) summary(devices int) Summary {
	return Summary{
		Elapsed: time.Since(c.start), Devices: devices, Connected: int(c.open.Load()),
		Connects: c.connects.Load(), ConnectFailures: c.connectFailures.Load(),
		Acknowledged: c.acked.Load(), Published: c.published.Load(), Resent: c.resent.Load(),
		Failed: c.failed.Load(), Skipped: c.skipped.Load(), Bytes: c.bytes.Load(),
		Faults: FaultCounts{
			Disconnects: c.faults[disconnect].Load(), Duplicates: c.faults[duplicate].Load(), Late: c.faults[late].Load(),
			OutOfOrder: c.faults[outOfOrder].Load(), Silences: c.faults[silent].Load(),
		},
		Ack50: c.ack.Quantile(0.5), Ack99: c.ack.Quantile(0.99), AckMax: c.ack.Max(),
		LastError: c.trouble(),
	}
}
