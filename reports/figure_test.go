package reports

import (
	"math"
	"testing"
	"time"
)

func TestFiguresReadAsATrafficEngineerWritesThem(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{count(0), "0"},
		{count(999), "999"},
		{count(9400), "9,400"},
		{count(-2356), "-2,356"},
		{count(1234567), "1,234,567"},
		{decimal(7050, 2), "7,050"},
		{decimal(0.75, 2), "0.75"},
		{decimal(-0.5, 1), "-0.5"},
		{decimal(-0.001, 1), "0"},
		{decimal(-1234.5, 1), "-1,234.5"},
		{decimal(39.1667, 1), "39.2"},
		{decimal(1e300, 1), "1e+300"},
		{percent(0), "0 %"},
		{percent(1), "100 %"},
		{percent(0.2), "20 %"},
		{percent(0.2145823), "21.5 %"},
		{percent(0.0248119), "2.48 %"},
		{percent(0.00818457), "0.82 %"},
		{percent(5.0213e-4), "0.05 %"},
		{percent(4.2e-5), "0.0042 %"},
		{percent(6.0569e-157), "< 0.0001 %"},
		{percent(0.9999), "> 99.9 %"},
		{percent(0.0999), "10 %"},
		{percent(math.NaN()), "-"},
		{erlangs(9426.02), "9,426.02 E"},
		{erlangs(1e-6), "1e-06 E"},
		{erlangs(0.75), "0.75 E"},
		{erlangs(2. / 3), "0.667 E"},
		{calls(1), "1 call"},
		{calls(2.5), "2.5 calls"},
		{inSeconds(27543 * time.Millisecond), "27.5 s"},
		{spoken(3 * time.Minute), "3 minutes"},
		{spoken(time.Minute), "1 minute"},
		{spoken(150 * time.Second), "150 s"},
		{plural(1, "port"), "1 port"},
		{plural(2, "port"), "2 ports"},
		{bitRate(87_200), "87.2 kbit/s"},
		{bitRate(7044 * 87_200), "614.2 Mbit/s"},
		{bitRate(2e9), "2 Gbit/s"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
