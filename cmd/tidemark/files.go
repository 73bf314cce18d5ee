package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tidemark/api/storage"
)

func flushCommand() *cobra.Command {
	return movingCommand("flush", "Move all rows of tables into files, now",
		"Rows move into Parquet files by themselves, a while after they came. This does it now, so that other engines see them.")
}

func compactCommand() *cobra.Command {
	return movingCommand("compact", "Merge the files of tables, now",
		"Files are merged by themselves, once their day is over. This does it now, and removes from them what was deleted or has expired.")
}

// movingCommand is an operation on the files of tables that takes a while.
func movingCommand(word, short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use: word + " DATABASE.TABLE…", Short: short, Long: long, Example: "  tidemark " + word + " plant.sensors",
		Args: func(cmd *cobra.Command, args []string) error { return usage(cobra.MinimumNArgs(1)(cmd, args)) },
		RunE: func(cmd *cobra.Command, names []string) error {
			r, err := findRunning(cmd)
			if err != nil {
				return err
			}
			for _, name := range names {
				path, err := tablePath(name)
				if err != nil {
					return err
				}
				began := time.Now()
				var out storage.FilesOutput
				if err := r.call(cmd.Context(), http.MethodPost, path+"/"+word, nil, &out); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: rows %d, files %d, bytes %d (%s)\n", name, out.Rows, out.Count, out.Bytes, time.Since(began).Round(time.Millisecond))
			}
			return nil
		},
	}
	clientFlags(cmd)
	return cmd
}
