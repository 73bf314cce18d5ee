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

// StoreBytes is StoreMemory in bytes, 0 when it is not set.
func (c *Config) StoreBytes() (int64, error) {
	if c.StoreMemory == "" {
		return 0, nil
	}
	for _, u := range units {
		if text, ok := strings.CutSuffix(c.StoreMemory, u.suffix); ok {
			n, err := strconv.ParseFloat(text, 64)
			return int64(n * u.bytes), err
		}
	}
	return 0, fault.New(fault.Invalid, "store.memory: %q is not a size such as 4GB", c.StoreMemory)
}
