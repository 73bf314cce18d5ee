package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"tidemark/config"
	"tidemark/fleet"
	"tidemark/fleet/demo"
	"tidemark/server"
)

func demoCommand() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use: "demo", Short: "Run the whole pipeline on live input", Args: noArgs,
		Long: "Start a server on a fresh data directory, create the rules of the AWS article and of the public\nsample through the public APIs, run a fleet of simulated sensors and this very host as devices,\nand show what arrives, how fast it can be queried, and answers. At the end every acknowledged\nmessage is looked for in the table; the exit code is 1 when one is missing. The data directory is\nremoved unless --data names one. Settings of `tidemark serve` apply too, as flags and variables.",
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd, o) },
	}
	cmd.Flags().IntVar(&o.Devices, "devices", 20, "simulated sensors")
	cmd.Flags().Float64Var(&o.Rate, "rate", 0, "messages per second of all sensors (0: one per second and device)")
	cmd.Flags().DurationVar(&o.For, "for", 0, "how long (0: until Ctrl-C)")
	cmd.Flags().BoolVar(&o.Faults, "faults", false, "devices disconnect, repeat themselves, are late and fall silent")
	settingFlags(cmd)
	return cmd
}

// runDemo runs a server and the demo against it, and stops both.
func runDemo(cmd *cobra.Command, o demo.Options) error {
	loaded, err := loadSettings(cmd)
	if err != nil {
		return err
	}
	if loaded.Origin["data"] == config.FromDefault {
		dir, err := os.MkdirTemp("", "tidemark-demo-")
		if err != nil {
			return fmt.Errorf("make data directory: %w", err)
		}
		defer os.RemoveAll(dir)
		loaded.Data = dir
	}
	if loaded.Origin["log.level"] == config.FromDefault {
		loaded.LogLevel = slog.LevelWarn
	}
	out := cmd.OutOrStdout()
	avoidBusyPorts(loaded, func(text string) { fmt.Fprintln(out, text) })
	return withServer(cmd.Context(), loaded, cmd, func(ctx context.Context, s *server.Server) error {
		o.Out, o.Region, o.Open = out, loaded.Region, s.ConsoleLink()
		if err := aim(&o, loaded.Data, s.Addresses()); err != nil {
			return err
		}
		return demo.Run(ctx, o)
	})
}

// aim points the demo at a server through its public addresses.
func aim(o *demo.Options, dir string, addrs server.Addresses) error {
	r := &running{dir: dir, addrs: addrs, region: o.Region}
	var err error
	if r.key, err = readKey(r.keyFile()); err != nil {
		return err
	}
	if o.Endpoint, err = r.endpoint(); err != nil {
		return err
	}
	o.KeyID, o.Secret = r.key.ID, r.key.Secret
	trust, err := r.trust()
	if err != nil {
		return err
	}
	o.Roots = trust.RootCAs
	o.Broker, err = r.mqttBroker(trust.RootCAs)
	return err
}

// mqttBroker is the server's broker: plain where it listens, else over TLS.
func (r *running) mqttBroker(roots *x509.CertPool) (fleet.Broker, error) {
	switch {
	case r.addrs.MQTT != "":
		return fleet.Broker{URL: "mqtt://" + r.addrs.MQTT}, nil
	case r.addrs.MQTTTLS != "":
		return fleet.Broker{URL: "mqtts://" + r.addrs.MQTTTLS, TLS: trustPool(roots)}, nil
	}
	return fleet.Broker{}, errors.New("the demo needs MQTT: both --mqtt and --mqtt-tls are off")
}

// withServer runs f beside a server and stops the server after it.
func withServer(ctx context.Context, loaded *config.Loaded, cmd *cobra.Command, f func(context.Context, *server.Server) error) error {
	s, err := server.Open(ctx, &loaded.Config, server.Options{Logger: logger(&loaded.Config, cmd.ErrOrStderr()), Version: version})
	if err != nil {
		return err
	}
	defer s.Close()
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	work, cancel := context.WithCancelCause(ctx)
	go func() {
		err := s.Run(serving)
		cancel(err) // a server that ends by itself ends the demo
		ended <- err
	}()
	err = f(work, s)
	stop()
	return errors.Join(err, <-ended)
}

// avoidBusyPorts takes a free port, and says so, where a default one is in use.
func avoidBusyPorts(l *config.Loaded, say func(string)) {
	for key, addr := range map[string]*string{"http": &l.HTTP, "https": &l.HTTPS, "mqtt": &l.MQTT, "mqtt-tls": &l.MQTTTLS} {
		if l.Origin[key] != config.FromDefault {
			continue
		}
		ln, err := net.Listen("tcp", *addr)
		if err == nil {
			ln.Close()
			continue
		}
		if errors.Is(err, syscall.EADDRINUSE) {
			host, _, _ := net.SplitHostPort(*addr)
			say(fmt.Sprintf("%s is in use: %s takes a free port instead", *addr, key))
			*addr = net.JoinHostPort(host, "0")
		}
	}
}
