package demo

import (
	"context"
	"fmt"

	"tidemark/fleet"
)

// ledger is what one table must hold at the end.
type ledger struct {
	table, by string // by is the dimension that names the device
	measures  []string
	exact     bool // the devices stamp the time, so that repeated messages are one row
	before    tally
}

// ledgers lists the tables that are verified.
func ledgers() []*ledger {
	climate := []string{"temperature", "humidity", "pressure"}
	return []*ledger{
		{table: sensorsTable, by: "device_id", measures: climate},
		{table: measuresTable, by: "device_id", measures: climate, exact: true},
		{table: hostsTable, by: "host", measures: []string{"cpu_usage_percent", "disk_usage_percent", "mem_usage_percent", "load_1m", "load_5m", "load_15m"}},
	}
}

// verdict is the outcome for one table.
type verdict struct {
	table                  string
	devices                int
	acknowledged, expected int64 // messages acknowledged; rows that must be there
	stored                 int64 // rows that are
	again                  int64 // rows of messages that were stored more than once, or whose PUBACK was lost
	missing, surplus       int64 // rows that must be there and are not; that may not be there and are
	example                string
}

// check compares the rows of a table with what its devices know to be acknowledged.
func (l *ledger) check(ctx context.Context, b book, devices []fleet.DeviceSummary) (verdict, error) {
	after, err := b.count(ctx, l.table, l.by)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{table: l.table, devices: len(devices)}
	for _, d := range devices {
		v.acknowledged += d.Acknowledged
		for _, m := range l.measures {
			at := series{d.ID, m}
			v.add(at, after[at]-l.before[at], l.bounds(d))
		}
	}
	return v, nil
}

// span is how many rows of a series there may be.
type span struct{ least, most int64 }

// unbounded stands where a message may rightly be stored more than once.
const unbounded = 1 << 62

// bounds: every acknowledged message is a row. Where devices stamp the time, a
// duplicate is the same row, and beyond the acknowledged only those messages may be
// there whose PUBACK never came. Where the rule stamps it, MQTT's "at least once" may
// make two rows of one message.
func (l *ledger) bounds(d fleet.DeviceSummary) span {
	if !l.exact {
		return span{d.Acknowledged, unbounded}
	}
	return span{d.Acknowledged - d.Duplicates, d.Acknowledged - d.Duplicates + d.Failed}
}

func (v *verdict) add(at series, stored int64, s span) {
	v.expected += s.least
	v.stored += stored
	switch {
	case stored < s.least:
		v.missing += s.least - stored
		v.example = fmt.Sprintf("%s of %s has %d rows of %d", at.measure, at.device, stored, s.least)
	case stored > s.most:
		v.surplus += stored - s.most
		v.example = fmt.Sprintf("%s of %s has %d rows, at most %d are right", at.measure, at.device, stored, s.most)
	default:
		v.again += stored - s.least
	}
}

// err is nil when the table is right.
func (v *verdict) err() error {
	if v.missing == 0 && v.surplus == 0 {
		return nil
	}
	return fmt.Errorf("table %s: %d rows missing, %d too many, for example %s", v.table, v.missing, v.surplus, v.example)
}

// String renders the verdict as a line.
func (v *verdict) String() string {
	text := fmt.Sprintf("%s: %d devices, %d messages acknowledged, %d rows due, %d stored", v.table, v.devices, v.acknowledged, v.expected, v.stored)
	if v.again > 0 {
		text += fmt.Sprintf(", %d of messages sent again", v.again)
	}
	return text + fmt.Sprintf(", %d missing\n", v.missing)
}
