package sip

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// hidden is what every print-out shows of a secret.
const hidden = "[hidden]"

// Secret is a password. Nothing prints it: it stands behind a pointer, because fmt shows the unexported
// fields of a struct without asking their methods.
type Secret struct{ text *string }

// NewSecret returns text as a secret.
func NewSecret(text string) Secret { return Secret{&text} }

// reveal returns the password; only what is hashed leaves the package.
func (s Secret) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.reveal() == "" }

// String hides the secret.
func (Secret) String() string { return hidden }

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText hides the secret from JSON, YAML and XML.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the secret from structured logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// Credentials are an account: what answers a challenge.
type Credentials struct {
	User     string
	Password Secret
}

// NewCredentials returns the account of a user.
func NewCredentials(user, password string) Credentials {
	return Credentials{User: user, Password: NewSecret(password)}
}

// String names the user and hides the password.
func (c Credentials) String() string { return c.User + " " + hidden }

// LogValue names the user and hides the password.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Validate says what is wrong: a user without a name, or with control characters, which no header can
// hold.
func (c Credentials) Validate() error {
	if c.User == "" {
		return errors.New("user: must not be empty")
	}
	if strings.ContainsFunc(c.User, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Errorf("user: must not have control characters, got %q", c.User)
	}
	return nil
}
