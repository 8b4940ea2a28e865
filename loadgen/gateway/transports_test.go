package gateway

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// certificate writes a certificate for loopback that vouches for itself, and its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	certPEM, keyPEM, err := sip.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", certPEM), write("key.pem", keyPEM)
}

func TestSameCountsOverEveryTransport(t *testing.T) {
	cert, key := certificate(t)
	for _, transport := range []sip.Transport{sip.UDP, sip.TCP, sip.TLS, sip.WS, sip.WSS} {
		t.Run(transport.String(), func(t *testing.T) {
			t.Parallel()
			result, g := loop(t,
				Config{Transport: transport, Circuits: 5, TLS: sip.TLSConfig{CertFile: cert, KeyFile: key}, Media: loadgen.Media{Off: true}},
				loadgen.Config{
					CAPS: 200, Holding: traffic.Duration{Law: traffic.Exponential, Mean: 30 * time.Millisecond}, Calls: 200,
					Drain: time.Minute, Media: loadgen.Media{Off: true}, Seed: 5, TLS: sip.TLSConfig{CAFile: cert},
				})
			caller, gw := result.Total(), g.Measurement()
			if caller.Offered != 200 || caller.Outcomes[measure.Answered]+caller.Outcomes[measure.Blocked] != 200 || caller.Outcomes[measure.Blocked] == 0 {
				t.Errorf("%d offered, %d answered, %d blocked", caller.Offered, caller.Outcomes[measure.Answered], caller.Outcomes[measure.Blocked])
			}
			if caller.Outcomes != gw.Outcomes {
				t.Errorf("the caller counts %v, the gateway %v", caller.Outcomes, gw.Outcomes)
			}
			if transport.Reliable() && caller.Retransmissions != (measure.Measurement{}).Retransmissions {
				t.Errorf("retransmissions over a reliable transport: %v", caller.Retransmissions)
			}
		})
	}
}

func TestGatewayWithoutTrustedCertificateIsUnreachable(t *testing.T) {
	cert, key := certificate(t)
	load := loadgen.Config{
		CAPS: 10, Holding: traffic.Duration{Mean: time.Millisecond}, Calls: 5, Media: loadgen.Media{Off: true}, Seed: 5,
	}
	_, _, err := attempt(t, Config{Transport: sip.TLS, Circuits: 5, TLS: sip.TLSConfig{CertFile: cert, KeyFile: key}, Media: loadgen.Media{Off: true}}, load)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v, want the certificate as the cause", err)
	}
}
