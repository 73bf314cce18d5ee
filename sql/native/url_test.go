package native

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Every part is what java.net.URI (OpenJDK 17) makes of the text; the table has what
// it computed: protocol, host, port, path, query, fragment, and whether there is a query.
func TestURIAsJava(t *testing.T) {
	f, err := os.Open("testdata/uri.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		quoted, quotedWant, _ := strings.Cut(lines.Text(), "\t")
		text, err1 := strconv.Unquote(quoted)
		want, err2 := strconv.Unquote(quotedWant)
		if err1 != nil || err2 != nil {
			t.Fatalf("line %q: %v %v", lines.Text(), err1, err2)
		}
		got := "NULL"
		if u, ok := parseURI(text); ok {
			got = fmt.Sprintf("%s|%s|%d|%s|%s|%s|%v", u.scheme, u.host, u.port, unescaped(u.path), unescaped(u.query), unescaped(u.fragment), u.hasQuery)
		}
		if got != want {
			t.Errorf("parseURI(%q) = %q, want %q", text, got, want)
		}
	}
	if n < 50 {
		t.Errorf("only %d texts in the table", n)
	}
}

func FuzzURI(f *testing.F) {
	for _, s := range []string{"http://me@h:80/p?q#f", "http://[::1]:1", "//%zz", "a:%41", ":", "http://h/?%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, ok := parseURI(text)
		if ok && len(u.scheme)+len(u.host)+len(u.path)+len(u.query)+len(u.fragment) > len(text) {
			t.Errorf("parseURI(%q) = %v, which is longer", text, u)
		}
		encoded, _, err := urlEncode([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		if back, _, err := urlDecode([]string{encoded}); err != nil || back != string([]rune(text)) {
			t.Errorf("urlDecode(urlEncode(%q)) = %q, %v", text, back, err)
		}
	})
}
