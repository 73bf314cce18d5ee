package analyzer

import (
	"flag"
	"os"
	"strings"
	"testing"

	"tidemark/sql/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const goldenFile = "testdata/plans.txt"

// The golden file holds cases of a title, a query and its plan:
//
//	# title
//	query
//	----
//	plan
func TestPlans(t *testing.T) {
	text, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, c := range strings.Split(strings.TrimPrefix(string(text), "# "), "\n# ") {
		title, rest, _ := strings.Cut(c, "\n")
		query, want, _ := strings.Cut(rest, "\n----\n")
		root, err := analyze(t, query)
		if err != nil {
			t.Errorf("%s: Analyze(%q) = %v", title, query, err)
			continue
		}
		checkPlan(t, query, root)
		got := plan.Explain(root)
		if strings.TrimSpace(got) != strings.TrimSpace(want) && !*update {
			t.Errorf("%s: plan of %q =\n%s\nwant\n%s", title, query, got, want)
		}
		out.WriteString("# " + title + "\n" + query + "\n----\n" + got + "\n")
	}
	if *update {
		if err := os.WriteFile(goldenFile, []byte(strings.TrimSuffix(out.String(), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
