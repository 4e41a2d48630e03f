package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report"
	"github.com/typoaudit/typoaudit/report/block"
)

type blockOptions struct {
	auditOptions
	internal []string
	server   string
	output   string
}

func newBlockCmd(e *env) *cobra.Command {
	var o blockOptions
	cmd := &cobra.Command{
		Use:   "block REPORT.json --for SERVER",
		Short: "Write rules by which a mail server refuses mail to the lookalikes",
		Long: `Examples:
  typoaudit block report.json --for postfix -o /etc/postfix/typoaudit.regexp
  typoaudit block report.json --for exchange-online > block.ps1

SERVER is postfix, exim, sendmail, opensmtpd, exchange-online, rspamd or haraka.
A refused mail comes with a hint: "did you mean army.mil?". The first lines say
where the rules go.

Only lookalikes of at least --min-confidence are blocked, and never a domain that
is yours, protected, a partner's, a well-known provider's, or meant by somebody:
those are named on standard error. The same findings give the same rules.

EXIT STATUS
  0  written
  2  usage, no report, or the rules could not be written`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, _, err := e.settle(cmd, false); err != nil {
				return err
			}
			if !cmd.Flags().Changed("min-confidence") { // that of the configuration is the audit's
				o.minConfidence = blockConfidence
			}
			return runBlock(e, &o, args[0])
		},
	}
	f := cmd.Flags()
	addConfigFlag(f)
	f.StringVar(&o.server, "for", "", "the mail `SERVER`")
	f.StringVarP(&o.output, "output", "o", "-", "write to `FILE`")
	f.StringSliceVar(&o.internal, "internal", nil, "our own `DOMAIN`, with its subdomains (repeat)")
	f.StringSliceVar(&o.protect, "protect", nil, "`DOMAIN` that our people mean to write to (repeat)")
	f.StringVar(&o.reference, "reference", "", "`FILE` with the domains of partners, one a line")
	f.Float64Var(&o.minConfidence, "min-confidence", blockConfidence, "block slips from this confidence on, 0 to 1")
	return cmd
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
	blocks, left := r.Blocks(o.minConfidence, options.Exempt())
	for _, why := range left {
		fmt.Fprintf(e.stderr, "typoaudit: not blocked: %s\n", report.SafeText(why))
	}
	if o.output == "-" {
		return b.Write(e.stdout, blocks)
	}
	if err := writeFile(o.output, func(w io.Writer) error { return b.Write(w, blocks) }); err != nil {
		return err
	}
	return os.Chmod(o.output, rulesMode)
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
	internal, err := domainNames("--internal", o.internal)
	if err != nil {
		return nil, err
	}
	for _, s := range r.InternalDomains {
		if name, err := domain.Parse(s); err == nil {
			internal = append(internal, name)
		}
	}
	options, err := o.options(e, &job{internal: internal})
	return &options, err
}
