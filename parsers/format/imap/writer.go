package imap

import (
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// A phase is which part of the messages is asked for.
type phase uint8

const (
	phaseHeaders phase = iota
	phaseReports       // of received messages that report a delivery: the body as well
)

// A writer turns messages of a folder into deliveries. It is not safe for
// concurrent use.
type writer struct {
	folder   *folder
	phase    phase
	progress *Progress
	reader   *message.Reader
	mail     message.Mail
	received time.Time // of mail

	// Counts that flush has still to add to those of the folder.
	reports []uint32 // messages whose bodies are wanted
	bytes   int64
	n       int
}

func newWriter(f *folder, sink parsers.Sink, progress *Progress) *writer {
	w := &writer{folder: f, reader: message.NewReader(sink), progress: progress}
	w.mail.Role, w.mail.Context = message.RoleSent, f.context
	if f.context {
		w.mail.Role = message.RoleReceived
	}
	w.mail.Stored = func() time.Time { return w.received }
	return w
}

// request asks, by PEEK, which sets no flag (RFC 9051 section 6.4.5), for the
// items of the phase.
func (w *writer) request() request {
	fields := message.SentFields() // few: the server repeats the list in each answer
	if w.folder.context {
		fields = message.Fields()
	}
	share := int64(messageShare)
	sections := []*imap.FetchItemBodySection{{Specifier: imap.PartSpecifierHeader, HeaderFields: fields, Peek: true}}
	if w.phase == phaseReports {
		share += message.MaxReportBody
		sections = append(sections, &imap.FetchItemBodySection{Specifier: imap.PartSpecifierText, Peek: true, Partial: &imap.SectionPartial{Size: message.MaxReportBody}})
	}
	return request{&imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true, BodySection: sections}, share}
}

// add emits the deliveries of a message. A report of deliveries is read when its
// body is there.
func (w *writer) add(m *wire.Message) {
	w.n++
	if w.folder.context && w.phase == phaseHeaders && message.IsReport(m.Header) {
		w.reports = append(w.reports, m.UID)
		return
	}
	w.bytes += m.Size
	w.mail.Header, w.mail.Body, w.mail.Size, w.received = m.Header, m.Body, m.Size, m.Received
	w.mail.Origin = parsers.Origin{Source: w.folder.index, Line: int64(m.UID)}
	if !w.reader.Read(&w.mail) {
		w.reader.Tally.Bad(w.mail.Origin, "neither a sender nor a recipient")
	}
}

// flush adds the counts to those of the folder.
func (w *writer) flush() {
	f := w.folder
	f.mu.Lock()
	defer f.mu.Unlock()
	w.reader.Tally.MissMalformed()
	f.out.Tally.Merge(w.reader.Tally)
	f.out.Bytes += w.bytes
	f.reports = append(f.reports, w.reports...)
	if w.phase == phaseHeaders {
		w.progress.received(w.n)
	}
	w.reader.Tally = parsers.Tally{}
	w.reports, w.bytes, w.n = w.reports[:0], 0, 0
}
