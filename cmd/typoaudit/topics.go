package main

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/manual"
)

// topicFiles are the topics of the help, which the README links to.
//
//go:embed help/*.md
var topicFiles embed.FS

// topicNames are the names of the topics, in their order.
func topicNames() (names []string) {
	files, _ := fs.Glob(topicFiles, "help/*.md") // fails for a wrong pattern alone
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".md"))
	}
	return names
}

// topic returns the topic of a name, nil if there is none.
func topic(name string) *manual.Document {
	text, err := topicFiles.ReadFile("help/" + name + ".md")
	if err != nil {
		return nil
	}
	return manual.Parse(string(text))
}

// newHelpCmd takes the place of cobra's: it knows topics. Where a command has the name
// of a topic, the topic is shown: the command has --help.
func newHelpCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Show the help of a command, or a topic",
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			names := append(commandNames(cmd.Root()), topicNames()...)
			slices.Sort(names)
			return slices.Compact(names), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && topic(args[0]) != nil {
				terminal := manual.Terminal{Width: e.width(), Color: e.colored()}
				return terminal.Write(e.stdout, topic(args[0]))
			}
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownHelp(cmd.Root(), args)
			}
			return found.Help()
		},
	}
}

// unknownHelp is the error of words that are neither a command nor a topic.
func unknownHelp(root *cobra.Command, args []string) error {
	word := strings.Join(args, " ")
	err := fmt.Errorf("help %s: no such command or topic", word)
	if k := nearest(word, append(commandNames(root), topicNames()...)); k != "" {
		return failure.WithHint(err, fmt.Sprintf("did you mean %q?", root.Name()+" help "+k))
	}
	return failure.WithHint(err, fmt.Sprintf("%q lists them", root.Name()+" help"))
}
