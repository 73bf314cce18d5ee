// Command tidemark carries IoT readings from a device to an answer: an MQTT broker
// with topic rules, a time-series database and its SQL, in one process that speaks
// the wire protocols of AWS IoT Core and Timestream for LiveAnalytics.
//
// Exit codes: 0 done, 1 it failed, 2 the command line is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "unknown"

func main() {
	os.Exit(run(os.Args[1:]))
}

// run executes one command line. The first SIGINT or SIGTERM ends it gently; a
// second one is the system's.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "tidemark: "+err.Error())
	if _, ok := errors.AsType[*usageError](err); ok {
		return 2
	}
	return 1
}

// usageError is a command line that cannot be run as written.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// usage marks err as a mistake of the command line.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "tidemark",
		Short:         "From a device's reading to an answer, on machines you own",
		Long:          "Tidemark speaks the wire protocols of AWS IoT Core and Amazon Timestream for LiveAnalytics:\nexisting devices, SDKs, SQL and dashboards run unchanged by swapping an endpoint.\n\n  tidemark demo                 the whole pipeline on live input\n  tidemark serve                the server\n  eval \"$(tidemark env)\"        then plain `aws timestream-query query ...` works",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	})
	root.AddCommand(serveCommand(), demoCommand(), envCommand(), queryCommand(), importCommand(), deleteCommand(), flushCommand(), compactCommand(), deadLetterCommand(), simulateCommand(), checkCommand(), settingsCommand(), backupCommand(), restoreCommand(), versionCommand())
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		Run: func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "tidemark "+version) },
	}
}

// noArgs refuses arguments as a mistake of the command line.
func noArgs(cmd *cobra.Command, args []string) error { return usage(cobra.NoArgs(cmd, args)) }

// knownCommand refuses a first argument that names no command, with those that are like it.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := ""
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		hint = "; did you mean " + strings.Join(like, " or ") + "?"
	}
	return usage(fmt.Errorf("unknown command %q%s; see tidemark --help", args[0], hint))
}
