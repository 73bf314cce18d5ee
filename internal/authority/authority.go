// Package authority keeps the built-in certificate authority of one data directory.
//
// Open creates, or finds again, a root key and certificate; Server issues the
// certificate that the TLS listeners present, for every name they may be called by,
// and issues it anew when it nears its end or a name is missing. Private keys are
// files of mode 0600. The methods of an Authority are safe to call at once.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tidemark/fault"
)

// The files of an authority in its directory.
const (
	RootCertificate = "ca.pem"
	rootKey         = "ca-key.pem"
	serverCert      = "server.pem"
	serverKey       = "server-key.pem"
)

const (
	rootLife   = 20 * 365 * 24 * time.Hour
	serverLife = 397 * 24 * time.Hour // the longest that common clients accept
	renewAhead = 30 * 24 * time.Hour
	backdate   = time.Hour // tolerates clients whose clock is behind
)

// Authority signs certificates with the root key of its directory.
type Authority struct {
	dir  string
	now  func() time.Time
	cert *x509.Certificate
	key  crypto.Signer
}

// Open finds the authority in dir, or creates it there.
func Open(dir string, now func() time.Time) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("create directory for certificates: %w", err)
	}
	a := &Authority{dir: dir, now: now}
	pair, err := tls.LoadX509KeyPair(a.path(RootCertificate), a.path(rootKey))
	if errors.Is(err, fs.ErrNotExist) {
		return a, a.createRoot()
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "certificate authority in %s is not usable: %w", dir, err)
	}
	a.cert, a.key = pair.Leaf, pair.PrivateKey.(crypto.Signer)
	return a, nil
}

// CAFile is the path of the root certificate, for clients to trust.
func (a *Authority) CAFile() string { return a.path(RootCertificate) }

// Pool is a pool that holds the root certificate alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Server returns the certificate for the given host names and addresses, issuing
// a new one when the stored one misses a name or has less than 30 days left.
func (a *Authority) Server(names []string) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(a.path(serverCert), a.path(serverKey))
	if err == nil && a.serves(pair.Leaf, names) {
		return pair, nil
	}
	return a.issueServer(names)
}

// serves reports whether a certificate is this authority's, covers the names and lasts.
func (a *Authority) serves(leaf *x509.Certificate, names []string) bool {
	if leaf.CheckSignatureFrom(a.cert) != nil || a.now().Add(renewAhead).After(leaf.NotAfter) {
		return false
	}
	return !slices.ContainsFunc(names, func(n string) bool { return leaf.VerifyHostname(n) != nil })
}

func (a *Authority) createRoot() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("generate root key: %w", err)
	}
	template, err := a.template(pkix.Name{Organization: []string{"Tidemark"}, CommonName: "Tidemark local root"}, rootLife)
	if err != nil {
		return err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("sign root certificate: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return fmt.Errorf("read root certificate back: %w", err)
	}
	a.key = key
	return a.store(rootKey, key, RootCertificate, der)
}

func (a *Authority) issueServer(names []string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("generate server key: %w", err)
	}
	template, err := a.template(pkix.Name{Organization: []string{"Tidemark"}, CommonName: "Tidemark server"}, serverLife)
	if err != nil {
		return tls.Certificate{}, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("sign server certificate: %w", err)
	}
	if err := a.store(serverKey, key, serverCert, der); err != nil {
		return tls.Certificate{}, err
	}
	return tls.LoadX509KeyPair(a.path(serverCert), a.path(serverKey))
}

// template is a certificate that begins an hour ago and has a random serial number.
func (a *Authority) template(subject pkix.Name, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("draw serial number: %w", err)
	}
	now := a.now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: subject,
		NotBefore: now.Add(-backdate), NotAfter: now.Add(life),
	}, nil
}

func (a *Authority) path(name string) string { return filepath.Join(a.dir, name) }
