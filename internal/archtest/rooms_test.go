package archtest

// A storey of the house. A room imports only storeys below its own, and
// neighbours only where its row says so.
type storey int

const (
	words storey = iota + 1
	pure
	keepers
	movers
	doors
	house
	outside // tests and tools that use the built binary; nobody imports them
)

// room is one package (or, with a trailing /..., a family of packages) and what it may import beyond the
// storeys below it.
type room struct {
	path       string
	storey     storey
	neighbours []string // rooms of the same storey that it may import
	never      []string // rooms below that it must not import, each with its reason in why
	why        string
}

// rooms is the whole house, from the ground up. A package that is not listed fails the test.
var rooms = []room{
	{path: "fault", storey: words},
	{path: "arn", storey: words, neighbours: []string{"fault"}},
	{path: "internal/duckdb", storey: words, neighbours: []string{"fault"}},
	{path: "internal/seqlog", storey: words, neighbours: []string{"fault"}},
	{path: "internal/diskfault", storey: words},
	{path: "internal/authority", storey: words, neighbours: []string{"fault"}},

	{path: "topic", storey: pure},
	{path: "policy", storey: pure},
	{path: "importer/lineproto", storey: pure},
	{path: "internal/parquet", storey: pure},
	{path: "internal/tabular", storey: pure, neighbours: []string{"sql/types"}},
	{path: "sql/...", storey: pure, neighbours: []string{"sql/...", "topic"},
		never: []string{"internal/duckdb", "internal/seqlog"}, why: "a compiler holds no engine"},
	{path: "sql", storey: pure, neighbours: []string{"sql/..."},
		never: []string{"internal/duckdb", "internal/seqlog"}, why: "a compiler holds no engine"},

	{path: "meta", storey: keepers},
	{path: "identity", storey: keepers, neighbours: []string{"meta"}},
	{path: "objects", storey: keepers},
	{path: "broker", storey: keepers, neighbours: []string{"identity"}},
	{path: "tsdb", storey: keepers, neighbours: []string{"meta", "tsdb/hot", "tsdb/cold", "tsdb/tier"},
		never: []string{"sql", "sql/..."}, why: "the store knows rows, not queries"},
	{path: "tsdb/cold", storey: keepers, neighbours: []string{"objects"},
		never: []string{"internal/duckdb", "sql", "sql/..."}, why: "files that any engine reads need none to be kept"},
	{path: "tsdb/tier", storey: keepers, neighbours: []string{"tsdb/hot", "tsdb/cold"},
		never: []string{"sql", "sql/..."}, why: "the store knows rows, not queries"},
	{path: "tsdb/...", storey: keepers, neighbours: []string{"meta"},
		never: []string{"sql", "sql/..."}, why: "the store knows rows, not queries"},

	{path: "rules", storey: movers, never: []string{"tsdb"}, why: "a rule hands its result to an action"},
	{path: "rules/...", storey: movers, neighbours: []string{"rules"}},
	{path: "action", storey: movers, neighbours: []string{"rules", "deadletter"}},
	{path: "deadletter", storey: movers, neighbours: []string{"query"}},
	{path: "importer", storey: movers},
	{path: "backup", storey: movers},
	{path: "backup/...", storey: movers, neighbours: []string{"backup"}},
	{path: "query", storey: movers, neighbours: []string{"query/..."}},
	{path: "query/...", storey: movers, neighbours: []string{"query"}},

	{path: "api", storey: doors},
	{path: "api/...", storey: doors, neighbours: []string{"api", "api/..."}},
	{path: "console", storey: doors},
	{path: "fleet", storey: doors, never: []string{"broker", "tsdb", "query"}, why: "a device speaks to the house over the wire"},
	{path: "fleet/...", storey: doors, neighbours: []string{"fleet"}, never: []string{"broker", "tsdb", "query"}, why: "a device speaks to the house over the wire"},

	{path: "config", storey: house},
	{path: "server", storey: house, neighbours: []string{"config"}},
	{path: "cmd/tidemark", storey: house, neighbours: []string{"config", "server"}},

	{path: "internal/archtest", storey: outside},
	{path: "internal/compat", storey: outside},
	{path: "internal/compatgen", storey: outside},
	{path: "e2e/...", storey: outside, neighbours: []string{"e2e/..."}},
	{path: "e2e", storey: outside, neighbours: []string{"e2e/..."}},
	{path: "bench", storey: outside, neighbours: []string{"bench/..."}},
	{path: "bench/...", storey: outside, neighbours: []string{"bench/...", "bench"}},
}
