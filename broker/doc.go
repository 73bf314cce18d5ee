// Package broker keeps MQTT connections, sessions, subscriptions and retained messages
// with the behaviour of AWS IoT Core's message broker (MQTT 3.1.1 and 5, QoS 0 and 1).
//
// Open a Server, Run it, and hand it connections with ServeListener, ServeConn or
// WebSocket. Every accepted message goes to the Sink and to the subscribers; a PUBACK
// leaves when the sink has reported it durable and when it is durably queued for
// subscribers with persistent sessions. All methods of a Server are safe to call at once.
//
// A connection has two goroutines. The reader decodes packets, hands messages on and
// never waits for a commit; the writer sends what has gathered with one call. In
// between stand three bounded things: the queue of acknowledgements, kept in order of
// arrival; the connection's output buffer; and the session's window of unacknowledged
// messages, in front of a durable queue when the session is persistent.
//
// Locks are taken in this order, and none is held while a commit is waited for or
// handed over, because commits call back into sessions:
//
//	stripe of a client id > session.mu > group.mu > ackQueue.mu > output.mu
//
// The stored formats are described in docs/formats.md, "Broker".
package broker
