package iotsql

import "testing"

const reading = `{"device_id":"sensor-0042","building":"Day 1","room":"10.01","humidity":61.25,"pressure":1013.2,"temperature":22.5,"ts":1700000000000,"ok":true,"firmware":"1.12.3","battery":{"volts":3.71,"charging":false},"tags":["a","b"],"note":"a reading of some three hundred bytes, as a gateway sends it"}`

// One message of the sample pipeline: decode, SELECT of three fields and three
// dimension templates over fields that are not selected.
func BenchmarkReading(b *testing.B) {
	stmt := compile(b, "SELECT humidity, pressure, temperature FROM 'dt/sensor/#'", V2015)
	var templates []*Template
	for _, text := range []string{"${device_id}", "${building}", "${room}"} {
		tmpl, err := stmt.Template(text)
		if err != nil {
			b.Fatal(err)
		}
		templates = append(templates, tmpl)
	}
	m := message(reading)
	b.SetBytes(int64(len(reading)))
	b.ReportAllocs()
	for b.Loop() {
		in := NewInput(m, testEnv)
		res, err := stmt.Evaluate(b.Context(), in)
		if err != nil || !res.Matched {
			b.Fatal(res, err)
		}
		for _, tmpl := range templates {
			if text, err := tmpl.Render(b.Context(), in, res.Vars); text == "" || err != nil {
				b.Fatal(text, err)
			}
		}
	}
}
