package main

import (
	"testing"
	"time"
)

func TestAroundNote(t *testing.T) {
	loops := func(usual, slow int) (list []time.Duration) {
		for range usual {
			list = append(list, time.Millisecond)
		}
		for range slow {
			list = append(list, 8*time.Millisecond)
		}
		return list
	}
	for _, c := range []struct {
		name    string
		a       around
		program time.Duration
		want    string
	}{
		{"alone", around{lasted: 10 * time.Second, busy: 18 * time.Second, own: 6 * time.Second, loops: loops(20, 0)}, 12 * time.Second, ""},
		{"the host took the processors for a fifth of it", around{lasted: 10 * time.Second, busy: 18 * time.Second, own: 6 * time.Second, loops: loops(16, 4)},
			12 * time.Second, "the processors were slow for 20 % of it"},
		{"no computation ended", around{lasted: 10 * time.Second}, 0, ""},
	} {
		if got := c.a.note(c.program); got != c.want {
			t.Errorf("%s: note = %q, want %q", c.name, got, c.want)
		}
	}
	busy := around{lasted: 10 * time.Second, busy: 20 * time.Second, own: 3 * time.Second}
	if got, want := busy.note(7*time.Second), "other programs took 1.00 of "; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("note = %q, want %q and the processors", got, want)
	}
}

// What is watched takes processor time of this machine.
func TestLookAround(t *testing.T) {
	end, err := lookAround()
	if err != nil {
		t.Fatal(err)
	}
	before := ownTime()
	for ownTime()-before < 50*time.Millisecond {
		steps(loopSteps)
	}
	a, err := end()
	if err != nil {
		t.Fatal(err)
	}
	if a.own < 50*time.Millisecond || a.lasted <= 0 || len(a.loops) == 0 || a.loops[0] <= 0 {
		t.Errorf("around = %+v, want 50 ms or more of this program's time, and computations", a)
	}
}
