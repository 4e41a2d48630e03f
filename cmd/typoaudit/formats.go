package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func newFormatsCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "List the formats that can be read",
		Long: `Examples:
  typoaudit formats
  typoaudit scan --input-format postfix maillog

The format of a source is told by its content. --input-format NAME overrides it.

EXIT STATUS
  0  always`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
			seen := map[string]bool{} // a server that writes its log itself or through syslog has two
			list := func(name, title string) {
				if !seen[name] {
					seen[name] = true
					fmt.Fprintf(w, "%s\t%s\n", name, title)
				}
			}
			for _, b := range bodies() {
				list(b.Name(), b.Title())
			}
			for _, f := range formats(nil) {
				list(f.Name(), f.Title())
			}
			return w.Flush()
		},
	}
}
