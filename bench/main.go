// Command bench measures the built binary and prints the figures that
// docs/benchmarks.md records. Client and server share the machine.
//
//	go run ./bench                 everything, in this order
//	go run ./bench write mqtt      some of it
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// options are the sizes of a run.
type options struct {
	binary  string
	seconds time.Duration // of each throughput measurement
	hosts   int
	hours   int
	repeat  int           // of each query
	rounds  int           // of each throughput measurement
	calm    time.Duration // longest wait before each round for a machine that is not busy otherwise
}

// suite is one group of measurements on a fresh server.
type suite struct {
	name string
	run  func(ctx context.Context, o options, r *report) error
}

var suites = []suite{
	{"start", benchStart},
	{"write", benchWrite},
	{"mqtt", benchMQTT},
	{"latency", benchLatency},
	{"tsbs", benchTSBS},
	{"interpolate", benchInterpolate},
	{"compile", benchCompile},
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/tidemark", "program under test")
	flag.DurationVar(&o.seconds, "for", 5*time.Second, "length of each throughput measurement")
	flag.IntVar(&o.hosts, "hosts", 400, "hosts of the TSBS data")
	flag.IntVar(&o.hours, "hours", 24, "hours of the TSBS data")
	flag.IntVar(&o.repeat, "repeat", 21, "runs of each query")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of each throughput measurement; the median counts")
	flag.DurationVar(&o.calm, "calm", time.Minute, "longest wait before each round for a machine that is as fast as it was before")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := runSuites(ctx, o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func runSuites(ctx context.Context, o options, wanted []string) error {
	for _, name := range wanted {
		if !slices.ContainsFunc(suites, func(s suite) bool { return s.name == name }) {
			return fmt.Errorf("no suite %q; there are %s", name, strings.Join(suiteNames(), ", "))
		}
	}
	r := newReport(os.Stdout)
	var failed error
	for _, s := range suites {
		if len(wanted) > 0 && !slices.Contains(wanted, s.name) {
			continue
		}
		if err := s.run(ctx, o, r); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	r.print()
	return failed
}

func suiteNames() []string {
	names := make([]string, len(suites))
	for i, s := range suites {
		names[i] = s.name
	}
	return names
}
