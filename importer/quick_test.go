package importer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

func TestQuickTime(t *testing.T) {
	day := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; day.Year() <= lastYear; day = day.AddDate(0, 0, 1) {
		text := day.Format(time.DateOnly)
		if got, ok := quickTime([]byte(text)); !ok || got != day.UnixNano() {
			t.Fatalf("quickTime(%q) = %d, %v, want %d", text, got, ok, day.UnixNano())
		}
	}
	for text, want := range map[string]string{
		"2026-03-01 12:34:56":                 "2026-03-01T12:34:56Z",
		"2026-03-01T12:34:56Z":                "2026-03-01T12:34:56Z",
		"2026-03-01 12:34:56.5":               "2026-03-01T12:34:56.5Z",
		"2026-03-01 12:34:56.123456789-05:30": "2026-03-01T18:04:56.123456789Z",
		"2026-03-01T00:00:00+14:00":           "2026-02-28T10:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339Nano, want)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := quickTime([]byte(text)); !ok || got != at.UnixNano() {
			t.Errorf("quickTime(%q) = %v, %v, want %s", text, time.Unix(0, got).UTC(), ok, want)
		}
	}
	for _, text := range []string{
		"", "2026", "2026-02-29", "2100-02-29", "2026-00-01", "2026-01-00", "2026-04-31", "1969-12-31", "2262-01-01", "2026-03-01 ", "2026-03-01 24:00:00", "2026-03-01 12:60:00",
		"2026-03-01 12:00:60", "2026-03-01 12:00", "2026-03-01 12:00:00.", "2026-03-01 12:00:00.1234567890", "2026-03-01x12:00:00", "2026-03-01 12:00:00+1", "2026-03-01 12:00:00+01:60", "2026-03-01 12:00:00 Z", "2o26-03-01",
	} {
		if got, ok := quickTime([]byte(text)); ok {
			t.Errorf("quickTime(%q) = %d, want none", text, got)
		}
	}
}

// Numbers are rounded as the standard library rounds them.
func TestQuickDecimal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	check := func(text string) {
		t.Helper()
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, size := quickDecimal([]byte(text + ",")); size != len(text) || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("quickDecimal(%q) = %v, %d, want %v, %d", text, got, size, want, len(text))
		}
	}
	for range 100_000 {
		check(strconv.FormatFloat((rng.Float64()-0.5)*math.Pow10(rng.IntN(20)), 'f', rng.IntN(18), 64))
		check(strconv.FormatFloat(rng.NormFloat64()*math.Pow10(rng.IntN(600)-300)+1e-290, 'e', 1+rng.IntN(18), 64))
		check(fmt.Sprintf("%d.%0*d", rng.IntN(1000), 1+rng.IntN(12), rng.IntN(10)))
	}
	for _, text := range []string{"", "-", ".5", "5.", "5.x", "1e", "1e+", "x", "+1", "1e-400", "1e999", "0e5"} {
		if got, size := quickDecimal([]byte(text)); size != 0 {
			t.Errorf("quickDecimal(%q) = %v, %d, want none", text, got, size)
		}
	}
}

func TestQuickInteger(t *testing.T) {
	for text, want := range map[string]struct {
		n    int64
		size int
	}{
		"0": {0, 1}, "-7,": {-7, 2}, "007i": {7, 3}, "999999999999999999": {999999999999999999, 18}, "12.5": {12, 2},
		"": {}, "-": {}, "+1": {}, "x": {}, "1000000000000000000": {}, "99999999999999999999999": {},
	} {
		if n, size := quickInteger([]byte(text)); n != want.n || size != want.size {
			t.Errorf("quickInteger(%q) = %d, %d, want %d, %d", text, n, size, want.n, want.size)
		}
	}
}
