// Package config settles the settings: each is a flag, a variable of the
// environment and a key of the configuration file, and is written once, as a field
// of Settings. The tables of the file ([[source]], [mail], [[format]]) stand beside
// them in File.
package config

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// Settings are the settings of a command. The tags of a field are all that there is
// to know of one:
//
//	toml     its key; the flag has "-" for "_", and the variable TYPOAUDIT_ and capitals
//	usage    its help; <DOMAIN> is the name of the value
//	default  its value where nobody gives one; "cpus" is their number
//	short    the letter of the flag
//	list     "commas" if a flag may hold several values
//	path     "yes" for a file: in the configuration it is relative to that
//	values   what it takes, with commas between, if that is one of a few
//	only     "run" if the configuration gives it to the unattended run alone
type Settings struct {
	Internal       []string `toml:"internal" list:"commas" usage:"our own <DOMAIN>, with its subdomains (repeat); else inferred from the traffic"`
	Protect        []string `toml:"protect" list:"commas" usage:"<DOMAIN> that our people mean to write to (repeat)"`
	Smarthost      []string `toml:"smarthost" list:"commas" usage:"host or domain <NAME> that delivers for us: whether mail that it took arrived is not known (repeat)"`
	Aliases        []string `toml:"aliases" path:"yes" usage:"look for wrong addresses in the alias or virtual map, .forward, Sieve script or list of members in <FILE>, before mail flows (repeat)"`
	Reference      string   `toml:"reference" path:"yes" usage:"<FILE> with the domains of partners, one a line: they may be meant, and are no slips"`
	AllSenders     bool     `toml:"all_senders" usage:"audit every sender, not just our own"`
	Content        bool     `toml:"content" usage:"search the messages that are findings, in mailboxes, for passwords, payment cards, bank accounts, personal numbers, health and travel; only the class is reported"`
	Context        []string `toml:"context" path:"yes" usage:"a mailbox, folder or file at <PATH> that shows who writes to us and what bounced, and is not audited itself (repeat)"`
	MinConfidence  float64  `toml:"min_confidence" default:"0.5" usage:"report slips from confidence <P> on, 0 to 1"`
	TZ             string   `toml:"tz" usage:"<ZONE> of stamps without one, such as Europe/Berlin (default: this machine's)"`
	Year           int      `toml:"year" usage:"<YEAR> of the first stamp without one in each source (default: inferred from the file's age)"`
	DateOrder      string   `toml:"date_order" values:"mdy,dmy" usage:"<ORDER> of dates with slashes in exports: mdy or dmy (default: inferred from the file)"`
	InputFormat    string   `toml:"input_format" usage:"read every source as <NAME> (see typoaudit formats)"`
	Map            string   `toml:"map" usage:"columns of a CSV or JSON lines export: <FIELD=COLUMN,…>"`
	Jobs           int      `toml:"jobs" default:"cpus" usage:"<N> workers, 256 at most"`
	Window         string   `toml:"window" only:"run" default:"last-week" values:"last-week,yesterday,7d,30d,all" usage:"<SPAN> to report: last-week, yesterday, days such as 7d, or all"`
	State          string   `toml:"state" only:"run" path:"yes" usage:"keep the history in <DIR>: only what is new is read, and the report says what is new"`
	RetentionDays  int      `toml:"retention_days" only:"run" usage:"remove from the history what is older than <N> days (default: keep it)"`
	Output         []string `toml:"output" only:"run" short:"o" path:"yes" usage:"write to <FILE>, in the format of its extension (repeat); - is standard output"`
	By             string   `toml:"by" only:"run" default:"sender" values:"sender,lookalike,delivery" usage:"a <ROW> of table and CSV is a sender, a lookalike or a delivery"`
	IgnoreFile     string   `toml:"ignore_file" path:"yes" usage:"leave out the findings that the rules in <FILE> are about (default: ignore beside the configuration, if it is there)"`
	Subjects       bool     `toml:"subjects" usage:"report the subjects of misdirected mail as well"`
	NoticeLanguage string   `toml:"notice_language" default:"en" values:"en,de,fr,es,ja" usage:"<LANGUAGE> of the notes to senders: en, de, fr, es or ja"`
	Pseudonymize   string   `toml:"pseudonymize" path:"yes" usage:"write pseudonyms for people, by the key in <KEYFILE>"`
}

// A setting is one field of Settings.
type setting struct {
	key   string
	tag   reflect.StructTag
	value any // a pointer to the field
}

// all returns the settings in their order.
func (s *Settings) all() []setting {
	v := reflect.ValueOf(s).Elem()
	all, t := make([]setting, 0, v.NumField()), v.Type()
	for i := range v.NumField() {
		tag := t.Field(i).Tag
		all = append(all, setting{tag.Get("toml"), tag, v.Field(i).Addr().Interface()})
	}
	return all
}

// name is that of the flag.
func (s setting) name() string { return strings.ReplaceAll(s.key, "_", "-") }

func (s setting) isPath() bool { return s.tag.Get("path") != "" }

func (s setting) isForRun() bool { return s.tag.Get("only") == "run" }

// Names returns the names of the flags of all settings, in the order of the
// configuration.
func Names() (names []string) {
	for _, s := range new(Settings).all() {
		names = append(names, s.name())
	}
	return names
}

// annotation marks a flag as that of a setting. Another flag may have the same
// name and mean something else, such as the folders of imap --context.
const annotation = "setting"

// valuesAnnotation is under which a flag has the values that it takes.
const valuesAnnotation = "values"

// SetValues says which values a flag takes, to complete them by.
func SetValues(f *pflag.Flag, values []string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[valuesAnnotation] = values
}

// Values returns the values that a flag takes, nil if they are not a few.
func Values(f *pflag.Flag) []string { return f.Annotations[valuesAnnotation] }

// IsSetting reports whether a flag is that of a setting.
func IsSetting(f *pflag.Flag) bool { return f.Annotations[annotation] != nil }

// AddFlags adds the flags of the settings that are named to f. Their values go to s.
func (s *Settings) AddFlags(f *pflag.FlagSet, names ...string) {
	for _, x := range s.all() {
		if slices.Contains(names, x.name()) {
			x.addFlag(f)
			flag := f.Lookup(x.name())
			flag.Annotations = map[string][]string{annotation: {x.key}}
			if values := x.tag.Get("values"); values != "" {
				SetValues(flag, strings.Split(values, ","))
			}
		}
	}
}

// quoteName marks the name of a value as package pflag has it.
var quoteName = strings.NewReplacer("<", "`", ">", "`")

func (s setting) addFlag(f *pflag.FlagSet) {
	name, short, preset := s.name(), s.tag.Get("short"), s.tag.Get("default")
	usage := quoteName.Replace(s.tag.Get("usage"))
	switch p := s.value.(type) {
	case *string:
		f.StringVarP(p, name, short, preset, usage)
	case *bool:
		f.BoolVarP(p, name, short, false, usage)
	case *int:
		n, _ := strconv.Atoi(preset)
		if preset == "cpus" {
			n = runtime.GOMAXPROCS(0)
		}
		f.IntVarP(p, name, short, n, usage)
	case *float64:
		n, _ := strconv.ParseFloat(preset, 64)
		f.Float64VarP(p, name, short, n, usage)
	case *[]string:
		if s.tag.Get("list") == "commas" {
			f.StringSliceVarP(p, name, short, nil, usage)
		} else {
			f.StringArrayVarP(p, name, short, nil, usage)
		}
	}
}

// texts returns the value as a flag takes it: the parts of a list one by one.
func (s setting) texts() []string {
	switch p := s.value.(type) {
	case *[]string:
		return *p
	case *float64:
		return []string{strconv.FormatFloat(*p, 'g', -1, 64)}
	}
	return []string{fmt.Sprint(reflect.ValueOf(s.value).Elem())}
}
