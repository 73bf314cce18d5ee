package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tidemark/api/storage"
	"tidemark/internal/tabular"
	"tidemark/sql/types"
)

func deleteCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete DATABASE.TABLE", Short: "Delete records for good",
		Long: "Delete the records of a table that have the given values of dimensions, measures and times, for good.\n" +
			"They are counted first, and deleted when that is confirmed. `tidemark delete --history` lists past deletes.",
		Example: "  tidemark delete plant.sensors --dimension device=d7 --from 2026-01-01T00:00:00Z --to 2026-01-02T00:00:00Z\n" +
			"  tidemark delete plant.sensors --measure humidity --yes\n  tidemark delete plant.sensors --all",
		Args: func(cmd *cobra.Command, args []string) error {
			if history, _ := cmd.Flags().GetBool("history"); history {
				return noArgs(cmd, args)
			}
			return usage(cobra.ExactArgs(1)(cmd, args))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if history, _ := cmd.Flags().GetBool("history"); history {
				return listDeletions(cmd)
			}
			return deleteRecords(cmd, args[0])
		},
	}
	clientFlags(cmd)
	f := cmd.Flags()
	f.StringArray("dimension", nil, "NAME=VALUE[,VALUE…]: records whose dimension has one of the values; may be repeated")
	f.StringArray("measure", nil, "records of this measure name; may be repeated")
	f.String("from", "", "records from this time on: 2026-01-02T15:04:05Z, or an age as 2h")
	f.String("to", "", "records up to this time, included")
	f.Bool("all", false, "all records of the table")
	f.Bool("yes", false, "do not ask")
	f.Bool("dry-run", false, "only count them")
	f.Bool("history", false, "list who deleted what")
	f.String("format", "table", "of --history: table, csv or json (one object a line)")
	return cmd
}

// tablePath is the path of a table's operations.
func tablePath(name string) (string, error) {
	database, table, ok := strings.Cut(name, ".")
	if !ok || database == "" || table == "" {
		return "", usage(fmt.Errorf("%q is not DATABASE.TABLE", name))
	}
	return "/tidemark/v1/tables/" + url.PathEscape(database) + "/" + url.PathEscape(table), nil
}

// selectionOf reads the flags as the body of a request.
func selectionOf(cmd *cobra.Command) (map[string]any, error) {
	f := cmd.Flags()
	body := map[string]any{}
	dimensions := map[string][]string{}
	list, _ := f.GetStringArray("dimension")
	for _, text := range list {
		name, values, ok := strings.Cut(text, "=")
		if !ok || name == "" || values == "" {
			return nil, usage(fmt.Errorf("--dimension: %q is not NAME=VALUE", text))
		}
		dimensions[name] = append(dimensions[name], strings.Split(values, ",")...)
	}
	if len(dimensions) > 0 {
		body["dimensions"] = dimensions
	}
	if measures, _ := f.GetStringArray("measure"); len(measures) > 0 {
		body["measures"] = measures
	}
	for _, name := range []string{"from", "to"} {
		at, err := instantOf(cmd.Flag(name).Value.String(), time.Now())
		if err != nil {
			return nil, usage(fmt.Errorf("--%s: %w", name, err))
		}
		if at != "" {
			body[name] = at
		}
	}
	if all, _ := f.GetBool("all"); all {
		body["all"] = true
	}
	return body, nil
}

var errNotConfirmed = errors.New("nothing was deleted")

func deleteRecords(cmd *cobra.Command, name string) error {
	path, err := tablePath(name)
	if err != nil {
		return err
	}
	body, err := selectionOf(cmd)
	if err != nil {
		return err
	}
	r, err := findRunning(cmd)
	if err != nil {
		return err
	}
	var out storage.DeleteRecordsOutput
	if err := r.call(cmd.Context(), http.MethodPost, path+"/delete", body, &out); err != nil {
		return err
	}
	if dry, _ := cmd.Flags().GetBool("dry-run"); dry || out.Records == 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d records of %s are meant\n", out.Records, name)
		return nil
	}
	if yes, _ := cmd.Flags().GetBool("yes"); !yes && !confirmed(cmd.InOrStdin(), cmd.OutOrStdout(), out.Records, name) {
		return errNotConfirmed
	}
	body["apply"] = true
	if err := r.call(cmd.Context(), http.MethodPost, path+"/delete", body, &out); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d records of %s deleted (audit record %s)\n", out.Records, name, out.ID)
	return nil
}

// confirmed asks whether records are to go.
func confirmed(in io.Reader, out io.Writer, records int64, name string) bool {
	fmt.Fprintf(out, "Delete %d records of %s for good? [y/N] ", records, name)
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		fmt.Fprintln(out)
		return false
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// deletionColumns are what --history prints.
var deletionColumns = []struct {
	name string
	kind types.Kind
	of   func(d *storage.Deletion) any
}{
	{"started", types.Varchar, func(d *storage.Deletion) any { return d.Started }},
	{"id", types.Varchar, func(d *storage.Deletion) any { return d.ID }},
	{"table", types.Varchar, func(d *storage.Deletion) any { return d.Database + "." + d.Table }},
	{"who", types.Varchar, func(d *storage.Deletion) any { return d.Who }},
	{"records", types.Bigint, func(d *storage.Deletion) any { return d.Records }},
	{"finished", types.Varchar, func(d *storage.Deletion) any { return orNull(d.Finished) }},
	{"selection", types.Varchar, func(d *storage.Deletion) any { return selectionText(&d.Selection) }},
}

func selectionText(s *storage.Selection) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.Dimensions)) {
		parts = append(parts, name+"="+strings.Join(s.Dimensions[name], ","))
	}
	for _, m := range s.Measures {
		parts = append(parts, "measure "+m)
	}
	if s.From != "" {
		parts = append(parts, "from "+s.From)
	}
	if s.To != "" {
		parts = append(parts, "to "+s.To)
	}
	if s.All {
		parts = append(parts, "all")
	}
	return strings.Join(parts, " ")
}

func listDeletions(cmd *cobra.Command) error {
	format, err := tabular.ParseFormat(cmd.Flag("format").Value.String())
	if err != nil {
		return usage(err)
	}
	r, err := findRunning(cmd)
	if err != nil {
		return err
	}
	columns := make([]tabular.Column, len(deletionColumns))
	for i, c := range deletionColumns {
		columns[i] = tabular.Column{Name: c.name, Type: types.Of(c.kind)}
	}
	printer := tabular.New(cmd.OutOrStdout(), format, columns)
	query := url.Values{"maxResults": {"1000"}}
	for {
		var page storage.ListDeletionsOutput
		if err := r.call(cmd.Context(), http.MethodGet, "/tidemark/v1/deletions?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		rows := make([][]any, len(page.Deletions))
		for i := range page.Deletions {
			for _, c := range deletionColumns {
				rows[i] = append(rows[i], c.of(&page.Deletions[i]))
			}
		}
		if err := printer.Write(rows); err != nil {
			return fmt.Errorf("print deletes: %w", err)
		}
		if page.NextToken == "" {
			return printer.Close()
		}
		query.Set("nextToken", page.NextToken)
	}
}
