package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
)

// MailOptions say how a report is mailed. They come from the configuration;
// nothing of a log gets into a header but numbers and days.
type MailOptions struct {
	From       string
	To         []string
	Date       time.Time
	MessageID  string         // without angle brackets, as MailID makes it
	References []string       // the same, as MailThread makes it
	Attach     []string       // names of formats
	Location   *time.Location // in which days are told; nil is UTC
	// Incomplete marks a report of which part of the input is missing.
	Incomplete bool
	// Report is where the report in JSON is, for the commands that the mail
	// offers; "" if nobody wrote it.
	Report string
}

// Mail composes a report as a mail: text and HTML alternatives (RFC 2046
// section 5.1.4), and the report itself attached. It has no image, script, link
// or remote content, and is sent when nothing was found too, because silence is
// ambiguous.
func Mail(r *result.Result, o MailOptions) (*gomail.Msg, error) {
	view := newMailView(r, o)
	body, err := view.html()
	if err != nil {
		return nil, fmt.Errorf("compose the mail: %w", err)
	}
	m, err := envelope(o.From, o.To)
	if err != nil {
		return nil, err
	}
	m.Subject(MailSubject(r, o))
	m.SetDateWithValue(o.Date)
	m.SetMessageIDWithValue(o.MessageID)
	if len(o.References) > 0 {
		m.SetGenHeader("References", "<"+strings.Join(o.References, "> <")+">")
		m.SetGenHeader("In-Reply-To", "<"+o.References[len(o.References)-1]+">")
	}
	m.SetBodyString(gomail.TypeTextPlain, view.text())
	m.AddAlternativeString(gomail.TypeTextHTML, body)
	for _, name := range o.Attach {
		if err := attach(m, name, r, o); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// envelope begins a mail that no program answers (RFC 3834 section 5).
func envelope(from string, to []string) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(from); err != nil {
		return nil, fmt.Errorf("mail from %q: %w", from, err)
	}
	if err := m.To(to...); err != nil {
		return nil, fmt.Errorf("mail to %q: %w", to, err)
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All") // Exchange, MS-OXCMAIL section 2.2.3.2.14
	return m, nil
}

// attach adds the report in a format.
func attach(m *gomail.Msg, name string, r *result.Result, o MailOptions) error {
	f, err := ByName(name)
	if err != nil {
		return fmt.Errorf("attach to the mail: %w", err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r, Options{Unicode: true, Location: o.Location}); err != nil {
		return fmt.Errorf("attach %s to the mail: %w", name, err)
	}
	file := "typoaudit-" + o.Date.Format(time.DateOnly) + f.Extensions()[0]
	return m.AttachReader(file, &b, gomail.WithFileContentType(mediaType(f)))
}

// mediaType is that of a format's files.
func mediaType(f Format) gomail.ContentType {
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

// MailSubject is the subject of a report, made of fixed words and numbers.
func MailSubject(r *result.Result, o MailOptions) string {
	text := "typoaudit: " + subject(r)
	if from, to := r.Window.From, r.Window.To; from != nil && to != nil {
		text += " — " + daysOnly(from.In(location(o.Location)), to.In(location(o.Location)))
	}
	if o.Incomplete {
		text = "[incomplete] " + text
	}
	return text
}

func subject(r *result.Result) string {
	t, c := &r.Totals, &r.Coverage
	switch {
	case t.Lookalikes == 0 && c.Outbound == 0:
		return "nothing was audited"
	case t.Lookalikes == 0:
		return "no misdirected mail in " + grouped(c.Outbound)
	}
	text := count(int64(t.Senders), "sender", "senders") + ", "
	switch arrived := t.Arrived.Yes; {
	case arrived > 0:
		text += count(arrived, "misdirected mail", "misdirected mails") + " arrived"
	case t.Arrived.Maybe+t.Arrived.Unknown > 0:
		text += count(t.Messages, "misdirected mail", "misdirected mails") + ", none known to have arrived"
	default:
		text += count(t.Messages, "misdirected mail", "misdirected mails") + ", none arrived"
	}
	if r.Trend != nil && r.Trend.NewMessages > 0 {
		text += " (" + grouped(r.Trend.NewMessages) + " new)"
	}
	return text
}

// daysOnly writes a span of days, without its year if it is one.
func daysOnly(from, to time.Time) string {
	text := days(from, to, "–")
	if from.Year() == to.Year() {
		text = strings.TrimSuffix(text, to.Format(" 2006"))
	}
	return text
}

func location(l *time.Location) *time.Location {
	if l == nil {
		return time.UTC
	}
	return l
}

// MailThread names the thread of all reports that go from one address to the
// same people: the root that each of them refers to (RFC 5322 section 3.6.4).
func MailThread(from string, to []string) string {
	return "report." + digest(append([]string{from}, to...)...) + "@" + hostOf(from)
}

// MailID names one report, the same if it is made again at the same time.
func MailID(r *result.Result, from string, to []string) string {
	parts := append([]string{r.GeneratedAt.UTC().Format(time.RFC3339Nano), from}, to...)
	return r.GeneratedAt.UTC().Format("20060102.150405.") + digest(parts...) + "@" + hostOf(from)
}

// digest shortens texts to a name.
func digest(parts ...string) string {
	const bytes = 10
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:bytes])
}

// hostOf is the domain of an address that a configuration gave.
func hostOf(address string) string {
	if a, err := mail.ParseAddress(address); err == nil {
		address = a.Address
	}
	if i := strings.LastIndexByte(address, '@'); i >= 0 && isPlainDomain(strings.ToLower(address[i+1:])) {
		return strings.ToLower(address[i+1:])
	}
	return "typoaudit.invalid" // RFC 6761 section 6.4
}

// WriteMail writes a mail as a file that is the same for the same mail. go-mail
// draws the boundaries of the parts at random and takes a single one from
// outside: here they become numbers behind the mail's own name. No other part
// of a mail can hold "boundary=": bodies and headers that may are encoded.
func WriteMail(w io.Writer, m *gomail.Msg) error {
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return fmt.Errorf("write the mail: %w", err)
	}
	out := b.Bytes()
	found := regexp.MustCompile(`boundary=([0-9a-f]{60})`).FindAllSubmatch(out, -1)
	for i, f := range found {
		out = bytes.ReplaceAll(out, bytes.Clone(f[1]), fmt.Appendf(nil, "%s-%d", digest(m.GetMessageID()), i+1))
	}
	_, err := w.Write(out)
	return err
}
