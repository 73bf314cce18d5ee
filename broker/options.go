package broker

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"tidemark/fault"
	"tidemark/internal/seqlog"
)

// Options says what a Server is made of.
type Options struct {
	Dir         string        // of sessions, queues and retained messages; required without Queues
	Queues      *seqlog.Log   // used in place of Dir; stays open after Close
	Sink        Sink          // required
	Auth        Authenticator // required
	Limits      Limits        // the zero value is DefaultLimits
	CloseOnQoS2 bool          // an MQTT 3.1.1 PUBLISH at QoS 2 ends the connection; else it is ignored as on AWS
	Logger      *slog.Logger
	Registerer  prometheus.Registerer
}

// Validate reports an option that is missing or cannot work.
func (o Options) Validate() error {
	switch {
	case o.Dir == "" && o.Queues == nil:
		return fault.New(fault.Invalid, "the broker needs a directory")
	case o.Sink == nil:
		return fault.New(fault.Invalid, "the broker needs a sink")
	case o.Auth == nil:
		return fault.New(fault.Invalid, "the broker needs an authenticator")
	}
	return o.Limits.Validate()
}

func (o Options) withDefaults() Options {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Authenticator decides who may connect. An error of kind Invalid means wrong
// credentials, Unavailable a decision that cannot be made now, any other a refusal.
type Authenticator interface {
	Authenticate(ctx context.Context, l Login) (principal string, err error)
}

// Login is what a client shows when it connects.
type Login struct {
	ClientID   string
	Username   string
	Password   []byte
	TLS        *tls.ConnectionState // nil without TLS
	RemoteAddr net.Addr
	HTTP       *http.Request // of a WebSocket; nil otherwise
}

// ConnInfo is what a listener knows about a connection that is not plain TCP.
type ConnInfo struct {
	TLS  *tls.ConnectionState
	HTTP *http.Request
}

// Anyone lets every client in without a principal. It is for tests and closed networks.
type Anyone struct{}

// Authenticate accepts.
func (Anyone) Authenticate(context.Context, Login) (string, error) { return "", nil }
