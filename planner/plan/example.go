package plan

import _ "embed"

//go:embed example.yaml
var example []byte

// Example returns a commented plan file that uses most of the form.
func Example() []byte { return append([]byte(nil), example...) }
