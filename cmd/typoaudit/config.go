package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/report/mail"
)

func newConfigCmd(e *env) *cobra.Command {
	return group(spec{
		use: "config", short: "Make, check and show the configuration",
		examples: `typoaudit config init > /etc/typoaudit/typoaudit.toml
typoaudit config check -c /etc/typoaudit/typoaudit.toml
typoaudit config show --origin`,
		long: `The configuration is $XDG_CONFIG_HOME/typoaudit/config.toml, else
/etc/typoaudit/typoaudit.toml, or what -c names; never a file of the working
directory. A flag counts more than a variable (TYPOAUDIT_MIN_CONFIDENCE for
--min-confidence), that more than the configuration. An unknown key is an error.`,
		exit: configStatus,
	},
		newConfigInitCmd(e), newConfigShowCmd(e), newConfigCheckCmd(e))
}

// configStatus is the same for each of the commands.
const configStatus = `0  done
2  usage, or the configuration is wrong`

func newConfigCheckCmd(e *env) *cobra.Command {
	var o runOptions
	return e.command(spec{
		use:      "check",
		short:    "Say what is wrong with the configuration",
		examples: "typoaudit config check -c /etc/typoaudit/typoaudit.toml",
		exit:     configStatus,
		args:     noArgs,
		scope:    config.Unattended,
		flags:    o.addSettingFlags,
		run: func(_ context.Context, c *config.Settled, _ []string) error {
			if len(c.Tenants) > 0 && c.Tenant == nil {
				return checkTenants(e, c)
			}
			return runConfigCheck(e, &o, c)
		},
	})
}

func runConfigCheck(e *env, o *runOptions, c *config.Settled) error {
	if c.Path == "" {
		return failure.WithHint(errors.New("no configuration was found"), "it is looked for as "+strings.Join(config.Paths(e.getenv), " and ")+`; "typoaudit config init" prints one`)
	}
	if err := c.Reword(errors.Join(o.check(e, c), checkFiles(e, o, c))); err != nil {
		return atPath(c.Path, err)
	}
	text := "no fault found"
	if !o.hasInput(c) {
		text += ", but run has nothing to read: no [[source]] and no aliases"
	}
	_, err := fmt.Fprintf(e.stdout, "%s: %s\n", c.Path, text)
	return err
}

// atPath begins each line of an error with a path, unless it has it, and says each once.
func atPath(path string, err error) error {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.HasPrefix(line, path+":") {
			line = path + ": " + line
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return failure.SameHint(err, errors.New(strings.Join(lines, "\n")))
}

// check understands every setting, as run does before it begins.
func (o *runOptions) check(e *env, c *config.Settled) error {
	_, err := o.outputs(e, &o.Settings)
	errs := []error{err, o.setWindow(e), o.checkState()}
	_, err = o.understandAll(e, c)
	_, noteErr := mail.ParseNote("", "", o.NoticeLanguage)
	if noteErr != nil {
		noteErr = fmt.Errorf("--notice-language: %w", noteErr)
	}
	_, keyErr := pseudonymizer(o.Pseudonymize)
	return errors.Join(append(errs, err, noteErr, keyErr)...)
}

type configShowOptions struct {
	runOptions
	origins bool
	flags   *pflag.FlagSet
}

func (o *configShowOptions) addFlags(f *pflag.FlagSet) {
	o.addSettingFlags(f)
	f.BoolVar(&o.origins, "origin", false, "print where each value comes from")
	o.flags = f
}

func newConfigShowCmd(e *env) *cobra.Command {
	var o configShowOptions
	return e.command(spec{
		use:      "show",
		short:    "Print what run would work with",
		examples: "typoaudit config show --origin",
		exit:     configStatus,
		args:     noArgs,
		scope:    config.Unattended,
		flags:    o.addFlags,
		run:      func(_ context.Context, c *config.Settled, _ []string) error { return showConfig(e.stdout, &o, c) },
	})
}

// showConfig prints the settings as a configuration.
func showConfig(w io.Writer, o *configShowOptions, c *config.Settled) error {
	var b strings.Builder
	for _, name := range config.Names() {
		fmt.Fprintf(&b, "%s = %s", strings.ReplaceAll(name, "-", "_"), flagValue(o.flags.Lookup(name)))
		if o.origins {
			fmt.Fprintf(&b, "  # %s", c.Origins[name])
		}
		b.WriteByte('\n')
	}
	rest := struct {
		Sources []config.Source  `toml:"source,omitempty"`
		Mail    *config.Mail     `toml:"mail,omitempty"`
		Alerts  []config.Alert   `toml:"alert,omitempty"`
		Formats []events.Mapping `toml:"format,omitempty"`
		Tenants []map[string]any `toml:"tenant,omitempty"`
	}{c.Sources, cmp.Or(c.Mail, c.MailDefaults), c.Alerts, c.Mappings, c.GivenTenants()}
	text, err := toml.Marshal(rest)
	if err != nil {
		return err
	}
	if len(text) > 0 && o.origins {
		fmt.Fprintf(&b, "\n# %s\n", c.Path)
	}
	b.Write(text)
	_, err = io.WriteString(w, b.String())
	return err
}

// flagValue writes the value of a flag in TOML.
func flagValue(f *pflag.Flag) string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values := append([]string{}, list.GetSlice()...)
		text, _ := json.Marshal(values) // strings: a TOML array as well
		return string(text)
	}
	if f.Value.Type() == "string" {
		return tomlString(f.Value.String())
	}
	return f.Value.String()
}
