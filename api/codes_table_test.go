package api

import (
	"testing"

	"tidemark/fault"
	"tidemark/identity"
)

// No kind and no refusal is without a code in any column.
func TestCodesAreComplete(t *testing.T) {
	if len(codes) != len(fault.Kinds()) {
		t.Fatalf("codes has %d rows, want %d", len(codes), len(fault.Kinds()))
	}
	for _, kind := range fault.Kinds() {
		for c := range columns {
			if got := codes[kind][c]; got.Name == "" || got.Status < 400 {
				t.Errorf("codes[%v][%d] = %v", kind, c, got)
			}
		}
	}
	if len(refusals) != len(identity.Reasons()) {
		t.Fatalf("refusals has %d rows, want %d", len(refusals), len(identity.Reasons()))
	}
	for _, reason := range identity.Reasons() {
		if got := refusals[reason]; got.Name == "" || got.Status < 400 {
			t.Errorf("refusals[%v] = %v", reason, got)
		}
	}
}
