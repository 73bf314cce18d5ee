package calendar

import "testing"

// BenchmarkPattern is the cost of a text by a compiled pattern.
func BenchmarkPattern(b *testing.B) {
	mysql, _ := MySQL("%Y-%m-%d %H:%i:%s.%f")
	joda, _ := Joda("yyyy-MM-dd HH:mm:ss.SSSSSSSSS")
	const ns, text = 1655487883771000678, "2022-06-17 17:44:43.771000678"
	for name, p := range map[string]*Pattern{"mysql": mysql, "joda": joda} {
		var buffer [64]byte
		format, parse := p.Printer(), p.Parser()
		b.Run("print/"+name, func(b *testing.B) {
			for b.Loop() {
				format(buffer[:0], ns)
			}
		})
		b.Run("parse/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("parse/iso", func(b *testing.B) {
		for b.Loop() {
			ParseISOTimestamp("2022-06-17T17:44:43.771000678Z")
		}
	})
}
