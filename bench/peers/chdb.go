package peers

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tidemark/bench/tsbs"
)

// chdb is ClickHouse in a process of Node.js: no server, its answers come over a pipe.
var chdb = System{
	Name: "chDB",
	Sync: "not synced",
	Wire: "CSV file in, SQL in process, tab-separated text out over a pipe",
	Open: openChdb,
}

//go:embed chdb.mjs
var chdbScript []byte

type chdbNode struct {
	*pipe
	node, modules, dir, script string
}

func openChdb(ctx context.Context, e Env) (Instance, error) {
	node, err := find(e.Tools, "bin/node")
	if err != nil {
		return nil, err
	}
	modules, err := filepath.Abs(filepath.Join(e.Tools, "node"))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(modules, "node_modules/chdb")); err != nil {
		return nil, &Missing{Program: "chdb", Reason: "not in " + modules + "; bench/peers/install.sh installs it"}
	}
	n := &chdbNode{node: node, modules: modules, dir: filepath.Join(e.Dir, "data"), script: filepath.Join(e.Dir, "chdb.mjs")}
	if err := os.WriteFile(n.script, chdbScript, 0o644); err != nil {
		return nil, err
	}
	return n, n.start(ctx)
}

func (n *chdbNode) start(ctx context.Context) (err error) {
	if n.pipe, err = startPipe(ctx, n.dir+".log", n.node, n.script, n.modules, n.dir); err != nil {
		return err
	}
	for _, text := range []string{"SET session_timezone = 'UTC'", "CREATE DATABASE IF NOT EXISTS bench"} {
		if _, err := n.ask(text, "TabSeparated"); err != nil {
			return err
		}
	}
	return nil
}

// Load is part of Loader: one INSERT that reads a CSV file with all cores.
func (n *chdbNode) Load(ctx context.Context, s Shape) (time.Duration, error) {
	file := n.dir + ".csv"
	defer os.Remove(file)
	if err := s.writeCSV(ctx, file); err != nil {
		return 0, err
	}
	if _, err := n.ask(chdbTable(s), "TabSeparated"); err != nil {
		return 0, err
	}
	began := time.Now()
	_, err := n.ask(fmt.Sprintf("INSERT INTO bench.cpu SELECT * FROM file('%s', 'CSVWithNames', '%s')", file, chdbColumns(s, "", "", "")), "TabSeparated")
	return time.Since(began), err
}

// chdbTable sorts by host and time. Of the codecs, transposed bits are the smallest and
// the quickest for whole numbers of this kind (0.54 bytes a metric, where differences
// take 0.59 and ZSTD alone 1.18), and differences for numbers with two decimals (2.7,
// where ZSTD alone takes 2.8, FPC 4.9, Gorilla 5.3).
func chdbTable(s Shape) string {
	metric := " CODEC(T64, ZSTD(1))"
	if s.Float {
		metric = " CODEC(Delta, ZSTD(1))"
	}
	return "CREATE TABLE bench.cpu (" + chdbColumns(s, " CODEC(DoubleDelta, ZSTD(1))", " CODEC(ZSTD(1))", metric) + ") ENGINE = MergeTree ORDER BY (hostname, time) SETTINGS old_parts_lifetime = 1"
}

// chdbColumns are the names and types of the columns, each with a codec.
func chdbColumns(s Shape, times, tags, metrics string) string {
	columns := []string{"time DateTime" + times}
	for i, t := range tsbs.HostRange(0, 1, s.Seed)[0].Tags {
		text := " LowCardinality(String)"
		if i == 0 && s.Hosts > few {
			text = " String" // a dictionary is for up to about ten thousand values
		}
		columns = append(columns, t.Name+text+tags)
	}
	kind := " Int64"
	if s.Float {
		kind = " Float64"
	}
	for _, m := range s.Names() {
		columns = append(columns, m+kind+metrics)
	}
	return strings.Join(columns, ", ")
}

// Settle merges all parts into one and waits until the others are deleted.
func (n *chdbNode) Settle(ctx context.Context) error {
	if _, err := n.ask("OPTIMIZE TABLE bench.cpu FINAL", "TabSeparated"); err != nil {
		return err
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
		text, err := n.ask("SELECT count() FROM system.parts WHERE database = 'bench' AND NOT active", "TabSeparated")
		if err != nil {
			return err
		}
		if strings.TrimSpace(text) == "0" {
			return Steady(ctx, n.dir, 3*time.Second)
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return errors.Join(fmt.Errorf("%s superseded parts are still there", strings.TrimSpace(text)), ctx.Err())
		}
	}
}

// Ask is part of Loader.
func (n *chdbNode) Ask(_ context.Context, q Question) (Answer, error) {
	text, err := n.ask(chdbText(q), "TabSeparated")
	return func() ([]Row, error) { return parseTabs(text, q) }, err
}

// chdbText makes a question SQL of ClickHouse. Of the forms of the latest row, argMax in
// the order of the table is the quickest; grouping in that order halves the time of one
// metric, and costs more than it gives with ten.
func chdbText(q Question) string {
	const inOrder = " SETTINGS optimize_aggregation_in_order = 1"
	where := sqlWhere(q)
	if q.Kind == Latest {
		columns := []string{q.By, "toUnixTimestamp(max(time))"}
		for _, m := range q.Metrics {
			columns = append(columns, "argMax("+m+", time)")
		}
		return "SELECT " + strings.Join(columns, ", ") + " FROM bench.cpu" + sqlClause(where) + " GROUP BY " + q.By + inOrder
	}
	where = append(where, fmt.Sprintf("time >= toDateTime(%d) AND time < toDateTime(%d)", q.From.Unix(), q.To.Unix()))
	bin := fmt.Sprintf("toUnixTimestamp(toStartOfInterval(time, INTERVAL %d SECOND)) AS slot", int(q.Bin.Seconds()))
	text := sqlBins(q, "bench.cpu", bin, map[Aggregate]string{Max: "max", Mean: "avg"}[q.Kind], where)
	if q.By == "hostname" && len(q.Metrics) == 1 {
		text += inOrder
	}
	return text
}

// Usage is part of Process.
func (n *chdbNode) Usage(context.Context) (Usage, error) {
	disk, err := DiskUsage(n.dir)
	if err != nil {
		return Usage{}, err
	}
	return processOf(n.cmd.Process.Pid, Usage{Disk: disk})
}

// Restart is part of Process.
func (n *chdbNode) Restart(ctx context.Context) error {
	if err := n.Close(); err != nil {
		return err
	}
	return n.start(ctx)
}

// Close is part of Process.
func (n *chdbNode) Close() error {
	defer func() { n.pipe = nil }()
	return n.pipe.close()
}
