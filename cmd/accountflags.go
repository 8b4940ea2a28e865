package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/spf13/pflag"
)

// passwordVariable is the environment variable that holds a password. There is no flag for one: the
// arguments of a process are there for all to read.
const passwordVariable = "SIPPLAN_PASSWORD"

// maxPassword bounds a password file, in octets.
const maxPassword = 1 << 10

// accountFlags are the flags about the account that answers a challenge.
type accountFlags struct {
	user, file string
}

func (a *accountFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&a.user, "auth-user", "", "`user` who answers digest challenges; the password comes from --auth-password-file or "+passwordVariable)
	flags.StringVar(&a.file, "auth-password-file", "", "`file` with the password on its first line, readable by its owner alone")
}

// account returns the account that the flags and the environment describe, none without --auth-user.
func (a *accountFlags) account(env func(string) string) (sip.Credentials, error) {
	if a.user == "" {
		if a.file != "" {
			return sip.Credentials{}, errors.New("--auth-password-file: a password is nothing without --auth-user")
		}
		return sip.Credentials{}, nil
	}
	password := env(passwordVariable)
	if a.file != "" {
		var err error
		if password, err = readPassword(a.file); err != nil {
			return sip.Credentials{}, fmt.Errorf("--auth-password-file: %w", err)
		}
	}
	if password == "" {
		return sip.Credentials{}, fmt.Errorf("--auth-user: needs a password from --auth-password-file or %s", passwordVariable)
	}
	return sip.NewCredentials(a.user, password), nil
}

// readPassword reads the first line of a file that nobody else may read.
func readPassword(path string) (string, error) {
	f, info, err := openInput(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	switch {
	case info.Size() > maxPassword:
		return "", fmt.Errorf("%s: is no file of at most %d octets", path, maxPassword)
	case info.Mode().Perm()&0o077 != 0:
		return "", fmt.Errorf("%s: others may read it (%s); make it yours alone with chmod 600", path, fs.FileMode.Perm(info.Mode()))
	}
	text := make([]byte, info.Size())
	n, err := f.Read(text)
	if err != nil && n == 0 {
		return "", fmt.Errorf("%s: is empty", path)
	}
	line, _, _ := strings.Cut(string(text[:n]), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}
