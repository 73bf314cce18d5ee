package demo

import (
	"crypto/x509"
	"io"
	"log/slog"
	"time"

	"tidemark/fault"
	"tidemark/fleet"
)

// Options says where the server is and how much to show.
type Options struct {
	// Endpoint is the address of the AWS-shaped APIs, http://host:port or https://….
	Endpoint string
	// Region is signed into requests; empty means us-east-1.
	Region string
	// KeyID and Secret are the access key that signs.
	KeyID, Secret string
	// Roots verify an https endpoint; nil means the system's.
	Roots *x509.CertPool
	// Broker is where the devices connect.
	Broker fleet.Broker

	// Database is created when it is not there; empty means "demo".
	Database string
	// Devices of the public sample's kind; 0 means 20. A quarter as many, at least
	// two, are of the article's kind, and one is this host.
	Devices int
	// Rate is the messages per second of all sensors together; 0 means one per
	// second and device.
	Rate float64
	// For ends the demo by itself; 0 means when the context ends.
	For time.Duration
	// Faults makes devices disconnect, repeat themselves, be late and fall silent.
	Faults bool
	// Seed of the values and faults.
	Seed uint64

	// Out receives the text; when it is a terminal, the live line stays in place.
	Out io.Writer
	// Open is printed at the start as what to open in a browser; may be empty.
	Open string

	// Logger receives the devices' connection troubles at debug level; nil discards.
	Logger *slog.Logger
}

// Validate reports the first option that cannot be right, as fault.Invalid.
func (o Options) Validate() error {
	switch {
	case o.Endpoint == "" || o.KeyID == "" || o.Secret == "":
		return fault.New(fault.Invalid, "the demo needs an endpoint and an access key")
	case o.Out == nil:
		return fault.New(fault.Invalid, "the demo needs somewhere to write")
	case o.Devices < 0 || o.Rate < 0 || o.For < 0:
		return fault.New(fault.Invalid, "a number of the demo is negative")
	case o.For > 0 && o.For < minFor:
		return fault.New(fault.Invalid, "the demo needs at least %s, not %s", minFor, o.For)
	}
	return nil
}

// minFor leaves every device time for some readings.
const minFor = 5 * time.Second

func (o Options) withDefaults() Options {
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Database == "" {
		o.Database = "demo"
	}
	if o.Devices == 0 {
		o.Devices = 20
	}
	if o.Rate == 0 {
		o.Rate = float64(o.Devices)
	}
	return o
}

// look is when the first questions are asked: late enough to have something to see.
func (o Options) look() time.Duration {
	if o.For == 0 {
		return 12 * time.Second
	}
	return min(12*time.Second, o.For*2/3)
}

// interval is the time between two readings of one sensor.
func (o Options) interval() time.Duration {
	return time.Duration(float64(o.Devices) / o.Rate * float64(time.Second))
}

// silence is how long a device must have said nothing to count as silent.
func (o Options) silence() time.Duration {
	return max(o.look()/3, 2*o.interval()).Round(time.Second) + time.Second
}

// sensors is the public sample's fleet: the rule stamps the time. Its last device is
// switched off early, so that a device that went silent can be found.
func (o Options) sensors() fleet.Options {
	f := fleet.Options{
		Broker: o.Broker, Devices: o.Devices, Prefix: "sensor", Topic: "dt/sensor/{device}", Interval: o.interval(),
		Seed: o.Seed, Logger: o.Logger, Quiet: 1, QuietAfter: o.look() / 3,
	}
	if o.Faults {
		f.Faults = fleet.UsualFaults()
	}
	return f
}

// measures is the article's fleet: the device stamps the time.
func (o Options) measures() fleet.Options {
	f := o.sensors()
	f.Devices, f.Prefix, f.Topic = max(2, o.Devices/4), "device", "dt/{device}/measures"
	f.DeviceTime, f.Pascals, f.Quiet = true, true, 0
	return f
}
