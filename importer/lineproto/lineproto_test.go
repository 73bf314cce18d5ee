package lineproto

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// text prints a point so that nothing of it is lost.
func text(p *Point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q", p.Measurement)
	for _, t := range p.Tags {
		fmt.Fprintf(&b, " %q:%q", t.Key, t.Value)
	}
	b.WriteString(" |")
	for _, f := range p.Fields {
		switch f.Kind {
		case Float:
			fmt.Fprintf(&b, " %q=%v", f.Key, math.Float64frombits(f.Bits))
		case Integer:
			fmt.Fprintf(&b, " %q=%di", f.Key, int64(f.Bits))
		case Boolean:
			fmt.Fprintf(&b, " %q=%v", f.Key, f.Bits == 1)
		case String:
			fmt.Fprintf(&b, " %q=%q", f.Key, f.Text)
		}
	}
	if p.HasTime {
		fmt.Fprintf(&b, " @%d", p.Time)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	tests := []struct{ line, want string }{
		{`weather,location=us-midwest temperature=82 1465839830100400200`, `"weather" "location":"us-midwest" | "temperature"=82 @1465839830100400200`},
		{`weather temperature=82`, `"weather" | "temperature"=82`},
		{`m,a=1,b=2 x=1i,y=-5i,z=7u -3`, `"m" "a":"1" "b":"2" | "x"=1i "y"=-5i "z"=7i @-3`},
		{`m f=1.5e3,g=-0.25,h=t,i=FALSE 1`, `"m" | "f"=1500 "g"=-0.25 "h"=true "i"=false @1`},
		{`m s="a \"b\" \\ c, d = e" 1`, `"m" | "s"="a \"b\" \\ c, d = e" @1`},
		{`m s="" 1`, `"m" | "s"="" @1`},
		{`my\ m\,x,ta\=g=va\,l\ ue fi\ eld=1i 1`, `"my m,x" "ta=g":"va,l ue" | "fi eld"=1i @1`},
		{`m,path=C:\dir x=1i`, `"m" "path":"C:\\dir" | "x"=1i`}, // a backslash before another character stays
		{`  m x=1i   7 ` + "\r", `"m" | "x"=1i @7`},
		{`m x=9223372036854775807i`, `"m" | "x"=9223372036854775807i`},
		{`m x=-9223372036854775808i`, `"m" | "x"=-9223372036854775808i`},
		{`größe,ort=Köln wert=1i`, `"größe" "ort":"Köln" | "wert"=1i`},
		{`# a comment`, `"" |`},
		{``, `"" |`},
	}
	var p Point
	for _, test := range tests {
		if err := Parse([]byte(test.line), &p); err != nil || text(&p) != test.want {
			t.Errorf("Parse(%q) = %s, %v, want %s", test.line, text(&p), err, test.want)
		}
	}
	if err := Parse([]byte(`  my\ m,a=b\ c,d=e  x=1i 1`), &p); err != nil || string(p.Series) != `my\ m,a=b\ c,d=e` {
		t.Errorf("the series is %q, %v, want the measurement and the tags", p.Series, err)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct {
		line string
		want error
	}{
		{`,a=b x=1`, ErrMeasurement},
		{`m,a x=1`, ErrTag},
		{`m,a= x=1`, ErrTag},
		{`m,=b x=1`, ErrTag},
		{`m,a=b=c x=1`, ErrTag},
		{`m,a=b`, ErrNoField},
		{`m`, ErrNoField},
		{`m x`, ErrField},
		{`m =1`, ErrField},
		{`m x=1,`, ErrField},
		{`m x=`, ErrValue},
		{`m x=abc`, ErrValue},
		{`m x=NaN`, ErrValue},
		{`m x=0x10`, ErrValue},
		{`m x=1.5i`, ErrValue},
		{`m x=i`, ErrValue},
		{`m x="a"b`, ErrValue},
		{`m x=1e999`, ErrRange},
		{`m x=9223372036854775808i`, ErrRange},
		{`m x=9223372036854775808u`, ErrRange},
		{`m x="abc`, ErrQuote},
		{`m x="abc\"`, ErrQuote},
		{`m x=1 1.5`, ErrTime},
		{`m x=1 1 2`, ErrTime},
		{"m x=\"\xff\"", ErrText},
	}
	var p Point
	for _, test := range tests {
		if err := Parse([]byte(test.line), &p); !errors.Is(err, test.want) {
			t.Errorf("Parse(%q) = %s, %v, want %v", test.line, text(&p), err, test.want)
		}
	}
}

// escaped writes a name as line protocol does.
func escaped(b []byte, special string) []byte {
	var out []byte
	for _, c := range b {
		if strings.IndexByte(special, c) >= 0 {
			out = append(out, '\\')
		}
		out = append(out, c)
	}
	return out
}

// Whatever is read can be written and read again as the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`weather,location=us-midwest temperature=82,n=3i,w=t,s="x\"y" 1465839830100400200`))
	f.Add([]byte(`my\ m\,x,ta\=g=va\,l\ ue fi\ eld=1i 1`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var p, again Point
		if Parse(line, &p) != nil || p.Measurement == nil || bytes.ContainsRune(line, '\\') || bytes.ContainsAny(line, "#\r\t") {
			return
		}
		out := escaped(p.Measurement, ", ")
		for _, tag := range p.Tags {
			out = fmt.Appendf(out, ",%s=%s", escaped(tag.Key, ",= "), escaped(tag.Value, ",= "))
		}
		for i, field := range p.Fields {
			out = append(out, " ,"[min(i, 1)])
			out = append(append(out, escaped(field.Key, ",= ")...), '=')
			switch field.Kind {
			case Float:
				out = fmt.Appendf(out, "%v", math.Float64frombits(field.Bits))
			case Integer:
				out = fmt.Appendf(out, "%di", int64(field.Bits))
			case Boolean:
				out = fmt.Appendf(out, "%v", field.Bits == 1)
			case String:
				out = fmt.Appendf(out, `"%s"`, escaped(field.Text, `"\`))
			}
		}
		if p.HasTime {
			out = fmt.Appendf(out, " %d", p.Time)
		}
		if err := Parse(out, &again); err != nil || text(&again) != text(&p) {
			t.Errorf("Parse(%q) = %s; written as %q it is %s, %v", line, text(&p), out, text(&again), err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	line := []byte("cpu,hostname=host_0,region=ap-southeast-1,datacenter=ap-southeast-1a,rack=71,os=Ubuntu16.10,arch=x64,team=SF,service=16,service_version=0,service_environment=production " +
		"usage_user=30i,usage_system=11i,usage_idle=48i,usage_nice=31i,usage_iowait=12i,usage_irq=35i,usage_softirq=15i,usage_steal=68i,usage_guest=35i,usage_guest_nice=2i 1795363200000")
	var p Point
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if err := Parse(line, &p); err != nil {
			b.Fatal(err)
		}
	}
}
