package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"tidemark/api"
	"tidemark/sql/builtin"
)

// door is one front end with a list of operations.
type door struct{ dir, title string }

var doors = []door{
	{"api/timestream", "Timestream for LiveAnalytics (write and query)"},
	{"api/iot", "AWS IoT Core, control plane"},
	{"api/iotdata", "AWS IoT Core, data plane over HTTPS"},
}

const intro = `# Compatibility

What of the AWS surface this server serves. The page is printed from the lists that the
front ends are tested against and from the table of SQL functions (` + "`make docs`" + `); do not
edit it.

An operation that AWS has and this server does not serve answers 400 with
ValidationException (Timestream) or InvalidRequestException (IoT) and a message that
names the operation; a name that AWS does not have either answers 404
UnknownOperationException. No client tries such a request again by itself.
`

// render prints the page from the module in root.
func render(root fs.FS) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(intro)
	for _, d := range doors {
		text, err := fs.ReadFile(root, path.Join(d.dir, "testdata/operations.txt"))
		if err != nil {
			return nil, err
		}
		entries, err := api.ParseSurface(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.dir, err)
		}
		renderDoor(&b, d, entries)
	}
	if err := renderLanguage(&b); err != nil {
		return nil, err
	}
	renderFunctions(&b)
	renderRefused(&b)
	return b.Bytes(), nil
}

func renderDoor(b *bytes.Buffer, d door, entries []api.Entry) {
	served, planned, refused := byState(entries, api.Served), byState(entries, api.Planned), byState(entries, api.Refused)
	fmt.Fprintf(b, "\n## %s\n\n%d of %d operations are served.\n\n| operation | note |\n| --- | --- |\n", d.title, len(served), len(entries))
	for _, e := range served {
		fmt.Fprintf(b, "| %s | %s |\n", e.Name, e.Reason)
	}
	if len(planned) > 0 {
		fmt.Fprintf(b, "\nPlanned: %s.\n", strings.Join(names(planned), ", "))
	}
	for _, reason := range reasons(refused) {
		of := slices.DeleteFunc(slices.Clone(refused), func(e api.Entry) bool { return e.Reason != reason })
		fmt.Fprintf(b, "\nRefused, because %s: %s.\n", reason, strings.Join(names(of), ", "))
	}
}

// reasons lists the distinct reasons in the order in which they first occur.
func reasons(entries []api.Entry) []string {
	var list []string
	for _, e := range entries {
		if !slices.Contains(list, e.Reason) {
			list = append(list, e.Reason)
		}
	}
	return list
}

func byState(entries []api.Entry, state api.State) []api.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e api.Entry) bool { return e.State != state })
}

func names(entries []api.Entry) []string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name
	}
	return list
}

// renderFunctions lists the functions of Timestream SQL by kind and name, one line for
// every signature.
func renderFunctions(b *bytes.Buffer) {
	functions := slices.DeleteFunc(slices.Clone(builtin.Functions()), func(f *builtin.Function) bool { return !isName(f.Name) })
	slices.SortStableFunc(functions, func(x, y *builtin.Function) int {
		if x.Kind != y.Kind {
			return int(x.Kind) - int(y.Kind)
		}
		return strings.Compare(x.Name, y.Name)
	})
	fmt.Fprintf(b, "\n## Functions\n\n%d functions beside the operators; a line is a form of one. A letter stands for a type: N a\nnumber, I an integer, O what can be ordered, T, U, V, W any.\n\n| kind | signature | state | |\n| --- | --- | --- | --- |\n", len(functions))
	for _, f := range functions {
		for _, o := range f.Overloads {
			fmt.Fprintf(b, "| %s | `%s` | %s | %s |\n", f.Kind, cell(o.Signature), state(o), cell(o.Doc))
		}
	}
}

// state says whose function it is: all of them work.
func state(o *builtin.Overload) string {
	if o.Extension {
		return "extension"
	}
	return "works"
}

// renderRefused lists the names of Trino's functions that are refused, by reason.
func renderRefused(b *bytes.Buffer) {
	by := map[string][]string{}
	for name, reason := range builtin.Refused() {
		by[reason] = append(by[reason], "`"+name+"`")
	}
	b.WriteString("\n### Refused functions\n\nThe error names the function and the reason. Any other name is not registered; the error has\na function's name that is nearly the same.\n\n| functions | reason |\n| --- | --- |\n")
	for _, reason := range slices.Sorted(maps.Keys(by)) {
		slices.Sort(by[reason])
		fmt.Fprintf(b, "| %s | %s |\n", strings.Join(by[reason], ", "), cell(reason))
	}
}

// isName tells functions from operators, which are entries of the table too.
func isName(name string) bool { return name[0] >= 'a' && name[0] <= 'z' }

// cell keeps a text inside one cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
