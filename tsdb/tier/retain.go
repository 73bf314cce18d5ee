package tier

import (
	"context"

	"tidemark/tsdb/hot"
)

// retain removes files whose rows are all past the table's retention.
func (m *Mover) retain(ctx context.Context, t *table) error {
	first, err := m.retire(ctx, t)
	if err != nil {
		return err
	}
	var past []hot.File
	for _, f := range t.hot.Files() {
		if f.Day < first {
			past = append(past, f)
		}
	}
	if len(past) == 0 {
		return nil
	}
	moving, err := t.hot.Compact(ctx)
	if err != nil || moving == nil {
		return err
	}
	return m.carry(ctx, t, moving, workRetention, func(*writer) (result, error) { return result{remove: past}, nil })
}

// retire has the hot store forget the days that are past the table's retention, and
// returns the first one that is not. It comes before their files go, so that what the hot
// store knows of series is never of rows that are nowhere.
func (m *Mover) retire(ctx context.Context, t *table) (first int32, err error) {
	first = dayOf(m.clock.now().Add(-t.definition().Retention).UnixNano())
	return first, t.hot.Retire(ctx, int64(first)*dayLength)
}

// dayOf returns the day of a time.
func dayOf(cut int64) int32 {
	day := cut / dayLength
	if cut%dayLength < 0 {
		day--
	}
	return int32(day)
}
