package hot

import (
	"slices"
	"strings"

	"tidemark/internal/duckdb"
)

// SetPartitionKey names the dimension whose values lie together in files, which are
// sorted by it, then by series and time. Without one the measure names lie together.
func (t *Table) SetPartitionKey(dimension string) { t.partition.Store(&dimension) }

// fileKey is the values that a reader wants of the column by which files are sorted: it
// skips what has others without looking at single series. A field of 0 wants all.
type fileKey struct {
	field  int // the column's number in files
	values []string
}

// maxKeys is the most values that are worth a condition.
const maxKeys = 64

// fileKey finds the wanted values of a scan: those that it lists itself, or that of its
// only series. A key that is the same for all series sorts nothing.
func (v *View) fileKey(scan Scan, sel selection) fileKey {
	in, name := v.sortedBy()
	field := v.fields[name]
	if field == 0 {
		return fileKey{}
	}
	if i := slices.IndexFunc(scan.In, func(c In) bool { return c.Role == in.Role && c.Ordinal == in.Ordinal }); i >= 0 {
		in.Values = distinct(scan.In[i].Values)
	} else if sel.single() {
		in.Values = v.table.valueOfSeries(in, sel.series[0])
	}
	if len(in.Values) == 0 || len(in.Values) > maxKeys {
		return fileKey{}
	}
	return fileKey{field, in.Values}
}

// sortedBy returns the column by which files are sorted first, and its name in them,
// which is empty when there is none.
func (v *View) sortedBy() (In, string) {
	if name := v.table.partition.Load(); name != nil && *name != "" {
		if i, ok := v.schema.dimIndex[*name]; ok {
			return In{Role: DimensionField, Ordinal: i}, *name
		}
		return In{}, ""
	}
	if len(v.schema.names) < 2 {
		return In{}, ""
	}
	return In{Role: MeasureField}, MeasureColumn
}

// valueOfSeries returns what a series has of a dimension or as its measure name; nothing
// when it lacks the dimension.
func (t *Table) valueOfSeries(in In, series uint32) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if value := t.mu.series.value(series, in); value != "" {
		return []string{value}
	}
	return nil
}

// conditions are true of the wanted rows. Of several values the bounds come first: they
// are what whole groups of rows are skipped by.
func (k fileKey) conditions() []string {
	switch {
	case k.field == 0:
		return nil
	case len(k.values) == 1:
		return []string{"key = " + duckdb.Quote(k.values[0])}
	}
	quoted := make([]string, len(k.values))
	for i, value := range k.values {
		quoted[i] = duckdb.Quote(value)
	}
	return []string{"key >= " + quoted[0], "key <= " + quoted[len(quoted)-1], "key IN (" + strings.Join(quoted, ", ") + ")"}
}
