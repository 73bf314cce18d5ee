package builtin

// windows (developer guide, "Window functions"). Aggregates may be called with OVER too.
var windows = []entry{
	{Sig: "cume_dist() double", SQL: "cume_dist(){f}", Frameless: true, Doc: "The part of the partition's rows that come before the row or with it."},
	{Sig: "dense_rank() bigint", SQL: "dense_rank(){f}", Frameless: true, Doc: "The rank without gaps."},
	{Sig: "ntile(bigint) bigint", SQL: "ntile(tm_buckets({1})){f}", Frameless: true, Doc: "The number of the row's bucket of so many, which must be above 0; the first take the remainder."},
	{Sig: "percent_rank() double", SQL: "percent_rank(){f}", Frameless: true, Doc: "(rank - 1) / (rows - 1), 0 for a single row."},
	{Sig: "rank() bigint", SQL: "rank(){f}", Frameless: true, Doc: "The rank with gaps after ties."},
	{Sig: "row_number() bigint", SQL: "row_number(){f}", Frameless: true, Doc: "The number of the row in its partition."},
	{Sig: "first_value(T) T", SQL: "first_value({1}{n}){f}", Doc: "The value of the first row of the frame."},
	{Sig: "last_value(T) T", SQL: "last_value({1}{n}){f}", Doc: "The value of the last row of the frame."},
	{Sig: "nth_value(T, bigint) T", SQL: "nth_value({1}, tm_nth({2}){n}){f}", Doc: "The value of the n-th row of the frame, counted from 1; NULL beyond it and for a NULL n."},
	{Sig: "lead(T) T", SQL: "lead({1}{n}){f}", Frameless: true, Doc: "The value of the next row of the partition."},
	{Sig: "lead(T, bigint) T", Emit: emitDistant("lead"), Frameless: true, Doc: "The value so many rows later, at least 0; NULL for a NULL distance."},
	{Sig: "lead(T, bigint, T) T", Emit: emitDistant("lead"), Frameless: true, Doc: "The value so many rows later, else the third argument; NULL for a NULL distance."},
	{Sig: "lag(T) T", SQL: "lag({1}{n}){f}", Frameless: true, Doc: "The value of the row before in the partition."},
	{Sig: "lag(T, bigint) T", Emit: emitDistant("lag"), Frameless: true, Doc: "The value so many rows earlier, at least 0; NULL for a NULL distance."},
	{Sig: "lag(T, bigint, T) T", Emit: emitDistant("lag"), Frameless: true, Doc: "The value so many rows earlier, else the third argument; NULL for a NULL distance."},
}

// farthest is a distance beyond every partition with which DuckDB can still reckon.
const farthest = 1 << 40

// emitDistant renders lead and lag. Whether a distance is NULL or negative is looked at
// in every row unless it is known.
func emitDistant(function string) func(Call) (string, error) {
	return func(c Call) (string, error) {
		before, distance, after := "", "{2}", ""
		if k, known := c.Args[1].Value.(int64); !known || k < 0 || k > farthest {
			before, distance, after = "CASE WHEN {2} IS NOT NULL THEN ", "tm_distance({2})", " END"
		}
		otherwise := ""
		if len(c.Args) == 3 {
			otherwise = ", {3}"
		}
		return fill(before+function+"({1}, "+distance+otherwise+"{n}){f}"+after, c), nil
	}
}
