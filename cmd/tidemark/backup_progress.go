package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tidemark/api/backups"
	"tidemark/backup"
)

// tellEvery is how often progress is printed.
const tellEvery = 2 * time.Second

// teller prints progress now and then.
func teller(out io.Writer) func(backup.Progress) {
	last := time.Now()
	return func(p backup.Progress) {
		if time.Since(last) < tellEvery {
			return
		}
		last = time.Now()
		fmt.Fprintf(out, "files %d of %d, bytes %d of %d, new %d\n", p.Files, p.AllFiles, p.Bytes, p.AllBytes, p.Copied)
	}
}

// follow prints the progress of the server's backup until it is stopped, and closes done.
func (r *running) follow(cmd *cobra.Command, done chan<- struct{}) (stop func()) {
	ctx, cancel := context.WithCancel(cmd.Context())
	tell := teller(cmd.ErrOrStderr())
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(tellEvery):
			}
			var p backups.GetBackupProgressOutput
			if r.call(ctx, http.MethodGet, "/tidemark/v1/backups/progress", nil, &p) == nil && p.Running {
				tell(backup.Progress{Files: p.Files, AllFiles: p.AllFiles, Bytes: p.Bytes, AllBytes: p.AllBytes, Copied: p.Copied})
			}
		}
	}()
	return cancel
}
