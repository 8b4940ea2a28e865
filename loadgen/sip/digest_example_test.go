package sip_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// A caller is challenged by a registrar, and logs in.
func ExampleKeyring() {
	account := sip.NewCredentials("alice", "s3cret")
	realm, err := sip.NewRealm(sip.RealmConfig{Name: "example.com"}, sip.AccountTable{"alice": account.Password}, [32]byte{})
	if err != nil {
		fmt.Println(err)
		return
	}
	keyring := sip.NewKeyring(account, rand.NewChaCha8([32]byte{}))
	register := sip.Covered{Method: "REGISTER", URI: []byte("sip:example.com")}

	var trial sip.Trial // one for each request, until its final response
	send := func() sip.DigestVerdict {
		_, verdict := realm.Verify(0, headers(keyring.AppendHeaders(nil, &trial, register)), register)
		return verdict
	}
	fmt.Println("sent:", send())
	challenges := headers(realm.AppendChallenges(nil, 0, false))
	fmt.Println("challenges:", len(challenges), "answer:", keyring.Challenged(&trial, challenges) == sip.LoginRetry)
	fmt.Println("sent again:", send())

	trial = sip.Trial{} // the next request has its credentials from the start
	fmt.Println("next:", send())
	fmt.Println(account)
	// Output:
	// sent: no credentials
	// challenges: 2 answer: true
	// sent again: accepted
	// next: accepted
	// alice [hidden]
}

// headers does for this example what Scan does for a message.
func headers(text []byte) (values []sip.Authentication) {
	for line := range strings.Lines(string(text)) {
		_, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		values = append(values, sip.Authentication{Value: []byte(value)})
	}
	return values
}
