//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

// TestScripts runs programs that use boto3 and paho as their users do; each says in its
// first lines what it is about, ends with ok, and has a server of its own.
func TestScripts(t *testing.T) {
	for _, name := range []string{"boto3_identity.py", "boto3_results.py", "boto3_control.py", "boto3_iot.py", "consumers.py", "sigv4.py"} {
		t.Run(name, func(t *testing.T) {
			if out := serve(t).script(name); strings.TrimSpace(out) != "ok" {
				t.Errorf("it printed %q", out)
			}
		})
	}
}
