package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// variable is one environment variable of an AWS client.
type variable struct{ name, value string }

// sessionToken would belong to other keys, and clients would send it with ours.
const sessionToken = "AWS_SESSION_TOKEN"

// shells prints variables in the syntax of a shell, by its name.
var shells = map[string]func([]variable) string{
	"sh":         lines("export %s=%s", quoteSh, "unset "+sessionToken),
	"fish":       lines("set -gx %s %s", quoteFish, "set -e "+sessionToken),
	"powershell": lines("$Env:%s = %s", quotePowerShell, "Remove-Item Env:"+sessionToken+" -ErrorAction Ignore"),
	"json":       variablesJSON,
}

func envCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "env", Short: "Print what AWS clients need to use this server", Args: noArgs,
		Long:    "Print the environment variables that point AWS SDKs and the AWS CLI at the server of a\ndata directory: endpoint, keys, region and the certificate to trust.",
		Example: "  eval \"$(tidemark env)\"\n  aws timestream-query query --query-string 'SELECT 1'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			print, ok := shells[cmd.Flag("shell").Value.String()]
			if !ok {
				return usage(fmt.Errorf("--shell: want sh, fish, powershell or json"))
			}
			wait, _ := cmd.Flags().GetDuration("wait")
			r, err := awaitRunning(cmd, wait)
			if err != nil {
				return err
			}
			vars, err := r.variables()
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), print(vars))
			return err
		},
	}
	clientFlags(cmd)
	cmd.Flags().Duration("wait", 30*time.Second, "how long to wait for a server that is starting")
	cmd.Flags().String("shell", "sh", "syntax: sh, fish, powershell or json")
	return cmd
}

// variables are the settings of an AWS client for this server.
func (r *running) variables() ([]variable, error) {
	endpoint, err := r.endpoint()
	if err != nil {
		return nil, err
	}
	return []variable{
		{"AWS_ENDPOINT_URL", endpoint},
		{"AWS_ACCESS_KEY_ID", r.key.ID},
		{"AWS_SECRET_ACCESS_KEY", r.key.Secret},
		{"AWS_REGION", r.region},
		{"AWS_DEFAULT_REGION", r.region},
		{"AWS_CA_BUNDLE", r.caFile()},
	}, nil
}

func lines(form string, quote func(string) string, last string) func([]variable) string {
	return func(vars []variable) string {
		var b strings.Builder
		for _, v := range vars {
			fmt.Fprintf(&b, form+"\n", v.name, quote(v.value))
		}
		return b.String() + last + "\n"
	}
}

func variablesJSON(vars []variable) string {
	m := map[string]string{}
	for _, v := range vars {
		m[v.name] = v.value
	}
	text, _ := json.MarshalIndent(m, "", "  ") // a map of strings always encodes
	return string(text) + "\n"
}

func quoteSh(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func quoteFish(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

func quotePowerShell(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
