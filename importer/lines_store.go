package importer

import "context"

// store stores the rows, and notes what became of all lines.
func (b *lineBatch) store(ctx context.Context) error {
	b.prune()
	b.describe()
	t, err := b.rowBatch.store(ctx, &b.file.columnar)
	if err != nil {
		return err
	}
	b.file.job.note(t, b.file.mapping)
	return nil
}

// describe notes the columns as a mapping.
func (b *lineBatch) describe() {
	m := *b.file.mapping
	m.MeasureColumn, m.Dimensions = "the measurement", nil
	for _, name := range b.dims {
		m.Dimensions = append(m.Dimensions, ColumnName{name, name})
	}
	r := RecordPlan{Multi: true}
	for _, c := range b.values {
		r.Values = append(r.Values, ValueColumn{c.name, c.name, c.kind})
	}
	m.Records = []RecordPlan{r}
	b.file.mapping = &m
}
