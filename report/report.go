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
// A Template writes the text that an organisation wants instead. The mail of a
// regular run is composed by report/mail, and the rules by which a mail server
// refuses mail to lookalikes are written by report/block.
//
// What came from a log or mailbox is made harmless by internal/safe: SafeText
// for text, a leading ' for formulas in CSV, escapes in JSON.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// A Format writes results in one form.
type Format interface {
	// Name is the word for --format.
	Name() string
	// Extensions are those of files in this form, with their dots.
	Extensions() []string
	Write(w io.Writer, r *result.Result, o Options) error
}

// By says which rows a table or CSV has.
type By string

// The rows.
const (
	BySender    By = "sender"
	ByLookalike By = "lookalike"
	ByDelivery  By = "delivery"
)

// ParseBy returns the rows that a word of --by names.
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
	Location *time.Location // of the days; nil is UTC
	Verbose  int            // from 1 on the table lists each source and all problems
	Top      int            // rows of the table, 0 for all
	Again    Again
}

// Again are the commands that show more of what was audited, as they can be given to a
// shell. Without them the table names none of its own paths.
type Again struct {
	Check func(domain string) string // says why a domain is reported; "" where none does
	Rows  func(by By) string         // shows other rows
}

func (a *Again) check(domain string) string {
	if a.Check == nil {
		return "typoaudit check " + domain + " --log LOG"
	}
	return a.Check(domain)
}

func (a *Again) rows(by By) string {
	if a.Rows == nil {
		return "typoaudit scan --by " + string(by) + " LOG"
	}
	return a.Rows(by)
}

// rows are those that By asks for.
func (o Options) rows() By {
	if o.By == "" {
		return BySender
	}
	return o.By
}

// width is that of the terminal, 0 if there is none.
func (o Options) width() int {
	if o.Width <= 0 {
		return 0
	}
	return max(o.Width, layout.Narrowest)
}

func (o Options) pen() layout.Pen { return layout.Pen{Unicode: o.Unicode, Color: o.Color} }

func (o Options) clock() words.Clock {
	return words.Clock{Now: o.Now, Location: words.Location(o.Location), Terminal: o.Width > 0}
}

// reader is the one at the terminal or pipe.
func (o Options) reader() summary.Reader {
	return summary.Reader{Pen: o.pen(), Clock: o.clock(), Verbose: o.Verbose > 0, CanAsk: true}
}

func (o Options) page(w io.Writer) *layout.Page { return layout.NewPage(w, o.width()) }

// SafeText returns s as a terminal may show it: what is not printable (control
// characters, escape sequences, bidirectional, zero-width and other invisible
// characters, line and paragraph separators, bytes that are not UTF-8) is shown
// as \x1b or \u202e. Log lines and mailboxes hold what strangers wrote.
func SafeText(s string) string { return safe.Text(s) }

// ShellWord returns s as a word of a shell's command line.
func ShellWord(s string) string { return safe.ShellPath(s) }

// Formats returns all formats.
func Formats() []Format {
	return []Format{Table{}, CSV{}, JSON{}, JSONL{}, HTML{}, Markdown{}, ECS{}, OCSF{}}
}

// Names returns those of all formats, for help and completion.
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

// Extensions returns those of all formats, with their dots.
func Extensions() (all []string) {
	for _, f := range Formats() {
		all = append(all, f.Extensions()...)
	}
	return all
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
