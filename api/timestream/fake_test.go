package timestream

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/fault"
	"tidemark/query"
	"tidemark/tsdb"
)

// memory is a store and a query engine in memory: enough of their contracts to see
// what the door asks of them and how it passes answers on.
type memory struct {
	mu        sync.Mutex
	databases map[string]tsdb.Database
	tables    map[tsdb.TableRef]tsdb.Table
	tags      map[tsdb.TableRef]map[string]string
	written   []tsdb.Record
	fail      error // what every call answers, when set

	request query.Request
	page    *query.Page
	columns []query.ColumnSource
	message string
}

func newMemory() *memory {
	return &memory{databases: map[string]tsdb.Database{}, tables: map[tsdb.TableRef]tsdb.Table{}, tags: map[tsdb.TableRef]map[string]string{}}
}

// created is the time of everything in memory.
func created() time.Time { return time.UnixMilli(1677167593266) }

func (m *memory) CreateDatabase(_ context.Context, name, key string, tags map[string]string) (tsdb.Database, error) {
	if _, ok := m.databases[name]; ok {
		return tsdb.Database{}, fault.New(fault.Conflict, "The database %s already exists.", name)
	}
	m.databases[name] = tsdb.Database{Name: name, KmsKey: key, Created: created(), Updated: created()}
	m.tags[tsdb.TableRef{Database: name}] = tags
	return m.databases[name], m.fail
}

func (m *memory) Database(_ context.Context, name string) (tsdb.Database, error) {
	db, ok := m.databases[name]
	if !ok {
		return db, fault.New(fault.NotFound, "The database %s does not exist.", name)
	}
	return db, m.fail
}

func (m *memory) UpdateDatabase(ctx context.Context, name, key string) (tsdb.Database, error) {
	db, err := m.Database(ctx, name)
	if err == nil {
		db.KmsKey = key
		m.databases[name] = db
	}
	return db, err
}

func (m *memory) DeleteDatabase(ctx context.Context, name string) error {
	_, err := m.Database(ctx, name)
	delete(m.databases, name)
	return err
}

func (m *memory) Databases(_ context.Context, after string, limit int) ([]tsdb.Database, error) {
	var list []tsdb.Database
	for _, name := range slices.Sorted(maps.Keys(m.databases)) {
		if name > after && len(list) < limit {
			list = append(list, m.databases[name])
		}
	}
	return list, m.fail
}

func (m *memory) CreateTable(_ context.Context, ref tsdb.TableRef, o tsdb.TableOptions) (tsdb.Table, error) {
	if m.fail != nil {
		return tsdb.Table{}, m.fail
	}
	t := tsdb.Table{Ref: ref, Retention: tsdb.Retention{MemoryHours: 6, MagneticDays: 73000}, PartitionKey: o.PartitionKey, Created: created(), Updated: created()}
	if o.Retention != nil {
		t.Retention = *o.Retention
	}
	if o.MagneticWrites != nil {
		t.MagneticWrites = *o.MagneticWrites
	}
	m.tables[ref], m.tags[ref] = t, o.Tags
	return t, nil
}

func (m *memory) Table(_ context.Context, ref tsdb.TableRef) (tsdb.Table, error) {
	t, ok := m.tables[ref]
	if !ok {
		return t, fault.New(fault.NotFound, "The table %s does not exist.", ref.Table)
	}
	return t, m.fail
}

func (m *memory) UpdateTable(ctx context.Context, ref tsdb.TableRef, u tsdb.TableUpdate) (tsdb.Table, error) {
	t, err := m.Table(ctx, ref)
	if err != nil {
		return t, err
	}
	if u.Retention != nil {
		t.Retention = *u.Retention
	}
	if u.MagneticWrites != nil {
		t.MagneticWrites = *u.MagneticWrites
	}
	m.tables[ref] = t
	return t, nil
}

func (m *memory) DeleteTable(ctx context.Context, ref tsdb.TableRef) error {
	_, err := m.Table(ctx, ref)
	delete(m.tables, ref)
	return err
}

func (m *memory) Tables(_ context.Context, database string, after tsdb.TableRef, limit int) ([]tsdb.Table, error) {
	refs := slices.SortedFunc(maps.Keys(m.tables), func(a, b tsdb.TableRef) int { return strings.Compare(a.String(), b.String()) })
	var list []tsdb.Table
	for _, ref := range refs {
		if (database == "" || ref.Database == database) && ref.String() > after.String() && len(list) < limit {
			list = append(list, m.tables[ref])
		}
	}
	return list, m.fail
}

func (m *memory) Tags(_ context.Context, ref tsdb.TableRef) (map[string]string, error) {
	tags, ok := m.tags[ref]
	if !ok {
		return nil, fault.New(fault.NotFound, "The resource does not exist.")
	}
	return tags, nil
}

func (m *memory) Tag(ctx context.Context, ref tsdb.TableRef, tags map[string]string) error {
	old, err := m.Tags(ctx, ref)
	if err != nil {
		return err
	}
	m.tags[ref] = maps.Clone(old)
	if m.tags[ref] == nil {
		m.tags[ref] = map[string]string{}
	}
	maps.Copy(m.tags[ref], tags)
	return nil
}

func (m *memory) Untag(_ context.Context, ref tsdb.TableRef, keys []string) error {
	for _, key := range keys {
		delete(m.tags[ref], key)
	}
	return nil
}

func (m *memory) Write(ctx context.Context, ref tsdb.TableRef, recs []tsdb.Record) (tsdb.Ingested, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.tables[ref]; !known {
		_, err := m.Table(ctx, ref)
		return tsdb.Ingested{}, err
	}
	m.written = append(m.written, recs...)
	return tsdb.Ingested{Total: len(recs), Memory: len(recs) - 1, Magnetic: 1}, m.fail
}

func (m *memory) Query(_ context.Context, r query.Request) (*query.Page, error) {
	m.request = r
	return m.page, m.fail
}

func (m *memory) Cancel(context.Context, string) (string, error) { return m.message, m.fail }

func (m *memory) Prepare(context.Context, string) ([]query.ColumnSource, []query.Parameter, error) {
	return m.columns, nil, m.fail
}

// start serves m until the test ends.
func start(t testing.TB, m *memory) apitest.Base {
	t.Helper()
	s, err := New(Options{Store: m, Queries: m, Region: "us-east-1", Account: "000000000000"})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Start(t, api.Options{Services: []api.Service{s.Service()}})
}

// call sends an operation by hand and returns status and body.
func call(t *testing.T, base apitest.Base, operation, body string, header ...string) (int, string) {
	t.Helper()
	header = append([]string{"X-Amz-Target", "Timestream_20181101." + operation, "Content-Type", "application/x-amz-json-1.0"}, header...)
	resp, text := base.Do(t, "timestream", "POST", "/", body, header...)
	return resp.StatusCode, text
}
