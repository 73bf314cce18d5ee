package action

import (
	"context"
	"testing"

	"tidemark/rules"
	"tidemark/tsdb"
)

// sink stores nothing and answers at once.
type sink struct{}

func (sink) Submit(_ context.Context, _ tsdb.TableRef, recs []tsdb.Record, done func(tsdb.Ingested, error)) {
	done(tsdb.Ingested{Total: len(recs)}, nil)
}

// One message of the sample pipeline from the broker's hand to the store's.
func BenchmarkSampleRule(b *testing.B) {
	e, err := rules.Open(b.Context(), rules.Options{Store: bucket{}, Builders: Builders(Deps{Store: sink{}})})
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Create(b.Context(), rules.Rule{Name: "r", SQL: "SELECT humidity, pressure, temperature FROM 'dt/sensor/#'", Actions: []rules.ActionSpec{toTable("")}}); err != nil {
		b.Fatal(err)
	}
	m := msg("dt/sensor/1", `{"device_id":"sensor-0042","building":"Day 1","room":"10.01","humidity":61.25,"pressure":1013.2,"temperature":22.5,"ts":1700000000000,"ok":true,"firmware":"1.12.3","battery":{"volts":3.71,"charging":false},"tags":["a","b"],"note":"a reading of some three hundred bytes, as a gateway sends it"}`)
	b.SetBytes(int64(len(m.Payload)))
	b.ReportAllocs()
	done := func(err error) {
		if err != nil {
			b.Error(err)
		}
	}
	for b.Loop() {
		e.Accept(b.Context(), m, done)
	}
}
