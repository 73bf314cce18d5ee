package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
	"time"
)

// report collects figures and prints them as a table, with the floor of each where
// there is one.
type report struct {
	out  io.Writer
	rows []figure
	best machine // the fastest that the machine has been in this run
}

// figure is one measured number. A floor of 0 is none; below says that less is better.
type figure struct {
	what  string
	value float64
	unit  string
	floor float64
	below bool
	note  string
}

func newReport(out io.Writer) *report { return &report{out: out} }

// add records a figure and prints it at once, so that a long run shows its progress.
func (r *report) add(f figure) {
	r.rows = append(r.rows, f)
	fmt.Fprintf(r.out, "%-64s %12s %-8s %s\n", f.what, number(f.value), f.unit, f.note)
}

func (r *report) print() {
	if len(r.rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(r.out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "\n| what\t| measured\t| unit\t| floor\t| met\t| note\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, f := range r.rows {
		floor, met := "", ""
		if f.floor != 0 {
			floor, met = number(f.floor), "no"
			if f.below == (f.value <= f.floor) {
				met = "yes"
			}
		}
		fmt.Fprintf(w, "| %s\t| %s\t| %s\t| %s\t| %s\t| %s\t|\n", f.what, number(f.value), f.unit, floor, met, f.note)
	}
	w.Flush()
}

func number(v float64) string {
	switch {
	case math.Abs(v) >= 1000:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// rounds measures something several times, each time on a machine that is calm, and
// returns the median with a note that says what the machine could do around it.
func (r *report) rounds(o options, measure func() (float64, error)) (float64, string, error) {
	type round struct {
		value float64
		m     machine
	}
	var all []round
	for range o.rounds {
		m, err := awaitCalm(&r.best, o.calm)
		if err != nil {
			return 0, "", err
		}
		v, err := measure()
		if err != nil {
			return 0, "", err
		}
		all = append(all, round{v, m})
	}
	slices.SortFunc(all, func(a, b round) int { return cmp.Compare(a.value, b.value) })
	median := all[len(all)/2]
	note := fmt.Sprintf("%s to %s in %d rounds; %v", number(all[0].value), number(all[len(all)-1].value), len(all), median.m)
	return median.value, note, nil
}

// quantile is the value below which a share p of the durations lies, in milliseconds.
func quantile(d []time.Duration, p float64) float64 {
	if len(d) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(d))
	return float64(s[min(len(s)-1, int(p*float64(len(s))))]) / float64(time.Millisecond)
}
