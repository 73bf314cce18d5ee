package action

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/rules"
)

func TestRepublish(t *testing.T) {
	format, expiry := byte(1), uint32(60)
	tests := []struct {
		name, sql, payload, config string
		want                       broker.Message
	}{
		{"result as JSON", "SELECT a, topic(2) AS t FROM 'dt/+'", `{"a": 1.0, "room":"x"}`, `"topic":"out/${room}"`,
			broker.Message{Topic: "out/x", Payload: []byte(`{"a":1.0,"t":"1"}`)}},
		{"star alone passes the bytes", "SELECT * FROM 'dt/+'", `{"a": 1.0}`, `"topic":"out","qos":1`,
			broker.Message{Topic: "out", QoS: 1, Payload: []byte(`{"a": 1.0}`)}},
		{"binary", "SELECT * FROM 'dt/+'", "\x00\xff", `"topic":"out"`, broker.Message{Topic: "out", Payload: []byte("\x00\xff")}},
		{"reserved topic", "SELECT * FROM 'dt/+'", "{}", `"topic":"$$aws/things/${clientid()}/shadow/update"`, broker.Message{Topic: "$aws/things/c1/shadow/update", Payload: []byte("{}")}},
		{"headers", "SELECT * FROM 'dt/+'", "{}", `"topic":"out","headers":{"payloadFormatIndicator":"UTF8_DATA","contentType":"${topic(1)}/x","responseTopic":"r/${topic(2)}","correlationData":"b2s=","messageExpiry":"${30*2}","userProperties":[{"key":"k${a}","value":"${clientid()}"}]}`,
			broker.Message{Topic: "out", Payload: []byte("{}"), Properties: broker.Properties{
				ContentType: "dt/x", ResponseTopic: "r/1", CorrelationData: []byte("ok"), PayloadFormat: &format, MessageExpiry: &expiry, User: []broker.UserProperty{{Key: "k${a}", Value: "c1"}},
			}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &world{}
			e := start(t, w, rules.Rule{Name: "r", SQL: test.sql, Actions: []rules.ActionSpec{spec("republish", `{"roleArn":"`+role+`",`+test.config+`}`)}})
			accept(t, e, msg("dt/1", test.payload))
			test.want.Hops, test.want.Source = 1, broker.Source{Principal: role}
			if len(w.published) != 1 {
				t.Fatalf("%d messages were published, want 1", len(w.published))
			}
			if diff := cmp.Diff(test.want, *w.published[0]); diff != "" {
				t.Errorf("the message differs:\n%s", diff)
			}
		})
	}
}

// A rule that feeds itself ends after ten republish actions, with an error.
func TestRepublishLoopEnds(t *testing.T) {
	w := &world{}
	onError := spec("republish", `{"roleArn":"`+role+`","topic":"errors"}`)
	e := start(t, w, rules.Rule{Name: "r", SQL: "SELECT n + 1 AS n FROM 'loop'", Actions: []rules.ActionSpec{spec("republish", `{"roleArn":"`+role+`","topic":"loop"}`)}, ErrorAction: &onError})
	accept(t, e, msg("loop", `{"n":0}`))
	if n := len(w.published); n != 10 {
		t.Fatalf("%d messages were published, want 10", n)
	}
	if last := w.published[9]; last.Hops != 10 || string(last.Payload) != `{"n":10}` {
		t.Errorf("the last message has %d hops and payload %s, want 10 and {\"n\":10}", last.Hops, last.Payload)
	}
}

func TestRepublishFailures(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"empty topic", `"topic":"${missing}"`, "the topic is empty"},
		{"reserved topic without $$", `"topic":"$aws/rules/x"`, "is reserved"},
		{"wildcard", `"topic":"a/+"`, "wildcard"},
		{"jobs topic", `"topic":"$$aws/things/t/jobs/get"`, "cannot publish to the jobs topic"},
		{"correlation data", `"topic":"a","headers":{"correlationData":"%"}`, "correlationData is not base64"},
		{"expiry", `"topic":"a","headers":{"messageExpiry":"-1"}`, "is not a number of seconds"},
		{"format", `"topic":"a","headers":{"payloadFormatIndicator":"TEXT"}`, "is not UNSPECIFIED_BYTES or UTF8_DATA"},
		{"template that fails", `"topic":"${aws_lambda('a','b')}"`, "aws_lambda(): this function is not supported"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := &world{}
			onError := spec("republish", `{"roleArn":"`+role+`","topic":"errors"}`)
			e := start(t, w, rules.Rule{Name: "r", SQL: "SELECT * FROM 'dt/+'", Actions: []rules.ActionSpec{spec("republish", `{"roleArn":"`+role+`",`+test.config+`}`)}, ErrorAction: &onError})
			accept(t, e, msg("dt/1", "{}"))
			if len(w.published) != 1 || w.published[0].Topic != "errors" || !strings.Contains(string(w.published[0].Payload), test.want) {
				t.Errorf("published %d messages, want one to errors that says %q", len(w.published), test.want)
				for _, m := range w.published {
					t.Logf("%s: %s", m.Topic, m.Payload)
				}
			}
		})
	}
}

func TestRepublishRefusesAtCreate(t *testing.T) {
	e := start(t, &world{})
	for name, config := range map[string]string{
		"no role": `{"topic":"a"}`, "no topic": `{"roleArn":"` + role + `"}`, "qos 2": `{"roleArn":"` + role + `","topic":"a","qos":2}`, "qos as template": `{"roleArn":"` + role + `","topic":"a","qos":"${q}"}`,
		"no user properties": `{"roleArn":"` + role + `","topic":"a","headers":{"userProperties":[]}}`, "property without key": `{"roleArn":"` + role + `","topic":"a","headers":{"userProperties":[{"value":"v"}]}}`,
		"template": `{"roleArn":"` + role + `","topic":"${a"}`, "template in a header": `{"roleArn":"` + role + `","topic":"a","headers":{"contentType":"${a"}}`,
	} {
		if err := e.Create(t.Context(), rules.Rule{Name: "r", SQL: "SELECT *", Actions: []rules.ActionSpec{spec("republish", config)}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: Create = %v, want fault.Invalid", name, err)
		}
	}
}
