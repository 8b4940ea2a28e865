package cmd

import (
	"strings"
	"testing"
)

// Numbers of circuits whose sum overflowed used to end in a division by zero.
func TestCircuitsThatNoGatewayHasAreRefusedBeforePortsAreShared(t *testing.T) {
	t.Parallel()
	listen := []string{"--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"}
	code, _, stderr := commandLine(append([]string{"gateway", "--ports", "9223372036854775807,9223372036854775807,2"}, listen...)...)
	if want := "sipplan: --ports: must be from 1 to 1000000, got 9223372036854775807\n"; code != codeUsage || strings.Count(stderr, want) != 2 {
		t.Errorf("exit code %d and %q, want %q for each", code, stderr, want)
	}
}
