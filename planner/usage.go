// Package planner turns users and their calls into ports, gateways and servers, and sets the usual rule
// of thumb beside what the theory of traffic says. It takes values and returns values.
package planner

import "fmt"

// Usage is a class of telephony usage: what its users are taken to do, and the ports that the common
// guidance gives them.
//
// Source: Microsoft, "Direct SIP connections in Skype for Business Server", gateway size and number. The
// guidance states neither a holding time nor a blocking probability.
type Usage struct {
	Name         string
	CallsPerHour float64 // PSTN calls of one user in the busy hour; the least of the class when OrMore
	OrMore       bool    // the guidance leaves the class open upwards
	UsersPerPort int
}

var usages = []Usage{
	{Name: "light", CallsPerHour: 1, UsersPerPort: 15},
	{Name: "moderate", CallsPerHour: 2, UsersPerPort: 10},
	{Name: "heavy", CallsPerHour: 3, OrMore: true, UsersPerPort: 5},
}

// UsageNames returns the names of the classes, from the fewest calls to the most.
func UsageNames() []string {
	names := make([]string, len(usages))
	for i, usage := range usages {
		names[i] = usage.Name
	}
	return names
}

// ParseUsage returns the class of that name.
func ParseUsage(name string) (Usage, error) {
	for _, usage := range usages {
		if usage.Name == name {
			return usage, nil
		}
	}
	return Usage{}, fmt.Errorf("must be light, moderate or heavy, got %q%s", name, DidYouMean(name, UsageNames()))
}

// usageFor returns the class that a user with that many calls in the busy hour belongs to: the first
// whose calls are not exceeded, else the open one.
func usageFor(callsPerHour float64) Usage {
	for _, usage := range usages {
		if callsPerHour <= usage.CallsPerHour {
			return usage
		}
	}
	return usages[len(usages)-1]
}

// Ports returns the ports that the guidance gives to that many users: one for each UsersPerPort or part
// of them.
func (u Usage) Ports(users int) int {
	return (users + u.UsersPerPort - 1) / u.UsersPerPort
}
