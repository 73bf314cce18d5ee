package importer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMetrics(t *testing.T) {
	reg := prometheus.NewRegistry()
	w := newWorld(t, Options{Registerer: reg})
	text := fmt.Sprintf("time,host,n,x\n%d,a,1,1\n%[1]d,b,x,1\n%[1]d,c,1,x\n%[1]d,d,y,1\n", ms(0))
	w.load(t, Spec{Format: CSV, Plan: Plan{Measures: []ValueColumn{{Source: "n", Type: 2}, {Source: "x", Type: 2}}}}, text, 1<<20)
	w.load(t, Spec{Format: CSV}, "", 1)
	want := fmt.Sprintf(`# HELP tidemark_importer_imports_total Imports that ended, by their last state.
# TYPE tidemark_importer_imports_total counter
tidemark_importer_imports_total{state="FAILED"} 1
tidemark_importer_imports_total{state="SUCCEEDED"} 1
# HELP tidemark_importer_received_bytes_total Size of the parts of files that came.
# TYPE tidemark_importer_received_bytes_total counter
tidemark_importer_received_bytes_total %d
# HELP tidemark_importer_refused_rows_total Records that were not stored, by reason without the names in it.
# TYPE tidemark_importer_refused_rows_total counter
tidemark_importer_refused_rows_total{reason="The column … has a value that is not a BIGINT."} 3
# HELP tidemark_importer_rows_total Records of files by what became of them; those that replaced others are stored too.
# TYPE tidemark_importer_rows_total counter
tidemark_importer_rows_total{outcome="refused"} 3
tidemark_importer_rows_total{outcome="replaced"} 0
tidemark_importer_rows_total{outcome="stored"} 1
# HELP tidemark_importer_running_imports Imports that have not ended.
# TYPE tidemark_importer_running_imports gauge
tidemark_importer_running_imports 0
`, len(text))
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

// However many names there are, there are few labels.
func TestLabels(t *testing.T) {
	m := newMetrics(prometheus.NewRegistry(), func() float64 { return 0 })
	if got, want := m.label(`The measure 'a b' of "x" is wrong.`), "The measure … of … is wrong."; got != want {
		t.Errorf("the label is %q, want %q", got, want)
	}
	for i := range 2 * maxLabels {
		m.label(fmt.Sprint("reason ", i))
	}
	if got := m.label("one more"); got != otherReason || len(m.mu.reasons) != maxLabels {
		t.Errorf("after many reasons the label is %q of %d, want %q of %d", got, len(m.mu.reasons), otherReason, maxLabels)
	}
}
