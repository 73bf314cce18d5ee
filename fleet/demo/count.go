package demo

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// book counts rows in the demo's tables from an instant on.
type book struct {
	clients  clients
	database string
	since    string // the server's time when the demo began, less what late readings lie back
}

// lateness is more than late readings lie in the past.
const lateness = 15 * time.Minute

// openBook asks the server for its clock.
func (c clients) openBook(ctx context.Context, database string) (book, error) {
	t, err := c.ask(ctx, fmt.Sprintf("SELECT ago(%dm)", int(lateness.Minutes())))
	if err != nil {
		return book{}, err
	}
	if len(t.rows) != 1 || len(t.rows[0]) != 1 {
		return book{}, fmt.Errorf("the server's clock has %d rows", len(t.rows))
	}
	return book{clients: c, database: database, since: t.rows[0][0]}, nil
}

// name is a table's name in statements.
func (b book) name(table string) string { return fmt.Sprintf("%q.%q", b.database, table) }

// total counts all rows of all tables.
func (b book) total(ctx context.Context) (int64, error) {
	total := int64(0)
	for _, l := range ledgers() {
		n, err := b.rows(ctx, l.table)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// rows counts the rows of one table.
func (b book) rows(ctx context.Context, table string) (int64, error) {
	t, err := b.clients.ask(ctx, fmt.Sprintf("SELECT count(*) FROM %s WHERE time >= '%s'", b.name(table), b.since))
	if err != nil {
		return 0, err
	}
	if len(t.rows) != 1 || len(t.rows[0]) != 1 {
		return 0, fmt.Errorf("count of %s has %d rows", table, len(t.rows))
	}
	n, err := strconv.ParseInt(t.rows[0][0], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("count of %s: %w", table, err)
	}
	return n, nil
}

// series is one measure of one device.
type series struct{ device, measure string }

// tally is the number of rows by series.
type tally map[series]int64

// sum is the number of rows of all series.
func (t tally) sum() (n int64) {
	for _, rows := range t {
		n += rows
	}
	return n
}

// count counts the rows of one table by series; by is the dimension that names the
// device. A table gets that column with its first row, so an empty one is not asked.
func (b book) count(ctx context.Context, table, by string) (tally, error) {
	if n, err := b.rows(ctx, table); n == 0 || err != nil {
		return tally{}, err
	}
	t, err := b.clients.ask(ctx, fmt.Sprintf("SELECT %[1]s, measure_name, count(*) AS stored FROM %[2]s WHERE time >= '%[3]s' GROUP BY %[1]s, measure_name", by, b.name(table), b.since))
	if err != nil {
		return nil, err
	}
	counts := tally{}
	for _, row := range t.rows {
		if len(row) != 3 {
			return nil, fmt.Errorf("count of %s has %d columns", table, len(row))
		}
		n, err := strconv.ParseInt(row[2], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("count of %s: %w", table, err)
		}
		counts[series{row[0], row[1]}] = n
	}
	return counts, nil
}
