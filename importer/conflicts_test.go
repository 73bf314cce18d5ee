package importer

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Records that conflict with stored ones are named by their lines, in every format.
func TestConflicts(t *testing.T) {
	const (
		same  = "A record already exists with the same time, dimensions, measure name, and record version. A higher record version must be specified in order to update the measure value. Specifying record version is supported by the latest SDKs."
		lower = "The record version is lower than the existing version. A higher version is required to update the measure value."
	)
	w := newWorld(t, Options{})
	w.quiet()
	csv := Spec{Format: CSV, Plan: Plan{Measures: []ValueColumn{{Source: "n"}}, VersionColumn: "ver", MeasureName: "m"}}
	if s := w.load(t, csv, fmt.Sprintf("time,host,n,ver\n%d,a,1,3\n%[1]d,b,2,3\n%[1]d,c,3,3\n", ms(0)), 1<<20); s.Stored != 3 {
		t.Fatalf("%+v, want 3 records stored", s)
	}
	second := fmt.Sprintf("time,host,n,ver\n%d,d,1,1\n%[1]d,a,7,3\n\n%[1]d,b,7,2\n%[1]d,c,3,1\n%[1]d,c,\"9\",4\n", ms(0))
	for name, test := range map[string]struct {
		spec     Spec
		text     string
		want     []string
		replaced int64
	}{
		"csv": {csv, second, []string{fmt.Sprintf("1 %s [3 %d,a,7,3]", same, ms(0)), fmt.Sprintf("1 %s [5 %d,b,7,2]", lower, ms(0))}, 1},
		"line protocol": {
			Spec{Format: Lines, Plan: Plan{Unit: Milliseconds, Version: 3}}, fmt.Sprintf("# x\nm,host=e n=1i %d\nm,host=a n=8i %[1]d\nm,host=b n=2i %[1]d\n", ms(0)),
			[]string{fmt.Sprintf("1 %s [3 m,host=a n=8i %d]", same, ms(0))}, 0,
		},
	} {
		s := w.load(t, test.spec, test.text, 1<<20)
		if diff := cmp.Diff(test.want, report(s)); diff != "" || s.State != Succeeded || s.Replaced != test.replaced {
			t.Errorf("%s: %s %v, %d replaced; refusals differ:\n%s", name, s.State, s.Err, s.Replaced, diff)
		}
	}
}
