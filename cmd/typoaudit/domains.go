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
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/report"
	"github.com/typoaudit/typoaudit/report/block"
)

type domainsOptions struct {
	config.Settings
	top           int
	format        string
	unregistrable string
	server        string
}

func (o *domainsOptions) addFlags(f *pflag.FlagSet) {
	f.IntVar(&o.top, "top", 100, "list the `N` likeliest of each domain")
	f.StringVarP(&o.format, "format", "f", "table", "list as `FORMAT`: table, csv or json")
	oneOf(f, "format", "table", "csv", "json")
	f.StringVar(&o.unregistrable, "unregistrable", "show", "what to `DO` with names whose top-level domain does not exist: show or hide")
	oneOf(f, "unregistrable", "show", "hide")
	f.StringVar(&o.server, "for", "", "write rules for this mail `SERVER` instead of a list, as block does")
	oneOf(f, "for", block.Names()...)
	o.AddFlags(f, "internal", "protect", "reference")
	f.Lookup("internal").Usage = "our own `DOMAIN`, with its subdomains (repeat)"
	f.Lookup("reference").Usage = "`FILE` with the domains of partners, one a line"
}

func newDomainsCmd(e *env) *cobra.Command {
	var o domainsOptions
	return e.command(spec{
		use:   "domains DOMAIN...",
		short: "List the slips that people are likeliest to make of a domain",
		examples: `typoaudit domains corp.example
typoaudit domains --top 20 -f csv corp.example partner.example
typoaudit domains --unregistrable=hide corp.example
typoaudit domains --for postfix corp.example > /etc/postfix/slips.regexp`,
		long: `domains lists what people are likeliest to type for a domain, most likely first:
to register it before somebody else does, or to block mail to it. SHARE is the
part of all slips of the domain that is expected to be this one. In a domain with
umlauts and the like, the slips are those of its letters as one reads them.

--unregistrable=hide leaves out what nobody can register, for there is no such
top-level domain: mail to it bounces. --for SERVER writes rules that refuse mail
to the slips, with a hint at the right domain. No rule is written for a domain that
is yours, protected, a partner's, a well-known provider's, or known to be
somebody's: those are named on standard error. Read the rules before you use them.`,
		exit: `0  listed, or written
2  usage`,
		args:  someArgs("DOMAIN"),
		flags: o.addFlags,
		run:   func(_ context.Context, _ *config.Settled, args []string) error { return runDomains(e, &o, args) },
	})
}

func runDomains(e *env, o *domainsOptions, args []string) error {
	if o.top < 1 {
		return fmt.Errorf("--top %d: at least 1", o.top)
	}
	if o.unregistrable != "show" && o.unregistrable != "hide" {
		return fmt.Errorf("--unregistrable %s: show or hide", o.unregistrable)
	}
	names, err := domainNames("domains", args)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, ok := name.Registrable(); !ok {
			return failure.WithHint(fmt.Errorf("domains %s: many organisations have their domains below it", name), "name one of those, such as acme."+name.String())
		}
	}
	all := result.Slips(names, o.top, o.unregistrable == "hide")
	if o.server != "" {
		return o.writeRules(e, all)
	}
	var b bytes.Buffer
	if err := report.Slips(&b, o.format, all, report.Options{Width: e.width(), Unicode: e.unicode()}); err != nil {
		return err
	}
	_, err = e.stdout.Write(b.Bytes())
	return err
}

// writeRules writes the rules by which a mail server refuses mail to the slips.
func (o *domainsOptions) writeRules(e *env, all []result.Slip) error {
	server, err := block.For(o.server)
	if err != nil {
		return err
	}
	internal, err := domainNames("--internal", o.Internal)
	if err != nil {
		return err
	}
	options, err := verdictOptions(e, &o.Settings, internal)
	if err != nil {
		return err
	}
	exempt := options.Exempt()
	blocks, left := result.SlipBlocks(all, func(name domain.Name) string {
		if why := exempt(name); why != "" || !reference.IsEstablished(name) {
			return why
		}
		return name.String() + " is known to be somebody's."
	})
	for _, why := range left {
		fmt.Fprintf(e.stderr, "typoaudit: not blocked: %s\n", report.SafeText(why))
	}
	return server.Write(e.stdout, blocks)
}

// readDomains reads a file of domains or addresses, one a line; "#" begins a
// comment.
func readDomains(path string) (names []domain.Name, err error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--reference %s: %w", path, failure.Plain(err))
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
