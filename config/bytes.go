package config

import (
	"strconv"
	"strings"

	"tidemark/fault"
)

// units are the suffixes of sizes.
var units = []struct {
	suffix string
	bytes  float64
}{{"MiB", 1 << 20}, {"GiB", 1 << 30}, {"MB", 1e6}, {"GB", 1e9}}

// Bytes reads a size such as 4GB or 512MiB; an empty text is 0.
func Bytes(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.suffix); ok && memoryForm.MatchString(text) {
			n, err := strconv.ParseFloat(number, 64)
			return int64(n * u.bytes), err
		}
	}
	return 0, fault.New(fault.Invalid, "%q is not a size such as 4GB", text)
}

// sizes are the settings that Bytes reads, and whether they may be empty.
func (c *Config) sizes() []struct {
	key, text string
	optional  bool
} {
	return []struct {
		key, text string
		optional  bool
	}{
		{"store.memory", c.StoreMemory, true}, {"store.series", c.StoreSeries, true}, {"query.memory", c.QueryMemory, true},
		{"query.spill", c.QuerySpill, false}, {"query.result", c.QueryResult, false},
		{"store.cache", c.StoreCache, false}, {"store.reserve", c.StoreReserve, false}, {"dead-letter.size", c.DeadLetterSize, false},
	}
}

// validateSizes reports the first size that cannot be used.
func (c *Config) validateSizes() error {
	for _, s := range c.sizes() {
		n, err := Bytes(s.text)
		if err != nil || n == 0 && (s.text != "" || !s.optional) {
			return fault.New(fault.Invalid, "%s: %q is not a size such as 4GB", s.key, s.text)
		}
	}
	return nil
}
