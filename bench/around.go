package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// around is what the machine was like while something was measured. A load of a minute and
// a half that begins on a calm machine need not end on one, and neither kind of trouble can
// be seen in the figure itself: other programs take the processors, or the machine's own
// host does, which then are slower without having more to do.
type around struct {
	lasted time.Duration
	busy   time.Duration   // of all processors
	own    time.Duration   // of this program and of those that it ran and waited for
	loops  []time.Duration // processor time of one small computation, again and again
}

// lookAround watches the machine until the returned function is called.
func lookAround() (end func() (around, error), err error) {
	began := time.Now()
	busy, err := busyTime()
	if err != nil {
		return nil, err
	}
	own := ownTime()
	ctx, cancel := context.WithCancel(context.Background())
	loops := make(chan []time.Duration, 1)
	go func() { loops <- timeLoops(ctx) }()
	return func() (around, error) {
		cancel()
		a := around{loops: <-loops, lasted: time.Since(began), own: ownTime() - own}
		now, err := busyTime()
		a.busy = now - busy
		return a, err
	}, nil
}

const (
	loopEvery = 500 * time.Millisecond
	loopSteps = 1_000_000 // one or two milliseconds
)

// timeLoops takes the processor time of a computation until ctx is done. It is that of the
// thread, which the load on the machine does not change, but what the host withholds does.
func timeLoops(ctx context.Context) (took []time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for tick := time.NewTicker(loopEvery); ; {
		before, err := threadTime()
		if err != nil {
			return nil
		}
		steps(loopSteps)
		if after, err := threadTime(); err == nil {
			took = append(took, after-before)
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return took
		case <-tick.C:
		}
	}
}

// note says what happened besides a program that used so much processor time. It is empty
// when nothing did.
func (a around) note(program time.Duration) string {
	var list []string
	if others := (a.busy - a.own - program).Seconds() / a.lasted.Seconds(); others > 0.05 {
		list = append(list, fmt.Sprintf("other programs took %.2f of %d processors", others, runtime.NumCPU()))
	}
	if share := a.slow(); share > 0.02 {
		list = append(list, fmt.Sprintf("the processors were slow for %.0f %% of it", 100*share))
	}
	return strings.Join(list, ", ")
}

// slow is the share of the computations that took half as long again as the first quarter
// of them did.
func (a around) slow() float64 {
	if len(a.loops) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(a.loops))
	usual := sorted[len(sorted)/4]
	slow := 0
	for _, d := range sorted {
		if d > usual*3/2 {
			slow++
		}
	}
	return float64(slow) / float64(len(sorted))
}

// tick is the unit of processor times in /proc, USER_HZ.
const tick = time.Second / 100

// busyTime is the time that all processors were busy since the machine started.
func busyTime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal
	if len(fields) < 9 {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	var total time.Duration
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(n) * tick
	}
	return total, nil
}

// ownTime is the processor time of this program and of those that it ran and waited for.
func ownTime() (total time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// threadTime is the processor time of the calling thread.
func threadTime() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano()), err
}
