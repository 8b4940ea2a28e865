package planner_test

import (
	"fmt"

	"github.com/sipplan/sipplan/planner"
)

// The guidance gives two ports to twenty users with light usage.
func ExampleSize() {
	sizing, err := planner.Size(planner.Config{
		Users: planner.Given(20, "users"),
		Usage: planner.Given("light", "usage"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("guidance: %d ports, %.0f %% blocked\n", sizing.Guidance.Ports, 100*sizing.Guidance.Blocking)
	fmt.Printf("Erlang B: %d ports for 1 %%\n", sizing.Ports)
	fmt.Printf("AHT %s, from: %s\n", sizing.Inputs.AHT.Value, sizing.Inputs.AHT.Source)
	// Output:
	// guidance: 2 ports, 20 % blocked
	// Erlang B: 5 ports for 1 %
	// AHT 3m0s, from: Microsoft Skype for Business user model: 3 minutes
}

// How many circuits keep the blocking of 20 erlangs at 1 %?
func ExampleQuestion_Answer() {
	answer, err := planner.Question{
		Model:    planner.ErlangB,
		Traffic:  planner.Given(20., "traffic"),
		Blocking: planner.Given(0.01, "blocking"),
	}.Answer()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%g circuits block %.2f %%\n", answer.Servers, 100*answer.Blocking)
	// Output: 30 circuits block 0.85 %
}
