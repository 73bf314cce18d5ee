package importer

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tidemark/fault"
	"tidemark/internal/duckdb"
	"tidemark/tsdb"
)

// Temporary tables of an import's connection.
const (
	rawTable  = "import_raw"  // columns as in the file
	rowsTable = "import_rows" // records for tsdb.Bulk
)

// columnar stores rows that DuckDB reads.
type columnar struct {
	job     *job
	conn    *duckdb.Conn
	columns []source
	mapping *Mapping
}

// batch is rows of a relation that are stored together.
type batch struct {
	relation string                                               // what stands after FROM
	rest     func(ctx context.Context, read int64) (tally, error) // what the reader itself refused
	sample   func(found []Refusal, rows [][]int64) error          // quotes rows by their numbers
}

// group is record plans whose records are stored together.
type group struct {
	plans    []RecordPlan
	measures []tsdb.BulkMeasure
}

// groups are the multi-measure records one by one, and the others by type.
func (m *Mapping) groups() []group {
	var list []group
	at := map[tsdb.ValueType]int{}
	for _, r := range m.Records {
		if r.Multi {
			g := group{plans: []RecordPlan{r}}
			for _, v := range r.Values {
				g.measures = append(g.measures, tsdb.BulkMeasure{Name: v.Name, Type: v.Type})
			}
			list = append(list, g)
			continue
		}
		t := r.Values[0].Type
		if _, ok := at[t]; !ok {
			at[t] = len(list)
			list = append(list, group{measures: []tsdb.BulkMeasure{{Type: t}}})
		}
		list[at[t]].plans = append(list[at[t]].plans, r)
	}
	return list
}

// resolve finds the mapping when the columns are known.
func (c *columnar) resolve(ctx context.Context, columns []source, relation string) error {
	known, err := c.job.owner.opts.Store.BulkSchema(c.job.spec.Table)
	if err != nil {
		return err
	}
	c.columns = columns
	if c.mapping, err = c.job.spec.Plan.resolve(columns, c.job.spec.Table.Table, known); err != nil {
		return err
	}
	return c.findUnit(ctx, relation)
}

// findUnit guesses the unit of times that are numbers, and has none for others.
func (c *columnar) findUnit(ctx context.Context, relation string) error {
	m := c.mapping
	i := slices.IndexFunc(c.columns, func(s source) bool { return s.name == m.Time })
	typ := c.columns[i].typ
	numbers := whole[typ] || typ == "UBIGINT"
	if m.Unit != "" && !numbers && typ != "VARCHAR" && c.job.spec.Format != CSV {
		return fault.New(fault.Invalid, "The column %q has times of type %s, which have no unit.", m.Time, typ)
	}
	if m.Unit != "" || m.TimeFormat != "" || !numbers && typ != "VARCHAR" {
		return nil
	}
	name := duckdb.Ident(m.Time)
	rows, err := c.all(ctx, "SELECT TRY_CAST("+name+" AS BIGINT) FROM "+relation+" WHERE "+name+" IS NOT NULL LIMIT 1")
	if err != nil {
		return err
	}
	if len(rows) == 1 && rows[0][0] != nil {
		m.Unit = guessUnit(rows[0][0].(int64))
	} else if numbers {
		m.Unit = Milliseconds
	}
	return nil
}

func (c *columnar) all(ctx context.Context, text string) ([][]any, error) {
	rows, err := c.conn.Query(ctx, text)
	if err != nil {
		return nil, c.readError(err)
	}
	list, err := rows.All(ctx)
	return list, c.readError(err)
}

// readError makes what a file is guilty of its sender's mistake.
func (c *columnar) readError(err error) error {
	if class := duckdb.ClassOf(err); err != nil && (class == duckdb.InvalidInput || class == duckdb.Conversion) {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return fault.New(fault.Invalid, "The file cannot be read: %s", strings.ReplaceAll(first, c.job.dir+string(filepath.Separator), ""))
	}
	return err
}

// store stages a batch and stores it.
func (c *columnar) store(ctx context.Context, b batch) error {
	defer c.conn.Exec(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS "+rawTable+"; DROP TABLE IF EXISTS "+rowsTable)
	groups := c.mapping.groups()
	number, from := "rowid", b.relation
	if len(groups) > 1 || len(groups[0].plans) > 1 || groups[0].plans[0].When != "" {
		if _, err := c.conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+rawTable+" AS SELECT * FROM "+b.relation); err != nil {
			return c.readError(err)
		}
		number, from = "n", rawTable
	}
	var total tally
	for i, g := range groups {
		t, err := c.storeGroup(ctx, g, from, number, b.sample)
		if err != nil {
			return err
		}
		if total.merge(t); i > 0 {
			total.read -= t.read
		}
	}
	if err := c.finish(ctx, &total, from, b); err != nil {
		return err
	}
	c.job.note(total, c.mapping)
	return nil
}

// finish counts rows, and those that no record was made of.
func (c *columnar) finish(ctx context.Context, total *tally, from string, b batch) error {
	if from == rawTable {
		rows, err := c.all(ctx, "SELECT count(*), count(*) FILTER (WHERE "+c.unclaimed()+") FROM "+rawTable)
		if err != nil {
			return err
		}
		total.read = rows[0][0].(int64)
		if n := rows[0][1].(int64); n > 0 {
			total.refuse(Refusal{Reason: fmt.Sprintf("The column %q names a measure that the model has not.", c.mapping.MeasureColumn), Count: n})
		}
	}
	if b.rest == nil {
		return nil
	}
	t, err := b.rest(ctx, total.read)
	total.merge(t)
	return err
}

// unclaimed is the condition for rows of which no record is made.
func (c *columnar) unclaimed() string {
	var names []string
	for _, r := range c.mapping.Records {
		if r.When == "" {
			return "false"
		}
		names = append(names, duckdb.Quote(r.When))
	}
	name := "CAST(" + duckdb.Ident(c.mapping.MeasureColumn) + " AS VARCHAR)"
	return name + " IS NULL OR " + name + " NOT IN (" + strings.Join(names, ", ") + ")"
}

// storeGroup stages and stores records of one kind.
func (c *columnar) storeGroup(ctx context.Context, g group, from, number string, sample func([]Refusal, [][]int64) error) (tally, error) {
	s := stage{columns: map[string]source{}, mapping: c.mapping}
	for _, col := range c.columns {
		s.columns[col.name] = col
	}
	var parts []string
	for _, p := range g.plans {
		s.wrongs = nil
		parts = append(parts, c.selection(&s, &p, from, number))
	}
	_, err := c.conn.Exec(ctx, "CREATE OR REPLACE TEMPORARY TABLE "+rowsTable+" AS "+strings.Join(parts, " UNION ALL "))
	if err != nil {
		return tally{}, c.readError(err)
	}
	rows, err := c.all(ctx, "SELECT count(*) FROM "+rowsTable)
	if err != nil {
		return tally{}, err
	}
	return c.storeRows(ctx, rows[0][0].(int64), tsdb.Bulk{Source: rowsTable, Number: number, Dimensions: c.dimensions(), Measures: g.measures, Rules: s.rules}, sample)
}

func (c *columnar) dimensions() []string {
	names := make([]string, len(c.mapping.Dimensions))
	for i, d := range c.mapping.Dimensions {
		names[i] = d.Name
	}
	return names
}

// selection is the SELECT for one plan.
func (c *columnar) selection(s *stage, p *RecordPlan, from, number string) string {
	text := "SELECT "
	if number != "rowid" {
		text += "rowid AS n, "
	}
	text += s.list(p) + " FROM " + from
	var where []string
	if p.When != "" {
		where = append(where, "CAST("+duckdb.Ident(c.mapping.MeasureColumn)+" AS VARCHAR) = "+duckdb.Quote(p.When))
	}
	if !p.Multi {
		where = append(where, duckdb.Ident(p.Values[0].Source)+" IS NOT NULL")
	}
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text
}

// storeRows stores what is staged, or shows the first of it.
func (c *columnar) storeRows(ctx context.Context, read int64, b tsdb.Bulk, sample func([]Refusal, [][]int64) error) (tally, error) {
	t := tally{read: read}
	if c.job.spec.Dry {
		return t, c.preview(ctx, b)
	}
	report, err := c.job.owner.opts.Store.Bulk(ctx, c.conn, c.job.spec.Table, b)
	if err != nil {
		return t, err
	}
	t.stored, t.replaced = report.Stored, report.Replaced
	found := make([]Refusal, len(report.Refused))
	rows := make([][]int64, len(report.Refused))
	for i, r := range report.Refused {
		found[i], rows[i] = Refusal{Reason: r.Reason, Count: r.Count}, r.Sample
	}
	if len(found) > 0 {
		err = sample(found, rows)
	}
	for _, r := range found {
		t.refuse(r)
	}
	return t, err
}

const previewRows = 3

// preview notes the first staged rows as they would be stored.
func (c *columnar) preview(ctx context.Context, b tsdb.Bulk) error {
	list := []string{`"time"`, "measure", `"version"`}
	head := []string{"time", "measure_name", "version"}
	for i, name := range b.Dimensions {
		list, head = append(list, fmt.Sprintf("d%d", i)), append(head, name)
	}
	for i, m := range b.Measures {
		list, head = append(list, fmt.Sprintf("v%d", i)), append(head, or(m.Name, "measure_value::"+strings.ToLower(typeWords[m.Type])))
	}
	for i := range list {
		list[i] = "CAST(" + list[i] + " AS VARCHAR)"
	}
	from := b.Source + " s"
	if b.Series != "" {
		from += " JOIN " + b.Series + " USING (series)"
	}
	rows, err := c.all(ctx, fmt.Sprintf("SELECT %s FROM %s ORDER BY s.%s LIMIT %d", strings.Join(list, ", "), from, b.Number, previewRows))
	if err != nil {
		return err
	}
	table := [][]string{head}
	for _, row := range rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i], _ = v.(string)
		}
		table = append(table, line)
	}
	c.job.show(table)
	return nil
}
