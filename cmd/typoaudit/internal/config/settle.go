package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// An Origin says where a setting comes from.
type Origin string

const (
	originFlag    Origin = "flag"
	originDefault Origin = "default"
)

// IsGiven reports whether a setting comes from the command line or the environment.
func (o Origin) IsGiven() bool {
	return o == originFlag || strings.HasPrefix(string(o), originEnvironment)
}

// originEnvironment is how the Origin of a variable begins.
const originEnvironment = "environment "

// A Scope says which keys of the configuration a command takes.
type Scope int

const (
	// ByHand leaves out those of the unattended run: a scan by hand must not
	// touch its history or its files.
	ByHand Scope = iota
	// Unattended takes all.
	Unattended
)

// Settled is what a command works with: its flags have their values, and the
// tables are those of the file, which is empty if the command reads none or there is
// none.
type Settled struct {
	*File
	Origins map[string]Origin // by the name of a flag
	Given   []Flag            // by hand, in the order of their names
}

// A Flag is one that was given, with its values as the command line takes them.
type Flag struct {
	Name   string
	Values []string
}

// given returns the flags that were given by hand.
func given(flags *pflag.FlagSet) (all []Flag) {
	flags.Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		all = append(all, Flag{f.Name, values})
	})
	return all
}

// fileFlag is the name of the flag that names the configuration.
const fileFlag = "config"

// AddFileFlag adds -c, by which a command takes a configuration.
func AddFileFlag(f *pflag.FlagSet) {
	f.StringP(fileFlag, "c", "", "read the configuration from `FILE` (default: $XDG_CONFIG_HOME/typoaudit/config.toml, /etc/typoaudit/typoaudit.toml)")
	addTenantFlag(f)
}

// TenantFlag is the flag that names a tenant, as it is given.
func TenantFlag(name string) Flag { return Flag{tenantTable, []string{name}} }

// addTenantFlag adds the flag that names one of the tenants of the configuration.
func addTenantFlag(f *pflag.FlagSet) {
	f.String(tenantTable, "", "work for the [[tenant]] `NAME` of the configuration alone")
}

// HasFileFlag reports whether a command takes a configuration.
func HasFileFlag(f *pflag.FlagSet) bool { return f.Lookup(fileFlag) != nil }

// variable is the one that stands for a flag.
func variable(flag string) string {
	return "TYPOAUDIT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Settle gives the flags that were not given their values: from the environment,
// else from the configuration, else they have their defaults. A flag that has the
// name of a setting and another meaning is given by hand alone.
func Settle(flags *pflag.FlagSet, getenv func(string) string, scope Scope) (*Settled, error) {
	s := &Settled{File: &File{}, Origins: map[string]Origin{}, Given: given(flags)}
	if HasFileFlag(flags) {
		named := flags.Lookup(fileFlag).Value.String()
		if named == "" {
			named = getenv(variable(fileFlag))
		}
		var err error
		if s.File, err = load(named, getenv); err != nil {
			return nil, err
		}
		if name := flags.Lookup(tenantTable).Value.String(); name != "" {
			if s.File, err = s.File.forTenant(name); err != nil {
				return nil, err
			}
		} else if len(s.File.Tenants) > 0 {
			s.File.Mail, s.File.MailDefaults = nil, s.File.Mail // it is no whole one
		}
	}
	skipped := append(Names(), fileFlag, tenantTable, "help")
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		if err == nil && (IsSetting(f) || !slices.Contains(skipped, f.Name)) {
			s.Origins[f.Name], err = s.settle(f, getenv, scope)
		}
	})
	return s, err
}

// settle gives one flag its value.
func (c *File) settle(f *pflag.Flag, getenv func(string) string, scope Scope) (Origin, error) {
	if f.Changed {
		return originFlag, nil
	}
	if name := variable(f.Name); getenv(name) != "" {
		if err := f.Value.Set(getenv(name)); err != nil {
			return "", badValue(name, f, getenv(name))
		}
		return Origin(originEnvironment + name), nil
	}
	for _, x := range c.all() {
		line, given := c.lines[x.key]
		if x.name() != f.Name || !given || x.isForRun() && scope != Unattended {
			continue
		}
		where := fmt.Sprintf("%s:%d", c.Path, line)
		for _, text := range x.texts() {
			if err := f.Value.Set(text); err != nil {
				return "", fmt.Errorf("%s: %w", where, badValue(x.key, f, text))
			}
		}
		return Origin(where), nil
	}
	return originDefault, nil
}
