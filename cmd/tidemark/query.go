package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/timestreamquery"
	"github.com/aws/smithy-go"
	"github.com/spf13/cobra"

	"tidemark/internal/tabular"
)

const maxQueryText = 262144 // bytes; Timestream's own limit

func queryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "query [SQL]", Short: "Run SQL and print the result",
		Long:    "Run a statement of Timestream SQL on the server of a data directory and print the result.\nWithout an argument, or with -, the statement is read from standard input.",
		Example: "  tidemark query 'SHOW DATABASES'\n  tidemark query --format csv \"SELECT * FROM building.sensors WHERE time > ago(1h)\"",
		Args:    func(cmd *cobra.Command, args []string) error { return usage(cobra.MaximumNArgs(1)(cmd, args)) },
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := tabular.ParseFormat(cmd.Flag("format").Value.String())
			if err != nil {
				return usage(err)
			}
			text, err := statement(cmd.InOrStdin(), args)
			if err != nil {
				return err
			}
			r, err := findRunning(cmd)
			if err != nil {
				return err
			}
			return r.query(cmd.Context(), text, format, cmd.OutOrStdout())
		},
	}
	clientFlags(cmd)
	cmd.Flags().String("format", "table", "table, csv or json (one object a line)")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "csv", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// statement is the argument, or what standard input holds.
func statement(in io.Reader, args []string) (string, error) {
	if len(args) == 1 && args[0] != "-" {
		return args[0], nil
	}
	if f, ok := in.(*os.File); ok && len(args) == 0 {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return "", usage(errors.New("give a statement as the argument or on standard input"))
		}
	}
	text, err := io.ReadAll(io.LimitReader(in, maxQueryText+1))
	if err != nil {
		return "", fmt.Errorf("read statement: %w", err)
	}
	return string(text), nil
}

// query prints the pages of a result as they come. When the command is interrupted the
// statement is cancelled at the server too.
func (r *running) query(ctx context.Context, text string, format tabular.Format, out io.Writer) error {
	client, err := r.queryClient()
	if err != nil {
		return err
	}
	var printer tabular.Writer
	var columns []tabular.Column
	var id *string
	for p := timestreamquery.NewQueryPaginator(client, &timestreamquery.QueryInput{QueryString: &text}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			if errors.Is(err, syscall.ECONNREFUSED) {
				return fmt.Errorf("the server of %s does not answer (is `tidemark serve` running?): %w", r.dir, err)
			}
			cancelQuery(client, id, ctx.Err() != nil)
			return explain(err, text)
		}
		if id = page.QueryId; printer == nil {
			if columns, err = columnsOf(page.ColumnInfo); err != nil {
				return err
			}
			printer = tabular.New(out, format, columns)
		}
		rows, err := rowsOf(columns, page.Rows)
		if err != nil {
			return err
		}
		if err := printer.Write(rows); err != nil {
			return fmt.Errorf("print result: %w", err)
		}
	}
	return printer.Close()
}

// queryClient is the SDK's own client, over a transport that trusts the server's authority.
func (r *running) queryClient() (*timestreamquery.Client, error) {
	endpoint, err := r.endpoint()
	if err != nil {
		return nil, err
	}
	trust, err := r.trust()
	if err != nil {
		return nil, err
	}
	cfg := aws.Config{
		Region: r.region, BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(r.key.ID, r.key.Secret, ""),
		HTTPClient:  awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig = trust }),
	}
	return timestreamquery.NewFromConfig(cfg, func(o *timestreamquery.Options) {
		o.EndpointDiscovery.EnableEndpointDiscovery = aws.EndpointDiscoveryDisabled // the endpoint is known
	}), nil
}

// cancelQuery stops an interrupted statement at the server.
func cancelQuery(client *timestreamquery.Client, id *string, interrupted bool) {
	if id == nil || !interrupted {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	client.CancelQuery(ctx, &timestreamquery.CancelQueryInput{QueryId: id}) // it may have ended meanwhile
}

// explain leaves of an SDK error what the server said, and shows where in the statement.
func explain(err error, text string) error {
	said, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	if mark := caret(said.ErrorMessage(), text); mark != "" {
		return fmt.Errorf("%s\n%s", said.ErrorMessage(), mark)
	}
	return errors.New(said.ErrorMessage())
}

// caret quotes the line that a message names by "line L:C" and marks the column.
func caret(message, text string) string {
	i := strings.Index(message, "line ")
	var line, column int
	if i < 0 {
		return ""
	}
	if _, err := fmt.Sscanf(message[i:], "line %d:%d", &line, &column); err != nil {
		return ""
	}
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) || column < 1 {
		return ""
	}
	return mark([]rune(strings.TrimSuffix(lines[line-1], "\r")), column-1)
}

// shownAround is how many characters of a long line are quoted on each side of its mark.
const shownAround = 60

// mark quotes a line, of a long one the part around a character, and marks that.
func mark(line []rune, at int) string {
	at = min(at, len(line))
	before, after, start, end := "", "", max(0, at-shownAround), min(len(line), at+shownAround)
	if start > 0 {
		before = "…"
	}
	if end < len(line) {
		after = "…"
	}
	lead := before + string(line[start:at])
	return "  " + lead + string(line[at:end]) + after + "\n  " + tabular.Blank(lead) + "^"
}
