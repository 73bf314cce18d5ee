package peers

import (
	"fmt"
	"strings"
)

// sqlWhere are the conditions on tags.
func sqlWhere(q Question) []string {
	var where []string
	for _, w := range q.Where {
		where = append(where, fmt.Sprintf("%s = '%s'", w.Name, w.Value))
	}
	return where
}

func sqlClause(where []string) string {
	if len(where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(where, " AND ")
}

// sqlBins is a question per group and bin; bin is an expression named slot.
func sqlBins(q Question, table, bin, aggregate string, where []string) string {
	columns, group := []string{bin}, "slot"
	if q.By != "" {
		columns, group = []string{q.By, bin}, q.By+", slot"
	}
	for _, m := range q.Metrics {
		columns = append(columns, aggregate+"("+m+")")
	}
	return fmt.Sprintf("SELECT %s FROM %s%s GROUP BY %s", strings.Join(columns, ", "), table, sqlClause(where), group)
}
