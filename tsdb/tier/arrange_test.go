package tier

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"tidemark/internal/duckdb"
	"tidemark/tsdb/hot"
)

// writer begins to move what table 1 has, and gives up when the test ends.
func (h *house) writer() *writer {
	h.t.Helper()
	h.must(h.hot.Table(1).Freeze(h.t.Context()))
	t, err := h.mover.table(h.t.Context(), h.hot.Table(1))
	h.must(err)
	moving, err := t.hot.Move(h.t.Context())
	h.must(err)
	w, err := h.mover.newWriter(h.t.Context(), t, moving)
	h.must(err)
	h.t.Cleanup(func() {
		w.giveUp()
		moving.Abort()
		h.must(w.close())
	})
	return w
}

// arranged writes the rows of a day and reads the file from its beginning to its end.
func (h *house) arranged(w *writer, late bool) (rows string) {
	h.t.Helper()
	w.late = late
	path := filepath.Join(h.coldDir(), fmt.Sprintf("late-%t.parquet", late))
	h.must(w.arrange(h.t.Context(), path, w.moving.Rows(firstDay, nil), everything))
	if ordered, err := w.ordered(h.t.Context(), path); err != nil || !ordered {
		h.t.Errorf("ordered = %t, %v after rows were arranged, texts late: %t", ordered, err, late)
	}
	return fmt.Sprint(h.query("SELECT * FROM read_parquet(" + duckdb.Quote(path) + ", hive_partitioning = false)"))
}

// Whether texts join before rows are sorted or after, a file is the same.
func TestTextsJoinLate(t *testing.T) {
	for _, key := range []string{"", "host", "absent"} {
		t.Run("key "+key, func(t *testing.T) {
			h := newHouse(t, Options{Every: time.Hour})
			h.set(1, &Definition{Database: "plant", Table: "sensors", Retention: years, PartitionKey: key})
			for i := range 50 {
				for host := range 3 {
					for m := range 2 {
						h.write(single(fmt.Sprint("h", 9-host), fmt.Sprint("m", 5-m), at(time.Duration(50-i)*time.Second), uint64(1000*host+100*m+i)))
					}
				}
			}
			w := h.writer()
			if w.series != 6 || w.joinsLate(95) || !w.joinsLate(96) {
				t.Errorf("%d series, texts of 95 rows join late: %t, of 96: %t; want 6, and only of 96", w.series, w.joinsLate(95), w.joinsLate(96))
			}
			if before, after := h.arranged(w, false), h.arranged(w, true); before != after {
				t.Errorf("rows differ:\n%s\nsorted with their texts\n%s\nwithout", before, after)
			}
		})
	}
}

// Rows come out in order also where the engine looks series up among the rows, because
// there are more series than rows.
func TestTextsJoinLateToFewRows(t *testing.T) {
	h := newHouse(t, Options{Every: time.Hour})
	var rows []hot.Row
	for i := range 20000 {
		rows = append(rows, row(fmt.Sprint("h", i), at(-48*time.Hour), float64(i), 1))
	}
	h.write(rows...)
	for i := range 40 {
		h.write(row(fmt.Sprint("h", (i*7919)%20000), at(time.Duration(i)*time.Second), float64(i), 1), row("h3", at(time.Duration(i)*time.Second), 1, 1))
	}
	w := h.writer()
	if w.joinsLate(80) {
		t.Errorf("texts of 80 rows join late although there are %d series", w.series)
	}
	if before, after := h.arranged(w, false), h.arranged(w, true); before != after {
		t.Errorf("rows differ:\n%s\nsorted with their texts\n%s\nwithout", before, after)
	}
}

// Several row groups, which several threads write, are in order without being written twice.
func TestTextsJoinLateToManyRows(t *testing.T) {
	h := newHouse(t, Options{Every: time.Hour})
	const hosts, instants = 100, 4000
	for from := 0; from < instants; from += 50 {
		var rows []hot.Row
		for i := range 50 {
			for host := range hosts {
				rows = append(rows, row(fmt.Sprint("h", host), at(time.Duration(from+i)*time.Second), float64(i), 1))
			}
		}
		h.write(rows...)
	}
	w := h.writer()
	path := filepath.Join(h.coldDir(), "rows.parquet")
	if _, err := w.conn.Exec(t.Context(), w.copyText(path, w.afterwards(w.moving.Rows(firstDay, nil), everything))); err != nil {
		t.Fatal(err)
	}
	if ordered, err := w.ordered(t.Context(), path); err != nil || !ordered {
		t.Errorf("ordered = %t, %v", ordered, err)
	}
	if got := fmt.Sprint(h.query("SELECT count(*), count(DISTINCT row_group_id) > 2 FROM (SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(" + duckdb.Quote(path) + "))")); got != "[[4 true]]" {
		t.Errorf("row groups, more than two: %s, want [[4 true]]", got)
	}
}

// A file whose rows are not in order is found out.
func TestOrdered(t *testing.T) {
	for _, c := range []struct {
		name         string
		ranked, want bool
		rows         string // key, series, seconds
	}{
		{"series and times rise", false, true, "('b', 1, 1), ('a', 1, 2), ('a', 2, 1), (NULL, 2, 1)"},
		{"a time falls", false, false, "('a', 1, 1), ('a', 1, 3), ('a', 1, 2)"},
		{"a series falls", false, false, "('a', 1, 1), ('a', 3, 1), ('a', 2, 2)"},
		{"keys rise, series fall with them", true, true, "(NULL, 7, 1), (NULL, 7, 2), ('a', 5, 1), ('a', 6, 1), ('b', 2, 1)"},
		{"a key falls", true, false, "('b', 1, 1), ('a', 2, 1)"},
		{"NULL is not first", true, false, "('a', 1, 1), (NULL, 2, 1)"},
		{"a series falls within a key", true, false, "('a', 2, 1), ('a', 1, 2)"},
		{"no rows", true, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, Options{Every: time.Hour})
			h.write(row("h", at(0), 1, 1))
			w := h.writer()
			w.ranked = c.ranked
			path := filepath.Join(h.coldDir(), "rows.parquet")
			source := "(VALUES " + c.rows + ") r(k, s, t)"
			if c.rows == "" {
				source = "(SELECT 'a' AS k, 1 AS s, 1 AS t WHERE false)"
			}
			h.query(fmt.Sprintf("COPY (SELECT k AS %s, s::INTEGER AS %s, make_timestamp_ns(t::BIGINT * 1000000000) AS %s FROM %s) TO %s (FORMAT parquet)",
				duckdb.Ident(w.keyColumn()), hot.SeriesColumn, hot.TimeColumn, source, duckdb.Quote(path)))
			if got, err := w.ordered(t.Context(), path); err != nil || got != c.want {
				t.Errorf("ordered = %t, %v, want %t", got, err, c.want)
			}
		})
	}
}
