package cmd

import "strings"

// erlangExamples are command lines of the subcommands of `erlang`, without the command.
var erlangExamples = map[string][]string{
	"b":                {"--servers 30 --traffic 20", "--traffic 9400 --blocking 1%", "--traffic 20 --table servers=20:40 --plot b.svg"},
	"c":                {"--servers 14 --traffic 10 --aht 180s --within 20s", "--traffic 10 --blocking 5%"},
	"extended-b":       {"--servers 30 --traffic 20 --retry 50%", "--traffic 20 --blocking 1% --retry 70%"},
	"engset":           {"--servers 2 --traffic 1 --sources 20", "--traffic 4 --blocking 1% --sources 12"},
	"molina":           {"--servers 30 --traffic 20", "--traffic 20 --blocking 1%"},
	"overflow":         {"--servers 10 --traffic 8"},
	"wilkinson":        {"--servers 10 --mean 4 --variance 6.5"},
	"rapp":             {"--servers 10 --mean 4 --variance 6.5"},
	"hayward":          {"--servers 10 --mean 4 --variance 6.5"},
	"max-peakedness":   {"--servers 20"},
	"overflow-network": {"--servers 8 --group 5@5 --group 10@8"},
	"overflow-exact":   {"--servers 8 --group 5@5 --group 10@8"},
	"a":                {"--servers 14 --traffic 13 --impatience 2"},
	"engset-idle":      {"--servers 5 --sources 12 --idle-traffic 0.2"},
	"engset-offered":   {"--servers 5 --sources 12 --traffic 2"},
	"retrial":          {"--servers 30 --traffic 20 --persistence 0.5 --retry-rate 6"},
	"kaufman-roberts":  {"--capacity 2000 --class 12@97 --class 1@460"},
	"reservation":      {"--servers 30 --reserved 2 --high 4 --low 16"},
	"cps-window":       {"--limit 5 --mean 2.5"},
	"wilson":           {"--successes 87 --trials 12672", "--successes 0 --trials 300 --confidence 0.99"},
	"day-to-day":       {"--servers 30 --traffic 20", "--servers 30 --traffic 20 --exponent 1.84"},
	"psa":              {"--servers 30 --traffic 18 --amplitude 0.3 --period 20"},
	"mol":              {"--servers 30 --traffic 18 --amplitude 0.3 --period 20"},
	"modulated":        {"--servers 30 --traffic 18 --amplitude 0.3 --period 20"},
	"failure":          {"--gateways 3 --ports 30 --traffic 55 --availability 0.999"},
	"failure-exact":    {"--gateways 2 --ports 10 --traffic 12 --fail 0.0001 --repair 0.05"},
	"variance":         {"--servers 42 --traffic 30"},
	"regular":          {"--servers 30 --traffic 20"},
	"erlang-intervals": {"--servers 30 --traffic 20 --phases 3"},
	"hyperexponential": {"--servers 30 --traffic 20 --variation 4"},
	"ipp":              {"--servers 30 --on-rate 40 --on-to-off 1 --off-to-on 1"},
}

// erlangExample returns the examples in the help of a subcommand of `erlang`.
func erlangExample(name string) string {
	var lines []string
	for _, arguments := range erlangExamples[name] {
		lines = append(lines, "  sipplan erlang "+name+" "+arguments)
	}
	return strings.Join(lines, "\n")
}
