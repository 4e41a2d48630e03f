package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/manual"
)

// writeHelp shows the help of a command.
func (e *env) writeHelp(cmd *cobra.Command) {
	terminal := manual.Terminal{Width: e.width(), Color: e.colored()}
	// Nobody could be told that standard output is closed.
	_ = terminal.Write(e.stdout, &manual.Document{Blocks: helpOf(cmd)})
}

// helpOf returns the help of a command: what it does, how it is called, its flags in
// groups, and last the exit statuses.
func helpOf(cmd *cobra.Command) []manual.Block {
	blocks := []manual.Block{manual.Paragraph{Text: cmd.Short + "."}, manual.Heading{Level: 2, Text: "Usage"}, manual.Code{Lines: []string{usageOf(cmd)}}}
	if cmd.Example != "" {
		blocks = append(blocks, manual.Heading{Level: 2, Text: "Examples"}, manual.Code{Lines: strings.Split(cmd.Example, "\n")})
	}
	blocks = append(blocks, longOf(cmd)...)
	blocks = append(blocks, commandsOf(cmd)...)
	for _, g := range flagsInGroups(cmd) {
		blocks = append(blocks, manual.Heading{Level: 2, Text: g.title}, g.list)
	}
	if exits := exitsOf(cmd); len(exits) > 0 {
		blocks = append(blocks, manual.Heading{Level: 2, Text: "Exit status"}, exits)
	}
	return blocks
}

// usageOf is how a command is called.
func usageOf(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [flags]"
	}
	if strings.Contains(cmd.UseLine(), "[flags]") {
		return cmd.UseLine()
	}
	return cmd.UseLine() + " [flags]"
}

// longOf is the text of a command.
func longOf(cmd *cobra.Command) []manual.Block { return manual.Parse(cmd.Long).Blocks }

// commandsOf lists the commands below one, and for the whole program the topics.
func commandsOf(cmd *cobra.Command) (blocks []manual.Block) {
	var list manual.Definitions
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			list = append(list, manual.Definition{Term: c.Name(), Text: c.Short})
		}
	}
	if len(list) > 0 {
		blocks = append(blocks, manual.Heading{Level: 2, Text: "Commands"}, list)
	}
	if !cmd.HasParent() {
		var list manual.Definitions
		for _, name := range topicNames() {
			list = append(list, manual.Definition{Term: name, Text: topic(name).Summary})
		}
		blocks = append(blocks, manual.Heading{Level: 2, Text: "Topics"}, manual.Paragraph{Text: "`typoaudit help TOPIC` shows one:"}, list)
	}
	return blocks
}

// exitsOf lists the exit statuses of a command.
func exitsOf(cmd *cobra.Command) (list manual.Definitions) {
	for line := range strings.SplitSeq(cmd.Annotations[exitAnnotation], "\n") {
		status, meaning, isNew := strings.Cut(line, "  ")
		switch {
		case isNew && status != "":
			list = append(list, manual.Definition{Term: status, Text: meaning})
		case len(list) > 0:
			list[len(list)-1].Text += " " + strings.TrimSpace(line)
		}
	}
	return list
}

// A flagGroup is what flags have in common.
type flagGroup struct {
	title string
	names []string
}

// flagGroups are the groups in the order in which help lists them. A flag that is in none
// is what its command is about, and comes first.
func flagGroups() []flagGroup {
	return []flagGroup{
		{"Server and login", []string{"host", "port", "tls", "ca-file", "user", "users-file", "master-separator", "password-file", "password-command", "password-credential", "token-file", "token-command", "oauth"}},
		{"What to read", []string{"sent", "mailbox", "skip-mailbox", "context", "aliases", "expect", "since", "until", "window", "input-format", "map", "tz", "year", "date-order", "jobs", "timeout", "max-time"}},
		{"Whose mail", []string{"internal", "all-senders", "smarthost"}},
		{"Verdict", []string{"protect", "reference", "min-confidence", "content", "ignore-file", "fail-on"}},
		{"Output", []string{"partial", "format", "output", "by", "top", "template", "subjects", "pseudonymize", "notice-language", "metrics", "dry-run", "quiet", "verbose", "color", "progress"}},
		{"History", []string{"state", "new", "retention-days", "save-every", "learn-every"}},
		{"General", []string{"config", "tenant", "help", "version"}},
	}
}

// fewFlags is how many flags are listed without groups.
const fewFlags = 7

// A groupOfFlags is a group of the flags that a command has.
type groupOfFlags struct {
	title string
	list  manual.Definitions
}

// flagsInGroups returns the flags of a command in their groups.
func flagsInGroups(cmd *cobra.Command) (groups []groupOfFlags) {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	var all []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			all = append(all, f)
		}
	})
	if len(all) <= fewFlags {
		return []groupOfFlags{{"Flags", listed(all)}}
	}
	grouped := map[string]bool{}
	for _, g := range flagGroups() {
		var flags []*pflag.Flag
		for _, name := range g.names {
			if f := cmd.Flags().Lookup(name); f != nil {
				flags = append(flags, f)
				grouped[name] = true
			}
		}
		if len(flags) > 0 {
			groups = append(groups, groupOfFlags{g.title, listed(flags)})
		}
	}
	own := slices.DeleteFunc(all, func(f *pflag.Flag) bool { return grouped[f.Name] })
	if len(own) == 0 {
		return groups
	}
	return append([]groupOfFlags{{"Flags", listed(own)}}, groups...)
}

func listed(flags []*pflag.Flag) (list manual.Definitions) {
	for _, f := range flags {
		value, usage := pflag.UnquoteUsage(f)
		term := "    --" + f.Name
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" {
			term += " " + value
		}
		list = append(list, manual.Definition{Term: term, Text: usage + presetOf(f)})
	}
	return list
}

// presetOf says what a flag is without being given, unless that is nothing or the text
// says it.
func presetOf(f *pflag.Flag) string {
	if slices.Contains([]string{"", "0", "[]", "false", "0s"}, f.DefValue) {
		return ""
	}
	return fmt.Sprintf(" (default: %s)", strings.TrimSuffix(strings.TrimSuffix(f.DefValue, "0s"), "0m"))
}
