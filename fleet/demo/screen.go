package demo

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/term"
)

// screen writes text, and under it, on a terminal, one line that stays in place. It
// is safe to use at once. What the writer refuses is kept as the first error.
type screen struct {
	out   io.Writer
	width func() int // of the terminal in columns; nil when it is none

	mu   sync.Mutex
	live bool // the cursor stands behind a live line
	err  error
}

func newScreen(out io.Writer) *screen {
	s := &screen{out: out}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.width = func() int { return columns(f) }
	}
	return s
}

// columns is the width of a terminal, 80 when it does not say.
func columns(f *os.File) int {
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// print writes lines of text.
func (s *screen) print(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLive()
	s.write(fmt.Sprintf(format, args...))
}

// status shows the live line: in place on a terminal, cut to its width because a
// wrapped line cannot be replaced, else as a line of its own.
func (s *screen) status(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.width == nil {
		s.write(text + "\n")
		return
	}
	s.write("\r\x1b[K" + cut(text, s.width()-1))
	s.live = true
}

// cut keeps the first n characters of a text.
func cut(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:max(0, n)])
	}
	return text
}

func (s *screen) endLive() {
	if s.live {
		s.write("\n")
		s.live = false
	}
}

func (s *screen) write(text string) {
	if _, err := io.WriteString(s.out, text); err != nil && s.err == nil {
		s.err = fmt.Errorf("write the demo's text: %w", err)
	}
}

// answer prints a question with its SQL and its result.
func (s *screen) answer(q question, t table, took time.Duration) {
	s.print("\n%s\n%s\n%s%s in %s\n", q.title, indent(q.sql), indent(aligned(t)), rows(len(t.rows)), took.Round(100*time.Microsecond))
}

// rows says how many.
func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// indent sets every line of a text off.
func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}

// aligned renders a table in columns; timestamps lose the digits below milliseconds.
func aligned(t table) string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(t.columns, "\t"))
	for _, row := range t.rows {
		short := make([]string, len(row))
		for i, v := range row {
			short[i] = shorten(v)
		}
		fmt.Fprintln(w, strings.Join(short, "\t"))
	}
	_ = w.Flush() // a buffer takes everything
	return b.String()
}

// shorten cuts a timestamp's nine digits to three.
func shorten(v string) string {
	if _, err := time.Parse("2006-01-02 15:04:05.000000000", v); err == nil {
		return v[:len(v)-6]
	}
	return v
}
