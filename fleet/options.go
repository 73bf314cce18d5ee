package fleet

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"tidemark/fault"
)

// Broker says where devices connect and who they are there.
type Broker struct {
	// URL is mqtt://host:port for plain TCP or mqtts://host:port for TLS. The ports
	// default to 1883 and 8883.
	URL string
	// Username and Password go into CONNECT when Username is not empty.
	Username, Password string
	// TLS is used with mqtts; nil means the system's roots and no client certificate.
	TLS *tls.Config
	// Timeout bounds each connection attempt and each wait for a PUBACK; 0 means 15 s.
	Timeout time.Duration
}

// Protocol says which versions of MQTT the devices speak.
type Protocol uint8

// The protocols.
const (
	Mixed Protocol = iota // every second device MQTT 5, the others 3.1.1
	V311
	V5
)

// Options says what fleet to run. Zero values mean the documented defaults.
type Options struct {
	Broker   Broker
	Protocol Protocol

	// Devices is how many there are; 0 means 10, at most 100,000.
	Devices int
	// Prefix begins every device id and client id; empty means "sensor".
	Prefix string
	// Topic is where a device publishes; {device}, {building} and {room} are replaced.
	// Empty means dt/sensor/{device}. A room has a dot and a building may have a space.
	Topic string

	// Rate is the number of readings per second of the whole fleet. It excludes
	// Interval, the time between two readings of one device. Without both a device
	// publishes every 2 s, as the public sample does.
	Rate     float64
	Interval time.Duration
	// For ends the run by itself; 0 means when the context ends.
	For time.Duration
	// Messages ends a device after that many readings; 0 means no limit.
	Messages int
	// Stagger spreads the first connections over that time; 0 means 1 s, less than 0 none.
	Stagger time.Duration

	// AtMostOnce publishes at QoS 0; nothing is acknowledged then.
	AtMostOnce bool
	// InFlight is how many readings of one device may await their PUBACK; 0 means 1,
	// at most 100 (AWS IoT Core quotas, "in-flight unacknowledged messages"). A device
	// with a full window skips readings and counts them.
	InFlight int
	// Gap is the least time from a PUBACK to the device's next message; 0 means 2 ms,
	// which gives every message its own millisecond where a rule stamps the time, as
	// long as InFlight is 1. Less than 0 means none.
	Gap time.Duration
	// Drain bounds the wait for outstanding PUBACKs at the end; 0 means 10 s.
	Drain time.Duration

	// DeviceTime adds the device's clock as the field ts, in milliseconds. A device
	// never gives two readings the same ts. Late and out-of-order faults imply it.
	DeviceTime bool
	// Pascals reports the pressure as whole pascals, as in the article's payload;
	// otherwise in hectopascals with decimals, as in the public sample.
	Pascals bool
	// Seed of values and faults; the same seed gives the same ones.
	Seed uint64

	Faults Faults
	// Quiet devices, the last ones of the fleet, stop for good after QuietAfter,
	// connected but silent: the question for devices that went silent needs some.
	Quiet      int
	QuietAfter time.Duration

	// Update, when set, is called with the counts so far every Every (0 means 1 s),
	// never twice at once.
	Update func(Summary)
	Every  time.Duration

	// Logger receives connection troubles at debug level; nil discards.
	Logger *slog.Logger
}

const (
	maxDevices  = 100_000
	maxInFlight = 100

	defaultTimeout = 15 * time.Second
)

// withDefaults fills in what was left zero.
func (o Options) withDefaults() Options {
	o.Broker.Timeout = orDefault(o.Broker.Timeout, defaultTimeout)
	o.Devices = orDefault(o.Devices, 10)
	o.Prefix = orDefault(o.Prefix, "sensor")
	o.Topic = orDefault(o.Topic, "dt/sensor/{device}")
	o.Stagger = orDefault(o.Stagger, time.Second)
	o.InFlight = orDefault(o.InFlight, 1)
	o.Gap = orDefault(o.Gap, 2*time.Millisecond)
	o.Drain = orDefault(o.Drain, 10*time.Second)
	o.Every = orDefault(o.Every, time.Second)
	if o.Rate > 0 {
		o.Interval = time.Duration(float64(o.Devices) / o.Rate * float64(time.Second))
	}
	o.Interval = orDefault(o.Interval, 2*time.Second)
	o.Faults = o.Faults.withDefaults()
	o.DeviceTime = o.DeviceTime || o.Faults.Late > 0 || o.Faults.OutOfOrder > 0
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// orDefault returns v unless it is zero.
func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Validate reports the first option that cannot be right, as fault.Invalid.
func (o Options) Validate() error {
	if o.Rate != 0 && o.Interval != 0 {
		return fault.New(fault.Invalid, "rate and interval exclude each other")
	}
	if math.IsNaN(o.Rate) || math.IsInf(o.Rate, 0) || o.Rate < 0 {
		return fault.New(fault.Invalid, "rate %v is not a number of messages per second", o.Rate)
	}
	if _, err := o.Broker.address(); err != nil {
		return err
	}
	if err := o.Faults.validate(); err != nil {
		return err
	}
	return o.withDefaults().validateBounds()
}

// validateBounds checks the numbers that have bounds.
func (o Options) validateBounds() error {
	switch {
	case o.Devices < 0 || o.Devices > maxDevices:
		return fault.New(fault.Invalid, "devices %d is not between 1 and %d", o.Devices, maxDevices)
	case o.InFlight < 0 || o.InFlight > maxInFlight:
		return fault.New(fault.Invalid, "in flight %d is not between 1 and %d", o.InFlight, maxInFlight)
	case o.Interval < 0 || o.For < 0 || o.Every < 0 || o.Drain < 0 || o.Messages < 0 || o.Broker.Timeout < 0:
		return fault.New(fault.Invalid, "a time or a number of messages is negative")
	case o.DeviceTime && o.Interval < 2*time.Millisecond:
		return fault.New(fault.Invalid, "a device that stamps milliseconds needs at least 2ms between readings, not %v", o.Interval)
	case o.Quiet < 0 || o.Quiet > o.Devices:
		return fault.New(fault.Invalid, "quiet %d is not between 0 and the %d devices", o.Quiet, o.Devices)
	}
	return validateTopic(o.Topic)
}

// validateTopic refuses what no device may publish to. The braces of the
// replacements are checked here, the result's length by the broker.
func validateTopic(topic string) error {
	if strings.ContainsAny(topic, "#+\x00") {
		return fault.New(fault.Invalid, "topic %q has a wildcard or a null character", topic)
	}
	rest := replacePlace(topic, "", place{})
	if strings.ContainsAny(rest, "{}") {
		return fault.New(fault.Invalid, "topic %q has an unknown replacement; {device}, {building} and {room} exist", topic)
	}
	return nil
}

// replacePlace fills in a topic template.
func replacePlace(topic, device string, p place) string {
	return strings.NewReplacer("{device}", device, "{building}", p.building, "{room}", p.room).Replace(topic)
}

// deviceID is the id of the i-th device: prefix, underscore and a number from 1 that
// is wide enough for the whole fleet, at least two digits as in the public sample.
func (o Options) deviceID(i int) string {
	width := max(2, len(fmt.Sprint(o.Devices)))
	return fmt.Sprintf("%s_%0*d", o.Prefix, width, i+1)
}
