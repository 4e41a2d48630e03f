package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// manDate is the date of manual pages that are made without
// SOURCE_DATE_EPOCH: the same input must make the same package.
const manDate = "2026-11-23"

func newManCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:    "man FOLDER",
		Short:  "Write the manual pages, for packages",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			date, err := buildDate(e.getenv("SOURCE_DATE_EPOCH"))
			if err != nil {
				return err
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make %s: %w", args[0], plainError(err))
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Title: "TYPOAUDIT", Section: "1", Date: &date, Source: "typoaudit"}, args[0])
		},
	}
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
