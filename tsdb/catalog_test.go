package tsdb

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/fault"
)

func TestCatalogRoundTrip(t *testing.T) {
	f := newFixture(t, Options{})
	ctx := t.Context()
	if _, err := f.db.CreateDatabase(ctx, "plant-1", "alias/k", map[string]string{"team": "x"}); err != nil {
		t.Fatal(err)
	}
	ref := TableRef{"plant-1", "pumps.v2"}
	want := Table{
		Ref: ref, Retention: Retention{2, 30}, Created: base, Updated: base,
		MagneticWrites: MagneticWrites{Enabled: true, Rejected: &S3Location{Bucket: "rejects", Encryption: "SSE_S3"}},
		PartitionKey:   []PartitionKey{{KeyDimension, "pump", Required}},
	}
	got, err := f.db.CreateTable(ctx, ref, TableOptions{
		Retention: &want.Retention, MagneticWrites: &want.MagneticWrites, PartitionKey: want.PartitionKey, Tags: map[string]string{"a": "1"},
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("CreateTable: %v, differs: %s", err, diff)
	}
	f.restart()
	if got, err = f.db.Table(ctx, ref); err != nil || !cmp.Equal(want, got) {
		t.Errorf("Table after a restart = %+v, %v, want %+v", got, err, want)
	}
	wantDB := Database{Name: "plant-1", KmsKey: "alias/k", Tables: 1, Created: base, Updated: base}
	if got, err := f.db.Database(ctx, "plant-1"); err != nil || got != wantDB {
		t.Errorf("Database = %+v, %v, want %+v", got, err, wantDB)
	}
	update := TableUpdate{Retention: &Retention{3, 40}, PartitionKey: []PartitionKey{{KeyDimension, "pump", Optional}}}
	want.Retention, want.PartitionKey = *update.Retention, update.PartitionKey
	if got, err = f.db.UpdateTable(ctx, ref, update); err != nil || !cmp.Equal(want, got) {
		t.Errorf("UpdateTable = %+v, %v, want %+v", got, err, want)
	}
}

func TestCatalogDefaults(t *testing.T) {
	f := newFixture(t, Options{})
	if _, err := f.db.CreateDatabase(t.Context(), "demo", "", nil); err != nil {
		t.Fatal(err)
	}
	got, err := f.db.CreateTable(t.Context(), demo, TableOptions{})
	want := Table{Ref: demo, Retention: Retention{6, 73000}, PartitionKey: []PartitionKey{{Type: KeyMeasure}}, Created: base, Updated: base}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("CreateTable: %v, differs: %s", err, diff)
	}
}

func TestCatalogFaults(t *testing.T) {
	f := newFixture(t, Options{MaxDatabases: 2, MaxTables: 1})
	f.table()
	ctx, db := t.Context(), f.db
	second := func(_ any, err error) error { return err }
	table := func(o TableOptions) error { return second(db.CreateTable(ctx, TableRef{"demo", "new"}, o)) }
	key := func(keys ...PartitionKey) error { return table(TableOptions{PartitionKey: keys}) }
	many := map[string]string{}
	for i := range 201 {
		many[fmt.Sprint(i)] = ""
	}
	cases := []struct {
		name string
		err  error
		want fault.Kind
		text string
	}{
		{"short name", second(db.CreateDatabase(ctx, "ab", "", nil)), fault.Invalid, ""},
		{"bad letter", second(db.CreateDatabase(ctx, "ab!c", "", nil)), fault.Invalid, ""},
		{"long name", second(db.CreateDatabase(ctx, strings.Repeat("x", 257), "", nil)), fault.Invalid, ""},
		{"same database", second(db.CreateDatabase(ctx, "demo", "", nil)), fault.Conflict, ""},
		{"many tags", second(db.CreateDatabase(ctx, "tags", "", many)), fault.Exceeded, ""},
		{"no database", second(db.Database(ctx, "absent")), fault.NotFound, "The database absent does not exist."},
		{"update no database", second(db.UpdateDatabase(ctx, "absent", "k")), fault.NotFound, "The database absent does not exist."},
		{"delete no database", db.DeleteDatabase(ctx, "absent"), fault.NotFound, "The database absent does not exist."},
		{"delete full database", db.DeleteDatabase(ctx, "demo"), fault.Invalid, ""},
		{"same table", second(db.CreateTable(ctx, demo, TableOptions{})), fault.Conflict, ""},
		{"table in no database", second(db.CreateTable(ctx, TableRef{"absent", "abc"}, TableOptions{})), fault.NotFound, "The database absent does not exist."},
		{"too many tables", table(TableOptions{}), fault.Exceeded, ""},
		{"no table", second(db.Table(ctx, TableRef{"demo", "absent"})), fault.NotFound, "The table absent does not exist."},
		{"update no table", second(db.UpdateTable(ctx, TableRef{"demo", "absent"}, TableUpdate{})), fault.NotFound, "The table absent does not exist."},
		{"delete no table", db.DeleteTable(ctx, TableRef{"demo", "absent"}), fault.NotFound, "The table absent does not exist."},
		{"list no database", second(db.Tables(ctx, "absent", TableRef{}, 0)), fault.NotFound, "The database absent does not exist."},
		{"memory retention", table(TableOptions{Retention: &Retention{0, 1}}), fault.Invalid, ""},
		{"magnetic retention", table(TableOptions{Retention: &Retention{1, 73001}}), fault.Invalid, ""},
		{"two keys", key(PartitionKey{Type: KeyMeasure}, PartitionKey{Type: KeyMeasure}), fault.Invalid, ""},
		{"named measure key", key(PartitionKey{Type: KeyMeasure, Name: "x"}), fault.Invalid, ""},
		{"key without enforcement", key(PartitionKey{Type: KeyDimension, Name: "x"}), fault.Invalid, ""},
		{"key of a strange type", key(PartitionKey{Type: "TIME"}), fault.Invalid, ""},
		{"change key", second(db.UpdateTable(ctx, demo, TableUpdate{PartitionKey: []PartitionKey{{KeyDimension, "x", Required}}})), fault.Invalid, ""},
		{"write to no table", second(db.Write(ctx, TableRef{"demo", "absent"}, nil)), fault.NotFound, "The table absent does not exist."},
		{"tags of no table", second(db.Tags(ctx, TableRef{"demo", "absent"})), fault.NotFound, "The table absent does not exist."},
		{"tag no database", db.Tag(ctx, TableRef{"absent", ""}, nil), fault.NotFound, "The database absent does not exist."},
	}
	for _, c := range cases {
		if c.err == nil || fault.KindOf(c.err) != c.want || c.text != "" && c.err.Error() != c.text {
			t.Errorf("%s: error %v of kind %v, want kind %v %s", c.name, c.err, fault.KindOf(c.err), c.want, c.text)
		}
	}
	if _, err := db.CreateDatabase(ctx, "second", "", nil); err != nil {
		t.Errorf("second database: %v", err)
	}
	if _, err := db.CreateDatabase(ctx, "third", "", nil); fault.KindOf(err) != fault.Exceeded {
		t.Errorf("third database = %v, want exceeded", err)
	}
}

func TestCatalogLists(t *testing.T) {
	f := newFixture(t, Options{})
	ctx := t.Context()
	for _, name := range []string{"abc-2", "abc", "abc.1"} {
		if _, err := f.db.CreateDatabase(ctx, name, "", nil); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"t-2", "t.1", "tab"} {
			if _, err := f.db.CreateTable(ctx, TableRef{name, table}, TableOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	databases, err := f.db.Databases(ctx, "abc", 1)
	if err != nil || len(databases) != 1 || databases[0].Name != "abc-2" || databases[0].Tables != 3 {
		t.Errorf("Databases(after abc, 1) = %+v, %v, want abc-2 with 3 tables", databases, err)
	}
	cases := []struct {
		database string
		after    TableRef
		limit    int
		want     []string
	}{
		{"abc", TableRef{}, 0, []string{"abc.t-2", "abc.t.1", "abc.tab"}},
		{"abc", TableRef{"abc", "t-2"}, 1, []string{"abc.t.1"}},
		{"", TableRef{"abc", "tab"}, 2, []string{"abc-2.t-2", "abc-2.t.1"}},
		{"", TableRef{"abc.1", "t.1"}, 0, []string{"abc.1.tab"}},
	}
	for _, c := range cases {
		tables, err := f.db.Tables(ctx, c.database, c.after, c.limit)
		var got []string
		for _, table := range tables {
			got = append(got, table.Ref.String())
		}
		if !cmp.Equal(got, c.want) || err != nil {
			t.Errorf("Tables(%q, %v, %d) = %v, %v, want %v", c.database, c.after, c.limit, got, err, c.want)
		}
	}
}

func TestTags(t *testing.T) {
	f := newFixture(t, Options{})
	f.table()
	for _, ref := range []TableRef{demo, {Database: "demo"}} {
		steps := []func() error{
			func() error { return f.db.Tag(t.Context(), ref, map[string]string{"a": "1", "b": "2"}) },
			func() error { return f.db.Tag(t.Context(), ref, map[string]string{"b": "3"}) },
			func() error { return f.db.Untag(t.Context(), ref, []string{"a", "absent"}) },
		}
		for i, step := range steps {
			if err := step(); err != nil {
				t.Errorf("%v: step %d: %v", ref, i, err)
			}
		}
		got, err := f.db.Tags(t.Context(), ref)
		if want := map[string]string{"b": "3"}; err != nil || !cmp.Equal(got, want) {
			t.Errorf("Tags(%v) = %v, %v, want %v", ref, got, err, want)
		}
	}
}

// A table made again under its old name is empty, also when the process stopped in between.
func TestDeletedTableStaysDeleted(t *testing.T) {
	for _, restart := range []bool{false, true} {
		f := newFixture(t, Options{})
		f.table()
		ctx := t.Context()
		if _, err := f.db.Write(ctx, demo, []Record{multi("a", at(0), 1, double("cpu", 1))}); err != nil {
			t.Fatal(err)
		}
		if err := f.db.DeleteTable(ctx, demo); err != nil {
			t.Fatal(err)
		}
		if restart {
			f.restart()
		}
		if _, err := f.db.CreateTable(ctx, demo, TableOptions{Retention: &Retention{24, 10}}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.db.Write(ctx, demo, []Record{multi("b", at(0), 1, double("mem", 2))}); err != nil {
			t.Fatal(err)
		}
		if got, want := f.rows(Scan{}, "1", "host", "mem"), [][]any{{"b", 2.0}}; !cmp.Equal(got, want) {
			t.Errorf("restart %v: rows %v, want %v", restart, got, want)
		}
		f.restart() // stopping drops what no snapshot reads
		if got := hotTables(f); len(got) != 2 {
			t.Errorf("restart %v: the file has tables %v, want a dictionary and a segment", restart, got)
		}
	}
}

// hotTables lists the DuckDB tables that hold series and rows.
func hotTables(f *fixture) [][]any {
	conn, err := f.engine.Connect(context.Background())
	if err != nil {
		f.t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(context.Background(), "SELECT table_name FROM duckdb_tables() WHERE table_name SIMILAR TO 't[0-9]+_.*'")
	if err != nil {
		f.t.Fatal(err)
	}
	all, err := rows.All(context.Background())
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}
