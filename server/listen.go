package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"tidemark/config"
	"tidemark/fault"
)

// The files of a data directory that other programs read.
const (
	AddressesFile = "addresses.json"
	RootKeyFile   = "root-key.json"
	CAFile        = "tls/ca.pem"
	ConsoleFile   = "console-token"
)

// Addresses are the addresses that a server listens on, empty where it does not, and the
// region that it wants in signatures.
type Addresses struct {
	HTTP    string `json:"http,omitempty"`
	HTTPS   string `json:"https,omitempty"`
	MQTT    string `json:"mqtt,omitempty"`
	MQTTTLS string `json:"mqtt-tls,omitempty"`
	Region  string `json:"region,omitempty"`
}

// listeners are the open sockets of a server; nil where it does not listen.
type listeners struct{ http, https, mqtt, mqttTLS net.Listener }

// listen binds every address that is on and notes what it was given.
func (s *Server) listen() (*listeners, error) {
	l := &listeners{}
	s.addresses.Region = s.cfg.Region
	for _, row := range []struct {
		setting, addr string
		into          *net.Listener
		given         *string
	}{
		{"http", s.cfg.HTTP, &l.http, &s.addresses.HTTP},
		{"https", s.cfg.HTTPS, &l.https, &s.addresses.HTTPS},
		{"mqtt", s.cfg.MQTT, &l.mqtt, &s.addresses.MQTT},
		{"mqtt-tls", s.cfg.MQTTTLS, &l.mqttTLS, &s.addresses.MQTTTLS},
	} {
		if !config.Listens(row.addr) {
			continue
		}
		ln, err := net.Listen("tcp", row.addr)
		if err != nil {
			return nil, bindError(row.setting, row.addr, err)
		}
		s.owns(quietCloser{ln})
		*row.into, *row.given = ln, ln.Addr().String()
	}
	return l, nil
}

// bindError names the setting whose address cannot be used.
func bindError(setting, addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fault.New(fault.Unavailable, "%s: the address %s is in use by another process; choose another with --%s, or 0 as its port", setting, addr, setting)
	case errors.Is(err, syscall.EACCES):
		return fault.New(fault.Denied, "%s: no permission to listen on %s", setting, addr)
	}
	return fault.New(fault.Invalid, "%s: %w", setting, err)
}

// quietCloser closes a listener that its server may have closed before.
type quietCloser struct{ net.Listener }

func (q quietCloser) Close() error {
	if err := q.Listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// writeAddresses tells the client commands where the server listens.
func (s *Server) writeAddresses() error {
	text, err := json.MarshalIndent(s.addresses, "", "  ")
	if err != nil {
		return fmt.Errorf("encode addresses: %w", err)
	}
	path := filepath.Join(s.cfg.Data, AddressesFile)
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	return nil
}
