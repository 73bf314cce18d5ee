package peers

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/parquet/file"
)

// small is a shape of three hosts, two hours and two metrics.
func small() Shape {
	return Shape{Hosts: 3, Start: time.Unix(1767225600, 0), Step: 30 * time.Minute, Instants: 4, Metrics: 2, Seed: 1}
}

func TestSharesAreTheWhole(t *testing.T) {
	s := small()
	s.Hosts = 7
	whole, got := map[string]bool{}, map[string]bool{}
	lines := func(into map[string]bool, shares int) {
		for share := range shares {
			f := s.Feed(share, shares)
			for at, ok := f.Next(); ok; at, ok = f.Next() {
				for _, h := range f.Hosts() {
					v := f.Values(h)
					into[string(s.AppendLine(nil, h, at, &v))] = true
				}
			}
		}
	}
	lines(whole, 1)
	lines(got, 3)
	if len(whole) != 28 || len(got) != 28 {
		t.Fatalf("%d lines in one share, %d in three; want 7 hosts x 4 instants", len(whole), len(got))
	}
	for line := range whole {
		if !got[line] {
			t.Errorf("three shares lack %q", line)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		name  string
		float bool
		line  string
		csv   string
	}{
		{"whole", false, " usage_user=41i,usage_system=7i 1767225600000\n", ",41,7\n"},
		{"decimals", true, " usage_user=41.25,usage_system=7 1767225600000\n", ",41.25,7\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := small()
			s.Float = c.float
			h, v := s.Feed(0, 1).Hosts()[1], [10]float64{41, 7}
			if c.float {
				v[0] = 41.25
			}
			line := string(s.AppendLine(nil, h, s.Start, &v))
			if !strings.HasPrefix(line, "cpu,hostname=host_1,region=") || !strings.HasSuffix(line, c.line) {
				t.Errorf("AppendLine gives %q, want it to end with %q", line, c.line)
			}
			row := string(s.AppendCSV(nil, h, s.Start, &v))
			if !strings.HasPrefix(row, "2026-01-01 00:00:00,host_1,") || !strings.HasSuffix(row, c.csv) {
				t.Errorf("AppendCSV gives %q, want it to end with %q", row, c.csv)
			}
			header := string(s.CSVHeader())
			if strings.Count(header, ",") != strings.Count(row, ",") || !strings.HasSuffix(header, ",usage_user,usage_system\n") {
				t.Errorf("CSVHeader gives %q for the row %q", header, row)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Shape)
		ok     bool
	}{
		{"as it is", func(*Shape) {}, true},
		{"no hosts", func(s *Shape) { s.Hosts = 0 }, false},
		{"eleven metrics", func(s *Shape) { s.Metrics = 11 }, false},
		{"half an hour", func(s *Shape) { s.Instants = 1 }, false},
		{"fractions of a second", func(s *Shape) { s.Step = 1500 * time.Millisecond }, false},
		{"not from an hour on", func(s *Shape) { s.Start = s.Start.Add(time.Minute) }, false},
	} {
		s := small()
		c.change(&s)
		if err := s.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: Validate gives %v", c.name, err)
		}
	}
}

func TestParquetHoldsEveryRow(t *testing.T) {
	for _, float := range []bool{false, true} {
		s := small()
		s.Float, s.Hosts, s.Step, s.Instants = float, 40, time.Second, 3600 // 144,000 rows: two row groups
		var out openBuffer
		if err := s.WriteParquet(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		r, err := file.NewParquetReader(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if out.closed {
			t.Error("WriteParquet closes what it was lent")
		}
		if r.NumRows() != 144_000 || r.NumRowGroups() != 2 {
			t.Errorf("%d rows in %d groups, want 144,000 in 2", r.NumRows(), r.NumRowGroups())
		}
		chunk, err := r.RowGroup(1).Column(11) // usage_user after time and ten tags
		if err != nil {
			t.Fatal(err)
		}
		if got, want := lastValue(t, chunk), wantLast(s); got != want {
			t.Errorf("float %v: the last value of usage_user is %v, want %v", float, got, want)
		}
	}
}

// openBuffer notices when it is closed.
type openBuffer struct {
	bytes.Buffer
	closed bool
}

func (b *openBuffer) Close() error {
	b.closed = true
	return nil
}

// lastValue reads a column chunk to its end.
func lastValue(t *testing.T, chunk file.ColumnChunkReader) float64 {
	t.Helper()
	const most = 200_000
	switch c := chunk.(type) {
	case *file.Int64ColumnChunkReader:
		v := make([]int64, most)
		_, n, err := c.ReadBatch(most, v, nil, nil)
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
		return float64(v[n-1])
	case *file.Float64ColumnChunkReader:
		v := make([]float64, most)
		_, n, err := c.ReadBatch(most, v, nil, nil)
		if err != nil || n == 0 {
			t.Fatal(n, err)
		}
		return v[n-1]
	}
	t.Fatalf("a column of %T", chunk)
	return 0
}

// wantLast is usage_user of the last host at the last instant.
func wantLast(s Shape) float64 {
	f := s.Feed(s.Hosts-1, s.Hosts)
	var v [10]float64
	for _, ok := f.Next(); ok; _, ok = f.Next() {
		v = f.Values(f.Hosts()[0])
	}
	return v[0]
}
