package query

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tidemark/sql/types"
)

// -update rewrites the plan and duckdb sections. The rows and errors are computed by
// hand: a test never writes them.
var update = flag.Bool("update", false, "rewrite the plans and programs in testdata")

// goldenCase is one case of a golden file:
//
//	# what it shows
//	query
//	SELECT …
//	---- plan            (optional)
//	---- duckdb          (optional)
//	---- rows            (or error: the text that the client gets)
//	name type | name type
//	value | value
type goldenCase struct {
	title    string
	sections []section
}

type section struct{ name, text string }

// section returns the text of a section.
func (c *goldenCase) section(name string) (text string, ok bool) {
	for _, s := range c.sections {
		if s.name == name {
			return s.text, true
		}
	}
	return "", false
}

// set replaces the text of a section that is there.
func (c *goldenCase) set(name, text string) {
	for i := range c.sections {
		if c.sections[i].name == name {
			c.sections[i].text = text
		}
	}
}

// parseGolden reads a file: cases begin with a line "# " after an empty line.
func parseGolden(file string) (cases []*goldenCase) {
	var last *goldenCase
	for line := range strings.Lines(file + "\n") {
		line = strings.TrimSuffix(line, "\n")
		name, begins := strings.CutPrefix(line, "---- ")
		switch {
		case strings.HasPrefix(line, "# "):
			last = &goldenCase{title: line[2:]}
			cases = append(cases, last)
		case line == "query" || begins:
			last.sections = append(last.sections, section{name: strings.TrimSpace(strings.TrimPrefix(name, "query ")), text: ""})
		case last != nil && len(last.sections) > 0:
			last.sections[len(last.sections)-1].text += line + "\n"
		}
	}
	for _, c := range cases {
		for i := range c.sections {
			c.sections[i].text = strings.TrimRight(c.sections[i].text, "\n")
		}
	}
	return cases
}

// printGolden writes what parseGolden reads.
func printGolden(cases []*goldenCase) string {
	var b strings.Builder
	for i, c := range cases {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n", c.title)
		for _, s := range c.sections {
			if s.name == "query" {
				b.WriteString("query\n")
			} else {
				fmt.Fprintf(&b, "---- %s\n", s.name)
			}
			if s.text != "" {
				b.WriteString(s.text + "\n")
			}
		}
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	engine := openDemo(t, Options{})
	files, err := filepath.Glob("testdata/*.golden.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden files: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".golden.txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cases := parseGolden(string(text))
			for _, c := range cases {
				t.Run(c.title, func(t *testing.T) { checkGolden(t, engine, c) })
			}
			if *update {
				if err := os.WriteFile(file, []byte(printGolden(cases)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkGolden runs one case.
func checkGolden(t *testing.T, engine *Engine, c *goldenCase) {
	text, _ := c.section("query")
	checkPlan(t, engine, c, text)
	got, err := runAll(t, engine, text)
	if want, ok := c.section("error"); ok {
		if err == nil || err.Error() != want {
			t.Errorf("%s\nerror %v, want %s", text, err, want)
		}
		return
	}
	if err != nil {
		t.Errorf("%s\nerror %v", text, err)
		return
	}
	want, ok := c.section("rows")
	if !ok {
		t.Fatalf("%s\nthe case has neither rows nor an error", text)
	}
	if !strings.Contains(strings.ToUpper(text), "ORDER BY") {
		got, want = sortRows(got), sortRows(want)
	}
	if got != want {
		t.Errorf("%s\ngot\n%s\nwant\n%s", text, got, want)
	}
}

// checkPlan compares or rewrites the plan and the program, where the case has them.
func checkPlan(t *testing.T, engine *Engine, c *goldenCase, text string) {
	wantPlan, hasPlan := c.section("plan")
	wantProgram, hasProgram := c.section("duckdb")
	if !hasPlan && !hasProgram {
		return
	}
	tree, program, err := engine.Explain(t.Context(), text)
	if err != nil {
		t.Fatalf("%s\nExplain: %v", text, err)
	}
	tree = strings.TrimRight(tree, "\n")
	if *update {
		c.set("plan", tree)
		c.set("duckdb", program)
		return
	}
	if hasPlan && tree != wantPlan {
		t.Errorf("%s\nplan\n%s\nwant\n%s", text, tree, wantPlan)
	}
	if hasProgram && program != wantProgram {
		t.Errorf("%s\nprogram\n%s\nwant\n%s", text, program, wantProgram)
	}
}

// runAll runs a statement to its end and prints its result.
func runAll(t *testing.T, engine *Engine, text string) (string, error) {
	t.Helper()
	var b strings.Builder
	req := Request{Text: text, Principal: "tester"}
	for {
		page, err := engine.Query(t.Context(), req)
		if err != nil {
			return "", err
		}
		if req.Token == "" {
			b.WriteString(headerText(page.Columns))
		}
		for _, row := range page.Rows {
			b.WriteString("\n" + rowText(page.Columns, row))
		}
		if req.Token = page.NextToken; req.Token == "" {
			return b.String(), nil
		}
	}
}

func headerText(columns []Column) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.Name + " " + c.Type.String()
	}
	return strings.Join(cells, " | ")
}

func rowText(columns []Column, row []any) string {
	cells := make([]string, len(row))
	for i, v := range row {
		cells[i] = cellText(columns[i].Type, v)
	}
	return strings.TrimRight(strings.Join(cells, " | "), " ")
}

// cellText prints a value: [array], (row) and {time: value} of a series.
func cellText(t types.Type, v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []types.Point:
		points := make([]string, len(v))
		for i, p := range v {
			points[i] = types.Text(types.Of(types.Timestamp), p.Time) + ": " + cellText(*t.Elem, p.Value)
		}
		return "{" + strings.Join(points, ", ") + "}"
	case []any:
		cells := make([]string, len(v))
		for i, e := range v {
			if t.Kind == types.Row {
				cells[i] = cellText(t.Fields[i].Type, e)
			} else {
				cells[i] = cellText(*t.Elem, e)
			}
		}
		if t.Kind == types.Row {
			return "(" + strings.Join(cells, ", ") + ")"
		}
		return "[" + strings.Join(cells, ", ") + "]"
	}
	return types.Text(t, v)
}

// sortRows sorts the lines after the header, for statements without an order.
func sortRows(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n")
}

// explains reports a case about plans, which rewrites are meant to change.
func explains(c *goldenCase) bool {
	text, _ := c.section("query")
	return strings.HasPrefix(strings.ToUpper(text), "EXPLAIN")
}

// Every optional rewrite may be off without another answer.
func TestSameness(t *testing.T) {
	engine := openDemo(t, Options{})
	passes := optionalPasses()
	if len(passes) == 0 {
		t.Fatal("no optional rewrite")
	}
	files, _ := filepath.Glob("testdata/*.golden.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range parseGolden(string(text)) {
			if _, ok := c.section("rows"); !ok || explains(c) {
				continue
			}
			query, _ := c.section("query")
			want, err := runAll(t, engine, query)
			for _, off := range passes {
				got, errOff := runAll(t, engine.without(off...), query)
				if errors.Join(err, errOff) != nil || sortRows(got) != sortRows(want) {
					t.Errorf("%s\nwithout %v: %v\n%s\nwant %v\n%s", query, off, errOff, got, err, want)
				}
			}
		}
	}
}
