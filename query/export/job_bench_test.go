package export

import (
	"context"
	"io"
	"strconv"
	"testing"

	"tidemark/sql/plan"
	"tidemark/sql/types"
)

// BenchmarkRun writes rows of five columns: nanoseconds per row.
func BenchmarkRun(b *testing.B) {
	batch := make([][]any, 2048)
	for i := range batch {
		batch[i] = []any{int64(i), float64(i) / 7, "device-" + strconv.Itoa(i%100), int64(1_700_000_000_000_000_000 + i), i%2 == 0}
	}
	for name, set := range map[string]func(*Job){
		"csv":     func(*Job) {},
		"csv.gz":  func(j *Job) { j.Gzip = true },
		"parquet": func(j *Job) { j.Format, j.Gzip = plan.UnloadParquet, true },
	} {
		b.Run(name, func(b *testing.B) {
			s := newShelf()
			job := csvJob(s, col("n", types.Bigint), col("x", types.Double), col("device", types.Varchar), col("time", types.Timestamp), col("up", types.Boolean))
			set(job)
			left := b.N
			b.ReportAllocs()
			_, err := job.Run(b.Context(), func(context.Context) ([][]any, error) {
				n := min(left, len(batch))
				if left -= n; n == 0 {
					return nil, io.EOF
				}
				return batch[:n], nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
