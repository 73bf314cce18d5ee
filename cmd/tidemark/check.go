package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tidemark/api/backups"
	"tidemark/backup"
	"tidemark/backup/check"
	"tidemark/fault"
	"tidemark/meta"
)

func checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "check", Short: "Look whether a data directory is whole", Args: noArgs,
		Long: "Look whether everything in a data directory is there and whole, and print a line for each fault with what to do.\n" +
			"Nothing is changed. The exit code is 1 when there are faults. A server that runs is checked with --online.\n" +
			"`tidemark settings` prints the effective settings.",
		Example: "  tidemark check --data /var/lib/tidemark --deep --backups /mnt/backups\n  tidemark check --online",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if online, _ := cmd.Flags().GetBool("online"); online {
				return checkRunning(cmd)
			}
			return checkStopped(cmd)
		},
	}
	clientFlags(cmd)
	f := cmd.Flags()
	f.Bool("deep", false, "read every value of every file, and compare orders, series and identities")
	f.Bool("online", false, "have the server that runs check itself")
	f.String("backups", "", "with --deep: compare files with their checksums in the newest backup of this directory, or s3://BUCKET/PREFIX")
	return cmd
}

// checkStopped checks a directory that no server uses.
func checkStopped(cmd *cobra.Command) error {
	dir, _ := cmd.Flags().GetString("data")
	o, err := checkOptions(cmd)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "meta.db")); err != nil {
		return fault.New(fault.NotFound, "%s is no data directory: %w", dir, err)
	}
	if err := backup.CheckRestored(dir); err != nil {
		return err
	}
	lock, err := meta.LockDir(dir)
	if fault.KindOf(err) == fault.Conflict {
		return fmt.Errorf("%w: stop it, or check with --online", err)
	}
	if err != nil {
		return err
	}
	defer lock.Close()
	r, err := check.Run(cmd.Context(), dir, o)
	if err != nil {
		return err
	}
	for _, f := range r.Faults {
		fmt.Fprintln(cmd.OutOrStdout(), f)
	}
	return sumUp(cmd.OutOrStdout(), len(r.Faults), r.Tables, r.Files, r.Rows, r.Hot, r.Orphans)
}

func checkOptions(cmd *cobra.Command) (o check.Options, err error) {
	o.Deep, _ = cmd.Flags().GetBool("deep")
	last := time.Now()
	o.Tell = func(path string) {
		if time.Since(last) > tellEvery {
			last = time.Now()
			fmt.Fprintln(cmd.ErrOrStderr(), "at "+path)
		}
	}
	if cmd.Flag("backups").Value.String() == "" {
		return o, nil
	}
	target, err := targetOf(cmd, "backups")
	if err != nil {
		return o, err
	}
	newest, err := target.Find(cmd.Context(), "", time.Time{})
	if err != nil {
		return o, err
	}
	o.Sums = newest.Sums()
	return o, nil
}

// checkRunning has a server check itself.
func checkRunning(cmd *cobra.Command) error {
	r, err := findRunning(cmd)
	if err != nil {
		return err
	}
	deep, _ := cmd.Flags().GetBool("deep")
	var out backups.CheckStoreOutput
	if err := r.call(cmd.Context(), http.MethodPost, "/tidemark/v1/check", backups.CheckStoreInput{Deep: deep}, &out); err != nil {
		return err
	}
	for _, f := range out.Faults {
		fmt.Fprintln(cmd.OutOrStdout(), check.Fault(f))
	}
	return sumUp(cmd.OutOrStdout(), len(out.Faults), out.Tables, out.Files, out.Rows, out.HotRows, out.Orphans)
}

// sumUp prints what was looked at; faults are an error.
func sumUp(out io.Writer, faults, tables, files int, rows, hot int64, orphans int) error {
	fmt.Fprintf(out, "tables of files %d, files %d, rows in files %d, rows in hot.duckdb %d, left over by a crash %d\n", tables, files, rows, hot, orphans)
	if faults > 0 {
		return fmt.Errorf("faults: %d", faults)
	}
	fmt.Fprintln(out, "no faults")
	return nil
}
