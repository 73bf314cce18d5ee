package rewrite_test

import (
	"fmt"
	"strings"
	"testing"
)

// chain returns n comparisons of a column with numbers.
func chain(n int, format, word string) string {
	terms := make([]string, n)
	for i := range terms {
		terms[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(terms, word)
}

func TestListEqualities(t *testing.T) {
	numbers := "0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0"
	short := "cpu = 0.0 OR cpu = 1.0"
	cases := []struct{ name, cond, want string }{
		{"a list", chain(16, "cpu = %d", " OR "), "cpu IN (" + numbers + ")"},
		{"constants on the left", chain(16, "%d = cpu", " OR "), "cpu IN (" + numbers + ")"},
		{"beside other conditions", "mem > 1 OR " + chain(16, "cpu = %d", " OR ") + " OR host = 'a'", "mem > 1.0 OR cpu IN (" + numbers + ") OR host = 'a'"},
		{"two columns", chain(16, "cpu = %[1]d OR mem = %[1]d", " OR "), "cpu IN (" + numbers + ") OR mem IN (" + numbers + ")"},
		{"unequal", chain(16, "cpu <> %d", " AND "), "NOT cpu IN (" + numbers + ")"},
		{"a short chain stays", chain(2, "cpu = %d", " OR "), short},
		{"a short chain in a long one stays", chain(2, "cpu = %d", " OR ") + " OR " + chain(15, "mem > %d", " OR "), short + " OR " + chain(15, "mem > %d.0", " OR ")},
		{"unequal under OR stays", chain(16, "cpu <> %d", " OR "), chain(16, "cpu <> %d.0", " OR ")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := planWith(t, "SELECT host FROM db.t WHERE "+c.cond, "listEqualities")
			if want := "Filter " + c.want + "\n"; !strings.Contains(text, want) {
				t.Errorf("plan of %s is\n%s, want %s", c.cond, text, want)
			}
		})
	}
}
