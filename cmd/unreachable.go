package cmd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"syscall"

	"github.com/sipplan/sipplan/loadgen"
)

// whereToLook says what to check when nobody could be called, empty where the cause says it.
func whereToLook(lost *loadgen.UnreachableError) string {
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(lost.Cause, &certificate):
		return "--tls-ca names who vouches for the certificate, which has to be of the name in the target; --tls-insecure takes any"
	case errors.Is(lost.Cause, syscall.ECONNREFUSED):
		return "Nothing listens there: check the address, the port and the transport (;transport=tcp, tls, ws or wss)"
	case lost.Cause == nil:
		return "Check the address, the port and the transport (;transport=tcp, tls, ws or wss), and whether the target knows this host"
	}
	return ""
}

// advised adds to an error that nobody could be called what to check, for a command that has no report then.
func advised(err error) error {
	var lost *loadgen.UnreachableError
	if !errors.As(err, &lost) || whereToLook(lost) == "" {
		return err
	}
	return fmt.Errorf("%w. %s", err, whereToLook(lost))
}
