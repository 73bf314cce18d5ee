//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sampleRule is the rule of the public sample: no SQL version, so 2015-10-08 applies,
// and dimensions from fields that the SELECT does not name.
const sampleRule = `{"sql":"SELECT humidity, pressure, temperature FROM 'dt/sensor/#'","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/service-role/rule","databaseName":"building","tableName":"sensors","dimensions":[{"name":"device_id","value":"${device_id}"},{"name":"building","value":"${building}"},{"name":"room","value":"${room}"}]}}]}`

// provision makes the sample's database, table and rule with the AWS CLI.
func (n *node) provision() {
	n.t.Helper()
	n.aws(nil, "timestream-write", "create-database", "--database-name", "building")
	n.aws(nil, "timestream-write", "create-table", "--database-name", "building", "--table-name", "sensors")
	n.must(tool(n.t, "venv/bin/aws"), "iot", "create-topic-rule", "--rule-name", "sensors", "--topic-rule-payload", sampleRule)
}

func TestSampleGenerator(t *testing.T) {
	n := serve(t)
	n.provision()
	endpoint := strings.TrimSpace(n.script("sample_generator.py", "10", "5"))
	if endpoint != n.addrs.HTTPS {
		t.Errorf("describe_endpoint answers %q, want the HTTPS address %q", endpoint, n.addrs.HTTPS)
	}
	want := "150" // 10 devices, 5 rounds, 3 measures
	eventually(t, func() error {
		if got := n.rows(t.Context(), `SELECT count(*) FROM building.sensors`); got[0][0] != want {
			return fmt.Errorf("%s rows, want %s", got[0][0], want)
		}
		return nil
	})
	got := n.rows(t.Context(), `SELECT device_id, building, room, measure_name, "measure_value::double" FROM building.sensors WHERE measure_name = 'temperature' AND device_id = 'device3' LIMIT 1`)
	if len(got) != 1 || strings.Join(got[0], " ") != "device3 HQ r3 temperature 27.0" {
		t.Errorf("a temperature row is %v, want device3 HQ r3 temperature 27.0", got)
	}
}

func TestAWSCLI(t *testing.T) {
	n := serve(t)
	n.provision()
	var rule struct{ Rule struct{ SQL string } }
	n.aws(&rule, "iot", "get-topic-rule", "--rule-name", "sensors")
	if !strings.HasPrefix(rule.Rule.SQL, "SELECT humidity") {
		t.Errorf("get-topic-rule answers %+v", rule)
	}
	n.must(tool(t, "venv/bin/aws"), "iot-data", "publish", "--topic", "dt/sensor/cli", "--qos", "1",
		"--payload", `{"temperature":19.5,"humidity":50.5,"pressure":100000,"device_id":"cli","building":"HQ","room":"r1"}`)
	var page struct {
		Rows []struct {
			Data []struct{ ScalarValue string }
		}
	}
	n.aws(&page, "timestream-query", "query", "--query-string", `SELECT "measure_value::double" FROM building.sensors WHERE measure_name = 'humidity'`)
	if len(page.Rows) != 1 || page.Rows[0].Data[0].ScalarValue != "50.5" {
		t.Errorf("query answers %+v, want one row 50.5", page)
	}
	out, err := n.run(tool(t, "venv/bin/aws"), "timestream-write", "describe-table", "--database-name", "building", "--table-name", "none")
	if err == nil || !strings.Contains(out, "ResourceNotFoundException") {
		t.Errorf("describe-table of nothing: %v, %s", err, out)
	}
}

func TestBoto3(t *testing.T) {
	if out := serve(t).script("boto3_timestream.py"); strings.TrimSpace(out) != "ok" {
		t.Errorf("it printed %q", out)
	}
}

func TestJavaScriptSDK(t *testing.T) {
	t.Setenv("TIDEMARK_TEST_MODULES", tool(t, "node"))
	n := serve(t)
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "js_sdk.mjs"))
	cmd.Env = append(n.env(), "TIDEMARK_TEST_MODULES="+tool(t, "node"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\nserver:\n%s", err, out, n.log)
	}
}

func TestPaho(t *testing.T) {
	n := serve(t)
	n.provision()
	n.script("paho_mqtt.py")
	// Eight ways in, three measures each, durable before the PUBACK.
	if got := n.rows(t.Context(), `SELECT count(*), count(DISTINCT device_id) FROM building.sensors`); got[0][0] != "24" || got[0][1] != "8" {
		t.Errorf("rows and devices are %v, want 24 and 8", got[0])
	}
}

func TestMosquitto(t *testing.T) {
	n := serve(t)
	n.provision()
	host, port, err := net.SplitHostPort(n.addrs.MQTT)
	if err != nil {
		t.Fatal(err)
	}
	publish := func(device string, more ...string) {
		t.Helper()
		n.must("mosquitto_pub", append([]string{"-h", host, "-p", port, "-t", "dt/sensor/" + device, "-q", "1", "-m",
			fmt.Sprintf(`{"temperature":18.5,"humidity":45,"pressure":99999,"device_id":%q,"building":"HQ","room":"r9"}`, device)}, more...)...)
	}
	publish("m311")
	publish("m5", "-V", "5")
	publish("kept", "-r")
	got := n.must("mosquitto_sub", "-h", host, "-p", port, "-t", "dt/sensor/kept", "-C", "1", "-W", "60", "-F", "%r %p")
	if !strings.HasPrefix(got, "1 {\"temperature\":18.5") {
		t.Errorf("the retained message is %q", got)
	}
	if rows := n.rows(t.Context(), `SELECT device_id FROM building.sensors WHERE measure_name = 'pressure' ORDER BY device_id`); len(rows) != 3 {
		t.Errorf("devices with a pressure are %v, want kept, m311, m5", rows)
	}
}
