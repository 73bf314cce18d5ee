package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

func restoreCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "restore --from DIR --data DIR [BACKUP]", Short: "Write a backup into an empty data directory",
		Long: "Write a backup, the newest if none is named, into a data directory that is empty or absent, and compare every file\n" +
			"with its checksum. With --at it is the newest that was taken not after that time: what came between two backups is\n" +
			"in the later one only. A restore that was cut off goes on where it was.",
		Example: "  tidemark restore --from /mnt/backups --data /var/lib/tidemark\n  tidemark restore --from /mnt/backups --data /tmp/look --at 2026-01-02T15:00:00Z",
		Args:    func(cmd *cobra.Command, args []string) error { return usage(cobra.MaximumNArgs(1)(cmd, args)) },
		RunE:    restore,
	}
	f := cmd.Flags()
	f.String("from", "", placeOfBackups)
	f.String("data", defaultData(), "data directory to be [TIDEMARK_DATA]")
	f.String("at", "", "the newest backup taken not after this time: 2026-01-02T15:04:05Z, or an age as 2h")
	return cmd
}

func restore(cmd *cobra.Command, args []string) error {
	target, err := targetOf(cmd, "from")
	if err != nil {
		return err
	}
	name, at := "", time.Time{}
	if len(args) == 1 {
		name = args[0]
	}
	text, err := instantOf(cmd.Flag("at").Value.String(), time.Now())
	if err == nil && text != "" {
		at, err = time.Parse(time.RFC3339Nano, text)
	}
	if err == nil && text != "" && name != "" {
		err = fmt.Errorf("a backup and --at exclude each other")
	}
	if err != nil {
		return usage(fmt.Errorf("--at: %w", err))
	}
	b, err := target.Find(cmd.Context(), name, at)
	if err != nil {
		return err
	}
	dir, _ := cmd.Flags().GetString("data")
	began := time.Now()
	if err := target.Restore(cmd.Context(), b, dir, teller(cmd.ErrOrStderr())); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s is as of %s, backup %s: files %d, bytes %d (%s)\n",
		dir, b.Taken.Format(time.RFC3339Nano), b.ID, len(b.Files), b.Bytes(), time.Since(began).Round(time.Millisecond))
	return nil
}
