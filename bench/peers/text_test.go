package peers

import (
	"testing"
	"time"

	"tidemark/bench/tsbs"
)

// asked are a question per kind, over the first two hours of 2026.
func asked() (bins, latest Question) {
	start := time.Unix(1767225600, 0)
	where := []tsbs.Tag{{Name: "region", Value: "eu-west-1"}}
	bins = Question{Kind: Mean, By: "hostname", Where: where, Metrics: tsbs.Metrics[:2], From: start, To: start.Add(2 * time.Hour), Bin: time.Hour}
	latest = bins
	latest.Kind, latest.Metrics = Latest, tsbs.Metrics[:2]
	return bins, latest
}

func TestQueryTexts(t *testing.T) {
	bins, latest := asked()
	one := bins
	one.Kind, one.By, one.Metrics = Max, "", tsbs.Metrics[:1]
	for _, c := range []struct{ name, got, want string }{
		{"InfluxQL bins", influxText(bins), "SELECT mean(usage_user) AS usage_user, mean(usage_system) AS usage_system FROM cpu WHERE region = 'eu-west-1' AND time >= 1767225600s AND time < 1767232800s GROUP BY time(3600s), hostname fill(none)"},
		{"InfluxQL one group", influxText(one), "SELECT max(usage_user) AS usage_user FROM cpu WHERE region = 'eu-west-1' AND time >= 1767225600s AND time < 1767232800s GROUP BY time(3600s) fill(none)"},
		{"InfluxQL latest", influxText(latest), "SELECT last(usage_user) AS usage_user, usage_system FROM cpu WHERE region = 'eu-west-1' GROUP BY hostname"},
		{"MetricsQL bins", victoriaText(bins), `avg(avg_over_time({__name__=~"cpu_(usage_user|usage_system)",region="eu-west-1"}[3600s])) by (__name__, hostname)`},
		{"MetricsQL one group", victoriaText(one), `max(max_over_time({__name__="cpu_usage_user",region="eu-west-1"}[3600s])) by (__name__)`},
		{"ClickHouse bins", chdbText(bins), "SELECT hostname, toUnixTimestamp(toStartOfInterval(time, INTERVAL 3600 SECOND)) AS slot, avg(usage_user), avg(usage_system) FROM bench.cpu WHERE region = 'eu-west-1' AND time >= toDateTime(1767225600) AND time < toDateTime(1767232800) GROUP BY hostname, slot"},
		{"PostgreSQL latest", postgresText(latest), "SELECT hostname, extract(epoch FROM time)::bigint, usage_user, usage_system FROM hosts CROSS JOIN LATERAL (SELECT * FROM cpu WHERE host = id ORDER BY time DESC LIMIT 1) AS l WHERE region = 'eu-west-1'"},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, c.got, c.want)
		}
	}
}

// TestAnswers reads the same answer in each system's encoding.
func TestAnswers(t *testing.T) {
	bins, latest := asked()
	want := []Row{{"host_0", 1767225600, []float64{4, 104}}, {"host_0", 1767229200, []float64{10, 110.5}}}
	last := []Row{{"host_0", 1767229200, []float64{10, 110.5}}}
	for _, c := range []struct {
		name string
		read func() ([]Row, error)
		want []Row
	}{
		{"tabs", func() ([]Row, error) {
			return parseTabs("host_0\t1767225600\t4\t104\nhost_0\t1767229200\t10\t110.5\n", bins)
		}, want},
		{"InfluxDB", func() ([]Row, error) {
			return influxRows([]byte(`{"results":[{"statement_id":0,"series":[{"name":"cpu","tags":{"hostname":"host_0"},"columns":["time","usage_user","usage_system"],"values":[[1767225600,4,104],[1767229200,10,110.5]]}]}]}`), bins)
		}, want},
		{"VictoriaMetrics", func() ([]Row, error) {
			return victoriaBins([]byte(`{"status":"success","data":{"resultType":"matrix","result":[
				{"metric":{"__name__":"cpu_usage_user","hostname":"host_0"},"values":[[1767229199.999,"4"],[1767232799.999,"10"]]},
				{"metric":{"__name__":"cpu_usage_system","hostname":"host_0"},"values":[[1767229199.999,"104"],[1767232799.999,"110.5"]]}]}}`), bins)
		}, want},
		{"VictoriaMetrics, latest", func() ([]Row, error) {
			return victoriaLatest([]byte(`{"data":{"result":[
				{"metric":{"__name__":"cpu_usage_user","hostname":"host_0"},"value":[1767232799.999,"10"]},
				{"metric":{"__name__":"cpu_usage_system","hostname":"host_0"},"value":[1767232799.999,"110.5"]},
				{"metric":{"__name__":"time","hostname":"host_0"},"value":[1767232799.999,"1767229200"]}]}}`), latest)
		}, last},
	} {
		got, err := c.read()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := Differ(got, c.want); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestBrokenAnswers(t *testing.T) {
	bins, _ := asked()
	for _, text := range []string{"host_0\t1767225600\t4\n", "host_0\tx\t4\t104\n", "host_0\t1767225600\t4\tNULL\n", "\n"} {
		if rows, err := parseTabs(text, bins); err == nil {
			t.Errorf("parseTabs(%q) = %v, want an error", text, rows)
		}
	}
	if rows, err := influxRows([]byte(`{"results":[{"error":"timeout"}]}`), bins); err == nil {
		t.Errorf("an error of InfluxDB gives %v", rows)
	}
}
