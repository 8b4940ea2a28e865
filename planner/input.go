package planner

import "time"

// Input is a figure of a plan together with where it comes from: the flag or field that gave it, as the
// user wrote it, or the document behind a default. The zero Input is one that nobody gave.
type Input[T any] struct {
	Value  T
	Source string
}

// Given returns the input that the flag or field of that name gave.
func Given[T any](value T, name string) Input[T] {
	return Input[T]{Value: value, Source: name}
}

// given says whether somebody gave the input.
func (in Input[T]) given() bool { return in.Source != "" }

// or returns the input, or the default with its source when nobody gave one.
func (in Input[T]) or(value T, source string) Input[T] {
	if in.given() {
		return in
	}
	return Input[T]{Value: value, Source: source}
}

// The defaults, each with the document that it comes from.
const (
	DefaultAHT       = 3 * time.Minute
	DefaultAHTSource = "Microsoft Skype for Business user model: 3 minutes"

	DefaultGoS       = 0.01
	DefaultGoSSource = "ITU-T E.520: 1 % in the mean busy hour"

	DefaultBypass       = 0.65
	DefaultBypassSource = "Microsoft Skype for Business user model: 65 %"

	DefaultMediationCalls       = 1100
	DefaultMediationCallsSource = "Skype for Business Server 2015, stand-alone, no hyper-threading"

	// BusyUserCallsPerHour are the PSTN calls of one user in the busy hour of Microsoft's own user model, which
	// its port guidance does not mention.
	BusyUserCallsPerHour       = 4
	BusyUserCallsPerHourSource = "Microsoft Skype for Business user model"
)
