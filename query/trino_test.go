package query

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// fact is a line of testdata/trino_*.txt: what Trino answered, and what this engine
// answers on purpose instead.
type fact struct {
	text, types, trino string
	ours, reason       string // empty where the two agree
}

// want is what this engine has to answer.
func (f fact) want() string {
	if f.reason != "" {
		return f.ours
	}
	return f.trino
}

// readFacts returns the facts of a file, and the lines before them that are none.
func readFacts(t *testing.T, file string) (facts []fact, before string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#") || line == "\n":
		case len(fields) == 3:
			facts = append(facts, fact{text: fields[0], types: fields[1], trino: fields[2]})
		case len(fields) == 5:
			facts = append(facts, fact{fields[0], fields[1], fields[2], fields[3], fields[4]})
		case len(facts) == 0:
			before += line
		default:
			t.Fatalf("%s: a line of %d fields: %s", file, len(fields), line)
		}
	}
	if len(facts) == 0 {
		t.Fatalf("%s has no facts", file)
	}
	return facts, before
}

// answerOf runs one statement and returns the types of its columns and its rows.
func answerOf(t *testing.T, engine *Engine, statement string) (kinds string, rows []string, err error) {
	t.Helper()
	page, err := engine.Query(t.Context(), Request{Text: statement, Principal: "tester"})
	if err != nil {
		return "", nil, err
	}
	var names []string
	for _, c := range page.Columns {
		names = append(names, c.Type.String())
	}
	for _, row := range page.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cellText(page.Columns[i].Type, v)
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	return strings.Join(names, ", "), rows, nil
}

// checkFact runs one statement and compares types and rows, or the error. Rows without
// an order are sorted in the file.
func checkFact(t *testing.T, engine *Engine, statement string, f fact) {
	t.Helper()
	types, rows, err := answerOf(t, engine, statement)
	if err != nil {
		types, rows = "error", []string{err.Error()}
	}
	if !strings.Contains(f.text, "ORDER BY") {
		slices.Sort(rows)
	}
	if answer := strings.Join(rows, " ; "); types != f.types || answer != f.want() {
		t.Errorf("%s = %s %s, want %s %s", f.text, types, answer, f.types, f.want())
	}
}

func TestQueriesAnswerAsTrino(t *testing.T) {
	engine := openDemo(t, Options{})
	facts, tables := readFacts(t, "testdata/trino_queries.txt")
	for _, f := range facts {
		statement := f.text
		if query, named := strings.CutPrefix(f.text, "* "); named {
			statement = tables + query
		}
		checkFact(t, engine, statement, f)
	}
}

// batch is how many expressions one statement of the test computes.
const batch = 50

func TestExpressionsAnswerAsTrino(t *testing.T) {
	engine := openDemo(t, Options{})
	facts, _ := readFacts(t, "testdata/trino_expressions.txt")
	var values []fact
	for _, f := range facts {
		if f.types == "error" {
			checkFact(t, engine, "SELECT "+f.text, f)
		} else {
			values = append(values, f)
		}
	}
	for part := range slices.Chunk(values, batch) {
		if !answersAll(t, engine, part) {
			for _, f := range part {
				checkFact(t, engine, "SELECT "+f.text, f)
			}
		}
	}
}

// answersAll computes many expressions in one statement and reports whether all are as
// they should be.
func answersAll(t *testing.T, engine *Engine, facts []fact) bool {
	var items, types, values []string
	for _, f := range facts {
		items, types, values = append(items, f.text), append(types, f.types), append(values, f.want())
	}
	kinds, rows, err := answerOf(t, engine, "SELECT "+strings.Join(items, ", "))
	return err == nil && kinds == strings.Join(types, ", ") && slices.Equal(rows, []string{strings.Join(values, " | ")})
}
