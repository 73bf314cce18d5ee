package deadletter

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/fault"
	"tidemark/query"
	"tidemark/tsdb"
)

// Filter chooses letters; what is zero chooses all. Of lists one element must fit.
type Filter struct {
	Database string // that keeps the letters
	IDs      []string
	State    State
	Rule     string
	Table    string // that the records should have gone to
	Kind     string
	From, To time.Time // when the letter came: [From, To)
}

// Cursor is a place in a list of letters. The zero Cursor is its beginning.
type Cursor struct {
	Database string
	Time     int64
	ID       string
}

// Bounds on what one call reads.
const (
	MaxList = 1000 // letters of one List
	maxIDs  = 1000
)

// List returns up to limit letters after a place, by database and time, without their
// payloads, records and messages. The zero Cursor back means that there are no more.
// Errors: fault.NotFound for a database that keeps no letters.
func (s *Letters) List(ctx context.Context, f Filter, after Cursor, limit int) ([]Entry, Cursor, error) {
	homes, err := s.chosen(ctx, f)
	if err != nil {
		return nil, Cursor{}, err
	}
	var list []Entry
	for _, database := range homes {
		if database < after.Database {
			continue
		}
		found, err := s.read(ctx, database, f, after, limit+1-len(list), false)
		if err != nil {
			return nil, Cursor{}, fmt.Errorf("list dead letters of %s: %w", database, err)
		}
		if list = append(list, found...); len(list) > limit {
			last := &list[limit-1]
			return list[:limit], Cursor{last.Database, last.Time, last.ID}, nil
		}
	}
	return list, Cursor{}, nil
}

// Get returns one letter whole, or fault.NotFound. An empty database means any.
func (s *Letters) Get(ctx context.Context, database, id string) (Entry, error) {
	f := Filter{Database: database, IDs: []string{id}}
	homes, err := s.chosen(ctx, f)
	if err != nil {
		return Entry{}, err
	}
	for _, database := range homes {
		found, err := s.read(ctx, database, f, Cursor{}, 1, true)
		if err != nil || len(found) > 0 {
			return append(found, Entry{})[0], err
		}
	}
	return Entry{}, fault.New(fault.NotFound, "There is no dead letter %.64q.", id)
}

// chosen are the databases that a filter leaves.
func (s *Letters) chosen(ctx context.Context, f Filter) ([]string, error) {
	if len(f.IDs) > maxIDs {
		return nil, fault.New(fault.Invalid, "At most %d dead letters can be named at once.", maxIDs)
	}
	homes, err := s.homes(ctx)
	switch {
	case err != nil || f.Database == "":
		return homes, err
	case !slices.Contains(homes, f.Database):
		return nil, fault.New(fault.NotFound, "The database %.256s has no dead letters.", f.Database)
	}
	return []string{f.Database}, nil
}

// read returns letters of one database in the order of their times.
func (s *Letters) read(ctx context.Context, database string, f Filter, after Cursor, limit int, bodies bool) ([]Entry, error) {
	ref := tsdb.TableRef{Database: database, Table: tsdb.DeadLetters}
	chosen, err := s.present(ctx, ref, bodies)
	if err != nil || len(chosen) == 0 {
		return nil, err
	}
	if after.Database != database {
		after = Cursor{}
	}
	names := make([]string, len(chosen))
	for i := range chosen {
		names[i] = chosen[i].name
	}
	text := fmt.Sprintf(`SELECT %s FROM "%s"."%s"%s ORDER BY time, id LIMIT %d`,
		strings.Join(names, ", "), database, tsdb.DeadLetters, where(f.conditions(after)), limit)
	var list []Entry
	err = s.rows(ctx, text, func(row []any) {
		e := Entry{Database: database}
		for i := range chosen {
			chosen[i].get(&e, row[i])
		}
		list = append(list, e)
	})
	return list, err
}

// present are the columns to read that the table has. A column that no letter used yet
// is not there; a table without letters has nothing to read.
func (s *Letters) present(ctx context.Context, ref tsdb.TableRef, bodies bool) ([]column, error) {
	schema, err := s.opt.Store.Schema(ctx, ref)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, c := range schema.Columns {
		names[c.Name] = true
	}
	if !names["id"] {
		return nil, nil
	}
	return slices.DeleteFunc(append(keyColumns(), columns()...), func(c column) bool { return !names[c.name] || c.body && !bodies }), nil
}

// conditions are the filter and the cursor in SQL.
func (f *Filter) conditions(after Cursor) (list []string) {
	equal := func(column, value string) {
		if value != "" {
			list = append(list, column+" = "+literal(value))
		}
	}
	equal("state", string(f.State))
	equal("rule", f.Rule)
	equal("table_name", f.Table)
	equal("measure_name", f.Kind)
	if len(f.IDs) > 0 {
		ids := make([]string, len(f.IDs))
		for i, id := range f.IDs {
			ids[i] = literal(id)
		}
		list = append(list, "id IN ("+strings.Join(ids, ", ")+")")
	}
	if !f.From.IsZero() {
		list = append(list, "time >= "+instant(f.From.UnixNano()))
	}
	if !f.To.IsZero() {
		list = append(list, "time < "+instant(f.To.UnixNano()))
	}
	if after.ID != "" {
		at := instant(after.Time)
		list = append(list, "time >= "+at, fmt.Sprintf("(time > %s OR id > %s)", at, literal(after.ID)))
	}
	return list
}

func where(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

// literal is a text in SQL.
func literal(text string) string {
	return "'" + strings.ReplaceAll(clean(text, maxName), "'", "''") + "'"
}

// instant is a time in SQL, of nanoseconds since 1970.
func instant(ns int64) string { return "from_nanoseconds(" + strconv.FormatInt(ns, 10) + ")" }

// principal asks for the pages of results.
const principal = "deadletter"

// rows runs a statement and hands over its rows.
func (s *Letters) rows(ctx context.Context, text string, each func(row []any)) error {
	for token := ""; ; {
		page, err := s.opt.Queries.Query(ctx, query.Request{Text: text, Token: token, Principal: principal})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			each(row)
		}
		if token = page.NextToken; token == "" {
			return nil
		}
	}
}

// measure counts the letters of every database, which bounds those that may still come.
func (s *Letters) measure(ctx context.Context) {
	homes, err := s.homes(ctx)
	if err != nil {
		s.opt.Logger.Warn("dead letters not measured", "err", err)
		return
	}
	s.metrics.letters.Reset()
	s.metrics.bytes.Reset()
	s.accounts.retain(func(database string) bool { return slices.Contains(homes, database) })
	for _, database := range homes {
		if err := s.measureOne(ctx, database); err != nil && ctx.Err() == nil {
			s.opt.Logger.Warn("dead letters not measured", "database", database, "err", err)
		}
	}
}

func (s *Letters) measureOne(ctx context.Context, database string) error {
	columns, err := s.present(ctx, tsdb.TableRef{Database: database, Table: tsdb.DeadLetters}, false)
	if err != nil || len(columns) == 0 {
		return err
	}
	marked, total := s.accounts.mark(database, s.opt.Now()), int64(0)
	text := fmt.Sprintf(`SELECT state, count(*), sum(bytes) FROM "%s"."%s" GROUP BY state`, database, tsdb.DeadLetters)
	err = s.rows(ctx, text, func(row []any) {
		state, _ := row[0].(string)
		count, _ := row[1].(int64)
		bytes, _ := row[2].(int64)
		s.metrics.letters.WithLabelValues(database, state).Set(float64(count))
		total += bytes
	})
	if err == nil {
		s.accounts.settle(database, marked, total)
		s.metrics.bytes.WithLabelValues(database).Set(float64(total))
	}
	return err
}
