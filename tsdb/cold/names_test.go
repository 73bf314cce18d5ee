package cold

import (
	"path/filepath"
	"strings"
	"testing"

	"tidemark/fault"
)

func TestFoldersStayBelowTheDirectory(t *testing.T) {
	for _, c := range []struct{ database, table, want string }{
		{"plant", "sensors", "plant/sensors-7"},
		{"..", "..", "_../_..-7"},
		{"...", ".hidden", "_.../_.hidden-7"},
		{"a-1", "b-2", "a-1/b-2-7"},
		{strings.Repeat("d", 256), strings.Repeat("t", 256), strings.Repeat("d", 200) + "/" + strings.Repeat("t", 200) + "-7"},
	} {
		got := Key{c.database, c.table, 7}.folder()
		if got != c.want || !filepath.IsLocal(got) {
			t.Errorf("folder of %.20s.%.20s = %q, want %q", c.database, c.table, got, c.want)
		}
		if id, ok := folderID(filepath.Base(got)); !ok || id != 7 {
			t.Errorf("folderID(%q) = %d, %v; want 7", got, id, ok)
		}
	}
}

func TestKeysAreChecked(t *testing.T) {
	s, _ := openTest(t, t.TempDir())
	for _, k := range []Key{
		{"", "t", 1}, {"d", "", 1}, {"d/e", "t", 1}, {"d", "t\x00", 1}, {"d", "é", 1}, {"d", strings.Repeat("t", 257), 1}, {"d", "t", 0},
	} {
		if _, err := s.Table(t.Context(), k); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Table(%.40v): %v, want an Invalid", k, err)
		}
	}
}

func TestDataNames(t *testing.T) {
	for _, c := range []struct {
		day     int32
		applied uint64
		prefix  string
	}{
		{0, 0, "data/day=1970-01-01/0-"},
		{20000, 17, "data/day=2024-10-04/17-"}, // 20000 days: date -d '1970-01-01 +20000 days'
		{-1, 1<<64 - 1, "data/day=1969-12-31/18446744073709551615-"},
		{-106752, 1, "data/day=1677-09-21/1-"}, // the earliest nanosecond in 64 bits
		{106751, 1, "data/day=2262-04-11/1-"},  // the last
	} {
		name := dataName(c.day, c.applied)
		if !strings.HasPrefix(name, c.prefix) {
			t.Errorf("dataName(%d, %d) = %q, want %q…", c.day, c.applied, name, c.prefix)
		}
		if day, applied, err := parseDataName(name); day != c.day || applied != c.applied || err != nil {
			t.Errorf("parseDataName(%q) = %d, %d, %v; want %d, %d", name, day, applied, err, c.day, c.applied)
		}
	}
	const id = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
	for _, name := range []string{
		"", "data/day=2024-10-04/" + id + ".parquet", "data/day=2024-13-04/1-" + id + ".parquet", "data/2024-10-04/1-" + id + ".parquet",
		"data/day=2024-10-04/1-" + id, "data/day=2024-10-04/-1-" + id + ".parquet", "data/day=2024-10-04/1-x.parquet",
		"data/day=2024-10-04/x/1-" + id + ".parquet", "day=2024-10-04/1-" + id + ".parquet",
	} {
		if day, applied, err := parseDataName(name); err == nil {
			t.Errorf("parseDataName(%q) = %d, %d, want an error", name, day, applied)
		}
	}
}

func TestDayOf(t *testing.T) {
	for nanos, want := range map[int64]int32{0: 0, nanosOfDay - 1: 0, nanosOfDay: 1, -1: -1, -nanosOfDay: -1, -nanosOfDay - 1: -2,
		-1 << 63: -106752, 1<<63 - 1: 106751} {
		if got := dayOf(nanos); got != want {
			t.Errorf("dayOf(%d) = %d, want %d", nanos, got, want)
		}
	}
}

func FuzzParseDataName(f *testing.F) {
	f.Add(dataName(20000, 3))
	f.Add("data/day=0000-01-01/0-.parquet")
	f.Fuzz(func(t *testing.T, name string) {
		if day, applied, err := parseDataName(name); err == nil && !strings.HasPrefix(name, dataDir+"/"+dayPrefix+dayTime(day).Format(dayForm)) {
			t.Errorf("parseDataName(%q) = %d, %d", name, day, applied)
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	s, _ := openTest(f, f.TempDir())
	table := defineTest(f, s)
	commit(f, table, Change{Add: []File{writeFile(f, table, 1, 0)}})
	f.Add([]byte(text(f, table)))
	f.Add([]byte(`{"format-version":3,"location":"/x","partition-specs":[null],"schemas":[null]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if m, err := parseMetadata(text); err == nil {
			columnsOf(m.schema())
			m.boundIDs()
		}
	})
}

func FuzzDecodeManifest(f *testing.F) {
	s, _ := openTest(f, f.TempDir())
	table := defineTest(f, s)
	commit(f, table, Change{Add: []File{writeFile(f, table, 1, 0), writeFile(f, table, 2, 7)}})
	v := table.version.Load()
	data, err := table.medium.read(f.Context(), v.manifests[0].name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := v.meta.decodeManifest(v.manifests[0].ref, data, place{v.meta.Location, table.dir})
		for i := range entries {
			if err == nil && entries[i].file.check() != nil {
				t.Errorf("decodeManifest let %+v pass", entries[i].file)
			}
		}
	})
}
