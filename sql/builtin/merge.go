package builtin

// Merges of partial results, for plans only: no name in a query leads to them.
var (
	// MergeCount adds counts; 0 over none.
	MergeCount = &Overload{Name: "count", Kind: Aggregate, sql: "CAST(coalesce(sum({1}){f}, 0) AS BIGINT)"}
	// MergeAvg makes the mean of sums and counts.
	MergeAvg = &Overload{Name: "avg", Kind: Aggregate, sql: "(sum({1}){f} / sum({2}){f})"}
)
