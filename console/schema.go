package console

import (
	"context"
	"net/http"
	"strings"

	"tidemark/fault"
)

// The wire of GET /console/api/schema: without parameters the databases, with
// database its tables, with database and table the table's columns.
type (
	schemaOutput struct {
		Databases []string       `json:"databases,omitempty"`
		Tables    []string       `json:"tables,omitempty"`
		Columns   []schemaColumn `json:"columns,omitempty"`
		More      bool           `json:"more,omitempty"` // there are more than maxNames
	}
	schemaColumn struct {
		Name string `json:"name"`
		Type string `json:"type"`
		Role string `json:"role"` // DESCRIBE's "Timestream attribute type"
	}
)

// maxNames bounds one level of the tree.
const maxNames = 5000

// schema answers with one level of the tree below what the parameters name.
func (c *Console) schema(w http.ResponseWriter, r *http.Request) {
	database, table := r.FormValue("database"), r.FormValue("table")
	out, err := c.level(r.Context(), database, table)
	if err != nil {
		c.fail(w, r, "", err)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

func (c *Console) level(ctx context.Context, database, table string) (out schemaOutput, err error) {
	var rows [][]string
	switch {
	case database == "" && table != "":
		return out, fault.New(fault.Invalid, "a table without its database")
	case database == "":
		rows, out.More, err = c.list(ctx, "SHOW DATABASES", 1)
		out.Databases = firsts(rows)
	case table == "":
		rows, out.More, err = c.list(ctx, "SHOW TABLES FROM "+quote(database), 1)
		out.Tables = firsts(rows)
	default:
		rows, out.More, err = c.list(ctx, "DESCRIBE "+quote(database)+"."+quote(table), 3)
		for _, row := range rows {
			out.Columns = append(out.Columns, schemaColumn{row[0], row[1], row[2]})
		}
	}
	return out, err
}

// quote makes an identifier of any name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func firsts(rows [][]string) []string {
	var out []string
	for _, row := range rows {
		out = append(out, row[0])
	}
	return out
}

// list runs a metadata statement of so many varchar columns to its end or to maxNames rows.
func (c *Console) list(ctx context.Context, text string, width int) (rows [][]string, more bool, err error) {
	for token := ""; ; {
		page, err := c.ask(ctx, text, token)
		if err != nil {
			return nil, false, err
		}
		if len(page.Columns) != width {
			return nil, false, fault.New(fault.Internal, "%s has %d columns, want %d", text, len(page.Columns), width)
		}
		rows = append(rows, texts(page)...)
		if token = page.NextToken; token == "" || len(rows) >= maxNames {
			return rows, token != "", nil
		}
	}
}

// texts is a page's rows as texts, NULL being empty.
func texts(p *Page) [][]string {
	out := make([][]string, len(p.Rows))
	for i, row := range wireRows(p) {
		out[i] = make([]string, len(row))
		for k, v := range row {
			if v != nil {
				out[i][k] = *v
			}
		}
	}
	return out
}
