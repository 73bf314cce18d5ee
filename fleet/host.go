package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"

	"tidemark/fault"
)

// HostOptions says how the host device publishes.
type HostOptions struct {
	Broker Broker
	// Name is the host's name in the topic and the field host, and its client id after
	// host_; empty means the system's host name.
	Name string
	// Topic is where it publishes; {host} is replaced. Empty means dt/host/{host}.
	Topic string
	// Interval between readings; 0 means 5 s.
	Interval time.Duration
	// For ends the run by itself; 0 means when the context ends.
	For time.Duration
	// Disk is the path whose file system is measured; empty means /.
	Disk string
	// Drain bounds the wait for outstanding PUBACKs at the end; 0 means 10 s.
	Drain time.Duration
	// Update, when set, is called with the counts so far every Every (0 means 1 s).
	Update func(Summary)
	Every  time.Duration
	Logger *slog.Logger // nil discards
}

func (o HostOptions) withDefaults() (HostOptions, error) {
	if o.Name == "" {
		name, err := os.Hostname()
		if err != nil {
			return o, fmt.Errorf("find the host's name: %w", err)
		}
		o.Name = name
	}
	o.Broker.Timeout = orDefault(o.Broker.Timeout, defaultTimeout)
	o.Topic = orDefault(o.Topic, "dt/host/{host}")
	o.Interval = orDefault(o.Interval, 5*time.Second)
	o.Disk = orDefault(o.Disk, "/")
	o.Drain = orDefault(o.Drain, 10*time.Second)
	o.Every = orDefault(o.Every, time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// Validate reports the first option that cannot be right, as fault.Invalid.
func (o HostOptions) Validate() error {
	if _, err := o.Broker.address(); err != nil {
		return err
	}
	if o.Interval < 0 || o.For < 0 || o.Drain < 0 || o.Every < 0 || o.Broker.Timeout < 0 {
		return fault.New(fault.Invalid, "a time is negative")
	}
	return validateTopic(strings.ReplaceAll(o.Topic, "{host}", o.Name))
}

// RunHost publishes what this host is doing, at QoS 1 over MQTT 5, until ctx ends or
// HostOptions.For has passed: the article's cpu_usage_percent, disk_usage_percent,
// mem_usage_percent, load_1m, load_5m and load_15m, and the host's name as host.
// Errors are those of Validate, that the host cannot be measured, and that there
// never was a connection.
func RunHost(ctx context.Context, o HostOptions) (Summary, error) {
	if err := o.Validate(); err != nil {
		return Summary{}, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return Summary{}, err
	}
	counts := &counters{start: time.Now()}
	d := &device{
		id: o.Name, topic: strings.ReplaceAll(o.Topic, "{host}", o.Name), qos: 1,
		source:  &host{name: o.Name, disk: o.Disk},
		session: &session{clientID: "host_" + o.Name, dial: o.Broker.dialV5, counts: counts, log: o.Logger},
		counts:  counts,
		pace:    pace{interval: o.Interval},
		rng:     rand.New(rand.NewPCG(0, 0)),
		window:  1,
	}
	return operate(ctx, []*device{d}, counts, life{length: o.For, drain: o.Drain, update: o.Update, every: o.Every})
}

// host is a source of the host's own measurements.
type host struct{ name, disk string }

// next measures the host. The processor's share is that of the time since the last
// reading of this process.
func (h *host) next(ctx context.Context, _ time.Time, _ time.Duration) ([]byte, error) {
	processor, err := cpu.PercentWithContext(ctx, 0, false)
	if err != nil {
		return nil, fmt.Errorf("measure the processor: %w", err)
	}
	storage, err := disk.UsageWithContext(ctx, h.disk)
	if err != nil {
		return nil, fmt.Errorf("measure the disk at %s: %w", h.disk, err)
	}
	memory, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("measure the memory: %w", err)
	}
	waiting, err := load.AvgWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("measure the load: %w", err)
	}
	return h.encode(processor[0], storage.UsedPercent, memory.UsedPercent, waiting), nil
}

func (h *host) encode(processor, storage, memory float64, waiting *load.AvgStat) []byte {
	b := append([]byte(`{"host":`), quoted(h.name)...)
	b = appendDecimal(b, "cpu_usage_percent", processor, 1)
	b = appendDecimal(b, "disk_usage_percent", storage, 1)
	b = appendDecimal(b, "mem_usage_percent", memory, 1)
	b = appendDecimal(b, "load_1m", waiting.Load1, 2)
	b = appendDecimal(b, "load_5m", waiting.Load5, 2)
	b = appendDecimal(b, "load_15m", waiting.Load15, 2)
	return append(b, '}')
}
