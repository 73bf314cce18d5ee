package fleet

import (
	"math"
	"testing"
	"time"

	"tidemark/fault"
)

func TestOptionsValidate(t *testing.T) {
	b := Broker{URL: "mqtt://localhost"}
	for name, tt := range map[string]struct {
		options Options
		valid   bool
	}{
		"defaults":              {Options{Broker: b}, true},
		"tls":                   {Options{Broker: Broker{URL: "mqtts://h:1"}}, true},
		"no broker":             {Options{}, false},
		"http":                  {Options{Broker: Broker{URL: "http://h"}}, false},
		"no host":               {Options{Broker: Broker{URL: "mqtt://:1883"}}, false},
		"rate and interval":     {Options{Broker: b, Rate: 1, Interval: 1}, false},
		"rate is not a number":  {Options{Broker: b, Rate: math.NaN()}, false},
		"negative rate":         {Options{Broker: b, Rate: -1}, false},
		"too many devices":      {Options{Broker: b, Devices: maxDevices + 1}, false},
		"window too large":      {Options{Broker: b, InFlight: 101}, false},
		"wildcard":              {Options{Broker: b, Topic: "a/#"}, false},
		"unknown replacement":   {Options{Broker: b, Topic: "a/{floor}"}, false},
		"known replacements":    {Options{Broker: b, Topic: "a/{building}/{room}/{device}"}, true},
		"stamps too close":      {Options{Broker: b, DeviceTime: true, Interval: time.Millisecond}, false},
		"late implies stamps":   {Options{Broker: b, Faults: Faults{Late: 0.1}, Interval: time.Millisecond}, false},
		"more quiet than there": {Options{Broker: b, Devices: 2, Quiet: 3}, false},
		"bad fault":             {Options{Broker: b, Faults: Faults{Late: 2}}, false},
	} {
		err := tt.options.Validate()
		if (err == nil) != tt.valid || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: Validate() = %v, want valid %v", name, err, tt.valid)
		}
	}
}

func TestDefaults(t *testing.T) {
	if got := (Options{Devices: 100, Rate: 50}).withDefaults().Interval; got != 2*time.Second {
		t.Errorf("interval of 100 devices at 50/s = %v, want 2s", got)
	}
	if got := (Options{Devices: 1000}).withDefaults().deviceID(6); got != "sensor_0007" {
		t.Errorf("id of the 7th of 1000 = %q, want sensor_0007", got)
	}
	if got, err := (Broker{URL: "mqtts://[::1]"}).address(); err != nil || got != "[::1]:8883" {
		t.Errorf("address = %q, %v, want [::1]:8883", got, err)
	}
}
