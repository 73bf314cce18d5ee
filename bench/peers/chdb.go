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
	_, err = n.ask("CREATE DATABASE IF NOT EXISTS bench", "TabSeparated")
	return err
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
	_, err := n.ask(fmt.Sprintf("INSERT INTO bench.cpu SELECT * FROM file('%s', 'CSVWithNames')", file), "TabSeparated")
	return time.Since(began), err
}

// chdbTable sorts by host and time; differences of neighbours, compressed, are the
// smallest of the codecs for this kind of data.
func chdbTable(s Shape) string {
	columns := []string{"time DateTime('UTC') CODEC(DoubleDelta, ZSTD(1))"}
	for _, t := range tsbs.HostRange(0, 1, s.Seed)[0].Tags {
		columns = append(columns, t.Name+" LowCardinality(String) CODEC(ZSTD(1))")
	}
	kind := "Int64 CODEC(Delta, ZSTD(1))"
	if s.Float {
		kind = "Float64 CODEC(Gorilla, ZSTD(1))"
	}
	for _, m := range s.Names() {
		columns = append(columns, m+" "+kind)
	}
	return "CREATE TABLE bench.cpu (" + strings.Join(columns, ", ") + ") ENGINE = MergeTree ORDER BY (hostname, time) SETTINGS old_parts_lifetime = 1"
}

// Settle merges all parts into one and waits until the others are deleted.
func (n *chdbNode) Settle(ctx context.Context) error {
	if _, err := n.ask("OPTIMIZE TABLE bench.cpu FINAL", "TabSeparated"); err != nil {
		return err
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(500 * time.Millisecond) {
		text, err := n.ask("SELECT count() FROM system.parts WHERE database = 'bench' AND NOT active", "TabSeparated")
		if err != nil || strings.TrimSpace(text) == "0" {
			return err
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

func chdbText(q Question) string {
	where := sqlWhere(q)
	if q.Kind == Latest {
		return fmt.Sprintf("SELECT %s, toUnixTimestamp(time), %s FROM bench.cpu%s ORDER BY %s, time DESC LIMIT 1 BY %s", q.By, strings.Join(q.Metrics, ", "), sqlClause(where), q.By, q.By)
	}
	where = append(where, fmt.Sprintf("time >= toDateTime(%d) AND time < toDateTime(%d)", q.From.Unix(), q.To.Unix()))
	bin := fmt.Sprintf("toUnixTimestamp(toStartOfInterval(time, INTERVAL %d SECOND)) AS slot", int(q.Bin.Seconds()))
	return sqlBins(q, "bench.cpu", bin, map[Aggregate]string{Max: "max", Mean: "avg"}[q.Kind], where)
}

// Usage is part of Process.
func (n *chdbNode) Usage(context.Context) (Usage, error) {
	disk, err := DiskUsage(n.dir)
	if err != nil {
		return Usage{}, err
	}
	return memoryOf(n.cmd.Process.Pid, Usage{Disk: disk})
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
