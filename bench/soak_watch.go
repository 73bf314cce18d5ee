package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is what the server holds at a moment.
type soakSample struct {
	memory     float64 // MB
	goroutines float64
	descriptor float64 // open files and sockets
	files      float64 // below the data directory
	bytes      float64 // MB there
}

// watch is the samples of a run.
type watch struct{ samples []soakSample }

// kinds are the parts of a sample, and by which factor, and how much beside, the last
// third of a run may exceed the middle one.
var kinds = []struct {
	what   string
	unit   string
	of     func(*soakSample) float64
	factor float64
	beside float64
}{
	{"memory", "MB", func(s *soakSample) float64 { return s.memory }, 1.25, 64},
	{"goroutines", "", func(s *soakSample) float64 { return s.goroutines }, 1.1, 20},
	{"open files and sockets", "", func(s *soakSample) float64 { return s.descriptor }, 1.1, 20},
	{"files in the data directory", "", func(s *soakSample) float64 { return s.files }, 1.5, 100},
}

const samplesEvery = 5 * time.Second

// watch takes a sample every few seconds.
func (s *soak) watch(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := sleep(ctx, samplesEvery); err != nil || ctx.Err() != nil {
			return err
		}
		one, err := s.node.sample()
		if err != nil {
			return fmt.Errorf("look at the server: %w", err)
		}
		s.watched.samples = append(s.watched.samples, one)
	}
	return nil
}

func (n *node) sample() (s soakSample, err error) {
	if s.memory, err = n.memory(); err != nil {
		return s, err
	}
	if s.goroutines, err = n.metric("go_goroutines"); err != nil {
		return s, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", n.cmd.Process.Pid))
	if err != nil {
		return s, err
	}
	s.descriptor = float64(len(open))
	err = filepath.WalkDir(n.dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			s.files, s.bytes = s.files+1, s.bytes+float64(info.Size())/(1<<20)
		}
		return nil
	})
	return s, err
}

// metric reads a metric without labels.
func (n *node) metric(name string) (float64, error) {
	resp, err := http.Get("http://" + n.addrs.HTTP + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("there is no metric %s", name)
}

// third returns the median of a kind over the given third of the run, counted from 0.
func (w *watch) third(n int, of func(*soakSample) float64) float64 {
	from, to := len(w.samples)*n/3, len(w.samples)*(n+1)/3
	values := make([]float64, 0, to-from)
	for i := from; i < to; i++ {
		values = append(values, of(&w.samples[i]))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// minSamples is how many samples say something about growth.
const minSamples = 9

// grown says what is more in the last third of the run than it may be.
func (w *watch) grown() error {
	if len(w.samples) < minSamples {
		return fmt.Errorf("%d samples say nothing about growth: the run was too short", len(w.samples))
	}
	var grown error
	for _, k := range kinds {
		middle, last := w.third(1, k.of), w.third(2, k.of)
		if last > middle*k.factor+k.beside {
			grown = errors.Join(grown, fmt.Errorf("%s grew from %.0f to %.0f", k.what, middle, last))
		}
	}
	return grown
}

// columns are the medians of the last third.
func (w *watch) columns() []figure {
	if len(w.samples) < minSamples {
		return nil
	}
	var list []figure
	for _, k := range kinds {
		list = append(list, figure{
			what: "soak: " + k.what, value: w.third(2, k.of), unit: k.unit,
			note: fmt.Sprintf("%.0f in the middle third", w.third(1, k.of)),
		})
	}
	return list
}
