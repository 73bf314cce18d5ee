package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tidemark/fleet"
)

// protocols are the values of --protocol.
var protocols = map[string]fleet.Protocol{"mixed": fleet.Mixed, "3.1.1": fleet.V311, "5": fleet.V5}

func simulateCommand() *cobra.Command {
	var o fleet.Options
	var faults bool
	var ca, protocol string
	cmd := &cobra.Command{
		Use: "simulate", Short: "Drive any MQTT broker with a fleet of simulated sensors", Args: noArgs,
		Long:    "Publish what building sensors publish, from real MQTT clients: JSON with temperature, humidity,\npressure and more, values on a day curve. The summary counts what was acknowledged; the exit\ncode is 1 when a message was given up. The password is read from TIDEMARK_SIMULATE_PASSWORD.",
		Example: "  tidemark simulate --devices 100 --rate 500 --for 1m\n  tidemark simulate --broker mqtts://gateway.plant:8883 --ca plant.pem --faults",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var ok bool
			if o.Protocol, ok = protocols[protocol]; !ok {
				return usage(errors.New("--protocol: want mixed, 3.1.1 or 5"))
			}
			if faults {
				o.Faults = fleet.UsualFaults()
			}
			if ca != "" {
				trust, err := trustFile(ca)
				if err != nil {
					return err
				}
				o.Broker.TLS = trust
			}
			o.Broker.Password = os.Getenv("TIDEMARK_SIMULATE_PASSWORD")
			return simulate(cmd, o)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.Broker.URL, "broker", "mqtt://127.0.0.1:1883", "broker: mqtt://host:port or mqtts://host:port")
	f.StringVar(&o.Broker.Username, "user", "", "user name")
	f.StringVar(&ca, "ca", "", "PEM file of authorities to trust in place of the system's")
	f.StringVar(&protocol, "protocol", "mixed", "MQTT version: mixed, 3.1.1 or 5")
	f.IntVar(&o.Devices, "devices", 10, "number of devices")
	f.Float64Var(&o.Rate, "rate", 0, "messages per second of the whole fleet (0: each device every 2 s)")
	f.DurationVar(&o.For, "for", 0, "how long (0: until Ctrl-C)")
	f.IntVar(&o.Messages, "messages", 0, "messages per device (0: no limit)")
	f.StringVar(&o.Topic, "topic", "dt/sensor/{device}", "topic; {device}, {building} and {room} are replaced")
	f.StringVar(&o.Prefix, "prefix", "sensor", "beginning of every device id")
	f.BoolVar(&o.AtMostOnce, "qos0", false, "publish at QoS 0 instead of 1")
	f.IntVar(&o.InFlight, "in-flight", 1, "unacknowledged messages a device may have, up to 100")
	f.BoolVar(&o.DeviceTime, "device-time", false, "add the device's clock as the field ts, in milliseconds")
	f.BoolVar(&faults, "faults", false, "reconnects, duplicates, late and out-of-order messages, silent devices")
	f.Uint64Var(&o.Seed, "seed", 1, "seed of values and faults")
	return cmd
}

// simulate runs a fleet and shows how it goes.
func simulate(cmd *cobra.Command, o fleet.Options) error {
	o.Every = 5 * time.Second
	o.Update = func(s fleet.Summary) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%6.0fs  %d of %d devices connected  %d published  %d acknowledged  p50 %v  p99 %v\n",
			s.Elapsed.Seconds(), s.Connected, s.Devices, s.Published, s.Acknowledged, s.Ack50.Round(time.Microsecond), s.Ack99.Round(time.Microsecond))
	}
	s, err := fleet.Run(cmd.Context(), o)
	fmt.Fprint(cmd.OutOrStdout(), s)
	if err == nil && s.Failed > 0 {
		err = fmt.Errorf("%d messages were given up without an acknowledgement", s.Failed)
	}
	return err
}
