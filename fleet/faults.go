package fleet

import (
	"math/rand/v2"
	"time"

	"tidemark/fault"
)

// Faults says how often things go wrong, as probabilities per reading from 0 to 1.
// Together they may not exceed 1: a reading suffers at most one.
type Faults struct {
	Disconnect float64 // the network drops before the reading is sent
	Duplicate  float64 // the same bytes are published twice
	Late       float64 // the device's time stamp lies LateBy in the past
	OutOfOrder float64 // the reading is sent after the next one
	Silent     float64 // the device says nothing for SilentFor

	// LateBy is how old late readings are; 0 means 10 min.
	LateBy time.Duration
	// SilentFor is how long a silence lasts; 0 means 15 s.
	SilentFor time.Duration
}

// UsualFaults is a bad but ordinary day: each kind happens once in some dozens to
// hundreds of readings.
func UsualFaults() Faults {
	return Faults{Disconnect: 0.01, Duplicate: 0.02, Late: 0.02, OutOfOrder: 0.02, Silent: 0.002}
}

// FaultCounts counts the faults that were made, by kind.
type FaultCounts struct {
	Disconnects, Duplicates, Late, OutOfOrder, Silences int64
}

// Any reports whether anything went wrong on purpose.
func (c FaultCounts) Any() bool { return c != FaultCounts{} }

type faultKind uint8

const (
	noFault faultKind = iota
	disconnect
	duplicate
	late
	outOfOrder
	silent
	faultKinds
)

// share is the probability of a kind.
func (f Faults) share() [faultKinds]float64 {
	return [faultKinds]float64{
		disconnect: f.Disconnect, duplicate: f.Duplicate, late: f.Late, outOfOrder: f.OutOfOrder, silent: f.Silent,
	}
}

func (f Faults) withDefaults() Faults {
	f.LateBy = orDefault(f.LateBy, 10*time.Minute)
	f.SilentFor = orDefault(f.SilentFor, 15*time.Second)
	return f
}

func (f Faults) validate() error {
	sum := 0.0
	for _, p := range f.share() {
		if !(p >= 0 && p <= 1) {
			return fault.New(fault.Invalid, "fault probability %v is not between 0 and 1", p)
		}
		sum += p
	}
	if sum > 1 {
		return fault.New(fault.Invalid, "the fault probabilities add up to %v, more than 1", sum)
	}
	if f.LateBy < 0 || f.SilentFor < 0 {
		return fault.New(fault.Invalid, "a fault's time is negative")
	}
	return nil
}

// draw decides what befalls one reading.
func (f Faults) draw(rng *rand.Rand) faultKind {
	x := rng.Float64()
	for kind, p := range f.share() {
		if x < p {
			return faultKind(kind)
		}
		x -= p
	}
	return noFault
}
