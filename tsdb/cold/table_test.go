package cold

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
)

func TestTableIsEmptyBeforeDefine(t *testing.T) {
	dir := t.TempDir()
	s, _ := openTest(t, dir)
	table := loadTable(t, s)
	if st := table.State(); st.Exists || len(st.Files) > 0 || st.Fields != nil || st.Flushed != 0 {
		t.Errorf("State() of a new table = %+v, want nothing", st)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("a table that is only looked at left %v, %v", entries, err)
	}
	if err := table.Commit(t.Context(), Change{Flushed: 1}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Commit before Define: %v, want a NotFound", err)
	}
}

func TestDefineAddsColumns(t *testing.T) {
	dir := t.TempDir()
	s, _ := openTest(t, dir)
	table := loadTable(t, s)
	ids, err := table.Define(t.Context(), testFields, MeasureColumn, SeriesColumn, TimeColumn)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{SeriesColumn: 1, "room": 2, MeasureColumn: 3, TimeColumn: 4, VersionColumn: 5, "temperature": 6}
	if d := cmp.Diff(want, ids); d != "" {
		t.Errorf("Define (-want +got):\n%s", d)
	}
	before := table.State().Version
	if _, err := table.Define(t.Context(), testFields[:2], MeasureColumn, SeriesColumn, TimeColumn); err != nil || table.State().Version != before {
		t.Errorf("Define of known columns: version %d to %d, %v; want no new one", before, table.State().Version, err)
	}
	ids, err = table.Define(t.Context(), []Field{{"Temperature", Bigint}, {"open", Boolean}, {"seen", Timestamp}})
	if err != nil {
		t.Fatal(err)
	}
	want["Temperature"], want["open"], want["seen"] = 7, 8, 9
	if d := cmp.Diff(want, ids); d != "" {
		t.Errorf("Define of more (-want +got):\n%s", d)
	}
	if _, err := table.Define(t.Context(), []Field{{"open", Double}}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("Define with another type: %v, want a Conflict", err)
	}
	s2, _ := openTest(t, dir)
	if d := cmp.Diff(table.State(), loadTable(t, s2).State()); d != "" {
		t.Errorf("State after opening again (-want +got):\n%s", d)
	}
}

func TestDefineRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields []Field
		sort   []string
	}{
		{"no time", []Field{{SeriesColumn, Int}}, nil},
		{"time of another type", []Field{{SeriesColumn, Int}, {TimeColumn, Bigint}}, nil},
		{"a column twice", append(testFields[:len(testFields):len(testFields)], Field{"room", Text}), nil},
		{"no name", append(testFields[:len(testFields):len(testFields)], Field{"", Text}), nil},
		{"no type", append(testFields[:len(testFields):len(testFields)], Field{"x", 0}), nil},
		{"a type that is none", append(testFields[:len(testFields):len(testFields)], Field{"x", 99}), nil},
		{"sorted by what is not there", testFields, []string{"x"}},
	} {
		s, _ := openTest(t, t.TempDir())
		if _, err := loadTable(t, s).Define(t.Context(), c.fields, c.sort...); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Define with %s: %v, want an Invalid", c.name, err)
		}
	}
}

func TestCommitSurvivesReopening(t *testing.T) {
	for name, open := range stands {
		t.Run(name, func(t *testing.T) { checkReopening(t, open) })
	}
}

func checkReopening(t *testing.T, open func(t testing.TB, dir string) (*Store, *testClock)) {
	dir := filepath.Join(t.TempDir(), "dir")
	s, _ := open(t, dir)
	table := defineTest(t, s)
	a, b, c := writeFile(t, table, 20000, 0), writeFile(t, table, 20001, 5), writeFile(t, table, -1, 1<<63)
	commit(t, table, Change{Add: []File{b, a}, Flushed: 3})
	commit(t, table, Change{Add: []File{c}, Remove: []string{a.Path}, Flushed: 4})
	commit(t, table, Change{Flushed: 9})
	commit(t, table, Change{Remove: []string{}}) // nothing to do
	st := table.State()
	if d := cmp.Diff([]File{c, b}, st.Files); d != "" {
		t.Errorf("Files (-want +got):\n%s", d)
	}
	if st.Flushed != 9 || st.Version != 4 {
		t.Errorf("flushed %d, version %d; want 9 and 4", st.Flushed, st.Version)
	}
	s2, _ := open(t, dir)
	if d := cmp.Diff(st, loadTable(t, s2).State()); d != "" {
		t.Errorf("State after opening again (-want +got):\n%s", d)
	}
	if hint, err := table.medium.read(t.Context(), hintName); err != nil || string(hint) != "4" {
		t.Errorf("hint %q, %v; want 4", hint, err)
	}
}

func TestCommitRefuses(t *testing.T) {
	s, _ := openTest(t, t.TempDir())
	table := defineTest(t, s)
	kept := writeFile(t, table, 100, 0)
	commit(t, table, Change{Add: []File{kept}})
	edit := func(change func(f *File)) []File {
		f := writeFile(t, table, 100, 2)
		change(&f)
		return []File{f}
	}
	twice := writeFile(t, table, 100, 0)
	for _, c := range []struct {
		name   string
		change Change
		kind   fault.Kind
	}{
		{"a file of another folder", Change{Add: edit(func(f *File) { f.Path = filepath.Join(s.opt.Dir, "x.parquet") })}, fault.Invalid},
		{"a file that leads elsewhere", Change{Add: edit(func(f *File) { f.Path = table.dir + "/data/../../x-9/data/" + filepath.Base(f.Path) })}, fault.Invalid},
		{"another day", Change{Add: edit(func(f *File) { f.Day++ })}, fault.Invalid},
		{"another delete", Change{Add: edit(func(f *File) { f.Applied++ })}, fault.Invalid},
		{"a time of the next day", Change{Add: edit(func(f *File) { f.MaxTime = 101 * nanosOfDay })}, fault.Invalid},
		{"no rows", Change{Add: edit(func(f *File) { f.Rows = 0 })}, fault.Invalid},
		{"series in the wrong order", Change{Add: edit(func(f *File) { f.MinSeries = 1000 })}, fault.Invalid},
		{"a series that is no int", Change{Add: edit(func(f *File) { f.MaxSeries = 1 << 31 })}, fault.Invalid},
		{"another size", Change{Add: edit(func(f *File) { f.Bytes++ })}, fault.Internal},
		{"a file that is not there", Change{Add: edit(func(f *File) { os.Remove(f.Path) })}, fault.Internal},
		{"half a file", Change{Add: edit(func(f *File) { f.Bytes -= 2; os.Truncate(f.Path, f.Bytes) })}, fault.Internal},
		{"a file twice", Change{Add: []File{twice, twice}}, fault.Invalid},
		{"a file that is in it", Change{Add: []File{kept}}, fault.Conflict},
		{"a removal of what is not in it", Change{Remove: []string{twice.Path}}, fault.Conflict},
	} {
		if err := table.Commit(t.Context(), c.change); err == nil || fault.KindOf(err) != c.kind {
			t.Errorf("Commit of %s: %v, want an error of kind %v", c.name, err, c.kind)
		}
		if d := cmp.Diff([]File{kept}, table.State().Files); d != "" {
			t.Fatalf("after Commit of %s (-want +got):\n%s", c.name, d)
		}
	}
}

func TestMetadataIsReported(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, table *Table) string // returns what the error must name
	}{
		{"newest metadata gone", func(t *testing.T, table *Table) string {
			return removed(t, table, "v3.metadata.json")
		}},
		{"all metadata gone", func(t *testing.T, table *Table) string {
			for _, n := range names(t, table) {
				if strings.HasPrefix(n, metadataDir) {
					removed(t, table, filepath.Base(n))
				}
			}
			return "metadata.json is missing"
		}},
		{"torn metadata", func(t *testing.T, table *Table) string { return torn(t, table, "v3.metadata.json") }},
		{"empty metadata", func(t *testing.T, table *Table) string {
			return written(t, table, "v3.metadata.json", "{}")
		}},
		{"list gone", func(t *testing.T, table *Table) string { return removed(t, table, current(table)) }},
		{"torn list", func(t *testing.T, table *Table) string { return torn(t, table, current(table)) }},
		{"manifest gone", func(t *testing.T, table *Table) string {
			return removed(t, table, filepath.Base(table.version.Load().manifests[0].name))
		}},
		{"torn manifest", func(t *testing.T, table *Table) string {
			return torn(t, table, filepath.Base(table.version.Load().manifests[0].name))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s, _ := openTest(t, dir)
			table := defineTest(t, s)
			for range 2 {
				commit(t, table, Change{Add: []File{writeFile(t, table, 5, 0)}})
			}
			want := c.damage(t, table)
			s2, _ := openTest(t, dir)
			if _, err := s2.Table(t.Context(), testKey); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Table: %v, want an error that names %s", err, want)
			}
		})
	}
}

// current is the base name of the current manifest list.
func current(table *Table) string {
	return filepath.Base(table.version.Load().meta.snapshot().ManifestList)
}

func removed(t *testing.T, table *Table, base string) string {
	if err := os.Remove(filepath.Join(table.dir, metadataDir, base)); err != nil {
		t.Fatal(err)
	}
	return base
}

func torn(t *testing.T, table *Table, base string) string {
	name := filepath.Join(table.dir, metadataDir, base)
	info, err := os.Stat(name)
	if err := errors.Join(err, os.Truncate(name, info.Size()*2/3)); err != nil {
		t.Fatal(err)
	}
	return base
}

func written(t *testing.T, table *Table, base, text string) string {
	if err := os.WriteFile(filepath.Join(table.dir, metadataDir, base), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return base
}

func TestMovedFolderNamesItsFilesAnew(t *testing.T) {
	dir := t.TempDir()
	s, clock := openTest(t, dir)
	table := defineTest(t, s)
	for day := range int32(5) {
		commit(t, table, Change{Add: []File{writeFile(t, table, day, 2)}, Flushed: uint32(day)})
	}
	commit(t, table, Change{Remove: []string{table.State().Files[1].Path}})
	want := table.State()
	to := copyDir(t, dir)
	s2, clock2 := openTest(t, to)
	clock2.at = clock.at
	again := loadTable(t, s2)
	if d := cmp.Diff(moved(want.Files, dir, to), again.State().Files); d != "" {
		t.Errorf("Files of the copy (-want +got):\n%s", d)
	}
	if again.State().Flushed != 4 || again.State().Snapshot == want.Snapshot {
		t.Errorf("copy has flushed %d and snapshot %d, want 4 and another", again.State().Flushed, again.State().Snapshot)
	}
	if strings.Contains(text(t, again), dir+"/") && !strings.HasPrefix(to, dir) {
		t.Errorf("the copy's metadata names the old place %s:\n%s", dir, text(t, again))
	}
	if _, err := again.Expire(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	s3, _ := openTest(t, to)
	if d := cmp.Diff(again.State(), loadTable(t, s3).State()); d != "" {
		t.Errorf("copy opened again (-want +got):\n%s", d)
	}
	if list := names(t, again); count(list, ".parquet") != 4 || count(list, "metadata.json") != 1 || count(list, ".avro") != 2 {
		t.Errorf("files of the copy after Expire: %v", list)
	}
}

func TestCheckNamesDamage(t *testing.T) {
	for name, open := range stands {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "dir")
			s, _ := open(t, dir)
			table := defineTest(t, s)
			whole, short, gone := writeFile(t, table, 1, 0), writeFile(t, table, 2, 0), writeFile(t, table, 3, 0)
			commit(t, table, Change{Add: []File{whole, short, gone}})
			if found := table.Check(t.Context()); len(found) > 0 {
				t.Fatalf("Check of a whole table: %v", found)
			}
			kept := dir
			if name == "bucket" {
				kept = dir + "-buckets/tables/all/of/them"
			}
			if err := errors.Join(os.Truncate(kept+strings.TrimPrefix(short.Path, dir), short.Bytes-1), os.Remove(kept+strings.TrimPrefix(gone.Path, dir))); err != nil {
				t.Fatal(err)
			}
			found := table.Check(t.Context())
			if len(found) != 2 || !strings.Contains(found[0].Error(), filepath.Base(short.Path)) || !strings.Contains(found[1].Error(), filepath.Base(gone.Path)) {
				t.Errorf("Check: %v, want %s and %s", found, short.Path, gone.Path)
			}
		})
	}
}

func TestDropAndRetain(t *testing.T) {
	for name, open := range stands {
		t.Run(name, func(t *testing.T) { checkDropAndRetain(t, open) })
	}
}

func checkDropAndRetain(t *testing.T, open func(t testing.TB, dir string) (*Store, *testClock)) {
	dir := filepath.Join(t.TempDir(), "dir")
	s, _ := open(t, dir)
	table := defineTest(t, s)
	commit(t, table, Change{Add: []File{writeFile(t, table, 1, 0)}})
	other, err := s.Table(t.Context(), Key{Database: "plant", Table: "sensors", ID: 8})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Define(t.Context(), testFields); err != nil {
		t.Fatal(err)
	}
	if err := table.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := table.Commit(t.Context(), Change{Flushed: 1}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("Commit to a dropped table: %v, want a NotFound", err)
	}
	if again := loadTable(t, s); again == table || again.State().Exists {
		t.Errorf("a dropped table is %+v, want nothing", again.State())
	}
	s2, _ := open(t, dir)
	if err := s2.Retain(t.Context(), func(id uint32) bool { return id != 8 }); err != nil {
		t.Fatal(err)
	}
	if list := names(t, other); len(list) > 0 {
		t.Errorf("files of a table that was not retained: %v", list)
	}
	if _, err := os.Stat(other.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("folder of a table that was not retained: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, trashDir)); err == nil {
		if left, _ := os.ReadDir(filepath.Join(dir, trashDir)); len(left) > 0 {
			t.Errorf("dropped tables that are still there: %v", left)
		}
	}
}
