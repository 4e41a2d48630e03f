package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/report"
)

func newRootCmd(e *env) *cobra.Command {
	root := group(spec{
		use:   "typoaudit",
		short: "Find mail that was sent by mistake to lookalike domains",
		examples: `typoaudit scan /var/log/mail.log*
typoaudit scan --internal corp.example --protect army.mil -o report.json maillog
typoaudit check jane@army.ml --log maillog`,
		long: `typoaudit reads mail logs, finds the mail that went to a domain that only
looks like the one that was meant (army.ml for army.mil), says whether it
arrived, and ranks the senders by how exposed they are.`,
		exit: `0  done, or audited: findings or not
1  --fail-on reached
2  usage, configuration, nothing recognised, or the report could not be written or sent
3  part of the input could not be read or understood: the report names the gaps
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
	},
		newScanCmd(e), newIMAPCmd(e), newRunCmd(e), newMergeCmd(e), newCheckCmd(e), newReportCmd(e), newFixesCmd(e), newIgnoreCmd(e), newBlockCmd(e), newGuardCmd(e), newNotifyCmd(e), newParseCmd(e), newDomainsCmd(e), newHistoryCmd(e), newConfigCmd(e), newAuthCmd(e),
		newFormatsCmd(e), newVersionCmd(e), newManCmd(e),
		newWatchCmd(e),
	)
	root.SilenceErrors, root.SilenceUsage, root.Version = true, true, describedVersion()
	root.SetVersionTemplate("typoaudit {{.Version}}\n")
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelpCmd(e))
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { e.writeHelp(cmd) })
	return root
}

// complain writes an error as it is meant to be read: a line for each of
// those joined, and the hints.
func (e *env) complain(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if e.tenant != "" {
			line = ofTenant(e.tenant, line)
		}
		fmt.Fprintf(e.stderr, "typoaudit: %s\n", report.SafeText(line))
	}
	var h *failure.Hint
	if errors.As(err, &h) {
		fmt.Fprintf(e.stderr, "typoaudit: hint: %s\n", report.SafeText(h.Text))
	}
}
