package broker

import "tidemark/fault"

// Reason codes of MQTT 5 that the broker sends (AWS page "MQTT", reason codes; MQTT 5
// section 2.4).
const (
	codeSuccess         = 0x00
	codeWithWill        = 0x04
	codeUnspecified     = 0x80
	codeMalformed       = 0x81
	codeProtocol        = 0x82
	codeVersion         = 0x84
	codeClientID        = 0x85
	codeCredentials     = 0x86
	codeNotAuthorized   = 0x87
	codeUnavailable     = 0x88
	codeShuttingDown    = 0x8B
	codeAuthMethod      = 0x8C
	codeKeepAlive       = 0x8D
	codeTakenOver       = 0x8E
	codeFilter          = 0x8F
	codeTopic           = 0x90
	codeReceiveMaximum  = 0x93
	codeTopicAlias      = 0x94
	codePacketTooLarge  = 0x95
	codeQuota           = 0x97
	codeQoS             = 0x9B
	codeSubscriptionIDs = 0xA1
)

// ending is why a connection ends: what an MQTT 5 client is told, what the lifecycle
// event says (AWS page "Lifecycle events"), and whether the will is published.
type ending struct {
	code   byte   // of the DISCONNECT; 0 sends none
	reason string // disconnectReason
	text   string // Reason String, and the log's
	noWill bool
	flush  bool // acknowledge what was accepted before closing
}

// The endings that need no further words.
var (
	endClient     = &ending{reason: "CLIENT_INITIATED_DISCONNECT", noWill: true}
	endClientWill = &ending{reason: "CLIENT_INITIATED_DISCONNECT"}
	endLost       = &ending{reason: "CONNECTION_LOST"}
	endTakenOver  = &ending{code: codeTakenOver, reason: "DUPLICATE_CLIENTID", text: "another connection uses this client id"}
	endKeepAlive  = &ending{code: codeKeepAlive, reason: "MQTT_KEEP_ALIVE_TIMEOUT", text: "nothing was received for 1.5 times the keep-alive"}
	endShutdown   = &ending{code: codeShuttingDown, reason: "SERVER_INITIATED_DISCONNECT", text: "the server is shutting down", flush: true}
	endSlow       = &ending{code: codeQuota, reason: "THROTTLED", text: "the client does not read what it is sent"}
	endServer     = &ending{code: codeUnspecified, reason: "SERVER_ERROR", text: "the message could not be stored"}
)

// clientError is the ending for a packet that breaks the protocol or a limit.
func clientError(code byte, text string) *ending {
	return &ending{code: code, reason: "CLIENT_ERROR", text: text}
}

func malformed(text string) *ending { return clientError(codeMalformed, text) }

// forbidden is the ending for an operation on a topic that is closed to clients.
func forbidden(text string) *ending {
	return &ending{code: codeNotAuthorized, reason: "FORBIDDEN_ACCESS", text: text}
}

// ackCodes are the PUBACK reason codes by the kind of what went wrong.
var ackCodes = [...]byte{
	fault.Internal:    codeUnspecified,
	fault.Invalid:     codeUnspecified,
	fault.NotFound:    codeUnspecified,
	fault.Conflict:    codeUnspecified,
	fault.Denied:      codeNotAuthorized,
	fault.Throttled:   codeQuota,
	fault.Exceeded:    codeQuota,
	fault.Unavailable: codeUnspecified,
}

// ackCode returns the PUBACK reason code for the outcome of a message.
func ackCode(err error) byte {
	if err == nil {
		return codeSuccess
	}
	return ackCodes[fault.KindOf(err)]
}
