package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tidemark/config"
)

func settingsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "settings", Short: "Print the effective configuration and where each value came from", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := loadSettings(cmd)
			if err != nil {
				return err
			}
			out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(out, "SETTING\tVALUE\tFROM")
			for _, s := range config.Settings() {
				fmt.Fprintf(out, "%s\t%s\t%s\n", s.Key, s.Value(&loaded.Config), loaded.Origin[s.Key])
			}
			return out.Flush()
		},
	}
	settingFlags(cmd)
	return cmd
}
