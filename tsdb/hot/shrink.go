package hot

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"tidemark/internal/duckdb"
)

// DuckDB uses the blocks of dropped tables again, but shortens its file only by free
// blocks at its end. After a flush what is left, the dictionaries and the newest rows,
// often lies behind them all. shrink writes such tables anew, into the first free blocks.

// effort is what shrinking may cost.
type effort struct {
	cells  int64         // values that are written anew while rows wait, about 20 million a second
	blocks int64         // that they lie in now: long texts cost more than others
	tables int           // that are looked at, a thousand in half a second
	every  time.Duration // it is tried as often at least, where there may be something
	share  int           // and more often as long as it takes one part in so many of the time; 0: not more often
}

var (
	whileIdle  = effort{cells: 32 << 20, blocks: 400, tables: 2000, every: 10 * time.Second, share: 20}
	amidWrites = effort{cells: 1 << 20, blocks: 20, tables: 100, every: 10 * time.Minute}
)

const (
	leastSaved = 4 << 20 // bytes, and a quarter of the file
	nearlyAll  = 9       // tenths of what can be saved for what can be paid are enough
)

// shrink shortens the engine's file where that costs little. Readers find every table
// as it was.
func (s *Store) shrink(e effort) {
	w := s.writer
	if !w.slack || time.Since(w.shrunk) < e.every || !s.settled() || w.dead || s.copies.Load() > 0 || s.opts.Engine.Path() == "" {
		return
	}
	began := time.Now()
	defer func() { w.shrunk = e.tried(began, time.Now()) }()
	texts, err := s.shorten(context.Background(), e)
	if err != nil {
		s.opts.Logger.Warn("size of the file is not known", "component", "hot", "path", s.opts.Engine.Path(), "err", err)
	}
	if len(texts) == 0 {
		w.slack = e == amidWrites // more may be possible when it is idle
		return
	}
	w.forgetAll()
	how := polite
	how.Before = texts
	before := fileSize(s.opts.Engine.Path())
	s.fold(how)
	s.opts.Logger.Debug("file shrunk", "component", "hot", "path", s.opts.Engine.Path(), "count", before-fileSize(s.opts.Engine.Path()), "took", time.Since(began))
}

// tried returns the time that counts as that of a try, every after which is the next one.
// A look that was short makes it a time before, so that what a flush leaves behind goes
// with the checkpoint that follows it.
func (e effort) tried(began, ended time.Time) time.Time {
	if e.share == 0 {
		return ended
	}
	return ended.Add(min(time.Duration(e.share)*ended.Sub(began), e.every) - e.every)
}

// shorten returns the statements that move tables away from the end of the file.
func (s *Store) shorten(ctx context.Context, e effort) ([]string, error) {
	found, err := collect(ctx, s.writer.conn, "SELECT block_size, total_blocks, used_blocks, free_blocks FROM pragma_database_size() WHERE database_name = current_database()")
	if err != nil || len(found) != 1 {
		return nil, err
	}
	size, f := found[0][0].(int64), fileBlocks{total: found[0][1].(int64), used: found[0][2].(int64), free: found[0][3].(int64)}
	worth := max(leastSaved/size, f.total/4)
	if f.free < worth {
		return nil, nil
	}
	tables, err := s.extents(ctx, e.tables)
	if err != nil {
		return nil, err
	}
	move, saved := f.movable(tables, e)
	if saved < worth || s.freeBytes() < 2*uint64(blocksOf(move)*size)+checkpointRoom {
		return nil, nil
	}
	var texts []string
	for i, t := range move {
		more, err := t.again(i)
		if err != nil {
			return nil, err
		}
		texts = append(texts, more...)
	}
	return texts, nil
}

// extents finds out where tables lie, unless there are too many. While a load fills a
// table of its own, none does.
func (s *Store) extents(ctx context.Context, most int) ([]extent, error) {
	found, err := collect(ctx, s.writer.conn, "SELECT table_name, estimated_size * column_count, sql FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary")
	if err != nil || len(found) > most {
		return nil, err
	}
	if slices.ContainsFunc(found, func(row []any) bool { return ofLoad(row[0].(string)) }) {
		return nil, nil
	}
	var list []extent
	for _, row := range found {
		e := extent{table: row[0].(string), cells: row[1].(int64), definition: row[2].(string)}
		if e.cells == 0 {
			continue
		}
		place, err := collect(ctx, s.writer.conn, "SELECT max(block_id), count(DISTINCT block_id) FROM pragma_storage_info("+duckdb.Quote(e.table)+") WHERE block_id >= 0")
		if err != nil {
			return nil, fmt.Errorf("place of %s: %w", e.table, err)
		}
		if place[0][0] != nil {
			e.last, e.blocks = place[0][0].(int64), place[0][1].(int64)
			list = append(list, e)
		}
	}
	return list, nil
}

// ofLoad reports whether a table belongs to a load.
func ofLoad(table string) bool {
	return strings.Contains(table, "_b") || strings.HasPrefix(table, "bulk_")
}

// extent says where a table lies in the file.
type extent struct {
	table, definition string
	last, blocks      int64 // its last block and how many
	cells             int64 // values
}

// again is the statements that write a table anew, the n-th.
func (e extent) again(n int) ([]string, error) {
	anew := fmt.Sprintf("bulk_moved%d", n)
	create, ok := strings.CutPrefix(e.definition, "CREATE TABLE "+e.table+"(")
	if !ok {
		return nil, fmt.Errorf("the definition of %s is %.60s", e.table, e.definition)
	}
	return []string{
		"CREATE TABLE " + anew + "(" + strings.TrimSuffix(create, ";"),
		"INSERT INTO " + anew + " SELECT * FROM " + e.table,
		"DROP TABLE " + e.table,
		"ALTER TABLE " + anew + " RENAME TO " + e.table,
	}, nil
}

// fileBlocks counts the blocks of a file.
type fileBlocks struct{ total, used, free int64 }

// movable chooses the tables that are to be written anew, those that lie last, so that
// the file loses about as many blocks as it can for that effort.
func (f fileBlocks) movable(tables []extent, e effort) (move []extent, saved int64) {
	slices.SortFunc(tables, func(a, b extent) int { return cmp.Compare(b.last, a.last) })
	saves := make([]int64, 0, len(tables)) // for the first one, two and so on
	cells, blocks := e.cells, min(e.blocks, f.free)
	for i, t := range tables {
		cells, blocks = cells-t.cells, blocks-t.blocks
		if t.last < f.used || cells < 0 || blocks < 0 {
			break
		}
		end := f.used
		if i+1 < len(tables) {
			end = max(end, tables[i+1].last+1)
		}
		saves = append(saves, f.total-end)
	}
	if len(saves) == 0 {
		return nil, 0
	}
	enough := saves[len(saves)-1] * nearlyAll / 10
	n := slices.IndexFunc(saves, func(b int64) bool { return b >= enough })
	return tables[:n+1], saves[n]
}

func blocksOf(tables []extent) (n int64) {
	for _, t := range tables {
		n += t.blocks
	}
	return n
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
