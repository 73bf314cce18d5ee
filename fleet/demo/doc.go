// Package demo shows a running server what the article's second pattern is: devices
// publish over MQTT, topic rules write to Timestream tables, SQL answers questions.
//
// It knows the server from outside only: the AWS SDK's Timestream and IoT clients,
// with endpoint discovery as the SDK does it, and MQTT.
//
//	err := demo.Run(ctx, demo.Options{
//		Endpoint: "http://127.0.0.1:7420", KeyID: id, Secret: secret,
//		Broker: fleet.Broker{URL: "mqtt://127.0.0.1:1883"}, Out: os.Stdout, For: 20 * time.Second,
//	})
//
// It measures what it says: the time from publishing to being found by a query is
// taken by a probe device whose reading is asked for until it is there, and at the
// end the rows of every device are counted against its acknowledged messages. A
// missing row is an error. Two demos on one server at once would count each other's
// rows; everything else may happen there at the same time.
package demo
