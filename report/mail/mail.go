// Package mail composes the mail of a regular run, which carries the report, and
// the notes to those whose mail was misdirected. It sends nothing.
package mail

import (
	"bytes"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report"
)

// Options say how a report is mailed, or a note. They come from the
// configuration: nothing of a log gets into a header but numbers and days.
type Options struct {
	From       string
	To         []string
	Date       time.Time
	MessageID  string         // without angle brackets, as ID makes it
	References []string       // the same, as Thread makes it
	Attach     []string       // names of formats
	Location   *time.Location // of the days; nil is UTC
	// Report is where the report in JSON is, for the commands that the mail
	// offers; "" if nobody wrote it.
	Report  string
	Contact string // whom the reader of a note may ask
	// Config is the path of the configuration of the run, for the same; "" for none.
	Config string
	// Tenant is whose part of it the run was for, a word without blanks; "" for none.
	Tenant string
}

// Compose makes a mail of a report: text and HTML alternatives (RFC 2046
// section 5.1.4), and the report itself attached. It has no image, script, link
// or remote content, and is sent when nothing was found too, because silence is
// ambiguous.
func Compose(r *result.Result, o Options) (*gomail.Msg, error) {
	v := newView(r, o)
	page, err := v.html()
	if err != nil {
		return nil, fmt.Errorf("compose the mail: %w", err)
	}
	text, err := v.text()
	if err != nil {
		return nil, fmt.Errorf("compose the mail: %w", err)
	}
	m, err := envelope(o.From, o.To)
	if err != nil {
		return nil, err
	}
	m.Subject(encodedWords(Subject(r, o)))
	inThread(m, &o)
	m.SetBodyString(gomail.TypeTextPlain, text)
	m.AddAlternativeString(gomail.TypeTextHTML, page)
	for _, name := range o.Attach {
		if err := attach(m, name, r, o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// attach adds the report in a format.
func attach(m *gomail.Msg, name string, r *result.Result, o Options) error {
	f, err := report.ByName(name)
	if err != nil {
		return fmt.Errorf("attach to the mail: %w", err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r, report.Options{Unicode: true, Location: o.Location}); err != nil {
		return fmt.Errorf("attach %s to the mail: %w", name, err)
	}
	file := "typoaudit-" + o.Date.Format(time.DateOnly) + f.Extensions()[0]
	return m.AttachReader(file, &b, func(a *gomail.File) {
		// As a header: else the library reads the table of this machine, whatever is in it.
		a.Header.Set("Content-Type", fmt.Sprintf("%s; name=%q", mediaType(f), file))
	})
}

// mediaType is that of a format's files.
func mediaType(f report.Format) gomail.ContentType {
	switch f.Name() {
	case "csv":
		return "text/csv"
	case "json":
		return "application/json"
	case "html":
		return gomail.TypeTextHTML
	}
	return gomail.TypeTextPlain
}
