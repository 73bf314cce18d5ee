package server

import (
	"context"
	"net"

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
	loopback  bool // clients of this machine need no password
}

// Authenticate implements broker.Authenticator.
func (a *deviceAuth) Authenticate(ctx context.Context, l broker.Login) (string, error) {
	switch {
	case l.HTTP != nil && identity.IsSigned(l.HTTP):
		claim, err := a.verifier.Examine(ctx, l.HTTP, gateway)
		if err != nil {
			return "", fault.Wrap(fault.Invalid, err)
		}
		who, err := claim.Verify(nil)
		return who.AccessKeyID, fault.Wrap(fault.Invalid, err)
	case a.passwords != nil && len(l.Password) > 0:
		if !a.passwords.Verify(l.Username, l.Password) {
			return "", fault.New(fault.Invalid, "wrong user name or password")
		}
		return l.Username, nil
	case a.loopback && isLoopback(l.RemoteAddr):
		return "", nil
	}
	return "", fault.New(fault.Denied, "this server wants a user name and a password")
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
