package iotdata

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidemark/api"
	"tidemark/api/apitest"
	"tidemark/broker"
	"tidemark/fault"
)

// station is a broker in memory: it keeps what is published and says what it is told.
type station struct {
	got      []*broker.Message
	answer   error
	silent   bool // done is never called
	retained []broker.Retained
}

func (s *station) Publish(_ context.Context, m *broker.Message, done func(error)) {
	s.got = append(s.got, m)
	if !s.silent {
		done(s.answer)
	}
}

func (s *station) Retained(topic string) (broker.Retained, error) {
	for _, r := range s.retained {
		if r.Message.Topic == topic {
			return r, nil
		}
	}
	return broker.Retained{}, fault.New(fault.NotFound, "no retained message on topic %q", topic)
}

func (s *station) ListRetained(after string, limit int) ([]broker.Retained, error) {
	var list []broker.Retained
	for _, r := range s.retained {
		if r.Message.Topic > after && len(list) < limit {
			list = append(list, r)
		}
	}
	return list, nil
}

func start(t *testing.T, s *station) apitest.Base {
	t.Helper()
	door, err := New(Options{Broker: s})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Start(t, api.Options{Services: []api.Service{door.Service()}})
}

func TestSurface(t *testing.T) {
	door, err := New(Options{Broker: &station{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range api.CheckSurface(door.Service()) {
		t.Error(wrong)
	}
}

func TestPublish(t *testing.T) {
	s := &station{}
	base := start(t, s)
	user := base64.StdEncoding.EncodeToString([]byte(`[{"a":"1"},{"b":"2"},{"a":"3"}]`))
	resp, body := base.Do(t, "iotdata", "POST", "/topics/dt%2Fsensor%2Fx?qos=1&retain=true&contentType=text%2Fplain&responseTopic=r%2Ft&messageExpiry=60", "\xff\x00payload",
		"x-amz-mqtt5-user-properties", user, "x-amz-mqtt5-payload-format-indicator", "UTF8_DATA", "x-amz-mqtt5-correlation-data", "AQI=")
	if resp.StatusCode != 200 || !regexp.MustCompile(`^\{"message":"OK","traceId":"[0-9a-f-]{36}"\}$`).MatchString(body) || !strings.Contains(body, resp.Header.Get("X-Amzn-Requestid")) {
		t.Fatalf("Publish = %d %s", resp.StatusCode, body)
	}
	m := s.got[0]
	if m.Topic != "dt/sensor/x" || string(m.Payload) != "\xff\x00payload" || m.QoS != 1 || !m.Retain || m.Source != (broker.Source{Principal: "AKIDTEST", RemoteIP: "127.0.0.1"}) || time.Since(m.Received) > time.Minute {
		t.Errorf("message = %+v", m)
	}
	format, expiry := byte(1), uint32(60)
	want := broker.Properties{
		ContentType: "text/plain", ResponseTopic: "r/t", CorrelationData: []byte{1, 2}, PayloadFormat: &format, MessageExpiry: &expiry,
		User: []broker.UserProperty{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}, {Key: "a", Value: "3"}},
	}
	if !reflect.DeepEqual(m.Properties, want) {
		t.Errorf("properties = %+v, want %+v", m.Properties, want)
	}
}

// A topic is decoded once and otherwise left as it is; either scope is accepted.
func TestPublishTopics(t *testing.T) {
	s := &station{}
	base := start(t, s)
	for i, test := range []struct{ path, topic string }{
		{"/topics/a/b", "a/b"}, {"/topics/a//b", "a//b"}, {"/topics/%2Fa", "/a"}, {"/topics/a%252Fb", "a%2Fb"}, {"/topics/$aws/rules/r/x", "$aws/rules/r/x"}, {"/topics/%C3%A9%20%2B", "é +"},
	} {
		scope := []string{"iotdata", "iotdevicegateway"}[i%2]
		if resp, body := base.Do(t, scope, "POST", test.path, "{}"); resp.StatusCode != 200 {
			t.Errorf("POST %s = %d %s", test.path, resp.StatusCode, body)
			continue
		}
		if m := s.got[len(s.got)-1]; m.Topic != test.topic || m.QoS != 0 || m.Retain || !reflect.DeepEqual(m.Properties, broker.Properties{}) {
			t.Errorf("POST %s published %+v, want topic %q without properties", test.path, m, test.topic)
		}
	}
}

func TestPublishRefuses(t *testing.T) {
	base := start(t, &station{})
	bad := base64.StdEncoding.EncodeToString([]byte(`[{"a":"1","b":"2"}]`))
	tests := []struct {
		path, body, code string
		status           int
		header           []string
	}{
		{"/topics/a?qos=2", "", "InvalidRequestException", 400, nil},
		{"/topics/a?qos=one", "", "SerializationException", 400, nil},
		{"/topics/a?messageExpiry=0", "", "InvalidRequestException", 400, nil},
		{"/topics/a", strings.Repeat("x", 128<<10+1), "RequestEntityTooLargeException", 413, nil},
		{"/topics/a", "", "InvalidRequestException", 400, []string{"x-amz-mqtt5-user-properties", "*"}},
		{"/topics/a", "", "InvalidRequestException", 400, []string{"x-amz-mqtt5-user-properties", bad}},
		{"/topics/a", "", "InvalidRequestException", 400, []string{"x-amz-mqtt5-payload-format-indicator", "TEXT"}},
		{"/topics/a", "", "InvalidRequestException", 400, []string{"x-amz-mqtt5-correlation-data", "*"}},
		{"/things/a/shadow", "{}", "InvalidRequestException", 400, nil},
	}
	for _, test := range tests {
		resp, body := base.Do(t, "iotdata", "POST", test.path, test.body, test.header...)
		if resp.StatusCode != test.status || resp.Header.Get("X-Amzn-Errortype") != test.code || !strings.Contains(body, `"traceId":"`+resp.Header.Get("X-Amzn-Requestid")+`"`) {
			t.Errorf("POST %s %v = %d %s %s, want %d %s", test.path, test.header, resp.StatusCode, resp.Header.Get("X-Amzn-Errortype"), body, test.status, test.code)
		}
	}
	if resp, _ := base.Do(t, "iotdata", "POST", "/topics/a", strings.Repeat("x", 128<<10)); resp.StatusCode != 200 {
		t.Errorf("128 KB = %d, want 200", resp.StatusCode)
	}
	if resp, _ := base.Do(t, "iotdata", "GET", "/topics/a", ""); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET /topics/a = %d, want 405", resp.StatusCode)
	}
	if resp, _ := base.Plain(t, "POST", "/topics/a", "{}"); resp.StatusCode != 403 {
		t.Errorf("unsigned = %d, want 403", resp.StatusCode)
	}
}

func TestPublishFailures(t *testing.T) {
	for kind, want := range map[fault.Kind]int{fault.Invalid: 400, fault.Denied: 403, fault.Throttled: 429, fault.Unavailable: 503, fault.Internal: 500} {
		base := start(t, &station{answer: fault.New(kind, "no")})
		for _, qos := range []string{"0", "1"} {
			if resp, body := base.Do(t, "iotdata", "POST", "/topics/a?qos="+qos, "{}"); resp.StatusCode != want {
				t.Errorf("Publish at QoS %s that ends %v = %d %s, want %d", qos, kind, resp.StatusCode, body, want)
			}
		}
	}
}

// QoS 1 waits until the message is durable, as long as the request lasts; QoS 0 does not.
func TestPublishWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door, err := New(Options{Broker: &station{silent: true}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := door.Publish(ctx, &PublishInput{Topic: "a"}); err != nil || time.Since(began) != 0 {
			t.Errorf("QoS 0 = %v after %v, want nil at once", err, time.Since(began))
		}
		if _, err := door.Publish(ctx, &PublishInput{Topic: "a", QoS: 1}); err == nil || time.Since(began) != 5*time.Second {
			t.Errorf("QoS 1 = %v after %v, want an error after 5s", err, time.Since(began))
		}
	})
}

func TestRetained(t *testing.T) {
	s := &station{}
	for i := range 5 {
		s.retained = append(s.retained, broker.Retained{
			Message:  &broker.Message{Topic: fmt.Sprintf("t/%d", i), Payload: []byte{0, byte(i)}, QoS: 1, Properties: broker.Properties{User: []broker.UserProperty{{Key: "k", Value: "v"}}}},
			Modified: time.UnixMilli(1700000000123),
		})
	}
	base := start(t, s)
	_, body := base.Do(t, "iotdata", "GET", "/retainedMessage/t%2F1", "")
	if want := `{"topic":"t/1","payload":"AAE=","qos":1,"lastModifiedTime":1700000000123,"userProperties":"` + base64.StdEncoding.EncodeToString([]byte(`[{"k":"v"}]`)) + `"}`; body != want {
		t.Errorf("GetRetainedMessage = %s, want %s", body, want)
	}
	resp, body := base.Do(t, "iotdata", "GET", "/retainedMessage/none", "")
	if resp.StatusCode != 404 || resp.Header.Get("X-Amzn-Errortype") != "ResourceNotFoundException" {
		t.Errorf("GetRetainedMessage of none = %d %s", resp.StatusCode, body)
	}
	var topics []string
	for token := ""; ; {
		_, body := base.Do(t, "iotdata", "GET", "/retainedMessage?maxResults=2&nextToken="+token, "")
		topics = append(topics, regexp.MustCompile(`t/\d`).FindAllString(body, -1)...)
		next := regexp.MustCompile(`"nextToken":"([^"]+)"`).FindStringSubmatch(body)
		if next == nil {
			break
		}
		token = next[1]
	}
	if got := strings.Join(topics, " "); got != "t/0 t/1 t/2 t/3 t/4" {
		t.Errorf("ListRetainedMessages = %s", got)
	}
}
