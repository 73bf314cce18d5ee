// Package fleet is a fleet of simulated devices: real MQTT clients that publish
// what building sensors publish, and the host device, which publishes how busy
// this very machine is.
//
//	sum, err := fleet.Run(ctx, fleet.Options{
//		Broker:  fleet.Broker{URL: "mqtt://127.0.0.1:1883"},
//		Devices: 100, Rate: 50, For: time.Minute,
//	})
//	fmt.Print(sum)
//
// Devices speak MQTT 3.1.1 and MQTT 5 in turn. At QoS 1, the default, a message
// counts as acknowledged only when its PUBACK arrived; a message whose connection
// broke is sent again, as a device must (MQTT 3.1.1, section 4.3.2), and counted as
// resent. When the context ends no reading is made any more, what is in flight is
// awaited for the drain time, and the connections are closed properly.
//
// The values are a day curve per room plus slow noise; the same seed gives the same
// values, faults and order on every run. Run and RunHost may be called any number of
// times at once.
package fleet
