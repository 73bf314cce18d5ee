package main

import (
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/api/imports"
)

func importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE…", Short: "Store the records of CSV, Parquet and line protocol files",
		Long: "Send files to the server, which stores their records many at once. The first line of a CSV file names the columns.\n" +
			"Without --dimensions and --measures, texts are dimensions and the other columns measures; with one of them, the other has the rest.\n" +
			"Columns may be renamed: --dimensions host=hostname, --measures t=temperature:DOUBLE. In line protocol the measurement is the measure\n" +
			"name, tags are dimensions and fields measures. Records that cannot be stored are counted and shown by reason. - is standard input.",
		Example: "  tidemark import cpu.csv --table metrics.cpu --dry-run\n" +
			"  tidemark import cpu.csv.gz --table metrics.cpu --time ts:ms --dimensions host,region\n" +
			"  tidemark import export.parquet --table metrics.cpu --measures load:DOUBLE --measure-name cpu\n" +
			"  tidemark import dump.lp --table metrics.cpu --unit ns\n  tidemark import data.csv --table metrics.cpu --model batch-load-model.json",
		Args: func(cmd *cobra.Command, args []string) error { return usage(cobra.MinimumNArgs(1)(cmd, args)) },
		RunE: importFiles,
	}
	clientFlags(cmd)
	f := cmd.Flags()
	f.String("table", "", "DATABASE.TABLE, which must exist; required")
	f.String("format", "", "csv, parquet or lp (default: by the file's name)")
	f.String("time", "", "COLUMN[:UNIT or strptime format]: the column of times; a unit of numbers is s, ms, us or ns (default time, and by the first number)")
	f.String("unit", "", "unit of times that are numbers: s, ms, us or ns (line protocol: ns)")
	f.StringSlice("dimensions", nil, "COLUMN[=NAME] of dimensions")
	f.StringSlice("measures", nil, "COLUMN[=NAME][:TYPE] of measures; a type is DOUBLE, BIGINT, VARCHAR, BOOLEAN or TIMESTAMP")
	f.String("measure-name", "", "measure name of the records (default: the table's name)")
	f.String("measure-column", "", "column that has the measure name")
	f.Bool("single", false, "a single-measure record for each measure column, named after it")
	f.String("version-column", "", "column that has the version")
	f.Int64("version", 0, "version of the records (default 1)")
	f.String("model", "", "JSON file with a DataModel of AWS's batch load, instead of names of columns")
	f.String("delimiter", "", `of CSV (default ,); \t is a tab`)
	f.String("quote", "", `of CSV (default ")`)
	f.String("null", "", "text in CSV that stands for no value, beside the empty one")
	f.Bool("dry-run", false, "show what would be stored, and store nothing")
	f.String("refused", "", "file to write samples of refused records to")
	f.Bool("quiet", false, "no progress")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"csv", "parquet", "lp"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("unit", cobra.FixedCompletions([]string{"s", "ms", "us", "ns"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.MarkFlagFilename("model", "json")
	cmd.MarkFlagFilename("refused")
	return cmd
}

// errRecordsRefused ends a command whose file had records that were not stored.
var errRecordsRefused = errors.New("some records were refused")

func importFiles(cmd *cobra.Command, names []string) error {
	table := cmd.Flag("table").Value.String()
	if table == "" {
		return usage(errors.New("--table is required: DATABASE.TABLE"))
	}
	path, err := tablePath(table)
	if err != nil {
		return err
	}
	r, err := findRunning(cmd)
	if err != nil {
		return err
	}
	report, err := openReport(cmd)
	if err != nil {
		return err
	}
	refused := false
	for _, name := range names {
		u := &upload{cmd: cmd, running: r, table: path, name: name, report: report}
		out, err := u.send()
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", name, err), report.close())
		}
		refused = refused || out.Refused > 0
	}
	if err := report.close(); err != nil {
		return fmt.Errorf("--refused: %w", err)
	}
	if refused {
		return errRecordsRefused
	}
	return nil
}

var unitNames = map[string]string{"s": "SECONDS", "ms": "MILLISECONDS", "us": "MICROSECONDS", "ns": "NANOSECONDS"}

// importRequest reads the flags as the body of BeginImport.
func importRequest(cmd *cobra.Command, name string) (map[string]any, error) {
	text := func(flag string) string { return cmd.Flag(flag).Value.String() }
	format, err := formatOf(cmp.Or(text("format"), name))
	if err != nil {
		return nil, usage(err)
	}
	plan, err := planOf(cmd, format)
	if err != nil {
		return nil, usage(err)
	}
	body := map[string]any{"format": format, "mapping": plan, "delimiter": strings.ReplaceAll(text("delimiter"), `\t`, "\t"), "quote": text("quote"), "null": text("null")}
	if dry, _ := cmd.Flags().GetBool("dry-run"); dry {
		body["dryRun"] = true
	}
	if model := text("model"); model != "" {
		content, err := os.ReadFile(model)
		if err != nil {
			return nil, fmt.Errorf("--model: %w", err)
		}
		body["dataModel"] = rawJSON(content)
	}
	return body, nil
}

// rawJSON goes into a body as it is.
type rawJSON []byte

// MarshalJSON returns the text.
func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// suffixes say the format of a file.
var suffixes = map[string]string{"csv": "csv", "tsv": "csv", "parquet": "parquet", "lp": "lp", "line": "lp", "influx": "lp"}

func formatOf(name string) (string, error) {
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(name)), ".gz")
	if format, ok := suffixes[base[strings.LastIndexByte(base, '.')+1:]]; ok {
		return format, nil
	}
	return "", fmt.Errorf("%q does not say whether it is csv, parquet or lp: use --format", name)
}

func planOf(cmd *cobra.Command, format string) (*imports.Plan, error) {
	f := cmd.Flags()
	p := &imports.Plan{}
	column, how, hasHow := strings.Cut(cmd.Flag("time").Value.String(), ":")
	p.Time = column
	unit := cmd.Flag("unit").Value.String()
	if hasHow {
		if _, ok := unitNames[how]; ok {
			unit = how
		} else {
			p.TimeFormat = how
		}
	}
	if format == "lp" {
		unit = cmp.Or(unit, "ns")
	}
	if p.Unit = unitNames[unit]; unit != "" && p.Unit == "" {
		return nil, fmt.Errorf("--unit: %q is not s, ms, us or ns", unit)
	}
	dimensions, _ := f.GetStringSlice("dimensions")
	for _, text := range dimensions {
		source, name, _ := strings.Cut(text, "=")
		p.Dimensions = append(p.Dimensions, imports.Column{Source: source, Name: name})
	}
	measures, _ := f.GetStringSlice("measures")
	for _, text := range measures {
		text, kind, _ := strings.Cut(text, ":")
		source, name, _ := strings.Cut(text, "=")
		p.Measures = append(p.Measures, imports.Column{Source: source, Name: name, Type: strings.ToUpper(kind)})
	}
	p.MeasureName, p.MeasureColumn = cmd.Flag("measure-name").Value.String(), cmd.Flag("measure-column").Value.String()
	p.Single, _ = f.GetBool("single")
	p.VersionColumn = cmd.Flag("version-column").Value.String()
	p.Version, _ = f.GetInt64("version")
	return p, nil
}

// openInput opens a file or standard input, without its compression. Size is that of
// the file on disk, 0 when unknown.
func openInput(cmd *cobra.Command, name string) (in io.Reader, size int64, done func() error, err error) {
	done = func() error { return nil }
	in = cmd.InOrStdin()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, 0, done, err
		}
		if info, err := file.Stat(); err == nil {
			size = info.Size()
		}
		in, done = file, file.Close
	}
	if !strings.HasSuffix(strings.ToLower(name), ".gz") {
		return in, size, done, nil
	}
	plain, err := gzip.NewReader(in)
	if err != nil {
		return nil, 0, done, errors.Join(err, done())
	}
	return plain, 0, done, nil
}
