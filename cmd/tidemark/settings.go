package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tidemark/config"
)

// settingFlags gives a command a flag for every setting, and --config.
func settingFlags(cmd *cobra.Command) {
	defaults := config.Default()
	flags := cmd.Flags()
	flags.SortFlags = false
	for _, s := range config.Settings() {
		usage := s.Usage + " [" + s.Env() + "]"
		value := s.Value(&defaults)
		if s.Secret {
			value = ""
		}
		flags.String(s.Flag(), value, usage)
	}
	flags.String("config", os.Getenv("TIDEMARK_CONFIG"), "configuration file (YAML) [TIDEMARK_CONFIG]")
}

// loadSettings reads file, environment and the flags that were given.
func loadSettings(cmd *cobra.Command) (*config.Loaded, error) {
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	file, _ := cmd.Flags().GetString("config")
	loaded, err := config.Load(config.Inputs{File: file, Environ: os.Environ(), Flags: given})
	return loaded, usage(err)
}
