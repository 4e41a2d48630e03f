package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/report"
)

type domainsOptions struct {
	top    int
	format string
}

func (o *domainsOptions) addFlags(f *pflag.FlagSet) {
	f.IntVar(&o.top, "top", 100, "list the `N` likeliest of each domain")
	f.StringVarP(&o.format, "format", "f", "table", "table, csv or json")
}

func newDomainsCmd(e *env) *cobra.Command {
	var o domainsOptions
	return e.command(spec{
		use:   "domains DOMAIN...",
		short: "List the slips that people are likeliest to make of a domain",
		long: `Examples:
  typoaudit domains corp.example
  typoaudit domains --top 20 -f csv corp.example partner.example

domains lists what people are likeliest to type for a domain, most likely first:
to register it before somebody else does, or to block mail to it. SHARE is the
part of all slips of the domain that is expected to be this one.

EXIT STATUS
  0  listed
  2  usage`,
		args:  cobra.MinimumNArgs(1),
		flags: o.addFlags,
		run:   func(_ context.Context, _ *config.Settled, args []string) error { return runDomains(e, &o, args) },
	})
}

func runDomains(e *env, o *domainsOptions, args []string) error {
	if o.top < 1 {
		return fmt.Errorf("--top %d: at least 1", o.top)
	}
	names, err := domainNames("domains", args)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.Slips(&b, o.format, result.Slips(names, o.top), report.Options{Width: e.width(), Unicode: e.unicode()}); err != nil {
		return err
	}
	_, err = e.stdout.Write(b.Bytes())
	return err
}

// readDomains reads a file of domains or addresses, one a line; "#" begins a
// comment.
func readDomains(path string) (names []domain.Name, err error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--reference %w", err)
	}
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		n++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if _, host, ok := domain.SplitAddress(line); ok {
			line = host
		}
		name, err := domain.Parse(strings.TrimPrefix(line, "@"))
		if err != nil {
			return nil, fmt.Errorf("--reference %s:%d: %w", path, n, err)
		}
		names = append(names, name)
	}
	return names, nil
}

func domainNames(flag string, list []string) (names []domain.Name, err error) {
	for _, s := range list {
		n, err := domain.Parse(strings.TrimPrefix(s, "@"))
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", flag, s, err)
		}
		names = append(names, n)
	}
	return names, nil
}
