package cold

import (
	"errors"
	"os"
	"testing"

	"tidemark/fault"
)

// A sealed name has the day and the number of the path before, is the table's to add or
// discard, and belongs to no other contents.
func TestSeal(t *testing.T) {
	store, err := Open(t.Context(), Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	table, err := store.Table(t.Context(), Key{"db", "t", 1})
	if err != nil {
		t.Fatal(err)
	}
	path, err := table.NewPath(20454, 7)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(path, []byte("rows"), 0o644)
	sealed, err := table.Seal(path)
	if err != nil {
		t.Fatalf("Seal: %v", err)
	}
	day, applied, err := parseDataName(sealed[len(table.dir)+1:])
	if err != nil || day != 20454 || applied != 7 || sealed == path {
		t.Errorf("Seal = %s of day %d after delete %d, %v; want another name of day 20454 after delete 7", sealed, day, applied, err)
	}
	if ok, err := CheckSeal(sealed); !ok || err != nil {
		t.Errorf("CheckSeal = %t, %v, want true", ok, err)
	}
	os.WriteFile(sealed, []byte("rowt"), 0o644)
	if ok, err := CheckSeal(sealed); !ok || !errors.Is(err, ErrSeal) {
		t.Errorf("CheckSeal of other contents = %t, %v, want %v", ok, err, ErrSeal)
	}
	if _, err := table.Seal(path); err == nil {
		t.Error("a path is sealed twice")
	}
	if _, err := table.Seal("nothing"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Seal of another name: %v, want invalid", err)
	}
	if err := table.Discard(sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(sealed); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a discarded file is still there: %v", err)
	}
	other, err := table.NewPath(20454, 7)
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := CheckSeal(other); ok {
		t.Error("a path that was not sealed looks sealed")
	}
}
