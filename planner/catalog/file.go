package catalog

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed models.yaml
var modelsFile []byte

//go:embed countries.yaml
var countriesFile []byte

//go:embed codecs.yaml
var codecsFile []byte

//go:embed mediation.yaml
var mediationFile []byte

// read decodes an embedded file strictly, once. A file that does not decode is a fault of the build, which its
// test finds.
func read[T any](name string, text *[]byte) func() *T {
	return sync.OnceValue(func() *T {
		var file T
		decoder := yaml.NewDecoder(bytes.NewReader(*text))
		decoder.KnownFields(true)
		if err := decoder.Decode(&file); err != nil {
			panic(fmt.Sprintf("embedded %s: %v", name, err))
		}
		return &file
	})
}
