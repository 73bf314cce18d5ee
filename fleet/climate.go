package fleet

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// climate is the slow life of one room: every sensor in it sees the same.
type climate struct {
	temperature float64 // mean, °C
	swing       float64 // half the difference between afternoon and night, °C
	humidity    float64 // mean, percent
	phase       float64 // hours by which the room lags behind the sun
}

// climateOf draws a room's climate from the seed and its name.
func climateOf(seed uint64, p place) climate {
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.building + "\x00" + p.room)) // a hash does not fail
	rng := rand.New(rand.NewPCG(seed, h.Sum64()))
	return climate{
		temperature: 19.5 + 4*rng.Float64(),
		swing:       0.8 + 1.7*rng.Float64(),
		humidity:    38 + 14*rng.Float64(),
		phase:       2 * rng.Float64(),
	}
}

// sun is 1 in the middle of the afternoon (15:00 UTC plus the lag) and -1 at night.
func (c climate) sun(at time.Time) float64 {
	hours := float64(at.Unix()%86_400)/3600 - c.phase
	return math.Cos((hours - 15) / 24 * 2 * math.Pi)
}

// weather is the air pressure outside in hectopascals: waves of days and half days,
// the same for the whole fleet.
func weather(at time.Time) float64 {
	hours := float64(at.Unix()) / 3600
	return 1013 + 7*math.Sin(hours/62*2*math.Pi) + 1.2*math.Sin(hours/12*2*math.Pi)
}

// drift is noise with a memory: each step keeps most of the last value, so that
// readings wander instead of jumping. Its standard deviation settles near spread.
type drift struct {
	value, spread float64
}

const driftMemory = 0.95

// step moves the noise on and returns it.
func (d *drift) step(rng *rand.Rand) float64 {
	push := d.spread * math.Sqrt(1-driftMemory*driftMemory)
	d.value = driftMemory*d.value + push*rng.NormFloat64()
	return d.value
}
