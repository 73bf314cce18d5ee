package demo

import (
	"testing"

	"tidemark/fleet"
)

func TestVerdicts(t *testing.T) {
	d := fleet.DeviceSummary{ID: "d", Acknowledged: 10, Duplicates: 2, Failed: 1}
	for name, tt := range map[string]struct {
		exact                   bool
		stored                  int64
		missing, surplus, again int64
	}{
		"rule's time, all there":         {false, 10, 0, 0, 0},
		"rule's time, one lost":          {false, 9, 1, 0, 0},
		"rule's time, sent again":        {false, 13, 0, 0, 3},
		"device's time, duplicates gone": {true, 8, 0, 0, 0},
		"device's time, PUBACK lost":     {true, 9, 0, 0, 1},
		"device's time, one lost":        {true, 7, 1, 0, 0},
		"device's time, duplicate kept":  {true, 10, 0, 1, 0},
	} {
		l := &ledger{exact: tt.exact}
		v := verdict{}
		v.add(series{"d", "m"}, tt.stored, l.bounds(d))
		if v.missing != tt.missing || v.surplus != tt.surplus || v.again != tt.again {
			t.Errorf("%s: missing, surplus, again = %d, %d, %d, want %d, %d, %d", name, v.missing, v.surplus, v.again, tt.missing, tt.surplus, tt.again)
		}
		if (v.err() == nil) != (tt.missing+tt.surplus == 0) {
			t.Errorf("%s: err = %v", name, v.err())
		}
	}
}
