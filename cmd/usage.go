package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones have the same hours on every machine

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/records"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// newUsageCommand returns `usage`.
func newUsageCommand(streams Streams) *cobra.Command {
	command := &cobra.Command{
		Use:     "usage",
		Short:   "Measure the busy hour of call records, and what it needs",
		Long:    "Turns what was called into what to plan for.",
		Example: "  sipplan usage import Master.csv.gz --timezone Europe/Berlin",
		Args:    cobra.ArbitraryArgs,
		RunE:    helpOrUnknown,
	}
	command.AddCommand(newUsageImportCommand(streams))
	return command
}

// usageOptions are the flags of `sipplan usage import`.
type usageOptions struct {
	profile     string
	columns     map[records.Role]*string
	delimiter   string
	noHeader    bool
	timeFormat  string
	timezone    string
	utc         bool
	trunks      []string
	longest     time.Duration
	days        string
	step        int
	topDays     int
	gos, maxBad percentage
	plot        string
	badRows     string
}

// columnFlags are the roles that a column may have, with what they mean.
var columnFlags = []struct {
	role  records.Role
	usage string
}{
	{records.Start, "`column` of the time at which a call began, by its heading or its number from 1"},
	{records.End, "`column` of the time at which it ended"},
	{records.Duration, "`column` of the time from start to end, in seconds or hh:mm:ss, where there is no end"},
	{records.Answer, "`column` of the time at which it was answered, empty or 0 if it was not"},
	{records.Talk, "`column` of the time from answer to end"},
	{records.Trunk, "`column` of the trunk that it went out by"},
	{records.FromTrunk, "`column` of the trunk that it came in by, where there are two columns"},
	{records.WayColumn, "`column` that says in, out or internal"},
	{records.Caller, "`column` of the calling number"},
	{records.Callee, "`column` of the called number"},
	{records.Disposition, "`column` that says how it ended: a word, a SIP code or a Q.850 cause"},
}

// newUsageImportCommand returns `usage import`.
func newUsageImportCommand(streams Streams) *cobra.Command {
	o := &usageOptions{columns: map[records.Role]*string{}, gos: planner.DefaultGoS, maxBad: 0.01}
	command := &cobra.Command{
		Use:   "import FILE|- [flags]",
		Short: "Read call detail records and say which traffic they are",
		Long: `Reads call detail records (CSV, compressed by gzip or not, - for standard input) and answers what the
busy-hour traffic is and how many ports it needs: time-consistent busy hour (TCBH), average daily peak
hour (ADPH) and busiest days, offered and carried erlangs, attempts, holding times with the nearest
lognormal and exponential laws, peakedness, calls in progress, per trunk and direction.

The form of the file is told by its first rows: ` + strings.Join(records.ProfileNames(), ", ") + `.
Any other needs --start, and --end or --duration. Rows that are no calls are counted and listed with
their line numbers; above --max-bad of them the exit code is 3, as the rest may not be typical. A file
of which nothing can be measured, or that broke off, ends with 3 too; one that cannot be read with 1.

Calls on no trunk of --trunks are internal and use no port; without --trunks every call counts.`,
		Example: `  sipplan usage import Master.csv.gz --timezone Europe/Berlin --trunks 'PJSIP/carrier*'
  sipplan usage import cdr.csv --start begin --duration seconds --trunk carrier --plot week.svg
  zcat cdr_*.gz | sipplan usage import - --profile cucm --timezone America/New_York -o json`,
		Args: oneFile,
	}
	o.add(command)
	output := addOutput(command)
	command.RunE = func(_ *cobra.Command, args []string) error {
		config, err := o.config()
		if err != nil {
			return usage(err)
		}
		return o.run(streams, output, args[0], config)
	}
	return command
}

// add gives the command its flags.
func (o *usageOptions) add(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	addProfile(command, &o.profile)
	for _, column := range columnFlags {
		o.columns[column.role] = flags.String(column.role.String(), "", column.usage)
	}
	flags.StringVar(&o.delimiter, "delimiter", "", "`character` between columns, or tab (default: told by the first line)")
	flags.BoolVar(&o.noHeader, "no-header", false, "the first line is a call already; columns are numbers")
	flags.StringVar(&o.timeFormat, "time-format", "auto", "`format` of times: auto, epoch, epoch-ms, epoch-us or a pattern such as '%d.%m.%Y %H:%M:%S'")
	flags.StringVar(&o.timezone, "timezone", "UTC", "`zone` of the site, such as Europe/Berlin: of the hours of the day, and of times without an offset")
	flags.BoolVar(&o.utc, "utc", false, "times without an offset are in UTC, whatever the zone of the site (Asterisk's usegmtime=yes)")
	flags.StringSliceVar(&o.trunks, "trunks", nil, "`patterns` of the names of trunks, such as 'PJSIP/carrier*,DAHDI/*'; other calls are internal")
	flags.StringVar(&o.days, "days", "auto", "`days` whose busy hour is wanted: working, all or such as sun-thu (auto: Monday to Friday, if there were calls)")
	flags.IntVar(&o.step, "step", 60, "`minutes` between the possible beginnings of a busy hour: 60 or 15")
	flags.IntVar(&o.topDays, "top-days", records.DefaultTopDays, "busiest `days` that are averaged")
	flags.Var(&o.gos, "gos", "largest `share` of busy-hour calls that may be blocked: 1% or 0.01 ("+planner.DefaultGoSSource+")")
	flags.DurationVar(&o.longest, "max-duration", records.DefaultLongest, "calls that last longer are bad rows")
	flags.Var(&o.maxBad, "max-bad", "largest `share` of bad rows that the answer can be relied on with")
	flags.StringVar(&o.plot, "plot", "", "write the traffic of the week to this `file` as SVG")
	flags.StringVar(&o.badRows, "bad-rows", "", "write every bad row to this `file` as CSV: its line, the reason and the text that was wrong")
	completeFlag(command, "days", []string{"auto", "working", "all", "sun-thu"})
	completeFlag(command, "step", []string{"60", "15"})
}

// oneFile requires exactly one argument: the file.
func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("FILE: needs one file of call records, or - for standard input, got %d arguments", len(args))
	}
	return nil
}

// addProfile gives a command that reads call records the flag of their form.
func addProfile(command *cobra.Command, profile *string) {
	command.Flags().StringVar(profile, "profile", "", "`form` of the records: "+strings.Join(records.ProfileNames(), ", ")+" (default: told by the first rows)")
	completeFlag(command, "profile", records.ProfileNames())
}

// config turns the flags into a configuration.
func (o *usageOptions) config() (records.Config, error) {
	c := records.Config{Profile: o.profile, Columns: records.Columns{}, NoHeader: o.noHeader, UTC: o.utc, Trunks: o.trunks, Longest: o.longest,
		Step: o.step, TopDays: o.topDays, GoS: float64(o.gos), MaxBad: float64(o.maxBad), Prefix: "--"}
	for role, name := range o.columns {
		if *name != "" {
			c.Columns[role] = *name
		}
	}
	var problems []error
	complain := func(flag string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("--%s: %w", flag, err))
		}
	}
	var err error
	c.TimeFormat, err = records.ParseTimeFormat(o.timeFormat)
	complain("time-format", err)
	c.Days, err = records.ParseDaySet(o.days)
	complain("days", err)
	c.Delimiter, err = parseDelimiter(o.delimiter)
	complain("delimiter", err)
	if c.Zone, err = time.LoadLocation(o.timezone); err != nil {
		complain("timezone", fmt.Errorf("must be a zone such as UTC or Europe/Berlin, got %q", o.timezone))
	}
	complain("gos", notZero(o.gos))
	complain("step", notZero(o.step))
	complain("top-days", notZero(o.topDays))
	complain("max-duration", notZero(o.longest))
	return c, errors.Join(append(problems, c.Validate())...)
}

// notZero refuses what would stand for a default in the configuration.
func notZero[T ~int | ~int64 | ~float64](value T) error {
	if value == 0 {
		return errors.New("must be above 0")
	}
	return nil
}

// parseDelimiter reads the name of a delimiter or the delimiter itself; "" is none.
func parseDelimiter(text string) (byte, error) {
	switch {
	case text == "":
		return 0, nil
	case text == "tab" || text == `\t`:
		return '\t', nil
	case len(text) == 1:
		return text[0], nil
	}
	return 0, fmt.Errorf("must be one character, or tab, got %q", text)
}

// usageMemory is how much memory an import may take before garbage is collected more often than usual: what it has to
// keep is bounded well below.
const usageMemory = 170 << 20

// run imports the file and shows what came of it.
func (o *usageOptions) run(streams Streams, output *outputFormat, name string, config records.Config) error {
	file, err := openRecords(streams, name)
	if err != nil {
		return err
	}
	defer file.Close()
	if name == "-" {
		name = "standard input"
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(usageMemory))
	u, err := o.read(file, config)
	var form *records.FormError
	switch {
	case errors.Is(err, records.ErrNoRows):
		return &exitError{code: codeInconclusive, err: fmt.Errorf("%s: %w", name, records.ErrNoRows)}
	case errors.As(err, &form):
		return usage(form.Err)
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	}
	if o.plot != "" {
		if err := writeUsagePlot(o.plot, u); err != nil {
			return err
		}
	}
	if err := output.show(streams, reports.Usage(u), reports.NewUsageObject(u)); err != nil {
		return err
	}
	if !u.Reliable() {
		return exitWith(codeInconclusive)
	}
	return nil
}

// read imports the records and, where it is wanted, writes the bad rows as they come.
func (o *usageOptions) read(file io.Reader, config records.Config) (u records.Usage, err error) {
	if o.badRows == "" {
		return records.Import(file, config)
	}
	wrong := writeFile(o.badRows, func(w io.Writer) error {
		rows := reports.NewBadRows(w)
		config.Bad = rows.Add
		u, err = records.Import(file, config)
		return rows.Close()
	})
	return u, errors.Join(err, wrong)
}

// openRecords opens a file, or standard input for -.
func openRecords(streams Streams, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(streams.In), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close()
		return nil, fmt.Errorf("%s: is a directory; name a file", name)
	}
	return file, nil
}

// writeUsagePlot writes the plot of the week.
func writeUsagePlot(name string, u records.Usage) error {
	if slices.Contains([]string{"-", ""}, name) {
		return usagef("--plot: must be the name of a file, got %q", name)
	}
	return writeFile(name, func(w io.Writer) error { return reports.WriteUsagePlot(w, u) })
}
