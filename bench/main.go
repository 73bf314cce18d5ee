// Command bench measures the built binary and prints the figures that
// docs/benchmarks.md records. Client and server share the machine.
//
//	go run ./bench                 everything, in this order
//	go run ./bench write mqtt      some of it
//	go run ./bench peers           the store beside other stores
//	go run ./bench generate        data for files, see generate -h
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
	"syscall"
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
	soak    time.Duration // length of the soak
	peers   peerOptions
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
	{"peers", benchPeers},
}

// longSuites run only when they are named.
var longSuites = []suite{{"soak", benchSoak}}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/tidemark", "program under test")
	flag.DurationVar(&o.seconds, "for", 5*time.Second, "length of each throughput measurement")
	flag.IntVar(&o.hosts, "hosts", 400, "hosts of the TSBS data")
	flag.IntVar(&o.hours, "hours", 24, "hours of the TSBS data")
	flag.IntVar(&o.repeat, "repeat", 21, "runs of each query")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of each throughput measurement; the median counts")
	flag.DurationVar(&o.calm, "calm", time.Minute, "longest wait before each round for a machine that is as fast as it was before")
	flag.DurationVar(&o.peers.step, "step", interval, "peers: time between the rows of a host")
	flag.IntVar(&o.peers.metrics, "metrics", 10, "peers: metrics of a row")
	flag.BoolVar(&o.peers.float, "float", false, "peers: values with two decimals instead of whole ones")
	flag.StringVar(&o.peers.systems, "systems", "", "peers: names of systems, separated by commas; none: all that are installed")
	flag.BoolVar(&o.peers.scale, "scale", false, "peers: also ten times the time, ten times the hosts, and a million series")
	flag.IntVar(&o.peers.connections, "connections", writeConnections, "peers: parallel writers")
	flag.StringVar(&o.peers.tools, "peers-tools", ".tools/peers", "peers: where bench/peers/install.sh has put them")
	flag.DurationVar(&o.soak, "soak", 10*time.Minute, "length of the soak")
	flag.Parse()
	// A reader that goes away ends the run as an interrupt does: no server is left behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	defer stop()
	if flag.Arg(0) == "generate" {
		exit(generate(ctx, flag.Args()[1:]))
		return
	}
	exit(runSuites(ctx, o, flag.Args()))
}

// exit ends the program with 1 after an error.
func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func runSuites(ctx context.Context, o options, wanted []string) error {
	all := slices.Concat(suites, longSuites)
	for _, name := range wanted {
		if !slices.ContainsFunc(all, func(s suite) bool { return s.name == name }) {
			return fmt.Errorf("no suite %q; there are %s", name, strings.Join(suiteNames(), ", "))
		}
	}
	r := newReport(os.Stdout)
	var failed error
	for _, s := range all {
		if long := slices.ContainsFunc(longSuites, func(l suite) bool { return l.name == s.name }); len(wanted) == 0 && long || len(wanted) > 0 && !slices.Contains(wanted, s.name) {
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
	all := slices.Concat(suites, longSuites)
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.name
	}
	return names
}
