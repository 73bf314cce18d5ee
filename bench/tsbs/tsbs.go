// Package tsbs generates data of the shape of the Time Series Benchmark Suite's cpu
// use case: hosts with ten tags report ten integer-valued metrics at a fixed interval,
// each metric a random walk clamped to 0..100 with normally distributed steps
// (timescale/tsbs, "devops" and "cpu-only"). The same seed gives the same data.
package tsbs

import (
	"fmt"
	"math/rand/v2"
)

// Metrics are the names of the ten measures.
var Metrics = [10]string{
	"usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait",
	"usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice",
}

// Tag is one dimension of a host.
type Tag struct{ Name, Value string }

// Host is one reporting machine.
type Host struct {
	Tags  [10]Tag
	value [10]float64
	rng   *rand.Rand
}

var regions = []struct {
	name    string
	centres int
}{
	{"us-east-1", 5}, {"us-west-1", 2}, {"us-west-2", 3}, {"eu-west-1", 3}, {"eu-central-1", 2},
	{"ap-southeast-1", 2}, {"ap-southeast-2", 2}, {"ap-northeast-1", 2}, {"sa-east-1", 3},
}

// Hosts returns n hosts at the beginning of their walks.
func Hosts(n int, seed uint64) []*Host { return HostRange(0, n, seed) }

// HostRange returns the hosts numbered from, up to but without to. A host is the same
// whatever range it comes in.
func HostRange(from, to int, seed uint64) []*Host {
	hosts := make([]*Host, 0, to-from)
	for i := from; i < to; i++ {
		hosts = append(hosts, newHost(i, seed))
	}
	return hosts
}

func newHost(i int, seed uint64) *Host {
	rng := rand.New(rand.NewPCG(seed, uint64(i)))
	region := regions[rng.IntN(len(regions))]
	h := &Host{rng: rng, Tags: [10]Tag{
		{"hostname", fmt.Sprintf("host_%d", i)},
		{"region", region.name},
		{"datacenter", fmt.Sprintf("%s%c", region.name, 'a'+rune(rng.IntN(region.centres)))},
		{"rack", fmt.Sprint(rng.IntN(100))},
		{"os", pick(rng, "Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10")},
		{"arch", pick(rng, "x64", "x86")},
		{"team", pick(rng, "SF", "NYC", "LON", "CHI")},
		{"service", fmt.Sprint(rng.IntN(20))},
		{"service_version", fmt.Sprint(rng.IntN(2))},
		{"service_environment", pick(rng, "production", "staging", "test")},
	}}
	for m := range h.value {
		h.value[m] = rng.Float64() * 100
	}
	return h
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

// Next advances the walk by one interval and returns the metrics without their fractions,
// as the suite reports them.
func (h *Host) Next() [10]int64 {
	var out [10]int64
	for m, v := range h.Walk() {
		out[m] = int64(v)
	}
	return out
}

// Walk advances the walk by one interval and returns the metrics with their fractions.
func (h *Host) Walk() [10]float64 {
	for m := range h.value {
		h.value[m] = min(100, max(0, h.value[m]+h.rng.NormFloat64()))
	}
	return h.value
}
