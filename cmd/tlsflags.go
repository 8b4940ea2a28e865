package cmd

import (
	"fmt"
	"io"
	"os"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/spf13/pflag"
)

// tlsFlags are the flags about certificates, for transport=tls and transport=wss.
type tlsFlags struct {
	ca, cert, key, keyLog string
	insecure              bool
}

// addCaller adds the flags of a side that opens connections.
func (t *tlsFlags) addCaller(flags *pflag.FlagSet) {
	t.addCertificate(flags, "shown to a target that asks for one")
	flags.BoolVar(&t.insecure, "tls-insecure", false, "take any certificate of the target: whoever is on the way can then read along")
}

// addAnswerer adds the flags of a side that accepts connections.
func (t *tlsFlags) addAnswerer(flags *pflag.FlagSet) {
	t.addCertificate(flags, "needed to listen on tls: and wss:")
}

func (t *tlsFlags) addCertificate(flags *pflag.FlagSet, use string) {
	flags.StringVar(&t.ca, "tls-ca", "", "PEM `file` of who vouches for the other side (default: the roots of the system)")
	flags.StringVar(&t.cert, "tls-cert", "", "PEM `file` of our certificate, "+use)
	flags.StringVar(&t.key, "tls-key", "", "PEM `file` of its key, readable by its owner alone")
	flags.StringVar(&t.keyLog, "tls-key-log", "", "write the session keys to this `file`, for Wireshark: who has it reads everything")
}

// config opens the key log, if there is one; close ends it.
func (t *tlsFlags) config() (cfg sip.TLSConfig, closeLog func(), err error) {
	cfg = sip.TLSConfig{CAFile: t.ca, CertFile: t.cert, KeyFile: t.key, Insecure: t.insecure}
	if (t.cert == "") != (t.key == "") {
		return cfg, nil, fmt.Errorf("--tls-cert and --tls-key: one is nothing without the other")
	}
	if err := t.check(cfg); err != nil {
		return cfg, nil, err
	}
	var log io.WriteCloser
	if t.keyLog != "" {
		if info, err := os.Stat(t.keyLog); err == nil && !info.Mode().IsRegular() {
			return cfg, nil, fmt.Errorf("--tls-key-log: %s: must be a regular file, got a %s", t.keyLog, kindOf(info.Mode()))
		}
		if log, err = os.OpenFile(t.keyLog, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
			return cfg, nil, fmt.Errorf("--tls-key-log: %w", err)
		}
		cfg.KeyLog = log
		return cfg, func() { _ = log.Close() }, nil
	}
	return cfg, func() {}, nil
}

// check refuses files that cannot be read or hold no certificates, before anything is opened.
func (t *tlsFlags) check(cfg sip.TLSConfig) error {
	for _, file := range []struct{ flag, path string }{{"tls-ca", t.ca}, {"tls-cert", t.cert}, {"tls-key", t.key}} {
		if file.path == "" {
			continue
		}
		f, _, err := openInput(file.path)
		if err != nil {
			return fmt.Errorf("--%s: %w", file.flag, err)
		}
		_ = f.Close()
	}
	if err := cfg.Check(); err != nil {
		return fmt.Errorf("--tls-ca, --tls-cert, --tls-key: %w", err)
	}
	return nil
}
