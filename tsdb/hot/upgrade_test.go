package hot

import (
	"testing"
)

// A file of the first format is read and goes on as one of the present format.
func TestUpgrade(t *testing.T) {
	m := newMover(t)
	m.write("a", 1000, 1, 1)
	m.write("b", 2000, 2, 1)
	for _, text := range []string{
		"DROP TABLE hot_deletes", "DROP TABLE hot_deleted", "ALTER TABLE hot_segments DROP COLUMN overlay", "UPDATE hot_format SET version = 1",
	} {
		_, err := m.conn.Exec(t.Context(), text)
		m.must(err)
	}
	m.stop()
	m.start()
	m.shows("a@1=1 b@2=2")
	m.freeze()
	m.write("a", 1000, 10, 2)
	m.finish(m.begin())
	m.deletes(0, 1000, 1, "a")
	m.shows("b@2=2")
	version, err := collect(t.Context(), m.conn, "SELECT version FROM hot_format")
	if err != nil || len(version) != 1 || version[0][0] != int32(formatVersion) {
		t.Errorf("the file has format %v, %v, want %d", version, err, formatVersion)
	}
}

// A file of a format to come is refused, and left as it is.
func TestUnknownFormat(t *testing.T) {
	m := newMover(t)
	_, err := m.conn.Exec(t.Context(), "UPDATE hot_format SET version = 99")
	m.must(err)
	if _, err := Open(t.Context(), Options{Engine: m.engine}); err == nil {
		t.Error("a file of format 99 is opened")
	}
}
