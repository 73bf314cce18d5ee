package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"tidemark/fleet"
)

// fakeServer is the outside of a server: an independent MQTT broker, and just enough
// of the wire for the demo's own statements. It stores what the demo's rules would.
type fakeServer struct {
	mochi.HookBase
	mqtt     *mochi.Server
	http     *httptest.Server
	broker   fleet.Broker
	lose     func(topic string, n int) bool // acknowledged, but not stored
	complain bool                           // sends one error message
	slow     bool                           // never answers the first count after a message

	mu     sync.Mutex
	n      int
	rows   map[string]map[series]map[string]bool // by table: the rows' times
	probes map[string]bool
	calls  []string
	rules  map[string]string // the bodies, by name
}

func startFake(t *testing.T) *fakeServer {
	t.Helper()
	f := &fakeServer{rows: map[string]map[series]map[string]bool{}, probes: map[string]bool{}, rules: map[string]string{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.mqtt = mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler), InlineClient: true})
	for _, err := range []error{f.mqtt.AddHook(new(auth.AllowHook), nil), f.mqtt.AddHook(f, nil), f.mqtt.AddListener(listeners.NewNet("test", l)), f.mqtt.Serve()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = f.mqtt.Close() })
	f.broker.URL = "mqtt://" + l.Addr().String()
	f.http = httptest.NewServer(f)
	t.Cleanup(f.http.Close)
	return f
}

func (*fakeServer) ID() string { return "rules" }

func (*fakeServer) Provides(b byte) bool { return b == mochi.OnPublish }

var (
	sensorTopic  = regexp.MustCompile(`^dt/sensor/.`)
	measureTopic = regexp.MustCompile(`^dt/([^/]+)/measures$`)
	hostTopic    = regexp.MustCompile(`^dt/host/[^/]+$`)
)

// OnPublish does what the rules do, before the acknowledgement.
func (f *fakeServer) OnPublish(_ *mochi.Client, p packets.Packet) (packets.Packet, error) {
	var m map[string]any
	if json.Unmarshal(p.Payload, &m) != nil {
		return p, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	if f.lose != nil && f.lose(p.TopicName, f.n) {
		return p, nil
	}
	switch {
	case sensorTopic.MatchString(p.TopicName):
		f.store(sensorsTable, m["device_id"], m, fmt.Sprint(f.n), "temperature", "humidity", "pressure")
		f.probes[fmt.Sprintf("%.6f", m["pressure"])] = true
	case measureTopic.MatchString(p.TopicName):
		f.store(measuresTable, measureTopic.FindStringSubmatch(p.TopicName)[1], m, fmt.Sprintf("%.0f", m["ts"]), "temperature", "humidity", "pressure")
	case hostTopic.MatchString(p.TopicName):
		f.store(hostsTable, m["host"], m, fmt.Sprint(f.n), "cpu_usage_percent", "disk_usage_percent", "mem_usage_percent", "load_1m", "load_5m", "load_15m")
	}
	return p, nil
}

func (f *fakeServer) store(table string, device any, m map[string]any, at string, measures ...string) {
	if f.rows[table] == nil {
		f.rows[table] = map[series]map[string]bool{}
	}
	for _, name := range measures {
		s := series{fmt.Sprint(device), name}
		if f.rows[table][s] == nil {
			f.rows[table][s] = map[string]bool{}
		}
		f.rows[table][s][at] = true
	}
}

// keeps reports whether a request is never answered.
func (f *fakeServer) keeps(body []byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := f.slow && f.n > 0 && bytes.Contains(body, []byte("SELECT count(*)"))
	f.slow = f.slow && !kept
	return kept
}

// ServeHTTP answers the AWS-shaped requests.
func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if f.keeps(body) {
		<-r.Context().Done()
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=KEY/") {
		http.Error(w, `{"message":"unsigned"}`, http.StatusForbidden)
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/rules/"); ok {
		f.calls = append(f.calls, r.Method+" "+name)
		f.putRule(w, r.Method, name, string(body))
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f.calls = append(f.calls, operation)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	switch operation {
	case "DescribeEndpoints":
		fmt.Fprintf(w, `{"Endpoints":[{"Address":%q,"CachePeriodInMinutes":1440}]}`, r.Host)
	case "CreateDatabase", "CreateTable":
		fmt.Fprint(w, `{}`)
	case "Query":
		f.query(w, body)
	default:
		http.Error(w, `{"__type":"UnknownOperationException"}`, http.StatusNotFound)
	}
}

func (f *fakeServer) putRule(w http.ResponseWriter, method, name, body string) {
	if _, there := f.rules[name]; there && method == http.MethodPost {
		w.Header().Set("X-Amzn-Errortype", "ResourceAlreadyExistsException")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"message":"there"}`)
		return
	}
	f.rules[name] = body
	if f.complain {
		f.complain = false
		go func() {
			_ = f.mqtt.Publish(errorTopic, []byte(`{"ruleName":"demo_sensors","failures":[{"failedAction":"TimestreamAction","errorMessage":"too old"}]}`), true, 0)
		}()
	}
}

var (
	fromTable = regexp.MustCompile(`FROM "demo"\."(\w+)"`)
	nonce     = regexp.MustCompile(`measure_value::double = (\d+\.\d{6})e0`)
)

func (f *fakeServer) query(w http.ResponseWriter, body []byte) {
	var in struct{ QueryString string }
	_ = json.Unmarshal(body, &in)
	sql := in.QueryString
	var rows [][]string
	columns := []string{"a"}
	table := ""
	if m := fromTable.FindStringSubmatch(sql); m != nil {
		table = m[1]
	}
	switch {
	case sql == "SELECT ago(15m)":
		rows = [][]string{{"2026-01-01 00:00:00.000000000"}}
	case strings.HasPrefix(sql, "SELECT count(*)"):
		n := 0
		for _, times := range f.rows[table] {
			n += len(times)
		}
		rows = [][]string{{fmt.Sprint(n)}}
	case strings.Contains(sql, "count(*) AS stored FROM"):
		columns = []string{"device_id", "measure_name", "stored"}
		for s, times := range f.rows[table] {
			rows = append(rows, []string{s.device, s.measure, fmt.Sprint(len(times))})
		}
	case nonce.MatchString(sql):
		if f.probes[nonce.FindStringSubmatch(sql)[1]] {
			rows = [][]string{{"2026-01-01 00:00:00.000000000"}}
		}
	default:
		rows = [][]string{{"2026-01-01 00:00:00.123000000"}}
	}
	writeResult(w, columns, rows)
}

func writeResult(w io.Writer, columns []string, rows [][]string) {
	type datum struct{ ScalarValue string }
	type row struct{ Data []datum }
	type column struct {
		Name string
		Type map[string]string
	}
	out := struct {
		QueryId    string
		ColumnInfo []column
		Rows       []row
	}{QueryId: "Q", Rows: []row{}}
	for _, c := range columns {
		out.ColumnInfo = append(out.ColumnInfo, column{c, map[string]string{"ScalarType": "VARCHAR"}})
	}
	for _, r := range rows {
		var data []datum
		for _, v := range r {
			data = append(data, datum{v})
		}
		out.Rows = append(out.Rows, row{data})
	}
	_ = json.NewEncoder(w).Encode(out)
}

// called reports how often an operation was called.
func (f *fakeServer) called(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.calls) - len(slices.DeleteFunc(slices.Clone(f.calls), func(c string) bool { return c == name }))
}
