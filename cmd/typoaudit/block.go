package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/typoaudit/typoaudit/report/block"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/source"
	"github.com/typoaudit/typoaudit/report"
)

type blockOptions struct {
	config.Settings
	server string
	output string
}

func (o *blockOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "internal", "protect", "reference")
	f.Lookup("internal").Usage = "our own `DOMAIN`, with its subdomains (repeat)"
	f.Lookup("reference").Usage = "`FILE` with the domains of partners, one a line"
	f.StringVar(&o.server, "for", "", "the mail `SERVER`")
	oneOf(f, "for", block.Names()...)
	f.StringVarP(&o.output, "output", "o", "-", "write to `FILE`")
	// Not the setting, which is about what is reported.
	f.Float64Var(&o.MinConfidence, "min-confidence", blockConfidence, "block slips from confidence `P` on, 0 to 1")
}

func newBlockCmd(e *env) *cobra.Command {
	var o blockOptions
	names := block.Names()
	return e.command(spec{
		use:   "block REPORT.json --for SERVER",
		short: "Write rules by which a mail server refuses mail to the lookalikes",
		examples: `typoaudit block report.json --for postfix -o /etc/postfix/typoaudit.regexp
typoaudit block report.json --for exchange-online > block.ps1`,
		long: `SERVER is ` + strings.Join(names[:len(names)-1], ", ") + ` or ` + names[len(names)-1] + `.
A refused mail comes with a hint: "did you mean army.mil?". The first lines say
where the rules go. The rules for postfix, exim and sendmail are asked for mail by
SMTP; those for postfix-transport, exim-router and sendmail-mailertable stop what
aliases and forwards send on, too, and those for opensmtpd do both.

A file that has other content, a link and a device are left alone; one of earlier
rules keeps its mode and owner.

Only lookalikes of at least --min-confidence are blocked, and never a domain that
is yours, protected, a partner's, a well-known provider's, meant by somebody, or
that was written to before the one that it looks like appeared: those are named
on standard error. The same findings give the same rules.`,
		exit: `0  written
2  usage, no report, or the rules could not be written`,
		args:  oneArg("REPORT.json"),
		flags: o.addFlags,
		run:   func(_ context.Context, _ *config.Settled, args []string) error { return runBlock(e, &o, args[0]) },
	})
}

func runBlock(e *env, o *blockOptions, path string) error {
	b, err := block.For(o.server)
	if err != nil {
		return err
	}
	r, err := readReport(path)
	if err != nil {
		return err
	}
	options, err := o.exemptions(e, r)
	if err != nil {
		return err
	}
	blocks, left := r.Blocks(o.MinConfidence, options.Exempt())
	for _, why := range left {
		fmt.Fprintf(e.stderr, "typoaudit: not blocked: %s\n", report.SafeText(why))
	}
	if o.output == "-" {
		return b.Write(e.stdout, blocks)
	}
	if plain, packed := source.PlainName(o.output); packed {
		return failure.WithHint(fmt.Errorf("--output %s: no mail server reads rules that are packed", o.output), "name it "+plain)
	}
	info, err := earlierRules(b, o.output)
	if err != nil {
		return err
	}
	e.warnOfFolder(o.output)
	mode := os.FileMode(rulesMode)
	if info != nil {
		mode = info.Mode().Perm()
	}
	return writeFileAs(o.output, mode, info, func(w io.Writer) error { return b.Write(w, blocks) })
}

// earlierRules returns what is known of the file that the rules replace, nil if there is
// none. It fails for a device, and for a file that holds anything else.
func earlierRules(b *block.Server, path string) (os.FileInfo, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("write %s: %w", path, failure.Plain(err))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("write %s: not a regular file", path)
	case info.Size() == 0:
		return info, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, failure.Plain(err))
	}
	defer f.Close()
	const enough = 256
	head, err := io.ReadAll(io.LimitReader(f, enough))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, failure.Plain(err))
	}
	if !b.IsOurs(string(head)) {
		return nil, failure.WithHint(fmt.Errorf("write %s: it holds something else than rules of typoaudit for %s", path, b.Name), "name another file")
	}
	return info, nil
}

// blockConfidence is how sure a slip must be to be blocked: mail that was meant
// as it stands would be refused.
const blockConfidence = 0.8

// rulesMode is that of a file with rules: it names no person, and servers read
// it as users of their own.
const rulesMode = 0o644

// exemptions are what is never blocked: what the flags say, and the report's
// own domains with their subdomains.
func (o *blockOptions) exemptions(e *env, r *result.Result) (*audit.Options, error) {
	internal, err := domainNames("--internal", o.Internal)
	if err != nil {
		return nil, err
	}
	for _, s := range r.InternalDomains {
		if name, err := domain.Parse(s); err == nil {
			internal = append(internal, name)
		}
	}
	options, err := verdictOptions(e, &o.Settings, internal)
	return &options, err
}
