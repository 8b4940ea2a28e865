package sip

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// TLSConfig says how connections are secured. With the zero value the roots of the system vouch for the
// peer, and this side has no certificate of its own. TLS 1.2 is the oldest version spoken.
type TLSConfig struct {
	CAFile string // PEM; who vouches for the peer instead of the roots of the system
	// CertFile and KeyFile are the own certificate chain and its key, PEM: needed to accept connections,
	// and shown to a peer that asks for them. The key file must not be readable by others than its owner.
	CertFile, KeyFile string
	Own               *tls.Certificate // in memory, instead of CertFile and KeyFile
	RequireClient     bool             // accept only peers with a certificate that CAFile vouches for
	// Insecure takes any certificate of a peer that was called: whoever is on the way can then read and
	// change what is said.
	Insecure bool
	KeyLog   io.Writer // gets the session keys, as Wireshark reads them; nil for none
}

// load returns the configurations of the two sides; server is nil unless listening.
func (c TLSConfig) load(listening bool) (client, server *tls.Config, err error) {
	// Batches of messages fill whole records; small first records would serve web pages.
	base := &tls.Config{MinVersion: tls.VersionTLS12, KeyLogWriter: c.KeyLog, DynamicRecordSizingDisabled: true}
	if base.Certificates, err = c.certificates(); err != nil {
		return nil, nil, err
	}
	roots, err := c.roots()
	if err != nil {
		return nil, nil, err
	}
	client = base.Clone()
	client.RootCAs, client.InsecureSkipVerify = roots, c.Insecure
	if !listening {
		return client, nil, nil
	}
	if len(base.Certificates) == 0 {
		return nil, nil, errors.New("a certificate and its key are needed to accept TLS connections")
	}
	server = base
	if c.RequireClient {
		if roots == nil {
			return nil, nil, errors.New("a CA file is needed to require certificates of clients")
		}
		server.ClientCAs, server.ClientAuth = roots, tls.RequireAndVerifyClientCert
	}
	return client, server, nil
}

// Check reads the files, and refuses what is no certificate or does not belong together.
func (c TLSConfig) Check() error {
	_, _, err := c.load(false)
	return err
}

func (c TLSConfig) certificates() ([]tls.Certificate, error) {
	switch {
	case c.Own != nil:
		return []tls.Certificate{*c.Own}, nil
	case c.CertFile == "" && c.KeyFile == "":
		return nil, nil
	case c.CertFile == "" || c.KeyFile == "":
		return nil, errors.New("a certificate needs its key, and a key its certificate")
	}
	certPEM, err := readFile(c.CertFile)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	keyPEM, err := readSecret(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	certificate, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, fmt.Errorf("certificate %s with key %s: %w", c.CertFile, c.KeyFile, err)
	}
	return []tls.Certificate{certificate}, nil
}

// roots returns who vouches for peers, nil for the roots of the system.
func (c TLSConfig) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	text, err := readFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("CA: no certificate in %s", c.CAFile)
	}
	return pool, nil
}

// maxFile is the longest file that is read as a certificate or a key, in octets.
const maxFile = 1 << 20

// readFile reads a regular file: a pipe would wait for its writer without a word.
func readFile(name string) ([]byte, error) {
	return readChecked(name, func(fs.FileInfo) error { return nil })
}

// readSecret reads a file that nobody but its owner may read. Windows tells nothing of that in the mode.
func readSecret(name string) ([]byte, error) {
	return readChecked(name, func(info fs.FileInfo) error {
		if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
			return fmt.Errorf("%s can be used by others than its owner (mode %04o); chmod 600 it", name, mode)
		}
		return nil
	})
}

// readChecked reads a file of which check finds nothing to object to.
func readChecked(name string, check func(fs.FileInfo) error) ([]byte, error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() { // opening a pipe would wait already
		return nil, fmt.Errorf("%s: must be a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := check(info); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, maxFile))
}
