package hot

import (
	"fmt"
	"testing"
)

// What the file keeps of newest times grows with the series, not with the flushes, and
// is right after a start whenever it was written anew.
func TestNewestTimesStayInProportion(t *testing.T) {
	s := openHot(t)
	table := s.Table(1)
	const series = 30_000
	if err := s.commit([]*submission{hosts(table, 0, series)}); err != nil {
		t.Fatal(err)
	}
	if err := s.inTransaction([]string{createNewest(1)}, nil); err != nil {
		t.Fatal(err)
	}
	most := 0
	for flush := range int64(20) {
		table.mu.unsaved = nil
		for n := range uint32(series) {
			switch st := table.mu.series.at(n); {
			case n%3 == 0: // goes on in every flush
				st.newest, st.home = 100+flush, inFiles
				table.mu.unsaved = append(table.mu.unsaved, n)
			case n%3 == 1 && flush == 0: // is quiet after the first
				st.newest, st.home = 100, inFiles
				table.mu.unsaved = append(table.mu.unsaved, n)
			}
		}
		if err := s.inTransaction(nil, table.saveNewest); err != nil {
			t.Fatal(err)
		}
		counted, err := collect(t.Context(), s.writer.conn, "SELECT count(*) FROM t1_n")
		if err != nil {
			t.Fatal(err)
		}
		entries := int(counted[0][0].(int64))
		if entries != table.mu.saved {
			t.Fatalf("%d entries after flush %d, the table counts %d", entries, flush, table.mu.saved)
		}
		most = max(most, entries)
	}
	if bound := 2*series + newestSlack; most > bound || most < bound/2 {
		t.Errorf("up to %d entries for %d series, want near %d and not more", most, series, bound)
	}
	want := newestByNumber(table)
	if _, err := s.writer.conn.Exec(t.Context(), "DELETE FROM t1_s1 WHERE sid % 3 < 2"); err != nil {
		t.Fatal(err) // rows that the flushes moved
	}
	if err := table.recover(t.Context(), s.writer.conn); err != nil {
		t.Fatal(err)
	}
	if got := newestByNumber(table); got != want {
		t.Errorf("newest times after recovery differ:\n%.300s\nwant\n%.300s", got, want)
	}
}

func newestByNumber(t *Table) string {
	list := make([]string, t.mu.series.len())
	for n := range list {
		s := t.mu.series.at(uint32(n))
		list[n] = fmt.Sprint(s.newest, "@", s.home)
	}
	return fmt.Sprint(list)
}
