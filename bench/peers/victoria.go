package peers

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// victoria is VictoriaMetrics, single node, as Debian packages it.
var victoria = System{
	Name: "VictoriaMetrics",
	Sync: "in memory; written within about a second, not synced",
	Wire: "line protocol in, PromQL out, over HTTP",
	Open: openVictoria,
}

type victoriaNode struct {
	program
	web
	connections int
}

func openVictoria(ctx context.Context, e Env) (Instance, error) {
	path, err := find(e.Tools, "root/usr/bin/victoria-metrics")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	n := &victoriaNode{web: newWeb(port, e.Connections), connections: e.Connections}
	n.program = program{path: path, dir: filepath.Join(e.Dir, "data"), args: []string{
		fmt.Sprintf("-httpListenAddr=127.0.0.1:%d", port), "-storageDataPath=" + filepath.Join(e.Dir, "data"), "-retentionPeriod=100y",
		"-search.maxUniqueTimeseries=20000000", "-search.maxQueryDuration=5m",
	}}
	n.ready = func(ctx context.Context) error {
		_, err := n.send(ctx, http.MethodGet, "/health", nil)
		return err
	}
	return n, n.start(ctx)
}

// Load is part of Loader.
func (n *victoriaNode) Load(ctx context.Context, s Shape) (time.Duration, error) {
	return n.loadLines(ctx, s, n.connections, "/write?precision=ms")
}

// Settle makes what is in memory readable and merges all parts into one.
func (n *victoriaNode) Settle(ctx context.Context) error {
	for _, path := range []string{"/internal/force_flush", "/internal/force_merge"} {
		if _, err := n.send(ctx, http.MethodGet, path, nil); err != nil {
			return err
		}
	}
	for {
		busy, err := n.merging(ctx)
		if err != nil {
			return err
		}
		if !busy {
			return Steady(ctx, n.dir, 5*time.Second)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// merging reports whether a forced merge or any other is under way.
func (n *victoriaNode) merging(ctx context.Context) (bool, error) {
	text, err := n.send(ctx, http.MethodGet, "/metrics", nil)
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "vm_active_force_merges") || strings.HasPrefix(line, "vm_active_merges") {
			if words := strings.Fields(line); words[len(words)-1] != "0" {
				return true, nil
			}
		}
	}
	return false, nil
}

// Ask is part of Loader. A window of PromQL ends at its instant and excludes its
// beginning; times are whole milliseconds, so that asking a millisecond before the end
// of a bin covers the bin.
func (n *victoriaNode) Ask(ctx context.Context, q Question) (Answer, error) {
	if q.Kind == Latest {
		return n.latest(ctx, q)
	}
	in := url.Values{
		"query": {victoriaText(q)}, "start": {victoriaTime(q.From.Add(q.Bin))}, "end": {victoriaTime(q.To)},
		"step": {strconv.Itoa(int(q.Bin.Seconds()))}, "nocache": {"1"},
	}
	body, err := n.get(ctx, "/api/v1/query_range", in)
	return func() ([]Row, error) { return victoriaBins(body, q) }, err
}

func victoriaBins(body []byte, q Question) ([]Row, error) {
	var out victoriaAnswer
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	rows := newCollected(q)
	for _, series := range out.Data.Result {
		for _, sample := range series.Values {
			at := time.UnixMilli(int64(math.Round(sample.at*1000)) + 1).Add(-q.Bin)
			if err := rows.set(series.Metric[q.By], at.Unix(), series.metric(q), sample.value); err != nil {
				return nil, err
			}
		}
	}
	return rows.all(), nil
}

// latest asks for the last values and, in a second series per host, for their time.
func (n *victoriaNode) latest(ctx context.Context, q Question) (Answer, error) {
	window := fmt.Sprintf("[%ds]", int(q.To.Sub(q.From).Seconds())+60)
	text := fmt.Sprintf(`union(last_over_time(%s%s), label_set(tlast_over_time(%s%s), "__name__", "time"))`,
		victoriaSelector(q.Metrics, q), window, victoriaSelector(q.Metrics[:1], q), window)
	body, err := n.get(ctx, "/api/v1/query", url.Values{"query": {text}, "time": {victoriaTime(q.To)}, "nocache": {"1"}})
	return func() ([]Row, error) { return victoriaLatest(body, q) }, err
}

func victoriaLatest(body []byte, q Question) ([]Row, error) {
	var out victoriaAnswer
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	times := map[string]int64{}
	for _, series := range out.Data.Result {
		if series.Metric["__name__"] == "time" {
			times[series.Metric[q.By]] = int64(series.Value.value)
		}
	}
	rows := newCollected(q)
	for _, series := range out.Data.Result {
		if series.Metric["__name__"] == "time" {
			continue
		}
		if err := rows.set(series.Metric[q.By], times[series.Metric[q.By]], series.metric(q), series.Value.value); err != nil {
			return nil, err
		}
	}
	return rows.all(), nil
}

// victoriaTime is a millisecond before an instant, in seconds.
func victoriaTime(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli()-1)/1000, 'f', 3, 64)
}

func victoriaText(q Question) string {
	function, window := "max_over_time", fmt.Sprintf("[%ds]", int(q.Bin.Seconds()))
	outer := "max"
	if q.Kind == Mean {
		function, outer = "avg_over_time", "avg"
	}
	by := "__name__"
	if q.By != "" {
		by += ", " + q.By
	}
	return fmt.Sprintf("%s(%s(%s%s)) by (%s)", outer, function, victoriaSelector(q.Metrics, q), window, by)
}

func victoriaSelector(metrics []string, q Question) string {
	filters := ""
	for _, w := range q.Where {
		filters += fmt.Sprintf(",%s=%q", w.Name, w.Value)
	}
	if len(metrics) == 1 {
		return fmt.Sprintf(`{__name__="cpu_%s"%s}`, metrics[0], filters)
	}
	return fmt.Sprintf(`{__name__=~"cpu_(%s)"%s}`, strings.Join(metrics, "|"), filters)
}

// victoriaAnswer is what the query API returns: values of ranges, a value of an instant.
type victoriaAnswer struct {
	Data struct {
		Result []victoriaSeries `json:"result"`
	} `json:"data"`
}

type victoriaSeries struct {
	Metric map[string]string `json:"metric"`
	Values []victoriaSample  `json:"values"`
	Value  victoriaSample    `json:"value"`
}

// metric is the name without the prefix; a function may have dropped it where there is
// but one.
func (s victoriaSeries) metric(q Question) string {
	if name, ok := strings.CutPrefix(s.Metric["__name__"], "cpu_"); ok {
		return name
	}
	return q.Metrics[0]
}

// victoriaSample is [seconds, "value"].
type victoriaSample struct {
	at, value float64
}

// UnmarshalJSON is part of json.Unmarshaler.
func (s *victoriaSample) UnmarshalJSON(text []byte) error {
	var value string
	if err := json.Unmarshal(text, &[]any{&s.at, &value}); err != nil {
		return err
	}
	var err error
	s.value, err = strconv.ParseFloat(value, 64)
	return err
}
