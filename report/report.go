// Package report writes a Result: one file a format. It computes nothing; a
// format that needs a figure gets it from the Result.
//
//	table  for people: headline, ranking fitted to the terminal, coverage
//	csv    for spreadsheets: a header and a row a sender, lookalike or delivery
//	json   for programs: the Result as it is
//	jsonl  the same, one delivery a line
//	html   one file for browsers: figures, charts, rankings, deliveries
//	markdown  for tickets and wikis
//	ecs, ocsf  for a SIEM: one event a delivery, in JSON lines
//
// A Template writes what an organisation wants instead.
// Mail composes the mail that a regular run sends.
//
// What came from a log or mailbox is made harmless here, by medium: SafeText
// for text, a leading ' for formulas in CSV, escapes in JSON.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A Format writes results in one form.
type Format interface {
	// Name is the word for --format.
	Name() string
	// Extensions are those of files in this form, with their dots.
	Extensions() []string
	Write(w io.Writer, r *result.Result, o Options) error
}

// By is what a row of a table or CSV is.
type By string

// The rows.
const (
	BySender    By = "sender"
	ByLookalike By = "lookalike"
	ByDelivery  By = "delivery"
)

// ParseBy reads the word of --by.
func ParseBy(s string) (By, error) {
	if b := By(s); slices.Contains([]By{BySender, ByLookalike, ByDelivery}, b) {
		return b, nil
	}
	return "", fmt.Errorf("--by %s: sender, lookalike or delivery", s)
}

// Options say how a report looks. They come from the terminal, which this
// package does not know. The zero Options are those of a pipe: rows by sender,
// ASCII, all columns, RFC 3339 times.
type Options struct {
	By    By
	Width int  // of the terminal in columns, 0 if there is none
	Color bool // escape sequences for colour (ECMA-48 SGR)
	// Unicode allows more than ASCII, in UTF-8. Without it the table shows
	// every other character by its number.
	Unicode  bool
	Now      time.Time      // for "3 days ago"; zero leaves that out
	Location *time.Location // in which days are told; nil is UTC
	Verbose  int            // from 1 on the table tells of each source
}

// Formats are all there are.
func Formats() []Format {
	return []Format{Table{}, CSV{}, JSON{}, JSONL{}, HTML{}, Markdown{}, ECS{}, OCSF{}}
}

// Names are those of all formats, for help and completion.
func Names() (names []string) {
	for _, f := range Formats() {
		names = append(names, f.Name())
	}
	return names
}

// ByName returns the format of a name.
func ByName(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name() == name {
			return f, nil
		}
	}
	return nil, fmt.Errorf("--format %s: no such format; there are %s", name, strings.Join(Names(), ", "))
}

// ByExtension returns the format of a file's extension.
func ByExtension(ext string) (Format, bool) {
	for _, f := range Formats() {
		if slices.Contains(f.Extensions(), strings.ToLower(ext)) {
			return f, true
		}
	}
	return nil, false
}
