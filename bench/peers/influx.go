package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// influx is InfluxDB 1.x as Debian packages it, with its defaults for durability.
var influx = System{
	Name: "InfluxDB",
	Sync: "synced with every request",
	Wire: "line protocol in, InfluxQL out, over HTTP",
	Open: openInflux,
}

// influxConfig differs from the defaults in three ways: no limits on series, a full
// compaction once nothing was written for 20 s instead of 4 h, no statistics about itself.
const influxConfig = `reporting-disabled = true
bind-address = "127.0.0.1:%[2]d"
[meta]
  dir = "%[1]s/meta"
[data]
  dir = "%[1]s/data"
  wal-dir = "%[1]s/wal"
  query-log-enabled = false
  cache-max-memory-size = 4294967296
  cache-snapshot-write-cold-duration = "10s"
  compact-full-write-cold-duration = "20s"
  max-series-per-database = 0
  max-values-per-tag = 0
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:%[3]d"
  log-enabled = false
  max-body-size = 0
`

type influxNode struct {
	program
	web
	connections int
}

func openInflux(ctx context.Context, e Env) (Instance, error) {
	path, err := find(e.Tools, "root/usr/bin/influxd")
	if err != nil {
		return nil, err
	}
	var ports [2]int
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, err
		}
	}
	n := &influxNode{web: newWeb(ports[1], e.Connections), connections: e.Connections}
	n.program = program{path: path, dir: filepath.Join(e.Dir, "data"), args: []string{"-config", filepath.Join(e.Dir, "influxdb.conf")}}
	if err := os.WriteFile(filepath.Join(e.Dir, "influxdb.conf"), fmt.Appendf(nil, influxConfig, n.dir, ports[0], ports[1]), 0o644); err != nil {
		return nil, err
	}
	n.ready = func(ctx context.Context) error {
		_, err := n.send(ctx, http.MethodGet, "/ping", nil)
		return err
	}
	return n, n.start(ctx)
}

// Load is part of Loader.
func (n *influxNode) Load(ctx context.Context, s Shape) (time.Duration, error) {
	if _, err := n.send(ctx, http.MethodPost, "/query?"+url.Values{"q": {"CREATE DATABASE bench"}}.Encode(), nil); err != nil {
		return 0, err
	}
	return n.loadLines(ctx, s, n.connections, "/write?db=bench&precision=ms")
}

// Settle waits for the snapshot of the log and the full compaction, which begin by
// themselves when nothing is written for as long as the configuration says.
func (n *influxNode) Settle(ctx context.Context) error {
	return Steady(ctx, n.dir, 40*time.Second)
}

// Ask is part of Loader.
func (n *influxNode) Ask(ctx context.Context, q Question) (Answer, error) {
	body, err := n.get(ctx, "/query", url.Values{"db": {"bench"}, "epoch": {"s"}, "q": {influxText(q)}})
	return func() ([]Row, error) { return influxRows(body, q) }, err
}

// influxText makes a question InfluxQL. The latest row is the point of the last value of
// one field, with the other fields of that point; it is asked without bounds on the time.
func influxText(q Question) string {
	var columns, where []string
	for _, w := range q.Where {
		where = append(where, fmt.Sprintf("%s = '%s'", w.Name, w.Value))
	}
	for i, m := range q.Metrics {
		switch {
		case q.Kind != Latest:
			columns = append(columns, fmt.Sprintf("%s(%s) AS %s", q.Kind, m, m))
		case i == 0:
			columns = append(columns, fmt.Sprintf("last(%s) AS %s", m, m))
		default:
			columns = append(columns, m)
		}
	}
	group := []string{}
	if q.Kind != Latest {
		where = append(where, fmt.Sprintf("time >= %ds", q.From.Unix()), fmt.Sprintf("time < %ds", q.To.Unix()))
		group = append(group, fmt.Sprintf("time(%ds)", int(q.Bin.Seconds())))
	}
	if q.By != "" {
		group = append(group, q.By)
	}
	text := "SELECT " + strings.Join(columns, ", ") + " FROM cpu"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	text += " GROUP BY " + strings.Join(group, ", ")
	if q.Kind != Latest {
		text += " fill(none)"
	}
	return text
}

// influxRows reads series whose first column is the time.
func influxRows(body []byte, q Question) ([]Row, error) {
	var out struct {
		Results []struct {
			Error  string
			Series []struct {
				Tags   map[string]string
				Values [][]json.Number
			}
		}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		return nil, err
	}
	var rows []Row
	for _, result := range out.Results {
		if result.Error != "" {
			return nil, errors.New(result.Error)
		}
		for _, series := range result.Series {
			for _, value := range series.Values {
				fields := make([]string, 0, 1+len(value))
				if q.By != "" {
					fields = append(fields, series.Tags[q.By])
				}
				for _, v := range value {
					fields = append(fields, v.String())
				}
				r, err := ParseRow(fields, q)
				if err != nil {
					return nil, err
				}
				rows = append(rows, r)
			}
		}
	}
	return rows, nil
}
