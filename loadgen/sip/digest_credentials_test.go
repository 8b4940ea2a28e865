package sip

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const canary = "c4nary-in-the-mine"

// holder keeps credentials as the structs of a call do: unexported, where fmt asks no methods.
type holder struct {
	account Credentials
	secret  Secret
	keyring Keyring
	realm   *Realm
	table   AccountTable
}

// TestNothingPrintsThePassword puts one password wherever one is kept, prints everything that holds it
// every way, and looks for it, for the key that is worth as much, and for the key of the nonces, which is
// all zero and stands in the inner pad of the HMAC as 0x36.
func TestNothingPrintsThePassword(t *testing.T) {
	account := NewCredentials("alice", canary)
	table := AccountTable{"alice": account.Password}
	realm, err := NewRealm(RealmConfig{Name: "a"}, table, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	keyring := NewKeyring(account, rand.NewPCG(1, 2))
	var trial Trial
	keyring.Challenged(&trial, []Authentication{{Value: []byte(`Digest realm="a", nonce="n", qop="auth"`)}})
	out := append(keyring.AppendHeaders(nil, &trial, invite), account.Password.String()...)
	h := holder{account, account.Password, *keyring, realm, table}
	values := []any{account, &account, account.Password, &account.Password, []Credentials{account}, map[string]Credentials{"a": account},
		keyring, *keyring, realm, *realm, table, h, &h, []any{&h}, fmt.Errorf("cannot log in: %v %w", account, errDigestMissing)}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T", "%c", "%U", "%e", "%w", "%!"} {
			out = fmt.Appendf(out, verb+"\n", v)
		}
		out = append(out, fmt.Sprint(v)...)
		out = append(out, marshalled(v)...)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", slog.Any("value", v), slog.Group("g", "value", v))
		out = append(out, log.Bytes()...)
	}
	key := string(keyring.spaces[0].keySum[:])
	leaks := []string{canary, hex.EncodeToString([]byte(canary)), key[:32], octets(canary), octets(key[:32]), octets(strings.Repeat("\x36", 32))}
	for _, leak := range leaks {
		if at := strings.Index(strings.ToLower(string(out)), leak); at >= 0 {
			t.Errorf("%q stands in %q", leak, out[max(0, at-100):min(len(out), at+100)])
		}
	}
	if !strings.Contains(string(out), "alice "+hidden) {
		t.Error("the user is hidden too")
	}
}

// octets returns text as fmt prints a []byte.
func octets(text string) string { return strings.Trim(fmt.Sprint([]byte(text)), "[]") }

// marshalled returns v as JSON, XML and YAML, as far as it can be.
func marshalled(v any) (out []byte) {
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, xml.Marshal} {
		text, err := marshal(v)
		out = fmt.Appendf(append(out, text...), "%v\n", err)
	}
	text, err := yaml.Marshal(v)
	return fmt.Appendf(append(out, text...), "%v\n", err)
}

func TestCredentialsValidate(t *testing.T) {
	for _, row := range []struct{ name, user, want string }{
		{"a name", "alice", ""},
		{"a number with letters beyond ASCII", "+15550100 Zoë", ""},
		{"no name", "", "user: must not be empty"},
		{"a line end", "alice\r\nRoute: <sip:evil>", `user: must not have control characters, got "alice\r\nRoute: <sip:evil>"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := ""
			if err := NewCredentials(row.user, "p").Validate(); err != nil {
				got = err.Error()
			}
			if got != row.want {
				t.Errorf("error %q, want %q", got, row.want)
			}
		})
	}
}

func TestSecretIsZero(t *testing.T) {
	if !(Secret{}).IsZero() || !NewSecret("").IsZero() || NewSecret("x").IsZero() {
		t.Error("an empty secret is zero, another one is not")
	}
}
