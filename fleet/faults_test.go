package fleet

import (
	"math"
	"math/rand/v2"
	"testing"

	"tidemark/fault"
)

func TestFaultRates(t *testing.T) {
	f := Faults{Disconnect: 0.01, Duplicate: 0.05, Late: 0.1, OutOfOrder: 0.2, Silent: 0.002}
	const n = 200_000
	var got [faultKinds]int
	rng := rand.New(rand.NewPCG(11, 12))
	for range n {
		got[f.draw(rng)]++
	}
	want := f.share()
	want[noFault] = 1 - 0.362
	for kind, p := range want {
		sigma := math.Sqrt(n * p * (1 - p))
		if off := math.Abs(float64(got[kind]) - n*p); off > 5*sigma+1 {
			t.Errorf("kind %d was drawn %d times of %d, want %.0f within 5 standard deviations (%.0f)", kind, got[kind], n, n*p, 5*sigma)
		}
	}
}

func TestFaultsValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		faults Faults
		valid  bool
	}{
		"none":           {Faults{}, true},
		"usual":          {UsualFaults(), true},
		"all duplicates": {Faults{Duplicate: 1}, true},
		"negative":       {Faults{Late: -0.1}, false},
		"above one":      {Faults{Silent: 1.1}, false},
		"not a number":   {Faults{Late: math.NaN()}, false},
		"sum":            {Faults{Late: 0.6, Duplicate: 0.6}, false},
		"negative time":  {Faults{LateBy: -1}, false},
	} {
		err := tt.faults.validate()
		if (err == nil) != tt.valid || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: validate() = %v, want valid %v", name, err, tt.valid)
		}
	}
}

func TestArrange(t *testing.T) {
	m := func(text string, kind faultKind) message { return message{[]byte(text), kind} }
	for name, tt := range map[string]struct {
		in   []message
		want string // payloads in the order of sending; capitals carry a fault
	}{
		"ordinary":               {[]message{m("a", noFault), m("b", noFault)}, "ab"},
		"duplicate":              {[]message{m("a", duplicate), m("b", noFault)}, "aab"},
		"overtaken":              {[]message{m("a", outOfOrder), m("b", noFault), m("c", noFault)}, "bac"},
		"overtaken by duplicate": {[]message{m("a", outOfOrder), m("b", duplicate)}, "bba"},
		"two out of order":       {[]message{m("a", outOfOrder), m("b", outOfOrder), m("c", noFault)}, "bac"},
	} {
		var d device
		got := ""
		for _, in := range tt.in {
			for _, out := range d.arrange(in) {
				got += string(out.payload)
			}
		}
		if got != tt.want {
			t.Errorf("%s: sent in order %q, want %q", name, got, tt.want)
		}
	}
}
