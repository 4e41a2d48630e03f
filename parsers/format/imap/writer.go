package imap

import (
	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// sentFields are what is asked for of sent mail: who wrote to whom, when, and
// which message it is. The server repeats the list in each answer.
func sentFields() []string {
	return []string{
		"From", "Sender", "To", "Cc", "Bcc", "Date", "Message-ID",
		"Resent-From", "Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Date",
	}
}

// A phase is what is asked for of messages.
type phase uint8

const (
	phaseHeaders phase = iota
	phaseReports       // of received messages that report of others: the body as well
)

// fetchOptions ask, by PEEK, which sets no flag (RFC 9051 section 6.4.5).
func (f *folder) fetchOptions() *imap.FetchOptions {
	fields := sentFields()
	if f.context {
		fields = message.Fields()
	}
	sections := []*imap.FetchItemBodySection{{Specifier: imap.PartSpecifierHeader, HeaderFields: fields, Peek: true}}
	if f.phase == phaseReports {
		sections = append(sections, &imap.FetchItemBodySection{Specifier: imap.PartSpecifierText, Peek: true, Partial: &imap.SectionPartial{Size: message.MaxReportBody}})
	}
	return &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true, BodySection: sections}
}

// share is how many bytes a message may bring to an answer, on average.
func (f *folder) share() int64 {
	if f.phase == phaseReports {
		return messageShare + message.MaxReportBody
	}
	return messageShare
}

// A writer turns messages of a folder into deliveries. It is not safe for
// concurrent use.
type writer struct {
	folder  *folder
	mail    message.Mail
	reader  *message.Reader
	reports []uint32 // messages whose bodies are wanted
	bytes   int64
	n       int
}

func newWriter(f *folder, sink parsers.Sink) *writer {
	w := &writer{folder: f, reader: message.NewReader(sink)}
	w.mail.Role, w.mail.Context = message.RoleSent, f.context
	if f.context {
		w.mail.Role = message.RoleReceived
	}
	return w
}

// add tells the deliveries of a message. One that reports of others is read
// when its body is there.
func (w *writer) add(m *fetched) {
	w.n++
	if w.folder.context && w.folder.phase == phaseHeaders && message.IsReport(m.header) {
		w.reports = append(w.reports, m.uid)
		return
	}
	w.bytes += m.size
	w.mail.Header, w.mail.Body, w.mail.Size, w.mail.Stored = m.header, m.body, m.size, m.received
	w.mail.Origin = parsers.Origin{Source: w.folder.index, Line: int64(m.uid)}
	if !w.reader.Read(&w.mail) {
		w.reader.Tally.Bad(w.mail.Origin, "neither a sender nor a recipient")
	}
}

// flush adds what was counted to what is told of the folder.
func (w *writer) flush() {
	f := w.folder
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out.Tally.Merge(w.reader.Tally)
	f.out.Bytes += w.bytes
	f.reports = append(f.reports, w.reports...)
	if f.phase == phaseHeaders {
		f.o.Progress.received(w.n)
	}
	w.reader.Tally = parsers.Tally{}
	w.reports, w.bytes, w.n = w.reports[:0], 0, 0
}
