package scenarios

import (
	"regexp"
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	for _, tt := range []struct{ name, pattern, text, want string }{
		{"leftmost, then longest", "a|ab|abc", "xabcd", "abc"},
		{"a dot matches a line break", "Content-Type:.*", "a\r\nContent-Type: x\r\n\r\nv=0\r\n", "Content-Type: x\r\n\r\nv=0\r\n"},
		{"^ is the start of the text alone", "^b", "a\nb", "<none>"},
		{"$ is its end alone", "a$", "a\nb", "<none>"},
		{"a list without a letter matches a line break", "a[^x]b", "a\nb", "a\nb"},
		{"a backslash in a list is a letter", `[\.]+`, `a\.b`, `\.`},
		{"] first in a list is a letter", "[]a]+", "x]a]", "]a]"},
		{"- last in a list is a letter", "[a-]+", "x-a-", "-a-"},
		{"- behind a range", "[a-c-e]+", "xb-e", "b-e"},
		{"[ in a list is a letter", "[[]+", "a[[", "[["},
		{"a class", "[[:digit:]]+", "ab12", "12"},
		{"a negated class", "[^[:space:]]+", "  ab ", "ab"},
		{"a collating element", "[[.-.]a]+", "x-a", "-a"},
		{"an interval", "[0-9]{1,3}[.][0-9]{1,3}", "x10.200", "10.200"},
		{"an open interval", "a{2,}", "aaaa", "aaaa"},
		{"an interval from nothing", "ba{,2}", "baaa", "baa"},
		{"a { that begins no interval", "a{b", "xa{b", "a{b"},
		{"a repeated repetition", "a**", "aaa", "aaa"},
		{"*? is no lazy repetition", "a*?b", "aab", "aab"},
		{"a ) that closes nothing", "a)", "a)", "a)"},
		{"\\d is a letter", `\d`, "1d", "d"},
		{"\\w of GNU", `\w+`, "-ab_1-", "ab_1"},
		{"escaped special letters", `\.\*\[\(`, "x.*[(", ".*[("},
		{"an empty branch", "x(a|)y", "xy", "xy"},
		{"a letter that package regexp would read", `a\Qb`, "aQb", "aQb"},
		{"letters beyond ASCII", "[é-ü]+ß", "aéüß", "éüß"},
		{"braces of a tag", "<sip:.*>", "To: <sip:a@b>", "<sip:a@b>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := ParsePattern(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			got := "<none>"
			if at := p.Find([]byte(tt.text)); at != nil {
				got = tt.text[at[0]:at[1]]
			}
			if got != tt.want {
				t.Errorf("%q in %q: got %q, want %q", tt.pattern, tt.text, got, tt.want)
			}
			if p.Match([]byte(tt.text)) != (got != "<none>") {
				t.Error("Match and Find disagree")
			}
		})
	}
}

func TestPatternSubexpressions(t *testing.T) {
	p, err := ParsePattern("o=([[:alnum:]]*) ([[:alnum:]]*) ([[:alnum:]]*)( no)?")
	if err != nil {
		t.Fatal(err)
	}
	text := "v=0\r\no=user1 53 76 IN"
	at := p.Find([]byte(text))
	if p.Groups() != 4 || len(at) != 10 || text[at[2]:at[3]] != "user1" || text[at[6]:at[7]] != "76" || at[8] != -1 {
		t.Errorf("positions %v", at)
	}
}

func TestPatternRefuses(t *testing.T) {
	for pattern, want := range map[string]string{
		"(a": "is not closed", "[a": "is not closed", `(a)\1`: "back-reference", "*a": "nothing to repeat", "(*a)": "nothing to repeat", "(?i)a": "nothing to repeat",
		"[z-a]": "ends before it begins", "a{3,2}": "ends before it begins", "a{2000}": "counts to more", `a\`: "backslash ends it", "[[:foo:]]": "no character class",
		strings.Repeat("a", MaxPattern+1): "at most", strings.Repeat("(", 300): "nested", strings.Repeat("(", 5) + "a" + strings.Repeat("){900}", 5): "regular expression",
	} {
		if _, err := ParsePattern(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %q", pattern, err, want)
		}
	}
}

// FuzzPattern holds the translation against the reader of package regexp for the expressions that both
// understand alike.
func FuzzPattern(f *testing.F) {
	f.Add("a(b|c)*[d-f]", "xabcd")
	f.Add("[^a]{1,2}b+", "zzbb")
	f.Add("a**|{b", "{b")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := ParsePattern(pattern)
		if err != nil {
			return
		}
		got := p.Find([]byte(text))
		if strings.ContainsAny(pattern, "\\[^$.{}?+*\n") || strings.ContainsRune(text, '\n') || pattern != strings.ToValidUTF8(pattern, "") || text != strings.ToValidUTF8(text, "") || strings.Contains(pattern, "\ufffd") {
			return
		}
		other, err := regexp.CompilePOSIX(pattern)
		if err != nil {
			return
		}
		want := other.FindStringSubmatchIndex(text)
		if (got == nil) != (want == nil) || got != nil && (got[0] != want[0] || got[1] != want[1]) {
			t.Errorf("%q in %q: got %v, want %v", pattern, text, got, want)
		}
	})
}
