package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/report"
)

// A configuration is the file as it is written. A key of its top is the default
// of the flag of that name, with "_" for "-".
type configuration struct {
	Internal      []string         `toml:"internal"`
	Protect       []string         `toml:"protect"`
	Reference     string           `toml:"reference"`
	AllSenders    bool             `toml:"all_senders"`
	Content       bool             `toml:"content"`
	Context       []string         `toml:"context"`
	MinConfidence float64          `toml:"min_confidence"`
	TZ            string           `toml:"tz"`
	Year          int              `toml:"year"`
	DateOrder     string           `toml:"date_order"`
	InputFormat   string           `toml:"input_format"`
	Map           string           `toml:"map"`
	Jobs          int              `toml:"jobs"`
	Window        string           `toml:"window"`
	State         string           `toml:"state"`
	RetentionDays int              `toml:"retention_days"`
	Output        []string         `toml:"output"`
	By            string           `toml:"by"`
	IgnoreFile    string           `toml:"ignore_file"`
	Subjects      bool             `toml:"subjects"`
	Pseudonymize  string           `toml:"pseudonymize"`
	Sources       []sourceConfig   `toml:"source"`
	Mail          *mailConfig      `toml:"mail"`
	Formats       []events.Mapping `toml:"format"` // layouts of the user's own

	path    string
	lines   map[string]int // of each key of the top
	formats []parsers.Format
}

// A sourceConfig is one [[source]].
type sourceConfig struct {
	Type  string   `toml:"type"`
	Paths []string `toml:"paths,omitempty"` // log, mailbox

	Host      string   `toml:"host,omitempty"` // imap
	Port      int      `toml:"port,omitempty"`
	User      string   `toml:"user,omitempty"`
	TLS       string   `toml:"tls,omitempty"` // implicit, starttls or none
	CAFile    string   `toml:"ca_file,omitempty"`
	Mailboxes []string `toml:"mailboxes,omitempty"` // none: the folders of sent mail
	Context   []string `toml:"context,omitempty"`   // such as INBOX, for who answers
	UsersFile string   `toml:"users_file,omitempty"`
	Separator string   `toml:"master_separator,omitempty"` // between a user and the master user
	secretConfig
}

// A mailConfig is [mail].
type mailConfig struct {
	From   string   `toml:"from"`
	To     []string `toml:"to"`
	Via    string   `toml:"via"`           // sendmail, sendmail:/path, smtp://user@host:port or smtps://
	TLS    string   `toml:"tls,omitempty"` // starttls (default) or none, with smtp://
	When   string   `toml:"when"`          // always, findings or new
	Attach []string `toml:"attach"`
	secretConfig
}

// A secretConfig says where a password comes from: never from the file itself.
type secretConfig struct {
	PasswordFile       string `toml:"password_file,omitempty"`
	PasswordCommand    string `toml:"password_command,omitempty"`
	PasswordCredential string `toml:"password_credential,omitempty"` // a name in $CREDENTIALS_DIRECTORY
	TokenFile          string `toml:"token_file,omitempty"`          // imap: OAuth
	TokenCommand       string `toml:"token_command,omitempty"`
}

// topKeys are the keys of the top that are defaults of flags.
func topKeys() []string {
	return []string{
		"internal", "protect", "reference", "all_senders", "content", "context", "min_confidence", "tz", "year", "date_order", "input_format", "map", "jobs",
		"window", "state", "retention_days", "output", "by", "ignore_file", "subjects", "pseudonymize",
	}
}

// runOnly are those that concern the unattended run: a scan by hand must not
// touch its history or its files.
func runOnly() []string { return []string{"window", "state", "retention_days", "output", "by"} }

// values returns the values of a key of the top, as a flag takes them.
func (c *configuration) values(key string) []string {
	one := func(s string) []string { return []string{s} }
	switch key {
	case "internal":
		return c.Internal
	case "protect":
		return c.Protect
	case "output":
		return c.Output
	case "context":
		return c.Context
	case "content":
		return one(strconv.FormatBool(c.Content))
	case "all_senders":
		return one(strconv.FormatBool(c.AllSenders))
	case "subjects":
		return one(strconv.FormatBool(c.Subjects))
	case "min_confidence":
		return one(strconv.FormatFloat(c.MinConfidence, 'g', -1, 64))
	case "year":
		return one(strconv.Itoa(c.Year))
	case "jobs":
		return one(strconv.Itoa(c.Jobs))
	case "retention_days":
		return one(strconv.Itoa(c.RetentionDays))
	}
	return one(map[string]string{
		"reference": c.Reference, "tz": c.TZ, "date_order": c.DateOrder, "input_format": c.InputFormat, "map": c.Map,
		"window": c.Window, "state": c.State, "by": c.By,
		"ignore_file": c.IgnoreFile, "pseudonymize": c.Pseudonymize,
	}[key])
}

// configPaths are where the configuration is looked for, never in the working
// directory: what lies there may be anybody's.
func (e *env) configPaths() []string {
	var paths []string
	home := e.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(home) && filepath.IsAbs(e.getenv("HOME")) {
		home = filepath.Join(e.getenv("HOME"), ".config")
	}
	if filepath.IsAbs(home) {
		paths = append(paths, filepath.Join(home, "typoaudit", "config.toml"))
	}
	return append(paths, "/etc/typoaudit/typoaudit.toml")
}

// maxConfig bounds a configuration, in bytes.
const maxConfig = 1 << 20

// loadConfig reads the configuration: the file that is named, else the first
// that is there. Without any it is empty.
func (e *env) loadConfig(named string) (*configuration, error) {
	paths := []string{named}
	if named == "" {
		paths = e.configPaths()
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && named == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("configuration %s: %w", path, plainError(err))
		}
		if len(text) > maxConfig {
			return nil, fmt.Errorf("configuration %s: larger than %d bytes", path, maxConfig)
		}
		return parseConfig(path, text)
	}
	return &configuration{}, nil
}

// parseConfig reads and checks a configuration. Relative paths in it are those
// of its own folder.
func parseConfig(path string, text []byte) (*configuration, error) {
	c := &configuration{path: path}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, positioned(path, err)
	}
	c.lines = keyLines(text)
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	c.resolve(folder)
	for i := range c.Sources {
		if err := c.Sources[i].check(); err != nil {
			return nil, fmt.Errorf("%s: source %d: %w", path, i+1, err)
		}
	}
	if c.Mail != nil {
		if err := c.Mail.check(); err != nil {
			return nil, fmt.Errorf("%s: mail: %w", path, err)
		}
	}
	for _, m := range c.Formats {
		f, err := m.Format()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		c.formats = append(c.formats, f)
	}
	if c.Window != "" {
		if _, err := parseWindow(c.Window); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, c.lines["window"], err)
		}
	}
	return c, nil
}

// positioned writes the errors of the library as FILE:LINE:COLUMN.
func positioned(path string, err error) error {
	var unknown *toml.StrictMissingError
	var broken *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		var errs []error
		for i := range unknown.Errors {
			x := &unknown.Errors[i]
			row, column := x.Position()
			errs = append(errs, fmt.Errorf("%s:%d:%d: unknown key %q", path, row, column, strings.Join(x.Key(), ".")))
		}
		return errors.Join(errs...)
	case errors.As(err, &broken):
		row, column := broken.Position()
		return fmt.Errorf("%s:%d:%d: %s", path, row, column, strings.TrimPrefix(broken.Error(), "toml: "))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// keyLines returns the lines of the keys of the top.
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		x := p.Expression()
		if x.Kind != unstable.KeyValue {
			break // the first table ends the top
		}
		keys := x.Key()
		if keys.Next() {
			lines[string(keys.Node().Data)] = p.Shape(keys.Node().Raw).Start.Line
		}
	}
	return lines
}

// resolve makes relative paths those of a folder.
func (c *configuration) resolve(folder string) {
	resolve := func(path *string) {
		if *path != "" && *path != "-" && !filepath.IsAbs(*path) {
			*path = filepath.Join(folder, *path)
		}
	}
	resolve(&c.Reference)
	resolve(&c.State)
	resolve(&c.IgnoreFile)
	resolve(&c.Pseudonymize)
	for i := range c.Output {
		resolve(&c.Output[i])
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		for j := range s.Paths {
			resolve(&s.Paths[j])
		}
		resolve(&s.UsersFile)
		resolve(&s.PasswordFile)
		resolve(&s.TokenFile)
		resolve(&s.CAFile)
	}
	if c.Mail != nil {
		resolve(&c.Mail.PasswordFile)
		if program, ok := strings.CutPrefix(c.Mail.Via, "sendmail:"); ok {
			resolve(&program)
			c.Mail.Via = "sendmail:" + program
		}
	}
}

// check says what is wrong with a source.
func (s *sourceConfig) check() error {
	imap := s.Host != "" || s.Port != 0 || s.User != "" || s.TLS != "" || s.CAFile != "" || len(s.Mailboxes)+len(s.Context) > 0 || s.UsersFile != "" || s.Separator != "" || s.secretConfig != secretConfig{}
	switch s.Type {
	case "log", "mailbox":
		switch {
		case len(s.Paths) == 0:
			return errors.New("no paths")
		case imap:
			return fmt.Errorf("type %q takes paths alone", s.Type)
		}
		return nil
	case "imap":
		switch {
		case len(s.Paths) > 0:
			return errors.New(`type "imap" takes no paths`)
		case s.Host == "":
			return errors.New("no host")
		case s.User == "":
			return errors.New("no user")
		case s.Port < 0 || s.Port > 65535:
			return fmt.Errorf("port %d: none", s.Port)
		case s.TLS != "" && s.TLS != "implicit" && s.TLS != "starttls" && s.TLS != "none":
			return fmt.Errorf("tls %q: implicit, starttls or none", s.TLS)
		}
		return s.secretConfig.check(true)
	case "":
		return errors.New("no type: log, mailbox or imap")
	}
	return fmt.Errorf("type %q: log, mailbox or imap", s.Type)
}

// options returns what the flags of the same names would.
func (s *secretConfig) options() *secretOptions {
	return &secretOptions{
		passwordFile: s.PasswordFile, passwordCommand: s.PasswordCommand, passwordCredential: s.PasswordCredential,
		tokenFile: s.TokenFile, tokenCommand: s.TokenCommand, mechanism: "auto",
	}
}

// check says what is wrong with where a password comes from.
func (s *secretConfig) check(needed bool) error {
	n := 0
	for _, v := range []string{s.PasswordFile, s.PasswordCommand, s.PasswordCredential, s.TokenFile, s.TokenCommand} {
		if v != "" {
			n++
		}
	}
	switch {
	case n > 1:
		return errors.New("one of password_file, password_command, password_credential, token_file and token_command is enough")
	case n == 0 && needed:
		return errors.New("no password: name a password_file, password_command or password_credential")
	case strings.ContainsAny(s.PasswordCredential, "/\\") || s.PasswordCredential == "..":
		return fmt.Errorf("password_credential %q: not a name", s.PasswordCredential)
	}
	return nil
}

// check says what is wrong with [mail], and fills in its defaults.
func (m *mailConfig) check() error {
	m.Via, m.When = cmp.Or(m.Via, "sendmail"), cmp.Or(m.When, "always")
	switch {
	case m.From == "":
		return errors.New("no from")
	case len(m.To) == 0:
		return errors.New("no to")
	case !slices.Contains([]string{"always", "findings", "new"}, m.When):
		return fmt.Errorf("when %q: always, findings or new", m.When)
	case m.TLS != "" && m.TLS != "starttls" && m.TLS != "none":
		return fmt.Errorf("tls %q: starttls or none", m.TLS)
	}
	if m.Attach == nil {
		m.Attach = []string{"csv"}
	}
	for _, name := range m.Attach {
		if _, err := report.ByName(name); err != nil {
			return fmt.Errorf("attach: %w", err)
		}
	}
	via, err := m.via()
	if err != nil {
		return err
	}
	return m.secretConfig.check(via.user != "")
}

// A via is how mail goes out.
type via struct {
	program    string // sendmail(8)
	host, user string
	port       int
	implicit   bool // TLS from the first byte
}

// Ports of submission (RFC 8314 section 3.3, RFC 6409).
const (
	portSubmission  = 587
	portSubmissions = 465
)

func (m *mailConfig) via() (*via, error) {
	if program, ok := strings.CutPrefix(m.Via, "sendmail"); ok {
		program, named := strings.CutPrefix(program, ":")
		switch {
		case !named && program == "":
			return &via{program: "/usr/sbin/sendmail"}, nil
		case named && filepath.IsAbs(program):
			return &via{program: program}, nil
		}
		return nil, fmt.Errorf("via %q: sendmail, or sendmail: and the path of the program", m.Via)
	}
	u, err := url.Parse(m.Via)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("via %q: sendmail, smtp://user@host:port or smtps://user@host:port", m.Via)
	}
	if _, secret := u.User.Password(); secret {
		return nil, errors.New("via: the password does not belong here: name a password_file, password_command or password_credential")
	}
	v := &via{host: u.Hostname(), user: u.User.Username(), port: portSubmission, implicit: u.Scheme == "smtps"}
	if v.implicit {
		v.port = portSubmissions
	}
	if u.Port() != "" {
		if v.port, err = strconv.Atoi(u.Port()); err != nil || v.port < 1 || v.port > 65535 {
			return nil, fmt.Errorf("via %q: no such port", m.Via)
		}
	}
	if m.TLS == "none" && (v.implicit || !isLoopback(v.host)) {
		return nil, errors.New(`tls = "none": only to this machine itself`)
	}
	return v, nil
}
