package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"time"

	querytypes "github.com/aws/aws-sdk-go-v2/service/timestreamquery/types"

	"tidemark/sql/types"
)

// nasty is a value that no shell may read as anything but text.
const nasty = `a'b"c $HOME $(id) \ ;` + "`id`"

func TestEnvironmentSurvivesTheShell(t *testing.T) {
	script := shells["sh"]([]variable{{"TIDE", nasty}}) + `printf %s "$TIDE"`
	out, err := exec.Command("sh", "-c", script).Output()
	if err != nil || string(out) != nasty {
		t.Errorf("sh reads %q, %v, want %q", out, err, nasty)
	}
}

func TestEnvironmentForgetsOtherTokens(t *testing.T) {
	script := "export AWS_SESSION_TOKEN=old\n" + shells["sh"](nil) + `printf %s "${AWS_SESSION_TOKEN-gone}"`
	if out, err := exec.Command("sh", "-c", script).Output(); err != nil || string(out) != "gone" {
		t.Errorf("sh reads %q, %v, want no token", out, err)
	}
}

func TestQuotes(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"fish":       {quoteFish(`a'b\c`), `'a\'b\\c'`},
		"powershell": {quotePowerShell(`a'b`), `'a''b'`},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", name, c.got, c.want)
		}
	}
}

func TestCaret(t *testing.T) {
	text := "SELECT a,\n  nope\nFROM t"
	if got, want := caret("line 2:3: Column 'nope' does not exist", text), "    nope\n    ^"; got != want {
		t.Errorf("caret = %q, want %q", got, want)
	}
	for _, c := range []struct{ name, message, text, want string }{
		{"wide characters", "line 1:13: x", "SELECT '漢é😀', y", "  SELECT '漢é😀', y\n                ^"},
		{"tabs stay", "line 1:9: x", "SELECT\t\tx\r", "  SELECT\t\tx\n        \t\t^"},
		{"what combines takes no room", "line 1:3: x", "e\u0301x", "  e\u0301x\n   ^"},
		{"the end", "line 1:9: x", "SELECT a", "  SELECT a\n          ^"},
		{"a long line", "line 1:101: x", strings.Repeat("a", 100) + "b" + strings.Repeat("c", 100), "  …" + strings.Repeat("a", 60) + "b" + strings.Repeat("c", 59) + "…\n  " + strings.Repeat(" ", 61) + "^"},
	} {
		if got := caret(c.message, c.text); got != c.want {
			t.Errorf("%s: caret =\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	for _, message := range []string{"no place", "line x:y", "line 9:1: far", "line 0:0: zero"} {
		if got := caret(message, text); got != "" {
			t.Errorf("caret(%q) = %q, want nothing", message, got)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{}, 0},
		{[]string{"nonsense"}, 2},
		{[]string{"serve", "--nonsense"}, 2},
		{[]string{"serve", "--account", "7"}, 2},
		{[]string{"version", "more"}, 2},
		{[]string{"env", "--shell", "tcsh"}, 2},
		{[]string{"simulate", "--protocol", "9"}, 2},
		{[]string{"query", "--format", "xml", "SELECT 1"}, 2},
		{[]string{"query", "--data", t.TempDir(), "SELECT 1"}, 1},
	} {
		if got := run(c.args); got != c.want {
			t.Errorf("tidemark %s: exit code %d, want %d", strings.Join(c.args, " "), got, c.want)
		}
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, cmd := range rootCommand().Commands() {
		var out bytes.Buffer
		root := rootCommand()
		root.SetOut(&out)
		root.SetArgs([]string{cmd.Name(), "--help"})
		if err := root.Execute(); err != nil || cmd.Short == "" || out.Len() == 0 {
			t.Errorf("%s --help: %v, %d bytes", cmd.Name(), err, out.Len())
		}
	}
}

func TestValueOf(t *testing.T) {
	text := func(s string) querytypes.Datum { return querytypes.Datum{ScalarValue: &s} }
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for name, c := range map[string]struct {
		t    types.Type
		d    querytypes.Datum
		want string
	}{
		"double":    {types.Of(types.Double), text("1.5"), "1.5"},
		"timestamp": {types.Of(types.Timestamp), text(at.Format("2006-01-02 15:04:05.000000000")), "2026-01-02 03:04:05.000000006"},
		"interval":  {types.Of(types.IntervalDayToSecond), text("1 21:00:00.000000000"), "1 21:00:00.000000000"},
		"months":    {types.Of(types.IntervalYearToMonth), text("-2-7"), "-2-7"},
	} {
		v, err := valueOf(c.t, c.d)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := types.Text(c.t, v); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	null := true
	if v, err := valueOf(types.Of(types.Bigint), querytypes.Datum{NullValue: &null}); v != nil || err != nil {
		t.Errorf("NULL = %v, %v", v, err)
	}
	nested := querytypes.Datum{ArrayValue: []querytypes.Datum{text("1"), {NullValue: &null}}}
	if v, err := valueOf(types.ArrayOf(types.Of(types.Integer)), nested); err != nil || len(v.([]any)) != 2 || v.([]any)[0] != int32(1) || v.([]any)[1] != nil {
		t.Errorf("array = %v, %v, want [1 NULL]", v, err)
	}
	if _, err := valueOf(types.Of(types.Bigint), querytypes.Datum{}); err == nil {
		t.Error("a datum without a value is accepted")
	}
}
