package server

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"

	"tidemark/broker"
	"tidemark/fault"
	"tidemark/identity"
)

// gateway is the name under which devices sign an MQTT connection over WebSocket
// (AWS IoT guide, "Device communication protocols").
const gateway = "iotdevicegateway"

// deviceAuth lets devices in: by a signed WebSocket request, by user name and password,
// or, where it is allowed, by being on this machine.
type deviceAuth struct {
	passwords *identity.Passwords // nil: no users
	verifier  *identity.Verifier
	loopback  bool     // clients of this machine need no password
	names     []string // of this server: pages from elsewhere are not clients of this machine
}

// Authenticate implements broker.Authenticator.
func (a *deviceAuth) Authenticate(ctx context.Context, l broker.Login) (string, error) {
	switch {
	case l.HTTP != nil && identity.IsSigned(l.HTTP):
		who, err := a.signer(ctx, l.HTTP)
		return who, fault.Wrap(fault.Invalid, err)
	case a.passwords != nil && len(l.Password) > 0:
		if !a.passwords.Verify(l.Username, l.Password) {
			return "", fault.New(fault.Invalid, "wrong user name or password")
		}
		return l.Username, nil
	case a.loopback && isLoopback(l.RemoteAddr) && a.ownPage(l.HTTP):
		return "", nil
	}
	return "", fault.New(fault.Denied, "this server wants a user name and a password")
}

// signer finds whose signature a WebSocket request carries.
func (a *deviceAuth) signer(ctx context.Context, r *http.Request) (string, error) {
	claim, err := a.verifier.Examine(ctx, r, gateway)
	if err != nil {
		return "", err
	}
	who, err := claim.Verify(nil)
	return who.AccessKeyID, err
}

// refuseForged lets WebSocket requests pass to next unless they carry a signature that is
// not right: those are 403 in place of a connection, as at AWS.
func (a *deviceAuth) refuseForged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if identity.IsSigned(r) {
			if _, err := a.signer(r.Context(), r); err != nil {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				json.NewEncoder(w).Encode(map[string]string{"message": err.Error()})
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// ownPage reports whether a WebSocket was opened by a program or by a page of this server.
// A page from elsewhere, open in a browser on this machine, reaches us over loopback
// too, and may not pass for the machine's owner; nor may one whose name was rebound to us,
// nor whoever a reverse proxy on this machine speaks for.
func (a *deviceAuth) ownPage(r *http.Request) bool {
	if r == nil {
		return true
	}
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	if r.Header.Get("Origin") == "" {
		return true
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && slices.Contains(a.names, origin.Hostname())
}

// isLoopback reports whether an address is of this machine.
func isLoopback(addr net.Addr) bool {
	if addr == nil {
		return false
	}
	host, _, err := net.SplitHostPort(addr.String())
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
