package loadgen

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// numbersAndNames are what may be called, and what may not.
var numbersAndNames = []struct {
	name    string
	refused bool
	texts   []string
}{
	{"emergency numbers as they are", true, []string{
		"911", "112", "999", "000", "110", "113", "117", "118", "119", "100", "101", "108", "15", "17", "18",
		"190", "191", "192", "193", "061", "066", "08", "111", "120", "122", "133", "144", "155", "158", "166",
		"997", "998", "995", "10111", "10177", "1122", "1669", "9999", "90000", "01", "02", "03", "19"}},
	{"crisis lines and public services", true, []string{
		"988", "116123", "116000", "116117", "131114", "1737", "3114", "1414", "211", "311", "411", "511",
		"611", "711", "811", "+1 800 273 8255", "1-800-273-8255", "0800 111 0 111", "+49 800 1110222", "08001111"}},
	{"short codes that are an emergency number in some country", true, []string{"136", "148", "165", "900", "933", "099", "1300"}},
	{"a plus", true, []string{"+911", "+112", "+ 112", "+999", " +911"}},
	{"a country code", true, []string{"+1911", "+44999", "+44 112", "+49110", "+33 15", "+61000", "+972 100", "+358112",
		"+49(0)112", "0049112", "011 44 999", "0011911", "9 011 1 911", "900 44 999"}},
	{"the trunk prefix of North America", true, []string{"1911", "1-911", "91911", "1988"}},
	{"outside-line digits", true, []string{"9911", "0112", "00112", "9112", "8911", "99911", "000112", "9999", "0911",
		"9000", "0000", "0110", "9110", "015", "0017", "9118", "9190", "9988", "90112", "89911", "998911"}},
	{"separators", true, []string{"9-1-1", "9.1.1", "(9)11", "9 1 1", "1 12", "9/1/1", "9_11", "-911-", "9~1~1", "[911]", "9\u00a011", "9\u200b1\u200b1"}},
	{"escapes", true, []string{"%39%31%31", "9%311", "9%2D1%2D1", "%2B911", "%2539%2531%2531", "9%311%zz", "sip%3A911%40example.com"}},
	{"tel URIs", true, []string{"tel:911", "TEL:911", "tel:+911", "tel:9-1-1", "tel:911;phone-context=+1", "tel:112;ext=5",
		"tel:112;phone-context=example.com", "tel: 112", "tel://911", "callto:112"}},
	{"SIP URIs", true, []string{"sip:911@example.com", "sips:112@192.0.2.1:5061", "SIP:999@h;user=phone", "sip:911;phone-context=+1@h;user=phone",
		"sip:112:secret@h", "<sip:112@h>", `"Police" <sip:110@h>;tag=1`, "Fire <tel:112>", "112@example.com", "sip:112", "sip:911;user=phone",
		"sip:9%311@h", "sip:911@h?Subject=x", "sip:%2B112@h", "sip:0112@10.0.0.1", "sip:tel:112@h", "sip://911@h", "sip:a@911@h"}},
	{"service URNs", true, []string{"urn:service:sos", "urn:service:sos.police", "URN:SERVICE:SOS", "<urn:service:sos.fire>",
		"urn:service:counseling", "urn:service:counseling.suicide", "urn%3Aservice%3Asos", "urn:nena:service:sos.police",
		"sip:urn:service:sos@h", "sip:urn%3aservice%3asos@h", "urn:service:", "urn:service:test.sos@urn:service:sos"}},
	{"emergency addresses", true, []string{"sip:sos@example.com", "sos", "SOS", "sip:sos.police@h", "sip:sos;x=y@h", "%73os", "sip:s%6Fs@h", "sos@h"}},
	{"emergency addresses made like service URNs, which once passed", true, []string{"sos-police", "sosfire", "sip:SOS_Ambulance@h",
		"sos1", "sos+fire", "sip:sos%2Dpolice@h", "sosecall.automatic", ".sos", "-sos-fire"}},
	{"pauses before a number, which once passed", true, []string{"sip:w911@h", "sip:p112@h", "sip:%77911@h", "x911", "wwp911", "W 9-1-1",
		"w9911", "x0112", "p15", "w116123", "w911;phone-context=+1", "w911:secret@h", "w911p5", "w+44999", "w*67911", "sip:%25%37%37911@h"}},
	{"words that dial before a number, which once passed", true, []string{"tel911", "TEL911", "tel-911", "tel 15", "tel+911", "sip911", "dial0112", "call-999", "phone101"}},
	{"any letters before a number known everywhere, which once passed", true, []string{"sip:e911@h", "E-911", "sip:alice112@h", "user911",
		"conference-112", "pbx.999", "e1911", "gw+911", "Ä110"}},
	{"a helpline of the European Union behind an outside line, which once passed", true, []string{"9116123", "0116117", "9 116 000", "99116123", "w9116123"}},
	{"service codes of handsets", true, []string{"*67911", "*67 911", "*82-911", "#31#112", "*31#112", "*#06#112", "911#", "*112#", "**911"}},
	{"pauses and what is dialled after them", true, []string{"911,,1", "911p5", "911w5", "911x5", "9,911", "9p911", "911!"}},
	{"a number with letters behind", true, []string{"911a", "112-test", "100user"}},
	{"control characters", true, []string{"1000\r\n", "91\r\n1", "1000\x00", "10%0d%0a00", "service\n", "\x1b]0;", "10\u008500"}},
	{"digits of other scripts", true, []string{"９１１", "١١٢", "9①①", "%EF%BC%99%EF%BC%91%EF%BC%91"}},
	{"more than any number", true, []string{strings.Repeat("5", 1025)}},

	{"names", false, []string{"", "service", "sipp", "alice", "sip:service@127.0.0.1:5060", "service@127.0.0.1", "echo", "sosnowski",
		"sosa", "mos", "5sos", "sip:bob@911.example.com", "sip:gateway.example.com", "anonymous", "sipplan", "police",
		"sip:sipp@112.0.2.1:5060", "Ärzte", "[field0]", "s.o.s"}},
	{"names with digits", false, []string{"alice1", "sip:user101@h", "u100", "agent15", "gw911lab", "e911lab", "tel911lab", "room2-112", "user9112", "user9911", "alice2112", "x1000", "tel15550100", "w+15550100", "sip:gw112.lab.example"}},
	{"extensions", false, []string{"1", "10", "20", "25", "99", "200", "201", "250", "299", "300", "401", "500", "600", "750", "899",
		"1000", "1001", "1019", "1100", "1234", "2000", "2911", "2112", "3000", "4112", "5000", "5060", "6001", "7000",
		"8000", "8001", "8500", "9195", "9196", "9197", "9198", "9500", "9664", "10000", "12345", "sip:1000@10.0.0.1", "1000;x=911"}},
	{"reserved numbers of North America", false, []string{"+15550100", "+12125550100", "+1 212 555 0199", "12125550111", "2125550112",
		"(212) 555-0119", "sip:+12125550100@example.com;user=phone", "tel:+1-212-555-0101", "0112125550100", "9 1 212 555 0100", "+19115550100"}},
	{"reserved numbers of the United Kingdom", false, []string{"+441632960000", "01632 960999", "+44 20 7946 0112", "0113 496 0911", "0118 496 0110",
		"0119 496 0999", "+44 113 496 0000", "07700 900112", "0808 157 0911", "00441632960112"}},
	{"reserved numbers elsewhere", false, []string{"+61 491 570 156", "+33 1 99 00 01 12", "+353 20 911 0112", "+4930 23125 112", "+46 8 465 004 11",
		"+3611234567", "+81 3 1234 5110"}},
	{"numbers that hold an emergency number", false, []string{"+14159110112", "0301129110", "5550911", "555112", "20112", "30911"}},
	{"hosts without a user", false, []string{"sip:127.0.0.1", "sip:9.1.1.2:5060", "sip:[::1]:5060", "sip:10.1.1.1;transport=udp", "sip:112.example.com"}},
	{"the test service", false, []string{"urn:service:test.sos", "URN:service:TEST.sos", "urn:service:test.sos.police", "<urn:service:test.sos>"}},
	{"escapes that are none", false, []string{"1000%", "1000%3", "1000%zz"}},
	{"service codes", false, []string{"*98", "*72 15550100", "*21*1000#", "#1000", "1000#"}},
	{"an extension behind a number", false, []string{"+15550100,,1234", "+15550100;ext=112", "+15550100x1234"}},
}

func TestCheckNumber(t *testing.T) {
	for _, test := range numbersAndNames {
		t.Run(test.name, func(t *testing.T) {
			for _, text := range test.texts {
				err := CheckNumber(text)
				switch {
				case test.refused && err == nil:
					t.Errorf("%q passes", text)
				case !test.refused && err != nil:
					t.Errorf("%q: %v", text, err)
				case err != nil && !errors.Is(err, ErrNumberRefused):
					t.Errorf("%q: %v is not ErrNumberRefused", text, err)
				}
			}
		})
	}
}

func TestCheckNumberSaysWhy(t *testing.T) {
	err := CheckNumber("sip:0%3112@192.0.2.1")
	want := `refused by the number guard: number "sip:0%3112@192.0.2.1" may reach 112, which is an emergency ` +
		`or crisis number in some country; such calls are never made, and no flag allows them`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// emergencyEverywhere is the union over all regions of what libphonenumber calls an emergency number, up
// to five digits (ShortNumberInfo, by github.com/nyaruka/phonenumbers v1.8.1), an author's list that is
// not ours.
var emergencyEverywhere = strings.Fields(`
01 02 03 13 14 15 16 17 18 19 90 91 92 93 94 000 001 002 003 011 019 022 033 050 060 065 066 068 080
085 088 100 101 102 103 104 105 106 107 108 110 111 112 113 114 115 116 117 118 119 120 122 123 124
125 127 128 129 130 131 132 133 140 144 150 151 152 153 154 155 156 157 158 159 160 166 170 171 172
175 177 180 188 190 191 192 193 194 195 197 198 199 211 311 333 355 511 555 666 819 888 901 902 903
911 912 913 917 919 922 933 939 955 977 990 991 992 993 994 995 996 997 998 999 1122 1220 1298 1300
1301 1398 1399 1444 1669 1730 2611 9999 10111 10177 90000`)

func TestCheckNumberRefusesWhatIsAnEmergencyNumberAnywhere(t *testing.T) {
	for _, number := range emergencyEverywhere {
		for _, text := range []string{number, "+" + number, "0" + number, "+1" + number, "+49" + number, "tel:" + number, "sip:" + number + "@h"} {
			if strings.HasPrefix(text, "0") && len(number) == 4 && text != number {
				continue // four digits behind an outside line are ordinary numbers too
			}
			if CheckNumber(text) == nil {
				t.Errorf("%q passes", text)
			}
		}
	}
}

// However an emergency number is written, it is refused.
func TestCheckNumberSeesThroughEveryWriting(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	pick := func(choices ...string) string { return choices[random.IntN(len(choices))] }
	for range 20000 {
		number := pick("911", "112", "999", "110", "118", "119", "988")
		digits := pick("", "", "0", "9", "00", "09", "99", "000", "899", "8") + number
		var b strings.Builder
		for i, digit := range digits {
			if i > 0 {
				b.WriteString(pick("", "", "", "-", ".", " ", "(", ")", "/", "%20", "%2d"))
			}
			switch random.IntN(4) {
			case 0:
				fmt.Fprintf(&b, "%%%02X", digit)
			case 1:
				fmt.Fprintf(&b, "%%25%02x", digit)
			default:
				b.WriteRune(digit)
			}
		}
		before := pick("", "", "w", "p", "X", "tel", "%77", "ww ", "x-")
		text := before + pick("", "+", "%2B") + b.String() + pick("", ";phone-context=+1", ";ext=7", "#")
		written := pick("§", "tel:§", "TEL:§", "sip:§@example.com", "sips:§@192.0.2.1:5061;user=phone", `"A" <sip:§@h>;tag=x`, "§@h")
		text = strings.Replace(written, "§", text, 1)
		if CheckNumber(text) == nil {
			t.Fatalf("%q passes, though it dials %s", text, number)
		}
	}
}

// Every number that North America and the United Kingdom reserve for fiction and tests may be called, in
// each of its writings.
func TestCheckNumberPassesReservedNumbers(t *testing.T) {
	check := func(text string) {
		if err := CheckNumber(text); err != nil {
			t.Errorf("%v", err)
		}
	}
	for area := 201; area <= 989; area++ {
		for line := 100; line <= 199; line += 9 {
			national := fmt.Sprintf("%d5550%d", area, line)
			for _, prefix := range []string{"+1", "1", "", "91", "0111", "001"} {
				check(prefix + national)
			}
		}
	}
	for line := range 1000 {
		for _, block := range []string{"1632960", "1134960", "1184960", "2079460", "7700900"} {
			national := fmt.Sprintf("%s%03d", block, line)
			for _, prefix := range []string{"+44", "0", "0044", "90"} {
				check(prefix + national)
			}
		}
	}
}

func FuzzCheckNumber(f *testing.F) {
	for _, seed := range []string{"911", "+1911", "%39%31%31", "tel:112;x", "sip:%2525@h", "urn:service:sos", "*67,9p11", "<<>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if CheckNumber(text) != nil {
			return
		}
		// What passes passes again without its escapes, and does not become refused by spacing.
		if err := CheckNumber(unescape(text)); err != nil {
			t.Errorf("%q passes, its meaning does not: %v", text, err)
		}
		if err := CheckNumber(" " + text + " "); err != nil {
			t.Errorf("%q passes, with spaces around it does not: %v", text, err)
		}
	})
}
