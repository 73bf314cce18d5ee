package hot

import (
	"fmt"
	"testing"
)

// hosts is a submission of rows of n new series, from a number on.
func hosts(table *Table, from, n int) *submission {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{Dims: []Dim{{"host", fmt.Sprintf("host-%06d", from+i)}}, Measure: "m", Kind: Bigint, Version: 1, Time: 1,
			Cells: []Cell{{Name: SingleColumn(Bigint), Type: Bigint}}}
	}
	table.resolve(rows)
	return &submission{table: table, rows: rows}
}

// New series are refused once the series of all tables take the memory they may, rows
// of known ones are not; a table that is deleted makes room.
func TestSeriesBytesBoundAllTables(t *testing.T) {
	s := openHot(t)
	s.opts.SeriesBytes = 300 << 10
	const batch = 500
	counts := [2]int{}
	for i := 0; s.seriesBytes.Load() < s.opts.SeriesBytes; i++ {
		before, n := s.seriesBytes.Load(), i%2
		sub := hosts(s.Table(uint32(n)), counts[n], batch)
		if err := s.commit([]*submission{sub}); err != nil || len(sub.refused) > 0 {
			t.Fatalf("batch %d: %d refused, %v, though %d bytes are taken", i, len(sub.refused), err, before)
		}
		counts[n] += batch
	}
	taken := s.seriesBytes.Load()
	if sum := s.Table(0).mu.series.bytes() + s.Table(1).mu.series.bytes(); sum != taken {
		t.Errorf("the store counts %d bytes, its tables take %d", taken, sum)
	}
	if most := s.opts.SeriesBytes + batch*200; taken > most {
		t.Errorf("%d bytes are taken, want at most %d: the bound and a batch", taken, most)
	}
	sub := hosts(s.Table(0), counts[0]-10, 20) // ten known, ten new
	if err := s.commit([]*submission{sub}); err != nil {
		t.Fatal(err)
	}
	if len(sub.refused) != 10 || sub.refused[0].Reason != ManySeries || sub.refused[0].Row != 10 {
		t.Errorf("refused %v, want rows 10 to 19 for reason %d", sub.refused, ManySeries)
	}
	if got := s.seriesBytes.Load(); got != taken {
		t.Errorf("%d bytes are taken after a refusal, %d before", got, taken)
	}
	s.Drop(0)
	s.release()
	if got, want := s.seriesBytes.Load(), s.Table(1).mu.series.bytes(); got != want {
		t.Errorf("%d bytes are taken after a table was deleted, want %d", got, want)
	}
	if sub := hosts(s.Table(1), counts[1], 10); s.commit([]*submission{sub}) != nil || len(sub.refused) > 0 {
		t.Errorf("refused %v after a table was deleted", sub.refused)
	}
}

func TestSeriesBytesAfterRecovery(t *testing.T) {
	s := openHot(t)
	table := s.Table(3)
	if err := s.commit([]*submission{hosts(table, 0, 2000)}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := table.recover(t.Context(), s.writer.conn); err != nil {
			t.Fatal(err)
		}
		if got, want := s.seriesBytes.Load(), table.mu.series.bytes(); got != want || got < 2000*60 {
			t.Errorf("the store counts %d bytes after recovery, its table takes %d", got, want)
		}
	}
}

// What the table says it takes is what Go's heap grows by.
func TestSeriesBytesAreTheHeap(t *testing.T) {
	for _, s := range shapes {
		before, _ := heap()
		st, sc := newSeriesTable(), newSchema()
		s.fill(&st, sc, 100_000)
		after, _ := heap()
		if got, want := st.bytes(), after-before; got < want*9/10 || got > want*11/10 {
			t.Errorf("%s: bytes = %d, the heap grew by %d", s.name, got, want)
		}
	}
}

func TestDefaultSeriesBytes(t *testing.T) {
	memory := machineMemory()
	if memory <= 0 {
		t.Fatal("the machine's memory is not known")
	}
	if got, want := openHot(t).opts.SeriesBytes, max(memory/4, 512<<20); got != want {
		t.Errorf("SeriesBytes = %d by default, want %d for %d bytes of memory", got, want, memory)
	}
}
