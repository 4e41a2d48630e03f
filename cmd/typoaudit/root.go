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
	root := &cobra.Command{
		Use:   "typoaudit",
		Short: "Find mail that was sent by mistake to lookalike domains",
		Long: `typoaudit reads mail logs, finds the mail that went to a domain that only
looks like the one that was meant (army.ml for army.mil), says whether it
arrived, and ranks the senders by how exposed they are.

Examples:
  typoaudit scan /var/log/mail.log*
  typoaudit scan --internal corp.example --protect army.mil -o report.json maillog
  typoaudit check jane@army.ml --log maillog

Topics, for typoaudit help TOPIC: ` + strings.Join(topicNames(), ", ") + ".",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       programVersion(),
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("typoaudit {{.Version}}\n")
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(unknownFlag)
	root.AddCommand(
		newScanCmd(e), newIMAPCmd(e), newRunCmd(e), newCheckCmd(e), newReportCmd(e), newFixesCmd(e), newIgnoreCmd(e), newBlockCmd(e), newNotifyCmd(e), newParseCmd(e), newDomainsCmd(e), newHistoryCmd(e), newConfigCmd(e), newAuthCmd(e),
		newFormatsCmd(e), newVersionCmd(e), newManCmd(e),
	)
	root.SetHelpCommand(newHelpCmd(e))
	helpWithPlainSwitches(root)
	return root
}

// complain writes an error as it is meant to be read: a line for each of
// those joined, and the hints.
func (e *env) complain(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(e.stderr, "typoaudit: %s\n", report.SafeText(line))
	}
	var h *failure.Hint
	if errors.As(err, &h) {
		fmt.Fprintf(e.stderr, "typoaudit: hint: %s\n", report.SafeText(h.Text))
	}
}
