package tsbs

import "testing"

func TestHostsAreReproducible(t *testing.T) {
	a, b := Hosts(3, 7), Hosts(3, 7)
	for range 100 {
		for i := range a {
			if x, y := a[i].Next(), b[i].Next(); x != y {
				t.Fatalf("host %d differs between two runs of one seed: %v, %v", i, x, y)
			}
		}
	}
	if Hosts(1, 7)[0].Next() == Hosts(1, 8)[0].Next() {
		t.Error("two seeds give the same values")
	}
}

func TestValuesStayInRangeAndMove(t *testing.T) {
	h := Hosts(1, 1)[0]
	first, moved := h.Next(), false
	for range 10000 {
		v := h.Next()
		for m, x := range v {
			if x < 0 || x > 100 {
				t.Fatalf("%s = %d, want 0 to 100", Metrics[m], x)
			}
		}
		moved = moved || v != first
	}
	if !moved {
		t.Error("the values never change")
	}
}

func TestTags(t *testing.T) {
	names := map[string]bool{}
	for _, h := range Hosts(400, 1) {
		names[h.Tags[0].Value] = true
		for _, tag := range h.Tags {
			if tag.Name == "" || tag.Value == "" {
				t.Fatalf("an empty tag: %v", h.Tags)
			}
		}
	}
	if len(names) != 400 {
		t.Errorf("%d host names, want 400", len(names))
	}
}

func TestNextIsWalkWithoutFractions(t *testing.T) {
	a, b := Hosts(1, 3)[0], Hosts(1, 3)[0]
	for i := range 1000 {
		whole, full := a.Next(), b.Walk()
		for m := range whole {
			if f := full[m] - float64(whole[m]); f < 0 || f >= 1 {
				t.Fatalf("step %d, %s: Next gives %d where Walk gives %v", i, Metrics[m], whole[m], full[m])
			}
		}
	}
}
