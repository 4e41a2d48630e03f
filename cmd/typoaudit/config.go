package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/parsers/format/events"
)

// configExample is what config init writes.
//
//go:embed config.toml
var configExample string

func newConfigCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Make, check and show the configuration",
		Long: `Examples:
  typoaudit config init > /etc/typoaudit/typoaudit.toml
  typoaudit config check -c /etc/typoaudit/typoaudit.toml
  typoaudit config show --origin

The configuration is $XDG_CONFIG_HOME/typoaudit/config.toml, else
/etc/typoaudit/typoaudit.toml, or what -c names; never a file of the working
directory. A flag counts more than a variable (TYPOAUDIT_MIN_CONFIDENCE for
--min-confidence), that more than the configuration. An unknown key is an error.

EXIT STATUS
  0  done
  2  usage, or the configuration is wrong`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigInitCmd(e), newConfigShowCmd(e), newConfigCheckCmd(e))
	return cmd
}

func newConfigInitCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Print a configuration to begin with",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(e.stdout, configExample)
			return err
		},
	}
}

func newConfigCheckCmd(e *env) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong with the configuration",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := e.settle(cmd, true)
			if err != nil {
				return err
			}
			if c.path == "" {
				return &hintError{errors.New("no configuration was found"), "it is looked for as " + strings.Join(e.configPaths(), " and ") + `; "typoaudit config init" prints one`}
			}
			o.own = c.formats
			if err := o.checkAll(e, c); err != nil {
				return fmt.Errorf("%s: %w", c.path, err)
			}
			_, err = fmt.Fprintf(e.stdout, "%s: no fault found\n", c.path)
			return err
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

// addFlags adds the flags of run that the configuration may set.
func (o *runOptions) addFlags(f *pflag.FlagSet) {
	addConfigFlag(f)
	o.readingOptions.addFlags(f)
	o.auditOptions.addFlags(f)
	o.findingOptions.addFlags(f)
	o.addSubjectsFlag(f)
	o.stateOptions.addFlags(f)
	o.outputOptions.addFlags(f)
	f.StringVar(&o.window, "window", "last-week", "`SPAN` to report: last-week, yesterday, days such as 7d, or all")
}

// checkAll understands every setting, as run does before it begins, and looks
// whether the files that are named are there.
func (o *runOptions) checkAll(e *env, c *configuration) error {
	_, err := o.outputs(e)
	errs := []error{err, o.setWindow(e), o.stateOptions.check()}
	j, err := o.job(e)
	if errs = append(errs, err); err == nil {
		_, err = o.options(e, j)
		errs = append(errs, err)
	}
	there := func(what, path string) {
		if path == "" {
			return
		}
		if _, err := os.Stat(path); err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", what, path, plainError(err)))
		}
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		for _, p := range s.Paths {
			if found, err := filepath.Glob(p); err != nil || len(found) == 0 {
				errs = append(errs, fmt.Errorf("source %d: %s: no such file", i+1, p))
			}
		}
		there("password_file", s.PasswordFile)
		there("users_file", s.UsersFile)
	}
	if c.Mail != nil {
		there("password_file", c.Mail.PasswordFile)
		if v, err := c.Mail.via(); err == nil {
			there("via sendmail:", v.program)
		}
	}
	return errors.Join(errs...)
}

func newConfigShowCmd(e *env) *cobra.Command {
	var o runOptions
	var origins bool
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Print what run would work with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, from, err := e.settle(cmd, true)
			if err != nil {
				return err
			}
			return showConfig(e.stdout, cmd.Flags(), c, from, origins)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&origins, "origin", false, "print where each value comes from")
	return cmd
}

// showConfig prints the settings as a configuration.
func showConfig(w io.Writer, flags *pflag.FlagSet, c *configuration, from map[string]origin, origins bool) error {
	var b strings.Builder
	for _, key := range topKeys() {
		name := strings.ReplaceAll(key, "_", "-")
		f := flags.Lookup(name)
		fmt.Fprintf(&b, "%s = %s", key, flagValue(f))
		if origins {
			fmt.Fprintf(&b, "  # %s", from[name])
		}
		b.WriteByte('\n')
	}
	rest := struct {
		Sources []sourceConfig   `toml:"source,omitempty"`
		Mail    *mailConfig      `toml:"mail,omitempty"`
		Formats []events.Mapping `toml:"format,omitempty"`
	}{c.Sources, c.Mail, c.Formats}
	text, err := toml.Marshal(rest)
	if err != nil {
		return err
	}
	if len(text) > 0 && origins {
		fmt.Fprintf(&b, "\n# %s\n", c.path)
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
		text, _ := json.Marshal(f.Value.String())
		return string(text)
	}
	return f.Value.String()
}
