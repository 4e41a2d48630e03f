package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/manual"
)

// manDate is the date of manual pages that are made without
// SOURCE_DATE_EPOCH: the same input must make the same package.
const manDate = "2026-11-23"

func newManCmd(e *env) *cobra.Command {
	var cmd *cobra.Command
	cmd = e.command(spec{
		use:   "man FOLDER",
		short: "Write the manual pages, for packages",
		args:  cobra.ExactArgs(1),
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
	for _, name := range topicNames() {
		if err := writeTopicPage(folder, topic(name), date); err != nil {
			return err
		}
	}
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Title: "TYPOAUDIT", Section: "1", Date: &date, Source: "typoaudit"}, folder)
}

// topicPages are the topics that are about a file, with the names and the sections of
// their pages. The others are of section 7, below the name of the program.
var topicPages = map[string]manual.Page{
	"config": {Name: "typoaudit.toml", Section: 5},
	"ignore": {Name: "typoaudit-ignore", Section: 5},
}

// writeTopicPage writes the manual page of a topic.
func writeTopicPage(folder string, d *manual.Document, date time.Time) error {
	p := topicPages[d.Name]
	if p.Section == 0 {
		p = manual.Page{Name: "typoaudit-" + d.Name, Section: 7}
	}
	p.Title, p.Date, p.Source = strings.ToUpper(p.Name), date, "typoaudit"
	p.Summary, p.Blocks = d.Summary, d.Blocks
	return writePage(folder, &p)
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
