package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tidemark/config"
	"tidemark/identity"
	"tidemark/server"
)

// running is what a client command needs to know of a server on this machine.
type running struct {
	dir    string
	addrs  server.Addresses
	key    identity.Key
	region string
}

// clientFlags are the flags by which a client command finds its server.
func clientFlags(cmd *cobra.Command) {
	cmd.Flags().String("data", defaultData(), "data directory of the server [TIDEMARK_DATA]")
	cmd.Flags().String("region", "", "region to sign for (default: the server's)")
}

// defaultData is where serve keeps its data when it is not told.
func defaultData() string {
	if dir := os.Getenv("TIDEMARK_DATA"); dir != "" {
		return dir
	}
	return config.Default().Data
}

// findRunning reads the addresses and the root key from a server's data directory.
func findRunning(cmd *cobra.Command) (*running, error) {
	dir, _ := cmd.Flags().GetString("data")
	region, _ := cmd.Flags().GetString("region")
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find data directory: %w", err)
	}
	r := &running{dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, server.AddressesFile))
	if err != nil {
		return nil, fmt.Errorf("no server has run in %s (is `tidemark serve` running, and is --data right?): %w", dir, err)
	}
	if err := json.Unmarshal(text, &r.addrs); err != nil {
		return nil, fmt.Errorf("read %s: %w", server.AddressesFile, err)
	}
	r.region = cmp.Or(region, r.addrs.Region, config.Default().Region)
	r.key, err = readKey(r.keyFile())
	return r, err
}

// awaitRunning is findRunning for a server that may be starting: it waits until there is
// one that answers, at most so long, and says so when that is not soon.
func awaitRunning(cmd *cobra.Command, wait time.Duration) (*running, error) {
	ctx, cancel := context.WithTimeout(cmd.Context(), wait)
	defer cancel()
	soon := time.After(2 * time.Second)
	for {
		r, err := findRunning(cmd)
		if err == nil && r.answers(ctx) {
			return r, nil
		}
		select {
		case <-ctx.Done():
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "tidemark: the server of %s does not answer\n", r.dir)
			}
			return r, err
		case <-soon:
			fmt.Fprintf(cmd.ErrOrStderr(), "tidemark: waiting up to %v for a server to start\n", wait)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// answers reports whether something listens at the server's address.
func (r *running) answers(ctx context.Context) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", cmp.Or(r.addrs.HTTP, r.addrs.HTTPS))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// readKey reads a root key without ever making one.
func readKey(path string) (identity.Key, error) {
	if _, err := os.Stat(path); err != nil {
		return identity.Key{}, fmt.Errorf("root key: %w", err)
	}
	key, _, err := identity.EnsureRootKey(path, identity.Key{})
	return key, err
}

// endpoint is the URL for the AWS-shaped services: HTTP where it listens, else HTTPS.
func (r *running) endpoint() (string, error) {
	switch {
	case r.addrs.HTTP != "":
		return "http://" + r.addrs.HTTP, nil
	case r.addrs.HTTPS != "":
		return "https://" + r.addrs.HTTPS, nil
	}
	return "", fmt.Errorf("the server in %s listens on neither HTTP nor HTTPS", r.dir)
}

// caFile is the certificate to trust for the server's TLS listeners.
func (r *running) caFile() string { return filepath.Join(r.dir, server.CAFile) }

// keyFile is where the server keeps its root key.
func (r *running) keyFile() string { return filepath.Join(r.dir, server.RootKeyFile) }
