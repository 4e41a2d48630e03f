package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A switchValue hides from pflag that a flag is a switch. Since version 1.1 its
// help would write each as --new[=true|false], which moves all descriptions 13
// columns to the right.
type switchValue struct{ pflag.Value }

// helpWithPlainSwitches makes the help of root and of all its commands list a
// switch by its name alone. It is done when the help is shown, since cobra adds
// flags of its own until then.
func helpWithPlainSwitches(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "bool" {
				f.Value = switchValue{f.Value}
			}
		})
		help(cmd, args)
	})
}
