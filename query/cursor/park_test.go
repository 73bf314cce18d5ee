package cursor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/fault"
)

func TestParkedRowsComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{TempDir: filepath.Join(t.TempDir(), "new")}), &rows{n: 1000, batch: 7}
		cut, err := start(set, src, want(10, 10000))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if src.closed.Load() != 1 || set.parked.Load() == 0 {
			t.Fatalf("source closed %d times, %d bytes parked after a minute; want once, some", src.closed.Load(), set.parked.Load())
		}
		all := numbers(cut.Rows)
		for cut.NextToken != "" {
			if cut, err = resume(set, cut.NextToken, want(100, 10000)); err != nil {
				t.Fatal(err)
			}
			all = append(all, numbers(cut.Rows)...)
		}
		if !slices.Equal(all, to(0, 1000)) {
			t.Errorf("%d rows out of order or lost", len(all))
		}
		if set.parked.Load() != 0 {
			t.Errorf("%d bytes parked after the last row, want 0", set.parked.Load())
		}
	})
}

// A request takes the source back from a park that is under way; what was parked comes first.
func TestParkGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{TempDir: t.TempDir()}), &rows{n: 100, batch: 1, takes: time.Second}
		cut, err := start(set, src, want(10, 10000))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20*time.Second + time.Millisecond)
		begin := time.Now()
		cut, err = resume(set, cut.NextToken, want(20, 10000))
		if err != nil || !slices.Equal(numbers(cut.Rows), to(10, 30)) {
			t.Fatalf("page during a park = %v, %v; want 10 to 29", numbers(cut.Rows), err)
		}
		if took := time.Since(begin); took > 15*time.Second {
			t.Errorf("page during a park took %v: it waited for the park", took)
		}
	})
}

// A client that keeps asking, but slowly, does not keep the query from its end.
func TestParkBehindABusyClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{TempDir: t.TempDir()}), &rows{n: 1000, batch: 10, takes: 10 * time.Millisecond}
		begin := time.Now()
		cut, err := start(set, src, want(10, 10000))
		all := numbers(cut.Rows)
		for err == nil && cut.NextToken != "" {
			time.Sleep(100 * time.Millisecond)
			if time.Since(begin) > 5*time.Second && src.closed.Load() == 0 {
				t.Fatal("the source is open after 5 s")
			}
			cut, err = resume(set, cut.NextToken, want(10, 10000))
			all = append(all, numbers(cut.Rows)...)
		}
		if err != nil || !slices.Equal(all, to(0, 1000)) || time.Since(begin) < 9*time.Second {
			t.Errorf("%d rows, %v; want 1000 in order", len(all), err)
		}
	})
}

func TestParkedBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{TempDir: t.TempDir(), ParkedBytes: 100}), &rows{n: 1000, batch: 7}
		cut, err := start(set, src, want(10, 10000))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := set.parked.Load(); src.closed.Load() != 0 || got < 100 || got > 200 {
			t.Fatalf("source closed %d times, %d bytes parked; want an open source and little over 100", src.closed.Load(), got)
		}
		cut, err = resume(set, cut.NextToken, want(0, 100000))
		if err != nil || !slices.Equal(numbers(cut.Rows), to(10, 1000)) {
			t.Errorf("rest = %d rows, %v; want 990 in order", len(cut.Rows), err)
		}
	})
}

// What is parked counts for the bounds on one result, before anybody asks for it.
func TestParkedResultIsBounded(t *testing.T) {
	for _, opt := range []Options{{ResultBytes: 5000}, {ResultRows: 500}} {
		synctest.Test(t, func(t *testing.T) {
			opt.TempDir = t.TempDir()
			set, src := openSet(t, opt), &rows{n: 1000, batch: 7}
			cut, err := start(set, src, want(10, 10000))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if src.at > 507 || src.closed.Load() != 1 || set.parked.Load() != 0 {
				t.Errorf("source read to %d, closed %d times, %d bytes parked; want little over 500, once, 0", src.at, src.closed.Load(), set.parked.Load())
			}
			if _, err := resume(set, cut.NextToken, want(10, 10000)); fault.KindOf(err) != fault.Exceeded {
				t.Errorf("page of a result that is too large = %v, want Exceeded", err)
			}
		})
	}
}

// A result within its bounds is delivered whole, whether its rows were parked or not.
func TestParkedRowsCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{TempDir: t.TempDir(), ResultBytes: 10_000, ResultRows: 1000}), &rows{n: 1000, batch: 7}
		cut, err := start(set, src, want(10, 10000))
		time.Sleep(time.Minute)
		all := numbers(cut.Rows)
		for err == nil && cut.NextToken != "" {
			cut, err = resume(set, cut.NextToken, want(100, 10000))
			all = append(all, numbers(cut.Rows)...)
		}
		if err != nil || !slices.Equal(all, to(0, 1000)) {
			t.Errorf("%d rows, %v; want 1000 in order", len(all), err)
		}
	})
}

// Without a place to park, a query stays as it is.
func TestNoPlaceToPark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		set, src := openSet(t, Options{TempDir: filepath.Join(file, "dir")}), &rows{n: 30, batch: 7}
		cut, err := start(set, src, want(10, 10000))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		cut, err = resume(set, cut.NextToken, want(20, 10000))
		if err != nil || !slices.Equal(numbers(cut.Rows), to(10, 30)) {
			t.Errorf("second page = %v, %v; want 10 to 29", numbers(cut.Rows), err)
		}
	})
}

func TestCancelWhileParking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, src := openSet(t, Options{TempDir: t.TempDir()}), &rows{n: 100, batch: 1, takes: time.Second}
		cut, err := start(set, src, want(10, 10000))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20*time.Second + time.Millisecond)
		if _, err := set.Cancel("Q1"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if src.closed.Load() != 1 || set.parked.Load() != 0 {
			t.Errorf("source closed %d times, %d bytes parked; want once, 0", src.closed.Load(), set.parked.Load())
		}
		if _, err := resume(set, cut.NextToken, want(10, 10000)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("page after Cancel = %v, want a Conflict", err)
		}
	})
}

func TestEviction(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  Options
	}{
		{"number", Options{MaxQueries: 3}},
		{"memory", Options{MemoryBytes: 3 * 200}}, // each holds 20 rows after its first page
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				set := openSet(t, c.opt)
				var tokens []string
				for i := range 5 {
					cut, err := set.Start(context.Background(), Query[*rows]{ID: fmt.Sprint("Q", i), Text: "SELECT", Principal: "me",
						Source: &rows{n: 20, batch: 20}}, want(10, 1000))
					if err != nil {
						t.Fatal(err)
					}
					tokens = append(tokens, cut.NextToken)
					time.Sleep(time.Millisecond)
				}
				for i, token := range tokens {
					_, err := resume(set, token, want(10, 1000))
					if gone := i < 2; gone {
						refused(t, fmt.Sprint("query ", i), err)
					} else if err != nil {
						t.Errorf("query %d: %v, want a page", i, err)
					}
				}
			})
		})
	}
}
