package peers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// collected puts an answer of single values together into rows.
type collected struct {
	q    Question
	rows map[rowKey]Row
}

type rowKey struct {
	group string
	time  int64
}

func newCollected(q Question) *collected {
	return &collected{q: q, rows: map[rowKey]Row{}}
}

// set records one value of a row.
func (c *collected) set(group string, at int64, metric string, v float64) error {
	i := slices.Index(c.q.Metrics, metric)
	if i < 0 {
		return fmt.Errorf("a metric %q that was not asked for", metric)
	}
	key := rowKey{group, at}
	r, ok := c.rows[key]
	if !ok {
		r = Row{Group: group, Time: at, Values: make([]float64, len(c.q.Metrics))}
		c.rows[key] = r
	}
	r.Values[i] = v
	return nil
}

func (c *collected) all() []Row {
	rows := make([]Row, 0, len(c.rows))
	for _, r := range c.rows {
		rows = append(rows, r)
	}
	return rows
}

// parseTabs reads rows of group, time in seconds and values, separated by tabs. The
// group is missing where the question has none.
func parseTabs(text string, q Question) ([]Row, error) {
	rows := make([]Row, 0, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		r, err := ParseRow(fields, q)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// ParseRow reads the fields of a row: the group unless there is none, the time in
// seconds, the values.
func ParseRow(fields []string, q Question) (Row, error) {
	var r Row
	if q.By != "" && len(fields) > 0 {
		r.Group, fields = fields[0], fields[1:]
	}
	if len(fields) != 1+len(q.Metrics) {
		return r, fmt.Errorf("%d fields, want %d", len(fields), 1+len(q.Metrics))
	}
	var err error
	if r.Time, err = strconv.ParseInt(fields[0], 10, 64); err != nil {
		return r, err
	}
	r.Values = make([]float64, len(q.Metrics))
	for i, f := range fields[1:] {
		if r.Values[i], err = strconv.ParseFloat(f, 64); err != nil {
			return r, err
		}
	}
	return r, nil
}
