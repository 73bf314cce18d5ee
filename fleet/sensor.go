package fleet

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"time"
)

// message is one reading on its way.
type message struct {
	payload []byte
	kind    faultKind // what was done to it; none for an ordinary one
}

// source makes the readings of one device. It is used by one goroutine.
type source interface {
	// next makes the reading of the given instant; shift moves its own time stamp
	// into the past, 0 for the present.
	next(ctx context.Context, at time.Time, shift time.Duration) ([]byte, error)
}

// sensor is a building sensor: the fields of the article's payload in its order, then
// who it is and where it hangs.
type sensor struct {
	climate climate
	rng     *rand.Rand
	who     []byte // the encoded fields that never change
	stamped bool
	pascals bool
	clock   deviceClock

	temperature, humidity, pressure drift
	battery                         float64 // mV
	moved, sequence                 int
}

// newSensor returns the sensor that measures at p. Its values depend on the seed and
// on its index alone.
func newSensor(o Options, index int, p place) *sensor {
	return &sensor{
		climate:     climateOf(o.Seed, p),
		rng:         rand.New(rand.NewPCG(o.Seed, uint64(index)+1)),
		who:         identityFields(o.deviceID(index), p),
		stamped:     o.DeviceTime,
		pascals:     o.Pascals,
		temperature: drift{spread: 0.25},
		humidity:    drift{spread: 1.2},
		pressure:    drift{spread: 0.12},
		battery:     3050 - float64(index%50),
		sequence:    index * 37 % 1000,
	}
}

func identityFields(device string, p place) []byte {
	b := append([]byte(`,"device_id":`), quoted(device)...)
	b = append(append(b, `,"building":`...), quoted(p.building)...)
	return append(append(b, `,"room":`...), quoted(p.room)...)
}

// quoted is a JSON string. Marshalling a string does not fail.
func quoted(s string) []byte {
	b, _ := json.Marshal(s)
	return b
}

// next encodes one reading. Every measure with decimals keeps its point, because
// IoT SQL 2015-10-08 takes a number without one for an integer.
func (s *sensor) next(_ context.Context, at time.Time, shift time.Duration) ([]byte, error) {
	sun := s.climate.sun(at)
	temperature := s.climate.temperature + s.climate.swing*sun + s.temperature.step(s.rng)
	humidity := s.climate.humidity - 4*sun + s.humidity.step(s.rng)
	s.live()

	b := make([]byte, 0, 384)
	b = append(b, `{"dataFormat":5`...)
	b = appendInt(b, "rssi", -72-s.rng.IntN(20))
	b = appendDecimal(b, "temperature", temperature, 2)
	b = appendDecimal(b, "humidity", min(max(humidity, 5), 95), 3)
	b = s.appendPressure(b, weather(at)+s.pressure.step(s.rng))
	b = appendInt(b, "accelerationX", 40+s.rng.IntN(9)-4)
	b = appendInt(b, "accelerationY", -20+s.rng.IntN(9)-4)
	b = appendInt(b, "accelerationZ", 1016+s.rng.IntN(9)-4)
	b = appendInt(b, "battery", int(s.battery))
	b = appendInt(b, "txPower", 4)
	b = appendInt(b, "movementCounter", s.moved)
	b = appendInt(b, "measurementSequenceNumber", s.sequence)
	b = append(b, s.who...)
	if s.stamped {
		b = appendInt(b, "ts", int(s.clock.stamp(at, shift)))
	}
	return append(b, '}'), nil
}

// live ages the sensor by one reading. The counters wrap as in the device whose
// format the article shows: 8 bits of movement, 16 bits of sequence.
func (s *sensor) live() {
	s.sequence = (s.sequence + 1) % 65_536
	s.battery = max(s.battery-0.002, 1900)
	if s.rng.IntN(50) == 0 {
		s.moved = (s.moved + 1) % 256
	}
}

func (s *sensor) appendPressure(b []byte, hectopascals float64) []byte {
	if s.pascals {
		return appendInt(b, "pressure", int(hectopascals*100))
	}
	return appendDecimal(b, "pressure", hectopascals, 2)
}

func appendInt(b []byte, name string, v int) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return strconv.AppendInt(b, int64(v), 10)
}

func appendDecimal(b []byte, name string, v float64, digits int) []byte {
	b = append(append(append(b, `,"`...), name...), `":`...)
	return strconv.AppendFloat(b, v, 'f', digits, 64)
}

// deviceClock stamps readings in milliseconds so that no two of a device are equal:
// the present only ever gets even ones, in ascending order, a shifted time odd ones.
// With one shift per run, a shifted stamp is as unique as the one it comes from.
type deviceClock struct{ last int64 }

func (c *deviceClock) stamp(at time.Time, shift time.Duration) int64 {
	c.last = max(at.UnixMilli()&^1, c.last+2)
	if shift == 0 {
		return c.last
	}
	return (c.last - shift.Milliseconds()) | 1
}
