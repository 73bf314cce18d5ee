package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// trust accepts the server's authority in place of the system's.
func (r *running) trust() (*tls.Config, error) { return trustFile(r.caFile()) }

// trustFile accepts the certificates of a PEM file in place of the system's.
func trustFile(path string) (*tls.Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("certificates to trust: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("certificates to trust: %s has none", path)
	}
	return trustPool(pool), nil
}

// trustPool accepts the certificates of a pool in place of the system's.
func trustPool(pool *x509.CertPool) *tls.Config { return &tls.Config{RootCAs: pool} }
