// Package message turns the header of a message in a mailbox into deliveries,
// one a recipient.
//
// The meaning of a header depends on the folder. A copy in a Sent folder was
// submitted by its owner; whether it arrived is unknown. A message that came in
// was delivered to whom Delivered-To names, which shows that its sender's domain
// writes to us; of its other recipients the header only claims that they were
// written to. Drafts are no deliveries. Where the folder does not say, labels
// (X-Gmail-Labels) and marks of drafts do. Received fields do not: an archive of
// outgoing mail has them as well.
// Direction is left open where it depends on whose domains are ours.
//
// A report that a message could not be delivered (RFC 3464, and the forms that
// Exim, qmail, Exchange and Gmail use instead) becomes a delivery with Report
// set: a statement about another one, which the audit joins by message
// identifier and recipient.
package message

import (
	"bytes"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Fields lists the header fields that a Reader looks at, for sources that can
// be asked for those alone (RFC 9051 section 6.4.5, HEADER.FIELDS).
func Fields() []string {
	return append(SentFields(),
		"Return-Path", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Apparently-To",
		"X-Gmail-Labels", "X-Status", "X-Mozilla-Draft-Info", "X-Unsent", "X-Uniform-Type-Identifier",
		"Content-Type", "Content-Transfer-Encoding", "X-Failed-Recipients", "X-CM-Original-Message-ID", "Auto-Submitted",
	)
}

// SentFields lists those of Fields that say something of a message that its owner wrote:
// who wrote to whom, when, what it answers, and which message it is. The subject tells
// repeated mail from a person's.
func SentFields() []string {
	return []string{
		"From", "Sender", "To", "Cc", "Bcc", "Date", "Subject", "Message-ID", "In-Reply-To", "References",
		"Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Date",
	}
}

// Mail is one message of a mailbox, as far as it was read.
type Mail struct {
	// Header holds the fields, undecoded, with or without the empty line.
	Header []byte
	// NoReport means that IsReport was false of Header: it is not asked once more.
	NoReport bool
	// Body is the beginning of the body, for reports; see IsReport. It may be
	// nil, and end anywhere.
	Body []byte
	Size int64 // of the whole message in bytes, 0 if not known
	Role Role
	// Context means that the message is evidence alone: it is no finding.
	Context bool
	// Draft means that the mailbox marks the message as a draft.
	Draft bool
	// Envelope is the sender that the mailbox itself notes (From_ line); it counts
	// where the header has none.
	Envelope string
	// Stored, if not nil, returns when the mailbox got the message (INTERNALDATE,
	// From_ line), zero if that is not known. It is called where the header has no
	// date.
	Stored func() time.Time
	Origin parsers.Origin
}

// A Reader turns messages into deliveries and counts them. It reuses its
// memory; it is not safe for concurrent use.
type Reader struct {
	Tally parsers.Tally // of what was read

	sink   parsers.Sink
	list   header.List
	walker *parts.Walker // of reports, nil if there was none
	seen   recipients
	from   []byte // the sender of the message
	refs   []byte // the messages that it answers
	m      fields

	missed bool             // a recipient of the message was not understood
	named  bool             // a list of recipients has something in it that is no address
	cut    bool             // not all recipients of the message were read
	d      parsers.Delivery // the fields that the deliveries of the message share
	one    parsers.Delivery

	// Methods, bound once.
	keepFirst, emitListed, emitLocal func(address []byte)
}

// NewReader returns a Reader that emits deliveries to sink.
func NewReader(sink parsers.Sink) *Reader {
	r := &Reader{sink: sink}
	r.keepFirst, r.emitListed, r.emitLocal = r.doKeepFirst, r.doEmitListed, r.doEmitLocal
	return r
}

// fields are those of one message, undecoded.
type fields struct {
	from, sender, returnPath                     []byte
	to, envelopeTo                               [][]byte // to with Cc and Bcc
	resent                                       []resent // the latest first
	date, received, subject, id, inReplyTo, refs []byte
	labels, contentType, encoding, failed        []byte
	originalID                                   []byte // of the message that came back
	draft, auto                                  bool
	cut                                          bool   // it was sent on more often than is read
	writer                                       origin // fromAnybody in a Sent folder
}

// Read emits the deliveries of one message, which the sink must not keep. It is
// false for what is no message: a header without a sender and a recipient. That
// is for the caller to count.
func (r *Reader) Read(m *Mail) bool {
	r.m.read(m.Header)
	f := &r.m
	if f.from == nil && f.sender == nil && len(f.to) == 0 && len(f.resent) == 0 && f.returnPath == nil && len(f.envelopeTo) == 0 {
		return false
	}
	r.Tally.Records++
	role := f.role(m)
	switch role {
	case RoleJunk:
		r.Tally.Problem("junk mail is left out")
		return true
	case RoleDraft:
		r.Tally.Problem("drafts are left out")
		return true
	}
	if role != RoleSent && !m.NoReport {
		if f.writer = f.origin(); f.writer != fromAnybody && r.isReport(m) {
			return true
		}
	}
	r.seen.clear()
	r.missed, r.named, r.cut = false, false, false
	r.begin(m, f, role)
	before := r.Tally.Deliveries
	r.emitStored(role)
	r.emitList(f.to)
	r.emitResent(m, role)
	if f.cut || r.cut {
		r.Tally.Bad(m.Origin, "a message to so many recipients, or sent on so often, that only the first were read")
	}
	if r.Tally.Deliveries == before && !r.missed && f.mayBeSent(role) {
		r.countNobody()
	}
	return true
}

// mayBeSent reports whether a message is one that its owner wrote, or may be: no server had
// it in hands.
func (f *fields) mayBeSent(role Role) bool {
	return role == RoleSent || role == RoleUnknown && f.received == nil && len(f.envelopeTo) == 0
}

// countNobody counts a message that was written to somebody of whom nothing is known but
// a name, or not even that.
func (r *Reader) countNobody() {
	if r.named {
		r.Tally.Bad(r.d.Origin, "a message whose recipients have names and no addresses")
		return
	}
	r.Tally.Problem("messages name no recipient: to whom they went, as blind copies may be, is not known")
}

// begin fills in the fields that all deliveries of a message share.
func (r *Reader) begin(m *Mail, f *fields, role Role) {
	r.d = parsers.Delivery{
		Time: m.dateOf(f), Copy: true, Bytes: m.Size, MessageID: lines.Borrow(header.MessageID(f.id)),
		Subject: textOf(f.subject), Origin: m.Origin,
		// Of a message sent on again, the owner is who sent it on.
		Submitted: role == RoleSent && !f.isResent(),
	}
	r.setSender(f.from, f.sender, f.returnPath, m.Envelope)
	if !f.mayReport() {
		r.d.References = r.references(f)
	}
	if role != RoleReceived {
		r.d.SubjectSum = SumOfSubject(f.subject)
	}
	if m.Context {
		r.d.Direction, r.d.Submitted = parsers.DirectionInbound, false
	}
	r.Tally.Seen(r.d.Time)
}

// setSender takes the first of the values that has an address.
func (r *Reader) setSender(from, sender, returnPath []byte, envelope string) {
	r.d.Sender, r.d.SenderKnown = "", false
	for _, v := range [...][]byte{from, sender, returnPath} {
		if a := r.first(v); a != "" {
			r.d.Sender, r.d.SenderKnown = a, true
			return
		}
	}
	if strings.Contains(envelope, "@") {
		r.d.Sender, r.d.SenderKnown = envelope, true
	}
}

func (r *Reader) first(value []byte) string {
	if value == nil {
		return ""
	}
	r.from = r.from[:0]
	r.list.Each(value, r.keepFirst)
	return lines.Borrow(r.from)
}

func (r *Reader) doKeepFirst(address []byte) {
	if len(r.from) == 0 {
		r.from = append(r.from, address...)
	}
}

// textOf returns the text of a value, borrowed where it is not folded.
func textOf(value []byte) string {
	if bytes.IndexByte(value, '\n') < 0 {
		return lines.Borrow(bytes.TrimSpace(value))
	}
	return header.Field{Value: value}.Text()
}

// dateOf reads the date of a message, else when the last server got it or it was
// stored.
func (m *Mail) dateOf(f *fields) time.Time {
	t, ok := header.Date(f.date)
	if !ok && f.received != nil {
		t, ok = header.ReceivedDate(f.received)
	}
	switch {
	case ok:
		return t
	case m.Stored != nil:
		return m.Stored()
	}
	return time.Time{}
}

// emitStored emits the delivery to the owner of a message that came in.
func (r *Reader) emitStored(role Role) {
	if role == RoleSent || r.m.mayReport() {
		return // reports come with the addresses of the message that they are about
	}
	for _, v := range r.m.envelopeTo {
		r.list.Each(v, r.emitLocal)
	}
}

// doEmitLocal emits the delivery of the message to its owner, here.
func (r *Reader) doEmitLocal(address []byte) {
	r.one = r.d
	r.one.Local, r.one.Status, r.one.Arrived = true, parsers.StatusDelivered, parsers.ArrivedYes
	r.emit(address)
}

// doEmitListed emits that the message was written to somebody.
func (r *Reader) doEmitListed(address []byte) {
	if !parsers.HasDomain(lines.Borrow(address)) {
		r.miss()
	}
	r.one = r.d
	r.emit(address)
}

// miss counts the message as one whose recipients were not all understood.
func (r *Reader) miss() {
	if !r.missed {
		r.missed = true
		r.Tally.Bad(r.d.Origin, "a recipient whose address is none")
	}
}

// emitList emits that the message was written to all of some address lists. One that
// holds something like an address that is none counts as not understood, once a
// message.
func (r *Reader) emitList(values [][]byte) {
	for _, v := range values {
		r.list.Each(v, r.emitListed)
		r.named = r.named || r.list.Broken > 0
		if r.list.Missed > 0 {
			r.miss()
		}
		r.cut = r.cut || r.list.Cut
	}
}

// emit emits r.one for one recipient, once a message.
func (r *Reader) emit(recipient []byte) {
	if r.seen.n >= header.MaxAddresses {
		r.cut = true
		return
	}
	if !r.seen.add(recipient) {
		return
	}
	r.one.Recipient = lines.Borrow(recipient)
	if !r.one.SenderKnown {
		r.Tally.NoSender++
	}
	r.Tally.Deliveries++
	r.sink.Add(&r.one)
}

// role returns the role of a message to its owner: by the mark of a draft, its
// labels, else the folder.
func (f *fields) role(m *Mail) Role {
	if m.Role == RoleDraft || m.Role == RoleJunk {
		return m.Role
	}
	if f.labels != nil {
		if r := roleOfLabels(header.Field{Value: f.labels}.Text()); r != RoleUnknown {
			return r
		}
	}
	if (m.Draft || f.draft) && m.Role != RoleReceived {
		return RoleDraft
	}
	if m.Role == RoleTrash {
		return RoleUnknown
	}
	return m.Role
}

// roleOfLabels reads the labels of Takeout: "Sent,Important" or, not in ASCII,
// as encoded words.
func roleOfLabels(labels string) (role Role) {
	for label := range strings.SplitSeq(parts.DecodeWords(labels), ",") {
		switch r := roleOf(label); r {
		case RoleDraft, RoleJunk:
			return r
		case RoleSent:
			role = r
		case RoleReceived:
			if role == RoleUnknown {
				role = r
			}
		}
	}
	return role
}

// read takes the fields out of a header.
func (f *fields) read(block []byte) {
	*f = fields{to: f.to[:0], resent: f.resent[:0], envelopeTo: f.envelopeTo[:0]}
	header.Each(block, func(h header.Field) bool {
		f.take(h)
		return true
	})
}

// take keeps a field that matters. Most differ in the length of their names.
func (f *fields) take(h header.Field) {
	switch len(h.Name) {
	case len("To"):
		f.list(h, &f.to, h.Is("To") || h.Is("Cc"))
	case len("Bcc"):
		f.list(h, &f.to, h.Is("Bcc"))
	case len("From"):
		once(&f.from, h, h.Is("From"))
		once(&f.date, h, h.Is("Date"))
	case len("Sender"):
		once(&f.sender, h, h.Is("Sender"))
	case len("Subject"):
		once(&f.subject, h, h.Is("Subject"))
	case len("Received"):
		once(&f.received, h, h.Is("Received"))
		f.draft = f.draft || h.Is("X-Unsent") && hasByte(h, '1')
		f.draft = f.draft || h.Is("X-Status") && hasByte(h, 'T')
	default:
		f.takeLong(h)
		if h.Name[0]|' ' == 'r' {
			f.takeResent(h)
		}
	}
}

// takeLong keeps a field with a long name.
func (f *fields) takeLong(h header.Field) {
	switch len(h.Name) {
	case len("Message-ID"):
		once(&f.id, h, h.Is("Message-ID"))
		once(&f.refs, h, h.Is("References"))
	case len("Return-Path"):
		once(&f.returnPath, h, h.Is("Return-Path"))
		once(&f.inReplyTo, h, h.Is("In-Reply-To"))
		f.list(h, &f.envelopeTo, h.Is("Envelope-To"))
	case len("Delivered-To"):
		f.list(h, &f.envelopeTo, h.Is("Delivered-To"))
		once(&f.contentType, h, h.Is("Content-Type"))
	case len("X-Original-To"):
		f.list(h, &f.envelopeTo, h.Is("X-Original-To") || h.Is("X-Envelope-To") || h.Is("Apparently-To"))
	case len("X-Gmail-Labels"):
		once(&f.labels, h, h.Is("X-Gmail-Labels"))
		f.auto = f.auto || h.Is("Auto-Submitted") && hasByte(h, 'r')
	case len("X-Failed-Recipients"):
		once(&f.failed, h, h.Is("X-Failed-Recipients"))
	case len("X-CM-Original-Message-ID"): // Coremail: 163, 126
		once(&f.originalID, h, h.Is("X-CM-Original-Message-ID"))
	case len("Content-Transfer-Encoding"):
		once(&f.encoding, h, h.Is("Content-Transfer-Encoding"))
		f.draft = f.draft || h.Is("X-Uniform-Type-Identifier") && bytes.Contains(h.Value, []byte("mail-draft"))
	case len("X-Mozilla-Draft-Info"):
		f.draft = f.draft || h.Is("X-Mozilla-Draft-Info")
	}
}

// once keeps the first value of a field.
func once(to *[]byte, h header.Field, wanted bool) {
	if wanted && *to == nil {
		*to = h.Value
	}
}

// list keeps a field with recipients. header.MaxSize bounds how many there are.
func (f *fields) list(h header.Field, to *[][]byte, wanted bool) {
	if wanted {
		*to = append(*to, h.Value)
	}
}

func hasByte(h header.Field, c byte) bool { return bytes.IndexByte(h.Value, c) >= 0 }
