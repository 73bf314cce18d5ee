package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"tidemark/config"
	"tidemark/server"
)

func serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: noArgs,
		Long: "Run the server on one data directory. The chosen addresses are logged and written to\nDIR/addresses.json; port 0 picks a free port, \"off\" disables a listener. SIGTERM and\nCtrl-C drain and exit 0.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), &loaded.Config, cmd.ErrOrStderr())
		},
	}
	settingFlags(cmd)
	return cmd
}

// serve runs a server until ctx is done.
func serve(ctx context.Context, cfg *config.Config, logTo io.Writer) error {
	s, err := server.Open(ctx, cfg, server.Options{Logger: logger(cfg, logTo), Version: version})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Run(ctx)
}

// logger writes what the settings ask for.
func logger(cfg *config.Config, to io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, opts))
	}
	return slog.New(slog.NewTextHandler(to, opts))
}
