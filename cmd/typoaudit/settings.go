package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Settings come from the flags, else the environment, else the configuration,
// else they have their defaults.

// An origin says where a setting comes from.
type origin string

const (
	originFlag    origin = "flag"
	originDefault origin = "default"
)

// environmentName is the variable that stands for a flag.
func environmentName(flag string) string {
	return "TYPOAUDIT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// configFlag is the name of the flag that names the configuration.
const configFlag = "config"

// addConfigFlag adds -c to a command.
func addConfigFlag(f *pflag.FlagSet) {
	f.StringP(configFlag, "c", "", "read the configuration from `FILE` (default: $XDG_CONFIG_HOME/typoaudit/config.toml, /etc/typoaudit/typoaudit.toml)")
}

// settle reads the configuration and gives the flags of cmd that were not given
// their values from the environment and from it. unattended takes all keys; else
// those are left out that concern the run that cron calls.
func (e *env) settle(cmd *cobra.Command, unattended bool) (*configuration, map[string]origin, error) {
	flags := cmd.Flags()
	named, err := flags.GetString(configFlag)
	if err != nil {
		return nil, nil, err
	}
	if named == "" {
		named = e.getenv(environmentName(configFlag))
	}
	c, err := e.loadConfig(named)
	if err != nil {
		return nil, nil, err
	}
	origins := map[string]origin{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == configFlag || f.Name == "help" || err != nil {
			return
		}
		origins[f.Name], err = e.settleFlag(f, c, unattended)
	})
	return c, origins, err
}

func (e *env) settleFlag(f *pflag.Flag, c *configuration, unattended bool) (origin, error) {
	if f.Changed {
		return originFlag, nil
	}
	if name := environmentName(f.Name); e.getenv(name) != "" {
		if err := f.Value.Set(e.getenv(name)); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return origin("environment " + name), nil
	}
	key := strings.ReplaceAll(f.Name, "-", "_")
	line, given := c.lines[key]
	if !given || !slices.Contains(topKeys(), key) || !unattended && slices.Contains(runOnly(), key) {
		return originDefault, nil
	}
	where := fmt.Sprintf("%s:%d", c.path, line)
	for _, v := range c.values(key) {
		if err := f.Value.Set(v); err != nil {
			return "", fmt.Errorf("%s: %s: %w", where, key, err)
		}
	}
	return origin(where), nil
}
