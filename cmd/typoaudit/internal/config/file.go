package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/events"
)

// A File is a configuration as it is written: the settings, which are the defaults
// of the flags of those names, and the tables.
type File struct {
	Settings
	Sources  []Source         `toml:"source"`
	Mail     *Mail            `toml:"mail"`
	Alerts   []Alert          `toml:"alert"`
	Mappings []events.Mapping `toml:"format"` // layouts of the user's own
	Tenants  []Tenant         `toml:"tenant"`

	MailDefaults *Mail            `toml:"-"` // what [mail] says for all tenants, nil for nothing
	Tenant       *Tenant          `toml:"-"` // whose configuration it is, nil if it is nobody's by name
	Path         string           `toml:"-"` // "" if there is no configuration
	Formats      []parsers.Format `toml:"-"` // those of Mappings
	lines        map[string]int   // of each key that is given
}

// Paths are where the configuration is looked for, never in the working
// directory: what lies there may be anybody's.
func Paths(getenv func(string) string) []string {
	var paths []string
	home := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(home) && filepath.IsAbs(getenv("HOME")) {
		home = filepath.Join(getenv("HOME"), ".config")
	}
	if filepath.IsAbs(home) {
		paths = append(paths, filepath.Join(home, "typoaudit", "config.toml"))
	}
	return append(paths, "/etc/typoaudit/typoaudit.toml")
}

// maxConfig bounds a configuration, in bytes.
const maxConfig = 1 << 20

// load reads the configuration: the file that is named, else the first that is
// there. Without any it is empty.
func load(named string, getenv func(string) string) (*File, error) {
	paths := []string{named}
	if named == "" {
		paths = Paths(getenv)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && named == "" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("configuration %s: %w", path, failure.Plain(err))
		}
		if len(text) > maxConfig {
			return nil, fmt.Errorf("configuration %s: larger than %d bytes", path, maxConfig)
		}
		return Parse(path, text)
	}
	return &File{}, nil
}

// Parse reads and checks a configuration that stands at path. Relative paths in it
// are those of its own folder.
func Parse(path string, text []byte) (*File, error) {
	c := &File{Path: path}
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
	if err := c.checkTenants(); err != nil {
		return nil, err
	}
	for i := range c.Sources {
		if err := c.Sources[i].check(); err != nil {
			return nil, c.At(fmt.Sprintf("source.%d", i+1), fmt.Errorf("source %d: %w", i+1, err))
		}
	}
	if c.Mail != nil && len(c.Tenants) == 0 {
		if err := c.Mail.check(); err != nil {
			return nil, c.At("mail", fmt.Errorf("mail: %w", err))
		}
	}
	for i := range c.Alerts {
		if err := c.Alerts[i].check(c.Mail != nil); err != nil {
			return nil, c.At(fmt.Sprintf("alert.%d", i+1), fmt.Errorf("alert %d: %w", i+1, err))
		}
	}
	for i, m := range c.Mappings {
		f, err := m.Format()
		if err != nil {
			return nil, c.At(fmt.Sprintf("format.%d", i+1), err)
		}
		c.Formats = append(c.Formats, f)
	}
	if c.Window != "" {
		if _, err := ParseWindow(c.Window); err != nil {
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
		return fmt.Errorf("%s:%d:%d: %s", path, row, column, faultOf(broken))
	}
	return fmt.Errorf("%s: %w", path, err)
}

// resolve makes relative paths those of a folder.
func (c *File) resolve(folder string) {
	resolve := func(path *string) {
		if *path != "" && *path != "-" && !filepath.IsAbs(*path) {
			*path = filepath.Join(folder, *path)
		}
	}
	resolveTables(&c.Settings, c.Sources, c.Mail, c.Alerts, resolve)
	for i := range c.Tenants {
		t := &c.Tenants[i]
		resolveTables(&t.Settings, t.Sources, t.Mail, t.Alerts, resolve)
	}
}

// resolveTables gives the paths of settings, sources, a mail, which may be nil, and alerts to
// a function that changes them.
func resolveTables(settings *Settings, sources []Source, m *Mail, alerts []Alert, resolve func(*string)) {
	for _, s := range settings.all() {
		switch p := s.value.(type) {
		case *string:
			if s.isPath() {
				resolve(p)
			}
		case *[]string:
			for i := range *p {
				if s.isPath() {
					resolve(&(*p)[i])
				}
			}
		}
	}
	for i := range sources {
		s := &sources[i]
		for j := range s.Paths {
			resolve(&s.Paths[j])
		}
		resolve(&s.UsersFile)
		resolve(&s.PasswordFile)
		resolve(&s.TokenFile)
		resolve(&s.CAFile)
	}
	if m != nil {
		resolve(&m.PasswordFile)
		if program, ok := strings.CutPrefix(m.Via, "sendmail:"); ok {
			resolve(&program)
			m.Via = "sendmail:" + program
		}
	}
	for i := range alerts {
		a := &alerts[i]
		resolve(&a.URLFile)
		resolve(&a.PasswordFile)
		resolve(&a.TokenFile)
	}
}
