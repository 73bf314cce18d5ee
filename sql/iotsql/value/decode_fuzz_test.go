package value

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// Decode never panics, accepts what encoding/json accepts (within its limits),
// and what it prints decodes to an equal value.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"a":1.50,"b":[null,true,"x\u00e9"]}`, `1E-999`, `"\ud83d\ude00"`, `[[[[]]]]`, `-0.0`, `123456789012345678901234567890123456789`, `{"a":1,"a":2}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Decode(text, Exact)
		if (err == nil) && !json.Valid([]byte(text)) {
			t.Fatalf("Decode(%q) = %s, but it is not valid JSON", text, v)
		}
		if err != nil {
			ours := strings.Contains(err.Error(), "range") || strings.Contains(err.Error(), "deep") || strings.Contains(err.Error(), "UTF-8")
			if !errors.Is(err, ErrNotJSON) || json.Valid([]byte(text)) && !ours {
				t.Fatalf("Decode(%q) = %v, but it is valid JSON", text, err)
			}
			return
		}
		printed := v.String()
		if limit := v.Size(1 << 20); limit < len(printed) {
			t.Fatalf("Size(%q) = %d, but it prints %d bytes", text, limit, len(printed))
		}
		again, err := Decode(printed, Exact)
		if err != nil || again.String() != printed || !Equal(v, again) {
			t.Fatalf("Decode(%q) prints %q, which decodes to %s, %v", text, printed, again, err)
		}
		if whole, err := Decode(text, Whole); err != nil || !Equal(v, whole) {
			t.Fatalf("Decode(%q, Whole) = %s, %v, want a value equal to %s", text, whole, err, v)
		}
	})
}

const reading = `{"device_id":"sensor-0042","building":"Day 1","room":"10.01","humidity":61.25,"pressure":1013.2,"temperature":22.5,"ts":1700000000000,"ok":true,"firmware":"1.12.3","battery":{"volts":3.71,"charging":false},"tags":["a","b"],"note":"a reading of some three hundred bytes, as a gateway sends it"}`

func BenchmarkDecode(b *testing.B) {
	b.SetBytes(int64(len(reading)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(reading, Exact); err != nil {
			b.Fatal(err)
		}
	}
}
