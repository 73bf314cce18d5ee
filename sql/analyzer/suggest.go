package analyzer

import "strings"

// suggest returns the end of the message about a column that does not exist. Of a
// qualified name only the last part may be misspelled.
func (e *env) suggest(name string) string {
	i := strings.LastIndexByte(name, '.') + 1
	relation := strings.TrimSuffix(name[:i], ".")
	return suggestion(name[:i], name[i:], "", e.names(relation))
}

// suggestDatabase and suggestTable return the ends of the messages about a database and
// a table that do not exist; after is what follows the database where it stands.
func (a *analyzer) suggestDatabase(name, after string) string {
	return suggestion("", name, after, a.catalogNames(""))
}

func (a *analyzer) suggestTable(name tableName) string {
	return suggestion(name.database+".", name.table, "", a.catalogNames(name.database))
}

// catalogNames lists the tables of a database, or the databases. A catalog that fails
// now has none: the message is about something else.
func (a *analyzer) catalogNames(database string) []string {
	l, ok := a.catalog.(lister)
	if !ok {
		return nil
	}
	names, err := l.Names(a.ctx, database, maxSuggested)
	if err != nil {
		return nil
	}
	return names
}

// suggestion returns the end of a message about a name that nothing has: the known
// name that it is a misspelling of, between what stands around it, or nothing.
func suggestion(before, name, after string, known []string) string {
	best, most := "", len(name)/3
	for _, k := range known {
		if d := editDistance(strings.ToLower(name), strings.ToLower(k), most); d <= most {
			best, most = k, d-1
		}
	}
	if best == "" || best == name {
		return ""
	}
	return ". Did you mean '" + before + best + after + "'?"
}

// names lists the columns in sight, those of a relation or, where it is empty, all.
func (e *env) names(relation string) []string {
	var all []string
	for s := e.scope; s != nil; s = s.parent {
		for _, f := range s.fields {
			if len(all) == maxSuggested {
				return all
			}
			if f.name != "" && (relation == "" || relation == f.relation) {
				all = append(all, f.name)
			}
		}
	}
	return all
}

// maxSuggested bounds the names that a misspelled one is compared with, and their lengths.
const (
	maxSuggested     = 2_000
	maxSuggestedName = 128 // bytes
)

// editDistance counts the bytes to insert, delete, replace or exchange with their
// neighbour that turn a into b; above limit it is limit+1.
func editDistance(a, b string, limit int) int {
	if len(a) > maxSuggestedName || len(b) > maxSuggestedName || len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}

func differ(a, b byte) int {
	if a == b {
		return 0
	}
	return 1
}
