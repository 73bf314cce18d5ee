package importer

import (
	"context"
	"fmt"
	"os"
	"slices"

	"tidemark/fault"
	"tidemark/internal/duckdb"
)

// parquetFile stores a Parquet file, some rows at a time.
type parquetFile struct{ columnar }

func openParquet(j *job, conn *duckdb.Conn) loader {
	return &parquetFile{columnar{job: j, conn: conn}}
}

const rowNumber = "file_row_number"

func (f *parquetFile) load(ctx context.Context, c chunk) error {
	path := c.path + ".parquet" // DuckDB looks at names
	if err := os.Rename(c.path, path); err != nil {
		return err
	}
	defer os.Remove(path)
	file := "read_parquet(" + duckdb.Quote(path) + ", file_row_number=true)"
	if err := f.describe(ctx, file); err != nil {
		return err
	}
	rows, err := f.all(ctx, "SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata("+duckdb.Quote(path)+")")
	if err != nil {
		return err
	}
	total := rows[0][0].(int64)
	step := int64(f.job.owner.opts.ChunkRows)
	for from := int64(0); from < total; from += step {
		sample := func(found []Refusal, rows [][]int64) error { return numberRows(found, rows, from+1) }
		part := fmt.Sprintf("(SELECT * FROM %[1]s WHERE %[2]s >= %[3]d AND %[2]s < %[4]d)", file, rowNumber, from, from+step)
		if err := f.store(ctx, batch{relation: part, sample: sample}); err != nil {
			return err
		}
		if f.job.spec.Dry {
			return nil
		}
	}
	return nil
}

// describe finds the columns.
func (f *parquetFile) describe(ctx context.Context, file string) error {
	rows, err := f.all(ctx, "DESCRIBE SELECT * FROM "+file)
	if err != nil {
		return err
	}
	var columns []source
	for _, row := range rows {
		if c := (source{row[0].(string), row[1].(string)}); c.name != rowNumber {
			columns = append(columns, c)
		}
	}
	if slices.ContainsFunc(columns, func(c source) bool { return c.name == "" }) {
		return fault.New(fault.Invalid, "The file has a column without a name.")
	}
	return f.resolve(ctx, columns, file)
}

// numberRows gives samples the numbers of rows in the file.
func numberRows(found []Refusal, rows [][]int64, first int64) error {
	for i := range rows {
		for _, n := range rows[i] {
			found[i].Samples = append(found[i].Samples, Sample{Line: first + n})
		}
	}
	return nil
}
