package types

import "testing"

func TestEscapesWell(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    bool
	}{
		{"", true}, {"abc", true}, {"a!%b", true}, {"a!_", true}, {"!!", true}, {"!!%", true}, {"!!!%", true},
		{"!", false}, {"a!b", false}, {"!!!", false}, {"!%!", false},
	} {
		if got := EscapesWell(c.pattern, '!'); got != c.want {
			t.Errorf("EscapesWell(%q, '!') = %v, want %v", c.pattern, got, c.want)
		}
	}
	if !EscapesWell("aéé", 'é') || EscapesWell("éa", 'é') {
		t.Error("an escape of several bytes is read wrong")
	}
}
