package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// measure is a row of a matrix.
type measure struct{ what, unit string }

// sample is a measured value and what the machine could do just before.
type sample struct {
	value float64
	m     machine
}

// matrix is a table of measures by systems, with several samples in a cell.
type matrix struct {
	title    string
	systems  []string
	measures []measure
	cells    map[measure]map[string][]sample
	missing  map[string]string // why a system is not measured
}

func newMatrix(title string) *matrix {
	return &matrix{title: title, cells: map[measure]map[string][]sample{}, missing: map[string]string{}}
}

func (x *matrix) add(system string, what measure, value float64, m machine) {
	if !slices.Contains(x.systems, system) {
		x.systems = append(x.systems, system)
	}
	if x.cells[what] == nil {
		x.cells[what] = map[string][]sample{}
		x.measures = append(x.measures, what)
	}
	x.cells[what][system] = append(x.cells[what][system], sample{value, m})
}

func (x *matrix) miss(system, reason string) { x.missing[system] = reason }

func (x *matrix) absent(system string) bool { return x.missing[system] != "" }

// column copies a system's samples into a column of another matrix.
func (x *matrix) column(system string, into *matrix, name string) {
	for _, row := range x.measures {
		for _, s := range x.cells[row][system] {
			into.add(name, row, s.value, s.m)
		}
	}
}

// print writes the medians, and below the range of each and the machine before the
// median.
func (x *matrix) print(out io.Writer) {
	if len(x.systems) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "\n%s\n\n|", x.title)
	for _, s := range x.systems {
		fmt.Fprintf(w, "\t| %s", s)
	}
	fmt.Fprint(w, "\t|\n|---\t|")
	for range x.systems {
		fmt.Fprint(w, "---\t|")
	}
	for _, row := range x.measures {
		fmt.Fprintf(w, "\n| %s, %s", row.what, row.unit)
		for _, s := range x.systems {
			text := ""
			if v, ok := x.median(s, row); ok {
				text = number(v)
			}
			fmt.Fprintf(w, "\t| %s", text)
		}
		fmt.Fprint(w, "\t|")
	}
	fmt.Fprintln(w)
	w.Flush()
	fmt.Fprintln(out)
	for _, s := range x.systems {
		for _, row := range x.measures {
			if all := x.cells[row][s]; len(all) > 1 {
				lo, mid, hi := spread(all)
				fmt.Fprintf(out, "%s, %s: %s to %s %s in %d rounds; %v\n", s, row.what, number(lo.value), number(hi.value), row.unit, len(all), mid.m)
			}
		}
	}
	for s, reason := range x.missing {
		fmt.Fprintf(out, "%s is not measured: %s\n", s, reason)
	}
}

// spread is the least, the median and the greatest of some samples.
func spread(all []sample) (lo, mid, hi sample) {
	s := slices.SortedFunc(slices.Values(all), func(a, b sample) int { return cmp.Compare(a.value, b.value) })
	return s[0], s[len(s)/2], s[len(s)-1]
}

// median is the middle sample of a cell, and false when it is empty.
func (x *matrix) median(system string, what measure) (float64, bool) {
	all := x.cells[what][system]
	if len(all) == 0 {
		return 0, false
	}
	_, mid, _ := spread(all)
	return mid.value, true
}

// meanwhile is what else happened while the middle sample of a cell was taken.
func (x *matrix) meanwhile(system string, what measure) string {
	all := x.cells[what][system]
	if len(all) == 0 {
		return ""
	}
	_, mid, _ := spread(all)
	return mid.m.meanwhile
}
