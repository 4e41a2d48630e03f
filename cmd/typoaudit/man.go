package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/manual"
)

// manDate is the date of manual pages that are made without
// SOURCE_DATE_EPOCH: the same input must make the same package.
const manDate = "2026-11-23"

// manName is the name of the command that writes the pages of all.
const manName = "man"

// isMan reports whether the command line may be that of man.
func isMan(args []string) bool { return slices.Contains(args, manName) }

func newManCmd(e *env) *cobra.Command {
	var cmd *cobra.Command
	cmd = e.command(spec{
		use:   manName + " FOLDER",
		short: "Write the manual pages, for packages",
		exit:  "0  written\n2  usage, or a page could not be written",
		args:  oneArg("FOLDER"),
		run:   func(_ context.Context, _ *config.Settled, args []string) error { return runMan(e, cmd.Root(), args[0]) },
	})
	cmd.Hidden = true
	return cmd
}

func runMan(e *env, root *cobra.Command, folder string) error {
	date, err := buildDate(e.getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", folder, failure.Plain(err))
	}
	for _, p := range manPages(root) {
		p.Title, p.Date, p.Source = strings.ToUpper(p.Name), date, "typoaudit"
		if err := writePage(folder, &p); err != nil {
			return err
		}
	}
	return nil
}

// manPages are the pages of the commands and of the topics.
func manPages(root *cobra.Command) (pages []manual.Page) {
	var add func(*cobra.Command)
	add = func(c *cobra.Command) {
		pages = append(pages, commandPage(c))
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				add(sub)
			}
		}
	}
	add(root)
	for _, name := range topicNames() {
		pages = append(pages, topicPage(topic(name)))
	}
	return pages
}

// pageName is the name of the page of a command.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// commandPage is the page of a command, in the sections of man-pages(7).
func commandPage(cmd *cobra.Command) manual.Page {
	section := func(title string) manual.Block { return manual.Heading{Level: 2, Text: title} }
	blocks := []manual.Block{section("Synopsis"), manual.Code{Lines: []string{usageOf(cmd)}}, section("Description")}
	if long := longOf(cmd); len(long) > 0 {
		blocks = append(blocks, long...)
	} else {
		blocks = append(blocks, manual.Paragraph{Text: cmd.Short + "."})
	}
	blocks = append(blocks, commandsOf(cmd)...)
	blocks = append(blocks, section("Options"))
	for _, g := range flagsInGroups(cmd) {
		blocks = append(blocks, manual.Heading{Level: 3, Text: g.title}, g.list)
	}
	if exits := exitsOf(cmd); len(exits) > 0 {
		blocks = append(blocks, section("Exit status"), exits)
	}
	if config.HasFileFlag(cmd.Flags()) {
		blocks = append(blocks, section("Environment"), manual.Paragraph{Text: "Each flag has a variable: TYPOAUDIT_ and its name in capitals, with _ for -, such as TYPOAUDIT_MIN_CONFIDENCE. NO_COLOR, TERM and LANG are heeded."},
			section("Files"), manual.Definitions{{Term: "$XDG_CONFIG_HOME/typoaudit/config.toml, /etc/typoaudit/typoaudit.toml", Text: "The configuration, typoaudit.toml(5)."}})
	}
	if cmd.Example != "" {
		blocks = append(blocks, section("Examples"), manual.Code{Lines: strings.Split(cmd.Example, "\n")})
	}
	blocks = append(blocks, section("See also"), manual.Paragraph{Text: strings.Join(related(cmd), ", ") + "."})
	return manual.Page{Name: pageName(cmd), Section: 1, Summary: strings.ToLower(cmd.Short[:1]) + cmd.Short[1:], Blocks: blocks}
}

// related are the pages that the page of a command refers to: those of the command above
// it, of those below it, and of topics.
func related(cmd *cobra.Command) (pages []string) {
	if cmd.HasParent() {
		pages = append(pages, pageName(cmd.Parent())+"(1)")
	}
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			pages = append(pages, pageName(c)+"(1)")
		}
	}
	for _, name := range topicNames() {
		if !cmd.HasParent() || cmd.Name() == name || slices.Contains([]string{"formats", "config"}, name) {
			p := topicPage(topic(name))
			pages = append(pages, fmt.Sprintf("%s(%d)", p.Name, p.Section))
		}
	}
	return pages
}

// topicPage is the page of a topic. Those about a file are of section 5.
func topicPage(d *manual.Document) manual.Page {
	p := manual.Page{Name: "typoaudit-" + d.Name, Section: 7, Summary: d.Summary, Blocks: d.Blocks}
	switch d.Name {
	case "config":
		p.Name, p.Section = "typoaudit.toml", 5
	case "ignore":
		p.Section = 5
	}
	return p
}

func writePage(folder string, p *manual.Page) error {
	path := filepath.Join(folder, fmt.Sprintf("%s.%d", p.Name, p.Section))
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, failure.Plain(err))
	}
	return nil
}

// buildDate reads SOURCE_DATE_EPOCH (reproducible-builds.org).
func buildDate(epoch string) (time.Time, error) {
	if epoch == "" {
		return time.Parse(time.DateOnly, manDate)
	}
	n, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, errors.New("SOURCE_DATE_EPOCH is no number of seconds")
	}
	return time.Unix(n, 0).UTC(), nil
}
