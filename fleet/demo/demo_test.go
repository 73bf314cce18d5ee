package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tidemark/fault"
)

// shown runs a short demo against a fake server.
func shown(t *testing.T, f *fakeServer, o Options) (string, error) {
	t.Helper()
	var out bytes.Buffer
	o.Endpoint, o.KeyID, o.Secret, o.Broker, o.Out = f.http.URL, "KEY", "SECRET", f.broker, &out
	if o.For == 0 {
		o.For = minFor
	}
	err := Run(t.Context(), o)
	return out.String(), err
}

func TestDemoVerifiesWhatWasStored(t *testing.T) {
	t.Parallel()
	f := startFake(t)
	text, err := shown(t, f, Options{Devices: 8, Rate: 80, Faults: true, Seed: 1, Open: "http://console"})
	if err != nil {
		t.Fatalf("Run = %v after:\n%s", err, text)
	}
	for _, want := range []string{
		"Every acknowledged message is in its table.", "Open http://console", "Devices that went silent", "rows stored  0 rejected", "sensors: 8 devices", "measures: 2 devices", "hosts: 1 devices",
		"2026-01-01 00:00:00.123\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the demo's text has no %q:\n%s", want, text)
		}
	}
	for name, want := range map[string]int{"CreateDatabase": 1, "CreateTable": 3, "POST demo_sensors": 1, "PATCH demo_sensors": 0, "DescribeEndpoints": 2} {
		if got := f.called(name); got != want {
			t.Errorf("%s was called %d times, want %d", name, got, want)
		}
	}
}

// A server that answers late is asked the questions at the end.
func TestDemoAsksASlowServer(t *testing.T) {
	t.Parallel()
	f := startFake(t)
	f.slow = true
	text, err := shown(t, f, Options{Devices: 2})
	if err != nil || strings.Count(text, "Devices that went silent") != 1 || !strings.Contains(text, "Every acknowledged message") {
		t.Errorf("Run = %v, want the questions once and nothing lost:\n%s", err, text)
	}
}

// The rules as they travel: the sample's statement and dimensions, word by word.
func TestRulesOnTheWire(t *testing.T) {
	t.Parallel()
	f := startFake(t)
	c := newClients(Options{Endpoint: f.http.URL, Region: "us-east-1", KeyID: "KEY", Secret: "SECRET"})
	for range 2 { // the second time everything is there
		if err := c.setUp(t.Context(), "demo"); err != nil {
			t.Fatal(err)
		}
	}
	if f.called("POST demo_measures") != 2 || f.called("PATCH demo_measures") != 1 {
		t.Errorf("calls %v, want a rule that exists replaced", f.calls)
	}
	var got struct {
		SQL     string
		Actions []struct {
			Timestream struct {
				DatabaseName, TableName string
				Dimensions              []struct{ Name, Value string }
				Timestamp               *struct{ Value, Unit string }
			}
		}
	}
	if err := json.Unmarshal([]byte(f.rules["demo_sensors"]), &got); err != nil {
		t.Fatal(err)
	}
	a := got.Actions[0].Timestream
	if got.SQL != "SELECT humidity, pressure, temperature FROM 'dt/sensor/#'" || a.DatabaseName != "demo" || a.TableName != "sensors" || a.Timestamp != nil {
		t.Errorf("rule = %+v, want the public sample's", got)
	}
	if len(a.Dimensions) != 3 || a.Dimensions[0].Value != "${device_id}" || a.Dimensions[1].Value != "${building}" || a.Dimensions[2].Value != "${room}" {
		t.Errorf("dimensions = %+v, want the sample's three", a.Dimensions)
	}
	if err := json.Unmarshal([]byte(f.rules["demo_measures"]), &got); err != nil {
		t.Fatal(err)
	}
	if ts := got.Actions[0].Timestream.Timestamp; ts == nil || ts.Value != "${ts}" || ts.Unit != "MILLISECONDS" {
		t.Errorf("timestamp = %+v, want ${ts} in milliseconds", ts)
	}
}

func TestDemoFindsLosses(t *testing.T) {
	t.Parallel()
	f := startFake(t)
	f.lose = func(topic string, n int) bool { return topic == "dt/sensor/sensor_02" && n%3 == 0 }
	text, err := shown(t, f, Options{Devices: 4, Rate: 40})
	if err == nil || !strings.Contains(err.Error(), "table sensors") || !strings.Contains(err.Error(), "of sensor_02 has") {
		t.Errorf("Run = %v, want the lost rows of sensor_02 named; the text:\n%s", err, text)
	}
	if strings.Contains(text, "Every acknowledged message is in its table") {
		t.Error("the demo praises a server that lost rows")
	}
}

func TestDemoReportsRejections(t *testing.T) {
	t.Parallel()
	f := startFake(t)
	f.complain = true
	_, err := shown(t, f, Options{Devices: 2})
	if err == nil || !strings.Contains(err.Error(), "1 messages rejected") || !strings.Contains(err.Error(), "too old") {
		t.Errorf("Run = %v, want the rejected message and its reason", err)
	}
}

func TestDemoEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := startFake(t)
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	err := Run(ctx, Options{Endpoint: f.http.URL, KeyID: "KEY", Secret: "SECRET", Broker: f.broker, Out: &out, Devices: 2})
	if err != nil || !strings.Contains(out.String(), "Every acknowledged message") {
		t.Errorf("Run = %v, want the final summary after the context's end:\n%s", err, out.String())
	}
}

func TestOptionsValidate(t *testing.T) {
	good := Options{Endpoint: "http://h", KeyID: "k", Secret: "s", Out: new(bytes.Buffer)}
	if err := good.Validate(); err != nil {
		t.Errorf("Validate = %v, want nil", err)
	}
	for name, change := range map[string]func(*Options){
		"no endpoint": func(o *Options) { o.Endpoint = "" },
		"no key":      func(o *Options) { o.KeyID = "" },
		"no output":   func(o *Options) { o.Out = nil },
		"too short":   func(o *Options) { o.For = time.Second },
		"negative":    func(o *Options) { o.Rate = -1 },
	} {
		o := good
		change(&o)
		if err := o.Validate(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: Validate = %v, want an invalid fault", name, err)
		}
	}
}
