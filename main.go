// Command sipplan sizes PSTN trunks and tests by real calls whether they keep what the plan promised.
package main

import (
	"os"

	"github.com/sipplan/sipplan/cmd"
)

func main() {
	os.Exit(cmd.Main())
}
