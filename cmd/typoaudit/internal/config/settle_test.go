package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

// flags returns those of all settings and what they set.
func flags() (*pflag.FlagSet, *Settings) {
	f, s := pflag.NewFlagSet("test", pflag.ContinueOnError), &Settings{}
	s.AddFlags(f, Names()...)
	AddFileFlag(f)
	return f, s
}

// configured writes a configuration and returns its path.
func configured(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "conf.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// everything gives each setting a value that is not its default. Paths are absolute.
const everything = `internal = ["a.example", "b.example"]
protect = ["c.example"]
smarthost = ["smtp.isp.example"]
aliases = ["/aliases"]
reference = "/reference"
all_senders = true
content = true
context = ["/inbox", "/archive"]
min_confidence = 0.75
tz = "Europe/Berlin"
year = 2020
date_order = "dmy"
input_format = "postfix"
map = "sender=From"
jobs = 77
window = "7d"
state = "/state"
retention_days = 30
output = ["/a.json", "/b.csv"]
by = "delivery"
ignore_file = "/rules"
subjects = true
notice_language = "de"
pseudonymize = "/key"
`

// want is what everything says.
var want = Settings{
	Internal: []string{"a.example", "b.example"}, Protect: []string{"c.example"}, Smarthost: []string{"smtp.isp.example"}, Aliases: []string{"/aliases"}, Reference: "/reference", AllSenders: true, Content: true,
	Context: []string{"/inbox", "/archive"}, MinConfidence: 0.75, TZ: "Europe/Berlin", Year: 2020, DateOrder: "dmy", InputFormat: "postfix",
	Map: "sender=From", Jobs: 77, Window: "7d", State: "/state", RetentionDays: 30, Output: []string{"/a.json", "/b.csv"}, By: "delivery",
	IgnoreFile: "/rules", Subjects: true, NoticeLanguage: "de", Pseudonymize: "/key",
}

// TestEverySetting: each setting comes through the file to the flag, and those of the
// unattended run do for that alone.
func TestEverySetting(t *testing.T) {
	t.Parallel()
	if lines := strings.Count(everything, "\n"); lines != len(Names()) {
		t.Fatalf("%d of %d settings are tried", lines, len(Names()))
	}
	path := configured(t, everything)
	for _, scope := range []Scope{Unattended, ByHand} {
		f, s := flags()
		if err := f.Parse([]string{"-c", path}); err != nil {
			t.Fatal(err)
		}
		c, err := Settle(f, func(string) string { return "" }, scope)
		if err != nil {
			t.Fatal(err)
		}
		want := want
		if scope == ByHand {
			want.Window, want.State, want.RetentionDays, want.Output, want.By = "last-week", "", 0, nil, "sender"
		}
		if diff := cmp.Diff(want, *s); diff != "" {
			t.Errorf("scope %d: -want +got:\n%s", scope, diff)
		}
		if got, want := c.Origins["jobs"], Origin(path+":15"); got != want {
			t.Errorf("jobs come from %q, want %q", got, want)
		}
	}
}

// TestOrder: a flag counts more than a variable, that more than the file.
func TestOrder(t *testing.T) {
	t.Parallel()
	variables := map[string]string{"TYPOAUDIT_CONFIG": configured(t, "tz = \"UTC\"\nyear = 2001\njobs = 3\n"), "TYPOAUDIT_TZ": "Asia/Tokyo", "TYPOAUDIT_YEAR": "2002"}
	f, s := flags()
	if err := f.Parse([]string{"--tz", "Europe/Berlin"}); err != nil {
		t.Fatal(err)
	}
	c, err := Settle(f, func(name string) string { return variables[name] }, ByHand)
	if err != nil {
		t.Fatal(err)
	}
	if s.TZ != "Europe/Berlin" || s.Year != 2002 || s.Jobs != 3 || s.MinConfidence != 0.5 {
		t.Errorf("got %+v", *s)
	}
	for name, want := range map[string]Origin{"tz": "flag", "year": "environment TYPOAUDIT_YEAR", "map": "default"} {
		if got := c.Origins[name]; got != want {
			t.Errorf("%s comes from %q, want %q", name, got, want)
		}
	}
}

// TestOtherMeaning: a flag that has the name of a setting and another meaning is given
// by hand alone.
func TestOtherMeaning(t *testing.T) {
	t.Parallel()
	f, s := pflag.NewFlagSet("test", pflag.ContinueOnError), &Settings{}
	s.AddFlags(f, "tz")
	AddFileFlag(f)
	folder := f.String("context", "", "")
	other := f.String("other", "", "")
	if err := f.Parse([]string{"-c", configured(t, everything)}); err != nil {
		t.Fatal(err)
	}
	if _, err := Settle(f, func(name string) string { return "of " + name }, ByHand); err != nil {
		t.Fatal(err)
	}
	if *folder != "" || *other != "of TYPOAUDIT_OTHER" || s.TZ != "of TYPOAUDIT_TZ" {
		t.Errorf("got %q, %q and %q", *folder, *other, s.TZ)
	}
}

// TestRelative: paths in a configuration are those of its folder.
func TestRelative(t *testing.T) {
	t.Parallel()
	c, err := Parse("/etc/typoaudit/typoaudit.toml", []byte("reference = \"r\"\nstate = \"s\"\nignore_file = \"i\"\npseudonymize = \"p\"\ncontext = [\"c\", \"/d\"]\noutput = [\"-\", \"o\"]\ntz = \"UTC\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Concat([]string{c.Reference, c.State, c.IgnoreFile, c.Pseudonymize, c.TZ}, c.Context, c.Output)
	const d = "/etc/typoaudit/"
	if diff := cmp.Diff([]string{d + "r", d + "s", d + "i", d + "p", "UTC", d + "c", "/d", "-", d + "o"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestIgnorePath: the rules stand beside the configuration in use, else where they
// are found.
func TestIgnorePath(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	getenv := func(name string) string { return map[string]string{"XDG_CONFIG_HOME": home}[name] }
	if got := (&File{Path: "/srv/conf.toml"}).IgnorePath(getenv); got != "/srv/ignore" {
		t.Errorf("beside /srv/conf.toml: got %s", got)
	}
	want := filepath.Join(home, "typoaudit", "ignore")
	if err := os.MkdirAll(filepath.Dir(want), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(want, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := (&File{}).IgnorePath(getenv); got != want {
		t.Errorf("without a configuration: got %s, want %s", got, want)
	}
}
