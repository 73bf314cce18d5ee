//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"golang.org/x/crypto/bcrypt"
)

// client connects paho; change may be nil.
func (n *node) client(id string, change func(*mqtt.ClientOptions)) (mqtt.Client, error) {
	opts := mqtt.NewClientOptions().AddBroker("tcp://" + n.addrs.MQTT).SetClientID(id).SetAutoReconnect(false).SetConnectTimeout(patience)
	if change != nil {
		change(opts)
	}
	c := mqtt.NewClient(opts)
	token := c.Connect()
	if !token.WaitTimeout(patience) {
		return nil, fmt.Errorf("no CONNACK for %s", id)
	}
	return c, token.Error()
}

func (n *node) mustClient(id string, change func(*mqtt.ClientOptions)) mqtt.Client {
	n.t.Helper()
	c, err := n.client(id, change)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { c.Disconnect(0) })
	return c
}

// TestSessionsSurviveKill queues messages for clients that are away, kills the server
// between, and wants all of them, once and in order, afterwards.
func TestSessionsSurviveKill(t *testing.T) {
	n := serve(t)
	const each = 200
	away := map[string][]string{"old": {"-V", "mqttv311"}, "new": {"-V", "mqttv5", "-x", "3600"}}
	for id, version := range away {
		if out, err := n.mosquitto("mosquitto_sub", append(version, "-c", "-i", id, "-q", "1", "-t", "q/+", "-E")...); err != nil {
			t.Fatalf("%s subscribes: %v %s", id, err, out)
		}
	}
	var want strings.Builder
	send := func(from int) {
		c := n.mustClient(fmt.Sprintf("sender%d", from), nil)
		for i := from; i < from+each; i++ {
			token := c.Publish("q/1", 1, false, fmt.Sprint(i))
			fmt.Fprintln(&want, i)
			if i == from+each-1 && (!token.WaitTimeout(patience) || token.Error() != nil) {
				t.Fatalf("the last message was not acknowledged: %v", token.Error())
			}
		}
	}
	n.publish("state/door", "open", "-r")
	send(0)
	n.kill()
	n.start()
	send(each)
	n.kill()
	n.start()
	for id, version := range away {
		out, err := n.mosquitto("mosquitto_sub", append(version, "-c", "-i", id, "-q", "1", "-t", "q/+", "-C", fmt.Sprint(2*each), "-W", "60")...)
		if err != nil || out != want.String() {
			t.Errorf("%s got %d lines (%v), want %d in order; it begins %.60q", id, strings.Count(out, "\n"), err, 2*each, out)
		}
		if out, _ := n.mosquitto("mosquitto_sub", append(version, "-c", "-i", id, "-q", "1", "-t", "q/+", "-W", "1")...); out != "Timed out\n" {
			t.Errorf("%s gets %.60q again", id, out)
		}
	}
	if out, err := n.mosquitto("mosquitto_sub", "-t", "state/door", "-C", "1", "-W", "60"); err != nil || out != "open\n" {
		t.Errorf("the retained message is %q (%v), want open", out, err)
	}
}

// TestWills ends connections in every way: a will is published unless the client said goodbye.
func TestWills(t *testing.T) {
	n := serve(t)
	n.createTable(t.Context(), "plant", "alarms")
	n.rule("alarms", `{"sql":"SELECT lost FROM 'will/+'","awsIotSqlVersion":"2016-03-23","actions":[{"timestream":{"roleArn":"arn:aws:iam::000000000000:role/r","databaseName":"plant","tableName":"alarms","dimensions":[{"name":"device","value":"${topic(2)}"}]}}]}`)
	withWill := func(id string, change func(*mqtt.ClientOptions)) mqtt.Client {
		return n.mustClient(id, func(o *mqtt.ClientOptions) {
			o.SetWill("will/"+id, `{"lost":1}`, 1, true)
			if change != nil {
				change(o)
			}
		})
	}
	var line net.Conn
	withWill("cut", func(o *mqtt.ClientOptions) {
		o.SetCustomOpenConnectionFn(func(_ *url.URL, _ mqtt.ClientOptions) (net.Conn, error) {
			var err error
			line, err = net.Dial("tcp", n.addrs.MQTT)
			return line, err
		})
	})
	withWill("polite", nil).Disconnect(250)
	withWill("twice", nil)
	n.mustClient("twice", nil) // takes over
	withWill("killed", func(o *mqtt.ClientOptions) { o.SetCleanSession(false) })
	line.Close()
	devices := func() string {
		return fmt.Sprint(n.rows(t.Context(), `SELECT DISTINCT device FROM plant.alarms ORDER BY 1`))
	}
	eventually(t, func() error {
		if _, err := n.run(binary(t), "query", "--data", n.dir, "SELECT device FROM plant.alarms"); err != nil {
			return fmt.Errorf("no row yet")
		}
		if got := devices(); got != "[[cut] [twice]]" {
			return fmt.Errorf("wills of %s, want those of cut and twice", got)
		}
		return nil
	})
	n.kill()
	n.start()
	eventually(t, func() error {
		if got := devices(); got != "[[cut] [killed] [twice]]" {
			return fmt.Errorf("wills of %s, want also that of the session which lost its server", got)
		}
		return nil
	})
	if out, err := n.mosquitto("mosquitto_sub", "-t", "will/twice", "-C", "1", "-W", "60"); err != nil || out != "{\"lost\":1}\n" {
		t.Errorf("the retained will is %q (%v)", out, err)
	}
}

// TestPasswords lets in only those whom the file names.
func TestPasswords(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("sesame"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, fmt.Appendf(nil, "# devices\n\ndevice:%s\n", hash), 0o600); err != nil {
		t.Fatal(err)
	}
	n := serve(t, "--mqtt-users", file, "--mqtt-anonymous", "never")
	for _, c := range []struct {
		name string
		args []string
		ok   bool
	}{
		{"right", []string{"-u", "device", "-P", "sesame"}, true},
		{"right, version 5", []string{"-V", "mqttv5", "-u", "device", "-P", "sesame"}, true},
		{"wrong password", []string{"-u", "device", "-P", "wrong"}, false},
		{"no password", []string{"-u", "device"}, false},
		{"unknown user", []string{"-u", "nobody", "-P", "sesame"}, false},
		{"anonymous", nil, false},
		{"anonymous, version 5", []string{"-V", "mqttv5"}, false},
	} {
		out, err := n.mosquitto("mosquitto_pub", append(c.args, "-q", "1", "-t", "a", "-m", "x")...)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v %s, want success %v", c.name, err, out, c.ok)
		}
	}
	cmd := exec.CommandContext(t.Context(), binary(t), "simulate", "--broker", "mqtt://"+n.addrs.MQTT, "--user", "device", "--devices", "3", "--messages", "2", "--rate", "50")
	cmd.Env = append(cleanEnv(), "TIDEMARK_SIMULATE_PASSWORD=sesame")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("simulate with a password: %v\n%s", err, out)
	}
	if _, text := n.get("/metrics"); !strings.Contains(text, "tidemark_broker_authentication_failures_total") {
		t.Error("/metrics counts no refused client")
	}
}
