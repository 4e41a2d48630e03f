package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/manual"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/barracuda"
	"github.com/typoaudit/typoaudit/parsers/format/chasquid"
	"github.com/typoaudit/typoaudit/parsers/format/courier"
	"github.com/typoaudit/typoaudit/parsers/format/dma"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/parsers/format/exchange"
	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/format/google"
	"github.com/typoaudit/typoaudit/parsers/format/haraka"
	"github.com/typoaudit/typoaudit/parsers/format/ironport"
	"github.com/typoaudit/typoaudit/parsers/format/kerio"
	"github.com/typoaudit/typoaudit/parsers/format/maddy"
	"github.com/typoaudit/typoaudit/parsers/format/maildir"
	"github.com/typoaudit/typoaudit/parsers/format/mbox"
	"github.com/typoaudit/typoaudit/parsers/format/messagetrace"
	"github.com/typoaudit/typoaudit/parsers/format/mox"
	"github.com/typoaudit/typoaudit/parsers/format/msmtp"
	"github.com/typoaudit/typoaudit/parsers/format/nullmailer"
	"github.com/typoaudit/typoaudit/parsers/format/opensmtpd"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/qmail"
	"github.com/typoaudit/typoaudit/parsers/format/sendmail"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/format/smtplog"
	"github.com/typoaudit/typoaudit/parsers/format/stalwart"
	"github.com/typoaudit/typoaudit/parsers/format/symantec"
	"github.com/typoaudit/typoaudit/parsers/format/table"
)

// bodies are the mail servers whose lines are read in a syslog.
func bodies() []syslog.Body {
	return []syslog.Body{
		barracuda.Body{}, // before Postfix: an instance of that may be called "outbound" as well
		opensmtpd.Body{}, postfix.Body{}, exim.Body{}, sendmail.Body{}, courier.Body{}, maddy.Body{}, mox.Body{}, chasquid.Body{},
		stalwart.Body{}, kerio.Body{}, symantec.Body{}, dma.Body{}, msmtp.Body{}, nullmailer.Body{},
	}
}

// formats are all that can be read, in the order in which `formats` lists them.
func formats(columns map[string]string) []parsers.Format {
	all := []parsers.Format{
		syslog.Format{Bodies: bodies()},
		syslog.ExportFormat{Bodies: bodies()},
		syslog.CollectedFormat{Bodies: bodies(), Columns: collectedColumns(columns)},
		exim.Format{},
		qmail.Format{},
		haraka.Format{},
		ironport.Format{},
		smtplog.Format{},
		syslog.Unwrapped{UntaggedStream: qmail.Format{}},
		syslog.Unwrapped{UntaggedStream: haraka.Format{}},
		syslog.Unwrapped{UntaggedStream: ironport.Format{}},
		exchange.Format(),
		google.Format(),
		google.BigQuery(),
		mbox.Format{},
		maildir.Format{},
		maildir.EML{},
	}
	all = append(all, messagetrace.Formats()...)
	all = append(all, events.Formats()...)
	return append(all, table.CSV{Map: columns}, table.JSONL{Map: columns}, table.JSON{Map: columns})
}

// collectedColumns are those of the map that name where a line and its parts
// stand.
func collectedColumns(columns map[string]string) map[string]string {
	if columns["message"] == "" {
		return nil
	}
	return columns
}

func newFormatsCmd(e *env) *cobra.Command {
	return e.command(spec{
		use:   "formats",
		short: "List the formats that can be read",
		examples: `typoaudit formats
typoaudit scan --input-format postfix maillog`,
		long: `The format of a source is recognised by its content. --input-format NAME overrides it.`,
		exit: `0  always`,
		args: noArgs,
		run:  func(context.Context, *config.Settled, []string) error { return printFormats(e) },
	})
}

// listFormats gives the name and the title of each format.
func listFormats(list func(name, title string)) {
	seen := map[string]bool{} // a server that writes its log itself or through syslog has two
	once := func(name, title string) {
		if !seen[name] {
			seen[name] = true
			list(name, title)
		}
	}
	for _, b := range bodies() {
		once(b.Name(), b.Title())
	}
	for _, f := range formats(nil) {
		once(f.Name(), f.Title())
	}
}

func printFormats(e *env) error {
	if width := e.width(); width > 0 {
		var list manual.Definitions
		listFormats(func(name, title string) { list = append(list, manual.Definition{Term: name, Text: title}) })
		return manual.Terminal{Width: width, Color: e.colored()}.Write(e.stdout, &manual.Document{Blocks: []manual.Block{list}})
	}
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	listFormats(func(name, title string) { fmt.Fprintf(w, "%s\t%s\n", name, title) })
	return w.Flush()
}
