package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidemark/bench/peers"
	"tidemark/bench/tsbs"
)

// tidemarks are Tidemark's ways of taking data in, as systems beside the peers.
func tidemarks(o options) []peers.System {
	open := func(load func(*tidemarkNode, context.Context, peers.Shape) (time.Duration, error)) func(context.Context, peers.Env) (peers.Instance, error) {
		return func(ctx context.Context, e peers.Env) (peers.Instance, error) {
			n := &tidemarkNode{node: &node{dir: filepath.Join(e.Dir, "data")}, binary: o.binary, connections: e.Connections, load: load}
			if err := os.Mkdir(n.dir, 0o755); err != nil {
				return nil, err
			}
			return n, n.start(ctx, n.binary)
		}
	}
	return []peers.System{{
		Name: "Tidemark", Sync: "synced before every acknowledgement", Wire: "signed WriteRecords of 100 records in, signed Query out, over HTTP",
		Before: true, Open: open((*tidemarkNode).writeRecords),
	}, {
		Name: "Tidemark import", Sync: "synced", Wire: "CSV file through tidemark import in, signed Query out, over HTTP",
		Open: func(ctx context.Context, e peers.Env) (peers.Instance, error) {
			if !hasCommand(ctx, o.binary, "import") {
				return nil, &peers.Missing{Program: o.binary + " import", Reason: "the binary has no such command"}
			}
			return open((*tidemarkNode).importFile)(ctx, e)
		},
	}}
}

// hasCommand asks the binary for the help of a command.
func hasCommand(ctx context.Context, binary, command string) bool {
	text, err := exec.CommandContext(ctx, binary, "--help").Output()
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 0 && words[0] == command {
			return true
		}
	}
	return false
}

// tidemarkNode is the built binary as one of the systems.
type tidemarkNode struct {
	*node
	binary      string
	connections int
	asker       *caller
	rows        int64 // that were loaded
	load        func(*tidemarkNode, context.Context, peers.Shape) (time.Duration, error)
}

// Load is part of peers.Loader.
func (n *tidemarkNode) Load(ctx context.Context, s peers.Shape) (time.Duration, error) {
	if err := n.caller().createTable(ctx, "tsbs", "cpu"); err != nil {
		return 0, err
	}
	n.rows = s.Rows()
	took, err := n.load(n, ctx, s)
	if err != nil {
		return took, err
	}
	return took, n.count(ctx, "SELECT count(*) FROM tsbs.cpu", s.Rows())
}

// writeRecords sends requests of 100 records, each connection a share of the hosts, in
// the order of time.
func (n *tidemarkNode) writeRecords(ctx context.Context, s peers.Shape) (time.Duration, error) {
	began := time.Now()
	err := peers.Parallel(n.connections, func(share int) error {
		f, c := s.Feed(share, n.connections), n.caller()
		var body []byte
		for at, ok := f.Next(); ok; at, ok = f.Next() {
			hosts := f.Hosts()
			for from := 0; from < len(hosts); from += writeBatch {
				body = appendRecords(body[:0], s, f, hosts[from:min(from+writeBatch, len(hosts))], at)
				if _, err := c.call(ctx, "WriteRecords", body); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return time.Since(began), err
}

// appendRecords builds a request of one multi-measure record per host.
func appendRecords(b []byte, s peers.Shape, f *peers.Feed, hosts []*tsbs.Host, at time.Time) []byte {
	kind := `","Type":"BIGINT"}`
	if s.Float {
		kind = `","Type":"DOUBLE"}`
	}
	b = append(b, `{"DatabaseName":"tsbs","TableName":"cpu","CommonAttributes":{"MeasureName":"cpu","MeasureValueType":"MULTI","Time":"`...)
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	b = append(b, `"},"Records":[`...)
	for i, h := range hosts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendDimensions(append(b, '{'), h)
		b = append(b, `,"MeasureValues":[`...)
		v := f.Values(h)
		for m, name := range s.Names() {
			if m > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, `{"Name":"`...), name...), `","Value":"`...)
			b = append(s.AppendValue(b, v[m]), kind...)
		}
		b = append(b, `]}`...)
	}
	return append(b, `]}`...)
}

// importFile loads a CSV file through the bulk path. The file is on disk before.
func (n *tidemarkNode) importFile(ctx context.Context, s peers.Shape) (time.Duration, error) {
	file := n.dir + ".csv"
	defer os.Remove(file)
	if err := writeFile(ctx, file, s); err != nil {
		return 0, err
	}
	kind := ":BIGINT"
	if s.Float {
		kind = ":DOUBLE"
	}
	measures := strings.Join(s.Names(), kind+",") + kind
	cmd := exec.CommandContext(ctx, n.binary, "import", file, "--table", "tsbs.cpu", "--measures", measures, "--measure-name", "cpu", "--quiet", "--data", n.dir)
	cmd.Env = n.environ()
	began := time.Now()
	text, err := cmd.CombinedOutput()
	took := time.Since(began)
	if err != nil {
		return took, fmt.Errorf("tidemark import: %w: %s", err, text)
	}
	return took, nil
}

// writeFile writes a shape as CSV.
func writeFile(ctx context.Context, path string, s peers.Shape) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.WriteText(ctx, f, s.CSVHeader(), s.AppendCSV); err != nil {
		return err
	}
	return f.Sync()
}

// Settle is part of peers.Loader: every row moves into files, and every day becomes the
// files that it will have once it is over.
func (n *tidemarkNode) Settle(ctx context.Context) error {
	for _, command := range []string{"flush", "compact"} {
		cmd := exec.CommandContext(ctx, n.binary, command, "tsbs.cpu", "--data", n.dir)
		cmd.Env = n.environ()
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("tidemark %s: %w: %s", command, err, text)
		}
	}
	rows, err := n.metric(ctx, "tidemark_tier_cold_rows")
	if err != nil {
		return err
	}
	if int64(rows) != n.rows {
		return fmt.Errorf("%.0f of %d rows are in files", rows, n.rows)
	}
	return peers.Steady(ctx, n.dir, 5*time.Second)
}

// metric reads one of the server's metrics, without labels.
func (n *tidemarkNode) metric(ctx context.Context, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.addrs.HTTP+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(text, 64)
		}
	}
	return 0, fmt.Errorf("the server has no metric %s", name)
}

// Ask is part of peers.Loader.
func (n *tidemarkNode) Ask(ctx context.Context, q peers.Question) (peers.Answer, error) {
	if n.asker == nil {
		n.asker = n.caller()
	}
	var pages [][]byte
	in := map[string]string{"QueryString": tidemarkText(q)}
	for {
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		answer, err := n.asker.call(ctx, "Query", body)
		if err != nil {
			return nil, err
		}
		pages = append(pages, answer)
		if in["NextToken"] = nextToken(answer); in["NextToken"] == "" {
			return func() ([]peers.Row, error) { return tidemarkRows(pages, q) }, nil
		}
	}
}

// nextToken finds the token of the next page without decoding the rows, as a decoder
// that streams would.
func nextToken(page []byte) string {
	const key = `"NextToken":"`
	i := bytes.LastIndex(page, []byte(key))
	if i < 0 {
		return ""
	}
	rest := page[i+len(key):]
	return string(rest[:bytes.IndexByte(rest, '"')])
}

// tidemarkText makes a question SQL of Timestream.
func tidemarkText(q peers.Question) string {
	const form = "2006-01-02 15:04:05"
	columns := []string{}
	var where []string
	for _, w := range q.Where {
		where = append(where, fmt.Sprintf("%s = '%s'", w.Name, w.Value))
	}
	if q.By != "" {
		columns = append(columns, q.By)
	}
	group := slices.Clone(columns)
	call := map[peers.Aggregate]string{peers.Max: "max(%s)", peers.Mean: "avg(%s)", peers.Latest: "max_by(%s, time)"}[q.Kind]
	if q.Kind == peers.Latest {
		columns = append(columns, "max(time)")
	} else {
		bin := fmt.Sprintf("bin(time, %ds)", int(q.Bin.Seconds()))
		columns, group = append(columns, bin), append(group, bin)
		where = append(where, fmt.Sprintf("time >= '%s' AND time < '%s'", q.From.UTC().Format(form), q.To.UTC().Format(form)))
	}
	for _, m := range q.Metrics {
		columns = append(columns, fmt.Sprintf(call, m))
	}
	text := "SELECT " + strings.Join(columns, ", ") + " FROM tsbs.cpu"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + " GROUP BY " + strings.Join(group, ", ")
}

// tidemarkRows reads pages of rows whose time is a timestamp.
func tidemarkRows(pages [][]byte, q peers.Question) ([]peers.Row, error) {
	var rows []peers.Row
	column := 0
	if q.By != "" {
		column = 1
	}
	for _, text := range pages {
		var p page
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, err
		}
		for _, r := range p.Rows {
			fields := make([]string, len(r.Data))
			for i, d := range r.Data {
				fields[i] = d.ScalarValue
			}
			if len(fields) <= column {
				return nil, errors.New("a row without a time")
			}
			at, err := time.Parse("2006-01-02 15:04:05.999999999", fields[column])
			if err != nil {
				return nil, err
			}
			fields[column] = strconv.FormatInt(at.Unix(), 10)
			row, err := peers.ParseRow(fields, q)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Restart is part of peers.Process.
func (n *tidemarkNode) Restart(ctx context.Context) error {
	n.asker = nil
	if err := n.stop(); err != nil {
		return err
	}
	return n.start(ctx, n.binary)
}

// Usage is part of peers.Process.
func (n *tidemarkNode) Usage(ctx context.Context) (peers.Usage, error) {
	u, err := peers.ProcessOf(n.cmd.Process.Pid)
	if err != nil {
		return u, err
	}
	files, err := n.metric(ctx, "tidemark_tier_cold_bytes")
	if err != nil {
		return u, err
	}
	u.Rows = int64(files)
	u.Disk, err = peers.DiskUsage(n.dir)
	return u, err
}

// Close is part of peers.Process.
func (n *tidemarkNode) Close() error {
	if n.cmd == nil || n.cmd.ProcessState != nil {
		return nil
	}
	return n.stop()
}
