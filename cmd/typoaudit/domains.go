package main

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report"
)

func newDomainsCmd(e *env) *cobra.Command {
	var top int
	var format string
	cmd := &cobra.Command{
		Use:   "domains DOMAIN...",
		Short: "List the slips that people are likeliest to make of a domain",
		Long: `Examples:
  typoaudit domains corp.example
  typoaudit domains --top 20 -f csv corp.example partner.example

domains lists what people are likeliest to type for a domain, most likely first:
to register it before somebody else does, or to block mail to it. SHARE is the
part of all slips of the domain that is expected to be this one.

EXIT STATUS
  0  listed
  2  usage`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if top < 1 {
				return fmt.Errorf("--top %d: at least 1", top)
			}
			names, err := domainNames("domains", args)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			o := report.Options{Width: e.width(), Unicode: e.unicode()}
			if err := report.Slips(&b, format, result.Slips(names, top), o); err != nil {
				return err
			}
			_, err = e.stdout.Write(b.Bytes())
			return err
		},
	}
	f := cmd.Flags()
	f.IntVar(&top, "top", 100, "list the `N` likeliest of each domain")
	f.StringVarP(&format, "format", "f", "table", "table, csv or json")
	return cmd
}
