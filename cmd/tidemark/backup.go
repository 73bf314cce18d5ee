package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidemark/api/backups"
	"tidemark/backup"
	"tidemark/fault"
)

func backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup --to DIR|s3://BUCKET/PREFIX", Short: "Back up a data directory, in use or not", Args: noArgs,
		Long: "Back up a server to a directory of backups on its machine, or a bucket. A server that runs does it itself and goes on working:\n" +
			"what was acknowledged before is in the backup. Only files that are not there yet are copied, and every backup\n" +
			"can be restored and removed without the others.",
		Example: "  tidemark backup --to /mnt/backups\n  tidemark backup --to 's3://backups/plant?region=eu-central-1'\n  tidemark backup list --from /mnt/backups\n  tidemark restore --from /mnt/backups --data /var/lib/tidemark",
		RunE:    makeBackup,
	}
	clientFlags(cmd)
	f := cmd.Flags()
	f.String("to", "", placeOfBackups)
	f.String("name", "", "a name by which to find the backup")
	f.Bool("keys", false, "with the root key, the authority's key and certificates: whoever has the backup has the server")
	f.Bool("objects", false, "with the buckets of UNLOAD that are in the data directory")
	cmd.AddCommand(backupListCommand(), backupRemoveCommand(), backupVerifyCommand())
	return cmd
}

// placeOfBackups is what flags say of it.
const placeOfBackups = "directory of the backups, or s3://BUCKET/PREFIX?endpoint=URL&region=NAME"

// targetOf opens the place that a flag names.
func targetOf(cmd *cobra.Command, flag string) (*backup.Target, error) {
	dir := cmd.Flag(flag).Value.String()
	if dir == "" {
		return nil, usage(fmt.Errorf("--%s is missing: a directory of backups, or a folder of a bucket", flag))
	}
	return backup.Open(cmd.Context(), dir)
}

func contentsOf(cmd *cobra.Command) backup.Contents {
	f := cmd.Flags()
	c := backup.Contents{Version: version}
	c.Name, _ = f.GetString("name")
	c.Keys, _ = f.GetBool("keys")
	c.Objects, _ = f.GetBool("objects")
	return c
}

// makeBackup backs up the directory itself, or has the server do it that uses it.
func makeBackup(cmd *cobra.Command, _ []string) error {
	target, err := targetOf(cmd, "to")
	if err != nil {
		return err
	}
	dir, _ := cmd.Flags().GetString("data")
	began := time.Now()
	made, err := backup.SaveStopped(cmd.Context(), dir, target, contentsOf(cmd), teller(cmd.ErrOrStderr()))
	if fault.KindOf(err) == fault.Conflict && inUse(dir) {
		return askForBackup(cmd, target)
	}
	if err != nil {
		return err
	}
	printBackup(cmd.OutOrStdout(), made.ID, len(made.Files), made.Bytes(), time.Since(began))
	return nil
}

func printBackup(out io.Writer, id string, files int, bytes int64, took time.Duration) {
	fmt.Fprintf(out, "backup %s: files %d, bytes %d (%s)\n", id, files, bytes, took.Round(time.Millisecond))
}

// askForBackup has the server that runs make the backup.
func askForBackup(cmd *cobra.Command, target *backup.Target) error {
	r, err := findRunning(cmd)
	if err != nil {
		return err
	}
	c := contentsOf(cmd)
	in := backups.CreateBackupInput{To: target.Location(), Name: c.Name, Keys: c.Keys, Objects: c.Objects}
	began, done := time.Now(), make(chan struct{})
	defer func() { <-done }()
	stop := r.follow(cmd, done)
	defer stop()
	var out backups.CreateBackupOutput
	if err := r.call(cmd.Context(), http.MethodPost, "/tidemark/v1/backups", in, &out); err != nil {
		return err
	}
	printBackup(cmd.OutOrStdout(), out.ID, out.Files, out.Bytes, time.Since(began))
	return nil
}

func backupListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list --from DIR", Short: "List backups, the oldest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			target, err := targetOf(cmd, "from")
			if err != nil {
				return err
			}
			list, damaged := target.List(cmd.Context())
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(out, "ID\tNAME\tTAKEN\tFILES\tBYTES\tKEYS\tOBJECTS")
			for _, b := range list {
				fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%d\t%t\t%t\n", b.ID, b.Name, b.Taken.Format(time.RFC3339), len(b.Files), b.Bytes(), b.Keys, b.Objects)
			}
			return errors.Join(out.Flush(), damaged)
		},
	}
	cmd.Flags().String("from", "", placeOfBackups)
	return cmd
}

func backupRemoveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove --from DIR BACKUP…", Short: "Remove backups, by id or name, and the files that only they have",
		Args: func(cmd *cobra.Command, args []string) error { return usage(cobra.MinimumNArgs(1)(cmd, args)) },
		RunE: func(cmd *cobra.Command, names []string) error {
			target, err := targetOf(cmd, "from")
			if err != nil {
				return err
			}
			for _, name := range names {
				b, err := target.Find(cmd.Context(), name, time.Time{})
				if err != nil {
					return err
				}
				r, err := target.Remove(cmd.Context(), b.ID)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "backup %s removed: files %d, bytes %d\n", b.ID, r.Files, r.Bytes)
			}
			return nil
		},
	}
	cmd.Flags().String("from", "", placeOfBackups)
	return cmd
}

func backupVerifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "verify --from DIR [BACKUP…]", Short: "Read every file of all backups, or of some, and compare checksums",
		RunE: func(cmd *cobra.Command, names []string) error {
			target, err := targetOf(cmd, "from")
			if err != nil {
				return err
			}
			list, faults, err := meant(cmd.Context(), target, names)
			if err != nil {
				return err
			}
			faults = append(faults, target.Verify(cmd.Context(), list, teller(cmd.ErrOrStderr()))...)
			for _, f := range faults {
				fmt.Fprintln(cmd.OutOrStdout(), f)
			}
			if len(faults) > 0 {
				return fmt.Errorf("faults in the backups: %d", len(faults))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "backups verified: %d\n", len(list))
			return nil
		},
	}
	cmd.Flags().String("from", "", placeOfBackups)
	return cmd
}

// meant are the backups of some names, or all, and the faults of their lists.
func meant(ctx context.Context, target *backup.Target, names []string) (list []*backup.Backup, faults []error, err error) {
	if len(names) == 0 {
		list, err = target.List(ctx)
		if err != nil && fault.KindOf(err) == fault.NotFound {
			return nil, nil, err
		}
		if err != nil {
			faults = []error{err}
		}
		return list, faults, nil
	}
	for _, name := range names {
		b, err := target.Find(ctx, name, time.Time{})
		if err != nil {
			return nil, nil, err
		}
		list = append(list, b)
	}
	return list, nil, nil
}

// inUse reports whether a server has run in a directory and may run still.
func inUse(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "addresses.json"))
	return err == nil
}
