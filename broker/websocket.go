package broker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/coder/websocket"
)

// subprotocols are those a WebSocket may speak; a client that offers none is refused.
var subprotocols = []string{"mqtt", "mqttv3.1"}

// errCloseFrame says that the client closed its WebSocket in good order, which counts
// as a DISCONNECT (AWS page "Lifecycle events").
var errCloseFrame = errors.New("the client has closed the WebSocket")

// WebSocket returns the handler for MQTT over WebSocket, to be mounted at /mqtt. Its
// caller checks signatures, the Authenticator sees the request.
func (s *Server) WebSocket() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !offersMQTT(r) {
			http.Error(w, `{"message":"the subprotocol mqtt is required"}`, http.StatusBadRequest)
			return
		}
		// Any origin: a browser sends no credentials of its own here, the URL is signed.
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: subprotocols, InsecureSkipVerify: true})
		if err != nil {
			return // Accept has answered
		}
		nc := &webConn{Conn: websocket.NetConn(s.work, ws, websocket.MessageBinary), remote: webAddr(r.RemoteAddr)}
		s.ServeConn(s.accepting, nc, ConnInfo{TLS: r.TLS, HTTP: r})
	})
}

func offersMQTT(r *http.Request) bool {
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for offered := range strings.SplitSeq(line, ",") {
			if slices.Contains(subprotocols, strings.TrimSpace(offered)) {
				return true
			}
		}
	}
	return false
}

// webConn is a WebSocket as a stream of bytes. The client's close frame reads as
// errCloseFrame, a connection that is lost as another error.
type webConn struct {
	net.Conn
	remote webAddr
}

func (c *webConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	switch {
	case err == io.EOF: // bare only for a close frame; a lost connection wraps its own
		err = errCloseFrame
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		err = os.ErrDeadlineExceeded // how the library reports a read deadline, which also closes the socket
	}
	return n, err
}

func (c *webConn) RemoteAddr() net.Addr { return c.remote }

type webAddr string

func (a webAddr) Network() string { return "tcp" }
func (a webAddr) String() string  { return string(a) }
