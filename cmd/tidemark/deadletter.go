package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tidemark/api/deadletters"
	"tidemark/internal/tabular"
	"tidemark/sql/types"
)

// deadLetters is the path of the operations on dead letters.
const deadLetters = "/tidemark/v1/dead-letters"

func deadLetterCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "dead-letter", Short: "List, replay or delete what could not be stored",
		Long: "What a rule's records were refused for is kept in a table of each database, " +
			"tidemark_dead_letter, which SQL reads like any other.",
		Args: knownCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(listLettersCommand(), showLetterCommand(), replayLettersCommand(), deleteLettersCommand())
	return cmd
}

// letterFlags choose letters.
func letterFlags(cmd *cobra.Command) {
	clientFlags(cmd)
	f := cmd.Flags()
	f.String("database", "", "database that keeps the letters (default: all)")
	f.String("rule", "", "rule that the letters are from")
	f.String("table", "", "table that the records were for")
	f.String("kind", "", "kind of refusal: rejected, invalid, not_found …")
	f.String("from", "", "letters from this time on: 2026-01-02T15:04:05Z, or an age as 2h")
	f.String("to", "", "letters before this time")
}

// choiceOf reads the flags; the request of every operation has these members.
func choiceOf(cmd *cobra.Command) (deadletters.ReplayDeadLettersInput, error) {
	text := func(name string) string { return cmd.Flag(name).Value.String() }
	in := deadletters.ReplayDeadLettersInput{Database: text("database"), Rule: text("rule"), Table: text("table"), Kind: text("kind")}
	var err error
	if in.From, err = instantOf(text("from"), time.Now()); err != nil {
		return in, usage(fmt.Errorf("--from: %w", err))
	}
	if in.To, err = instantOf(text("to"), time.Now()); err != nil {
		return in, usage(fmt.Errorf("--to: %w", err))
	}
	return in, nil
}

// instantOf reads a time, or an age before now.
func instantOf(text string, now time.Time) (string, error) {
	if age, err := time.ParseDuration(text); err == nil && age >= 0 {
		return now.Add(-age).UTC().Format(time.RFC3339Nano), nil
	}
	if _, err := time.Parse(time.RFC3339Nano, text); err != nil && text != "" {
		return "", fmt.Errorf("%q is neither a time as 2026-01-02T15:04:05Z nor an age as 2h", text)
	}
	return text, nil
}

func listLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List dead letters, the oldest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format, err := tabular.ParseFormat(cmd.Flag("format").Value.String())
			if err != nil {
				return usage(err)
			}
			in, err := choiceOf(cmd)
			if err != nil {
				return err
			}
			r, err := findRunning(cmd)
			if err != nil {
				return err
			}
			state := cmd.Flag("state").Value.String()
			if state == "all" {
				state = ""
			}
			return r.listLetters(cmd.Context(), in, state, format, cmd.OutOrStdout())
		},
	}
	letterFlags(cmd)
	cmd.Flags().String("state", "open", "open, replayed, discarded or all")
	cmd.Flags().String("format", "table", "table, csv or json (one object a line)")
	return cmd
}

// letterColumns are what list prints of a letter.
var letterColumns = []struct {
	name string
	kind types.Kind
	of   func(l *deadletters.Letter) any
}{
	{"time", types.Varchar, func(l *deadletters.Letter) any { return l.Time }},
	{"id", types.Varchar, func(l *deadletters.Letter) any { return l.ID }},
	{"database", types.Varchar, func(l *deadletters.Letter) any { return l.Database }},
	{"table", types.Varchar, func(l *deadletters.Letter) any { return orNull(l.ToTable) }},
	{"rule", types.Varchar, func(l *deadletters.Letter) any { return orNull(l.Rule) }},
	{"state", types.Varchar, func(l *deadletters.Letter) any { return l.State }},
	{"kind", types.Varchar, func(l *deadletters.Letter) any { return l.Kind }},
	{"records", types.Bigint, func(l *deadletters.Letter) any { return int64(l.RecordCount) }},
	{"topic", types.Varchar, func(l *deadletters.Letter) any { return orNull(l.Topic) }},
	{"reason", types.Varchar, func(l *deadletters.Letter) any { return l.Reason }},
	{"note", types.Varchar, func(l *deadletters.Letter) any { return orNull(l.Note) }},
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (r *running) listLetters(ctx context.Context, in deadletters.ReplayDeadLettersInput, state string, format tabular.Format, out io.Writer) error {
	columns := make([]tabular.Column, len(letterColumns))
	for i, c := range letterColumns {
		columns[i] = tabular.Column{Name: c.name, Type: types.Of(c.kind)}
	}
	printer := tabular.New(out, format, columns)
	query := url.Values{"maxResults": {"1000"}}
	for name, value := range map[string]string{"database": in.Database, "rule": in.Rule, "table": in.Table, "kind": in.Kind, "from": in.From, "to": in.To, "state": state} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for {
		var page deadletters.ListDeadLettersOutput
		if err := r.call(ctx, http.MethodGet, deadLetters+"?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		rows := make([][]any, len(page.Letters))
		for i := range page.Letters {
			for _, c := range letterColumns {
				rows[i] = append(rows[i], c.of(&page.Letters[i]))
			}
		}
		if err := printer.Write(rows); err != nil {
			return fmt.Errorf("print letters: %w", err)
		}
		if page.NextToken == "" {
			return printer.Close()
		}
		query.Set("nextToken", page.NextToken)
	}
}

func showLetterCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show ID", Short: "Print one dead letter whole, as JSON",
		Args: func(cmd *cobra.Command, args []string) error { return usage(cobra.ExactArgs(1)(cmd, args)) },
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := findRunning(cmd)
			if err != nil {
				return err
			}
			var l json.RawMessage
			if err := r.call(cmd.Context(), http.MethodGet, deadLetters+"/"+url.PathEscape(args[0]), nil, &l); err != nil {
				return err
			}
			var text bytes.Buffer
			if err := json.Indent(&text, l, "", "  "); err != nil {
				return fmt.Errorf("print letter: %w", err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), text.String())
			return err
		},
	}
	clientFlags(cmd)
	return cmd
}

func replayLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "replay [ID…]", Short: "Try open dead letters again",
		Long: "Write the records of open dead letters to their tables again, with their own times and versions,\n" +
			"or with --through-rule run their messages through their rules as they are now.\n" +
			"Without --apply it only says what it would try.",
		Example: "  tidemark dead-letter replay --rule sensors\n  tidemark dead-letter replay --rule sensors --through-rule --apply",
		RunE: func(cmd *cobra.Command, ids []string) error {
			in, err := choiceOf(cmd)
			if err != nil {
				return err
			}
			if through, _ := cmd.Flags().GetBool("through-rule"); through {
				in.Through = "rule"
			}
			if version, _ := cmd.Flags().GetInt64("version"); version != 0 {
				in.Version = &version
			}
			return changeLetters(cmd, "/replay", in, ids)
		},
	}
	changeFlags(cmd)
	cmd.Flags().Bool("through-rule", false, "run the messages through their rules instead of writing the records")
	cmd.Flags().Int64("version", 0, "version of the records instead of their own, to replace what conflicts")
	return cmd
}

func deleteLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "delete [ID…]", Short: "Give open dead letters up: their payloads and records go",
		Long: "Give open dead letters up: their payloads and records go, their rows stay as discarded with the reason\n" +
			"until the retention of the table ends. Without --apply it only says what it would delete.",
		RunE: func(cmd *cobra.Command, ids []string) error {
			in, err := choiceOf(cmd)
			if err != nil {
				return err
			}
			return changeLetters(cmd, "/delete", in, ids)
		},
	}
	changeFlags(cmd)
	return cmd
}

func changeFlags(cmd *cobra.Command) {
	letterFlags(cmd)
	cmd.Flags().Bool("apply", false, "do it, instead of saying what would be done")
}

// errRefused is the end of a replay that left letters open.
var errRefused = errors.New("some letters stay open; see their reasons above, or `tidemark dead-letter list`")

// changeLetters sends a call until there are no more letters, and prints what became of
// each.
func changeLetters(cmd *cobra.Command, path string, in deadletters.ReplayDeadLettersInput, ids []string) error {
	r, err := findRunning(cmd)
	if err != nil {
		return err
	}
	in.IDs = ids
	in.Apply, _ = cmd.Flags().GetBool("apply")
	counts := map[string]int{}
	var order []string
	for more := true; more; more = in.NextToken != "" {
		var out deadletters.ChangeOutput
		if err := r.call(cmd.Context(), http.MethodPost, deadLetters+path, omitEmpty(in), &out); err != nil {
			return err
		}
		for _, o := range out.Outcomes {
			if counts[o.Result]++; counts[o.Result] == 1 {
				order = append(order, o.Result)
			}
			fmt.Fprintln(cmd.OutOrStdout(), outcomeLine(o))
		}
		if out.Stopped != "" {
			return fmt.Errorf("stopped: %s", out.Stopped)
		}
		in.NextToken = out.NextToken
	}
	return summarize(cmd.OutOrStdout(), counts, order, in.Apply)
}

func outcomeLine(o deadletters.Outcome) string {
	line := o.Letter.ID + "  " + o.Letter.ToDatabase + "." + o.Letter.ToTable + "  " + o.Result
	if o.Reason != "" {
		line += ": " + o.Reason
	}
	return line
}

// summarize prints the counts; letters that were refused again are an error.
func summarize(out io.Writer, counts map[string]int, order []string, applied bool) error {
	if len(order) == 0 {
		fmt.Fprintln(out, "no open letters")
		return nil
	}
	for _, result := range order {
		fmt.Fprintln(out, strconv.Itoa(counts[result])+" "+result)
	}
	if !applied {
		fmt.Fprintln(out, "nothing was changed: --apply does it")
	}
	if counts["refused again"] > 0 {
		return errRefused
	}
	return nil
}

// omitEmpty is a request without the members that say nothing.
func omitEmpty(in deadletters.ReplayDeadLettersInput) map[string]any {
	body := map[string]any{"apply": in.Apply}
	for name, value := range map[string]string{"database": in.Database, "rule": in.Rule, "table": in.Table, "kind": in.Kind, "from": in.From, "to": in.To, "through": in.Through, "nextToken": in.NextToken} {
		if value != "" {
			body[name] = value
		}
	}
	if len(in.IDs) > 0 {
		body["ids"] = in.IDs
	}
	if in.Version != nil {
		body["version"] = *in.Version
	}
	return body
}
