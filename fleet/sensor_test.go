package fleet

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// readings returns the first n payloads of the i-th sensor, a second apart.
func readings(t *testing.T, o Options, i, n int) [][]byte {
	t.Helper()
	s := newSensor(o.withDefaults(), i, placeOf(i))
	var all [][]byte
	for k := range n {
		b, err := s.next(t.Context(), noon.Add(time.Duration(k)*time.Second), 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

func TestSameSeedSameReadings(t *testing.T) {
	a, b := readings(t, Options{Seed: 7}, 3, 100), readings(t, Options{Seed: 7}, 3, 100)
	if !slices.EqualFunc(a, b, bytes.Equal) {
		t.Error("two sensors of the same seed and index differ")
	}
	for name, other := range map[string][][]byte{
		"seed 8":  readings(t, Options{Seed: 8}, 3, 100),
		"index 2": readings(t, Options{Seed: 7}, 2, 100),
	} {
		if slices.EqualFunc(a, other, bytes.Equal) {
			t.Errorf("%s: the readings are those of seed 7, index 3", name)
		}
	}
}

// The article's fields, in the article's order, then the public sample's.
func TestPayloadFields(t *testing.T) {
	payload := readings(t, Options{}, 0, 1)[0]
	want := []string{"dataFormat", "rssi", "temperature", "humidity", "pressure", "accelerationX", "accelerationY", "accelerationZ",
		"battery", "txPower", "movementCounter", "measurementSequenceNumber", "device_id", "building", "room"}
	if got := keys(t, payload); !slices.Equal(got, want) {
		t.Errorf("keys of %s = %v, want %v", payload, got, want)
	}
	stamped := readings(t, Options{DeviceTime: true}, 0, 1)[0]
	if got := keys(t, stamped); !slices.Equal(got, append(want, "ts")) {
		t.Errorf("keys of %s = %v, want the same and ts", stamped, got)
	}
}

func keys(t *testing.T, payload []byte) []string {
	t.Helper()
	if !json.Valid(payload) {
		t.Fatalf("%s is not JSON", payload)
	}
	var names []string
	for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllSubmatch(payload, -1) {
		names = append(names, string(m[1]))
	}
	return names
}

func TestIdentityInPayload(t *testing.T) {
	var got struct {
		DeviceID string `json:"device_id"`
		Building string `json:"building"`
		Room     string `json:"room"`
	}
	if err := json.Unmarshal(readings(t, Options{Prefix: `a"b`}, 2, 1)[0], &got); err != nil {
		t.Fatal(err)
	}
	// The third sensor is the first of the second room, in the second building.
	if got.DeviceID != `a"b_03` || got.Building != "Mill" || got.Room != "1.01" {
		t.Errorf(`identity = %+v, want a"b_03 in Mill 1.01`, got)
	}
}

// A measure that is a DOUBLE once must be one always: its text keeps the point.
func TestDecimalsKeepTheirPoint(t *testing.T) {
	double := regexp.MustCompile(`"(temperature|humidity|pressure)":-?\d+\.\d+[,}]`)
	for _, payload := range readings(t, Options{Seed: 1}, 0, 2000) {
		if n := len(double.FindAll(payload, -1)); n != 3 {
			t.Fatalf("%s has %d measures with a point, want 3", payload, n)
		}
	}
	if p := readings(t, Options{Pascals: true}, 0, 1)[0]; !regexp.MustCompile(`"pressure":\d{5,6},`).Match(p) {
		t.Errorf("%s has no pressure in whole pascals", p)
	}
}

func TestValuesArePlausibleAndWander(t *testing.T) {
	type values struct{ Temperature, Humidity, Pressure float64 }
	o := Options{Seed: 5}.withDefaults()
	s := newSensor(o, 0, placeOf(0))
	var day []values
	for i := range 24 * 60 {
		var v values
		b, _ := s.next(t.Context(), noon.Add(time.Duration(i)*time.Minute), 0)
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		if v.Temperature < 12 || v.Temperature > 32 || v.Humidity < 20 || v.Humidity > 70 || v.Pressure < 990 || v.Pressure > 1035 {
			t.Fatalf("minute %d: %+v is not a room", i, v)
		}
		day = append(day, v)
	}
	mean := func(from, to int) (sum float64) {
		for _, v := range day[from:to] {
			sum += v.Temperature / float64(to-from)
		}
		return sum
	}
	afternoon, night := mean(2*60, 6*60), mean(14*60, 18*60) // from noon: 14-18 h and 2-6 h
	if afternoon < night+0.8 {
		t.Errorf("mean temperature %.2f in the afternoon, %.2f at night: no day curve", afternoon, night)
	}
}

// No two time stamps of a device are equal, late ones included.
func TestDeviceClockNeverRepeats(t *testing.T) {
	var c deviceClock
	seen := map[int64]bool{}
	at := noon
	for i := range 5000 {
		shift := time.Duration(0)
		if i%3 == 0 {
			shift = 2 * time.Second // far less than the run: collisions would show
		}
		stamp := c.stamp(at, shift)
		if seen[stamp] {
			t.Fatalf("reading %d: time stamp %d was given before", i, stamp)
		}
		seen[stamp] = true
		at = at.Add(time.Duration(i%4) * time.Millisecond)
	}
}

func TestPlacesAreDistinctRooms(t *testing.T) {
	perRoom := map[place]int{}
	for i := range 500 {
		perRoom[placeOf(i)]++
	}
	for p, n := range perRoom {
		if n != sensorsPerRoom {
			t.Errorf("%v has %d sensors, want %d", p, n, sensorsPerRoom)
		}
		if strings.ContainsAny(p.room+p.building, "/#+") {
			t.Errorf("%v cannot be a topic level", p)
		}
	}
}
