package cmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// certificateFiles writes a certificate for loopback that vouches for itself, and its key.
func certificateFiles(t *testing.T, folder string) (certificate, key string) {
	t.Helper()
	texts := [2][]byte{}
	var err error
	if texts[0], texts[1], err = sip.SelfSigned(); err != nil {
		t.Fatal(err)
	}
	paths := [2]string{filepath.Join(folder, "certificate.pem"), filepath.Join(folder, "key.pem")}
	for i, path := range paths {
		if err := os.WriteFile(path, texts[i], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths[0], paths[1]
}
