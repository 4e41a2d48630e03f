package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
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
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Title: "TYPOAUDIT", Section: "1", Date: &date, Source: "typoaudit"}, folder)
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
