// Package message turns the header of a message in a mailbox into deliveries,
// one a recipient.
//
// What a header tells depends on the folder. A copy in a Sent folder was
// submitted by its owner; it tells nothing of what became of it. A message that
// came in was delivered to whom Delivered-To names, which tells that its
// sender's domain writes to us; of its other recipients the header only claims
// that they were written to. Drafts tell nothing. Where the folder does not
// say, labels (X-Gmail-Labels) and marks of drafts do. Received fields do not: an
// archive of outgoing mail has them as well.
// Direction is left open where it depends on whose domains are ours.
//
// A report that a message could not be delivered (RFC 3464, and what Exim,
// qmail, Exchange and Gmail wrote before or beside it) becomes a delivery with
// Report set: a word about another one, which the audit joins by message
// identifier and recipient.
package message

import (
	"bytes"
	"strings"
	"time"
	"unsafe"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/internal/header"
)

// Fields lists the header fields that a Reader looks at, for sources that can
// be asked for some alone.
func Fields() []string {
	return []string{
		"From", "Sender", "To", "Cc", "Bcc", "Date", "Subject", "Message-ID", "In-Reply-To", "References",
		"Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Date",
		"Return-Path", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Apparently-To",
		"X-Gmail-Labels", "X-Status", "X-Mozilla-Draft-Info", "X-Unsent", "X-Uniform-Type-Identifier",
		"Content-Type", "X-Failed-Recipients", "Auto-Submitted",
	}
}

// Mail is one message of a mailbox, as far as it was read.
type Mail struct {
	// Header holds the fields, to the empty line or less.
	Header []byte
	// Body is the beginning of the body, for reports; see IsReport. It may be
	// nil, and end anywhere.
	Body []byte
	Size int64 // of the whole message, 0 if not known
	Role Role
	// Context tells that the message is evidence alone: it is no finding.
	Context bool
	// Draft tells that the mailbox marks the message as a draft.
	Draft bool
	// Envelope is the sender and Stored the time that the mailbox itself notes
	// (From_ line, INTERNALDATE): they count where the header has none.
	Envelope string
	Stored   time.Time
	Origin   parsers.Origin
}

// A Reader turns messages into deliveries and counts them. It reuses its
// memory; it is not safe for concurrent use.
type Reader struct {
	Tally parsers.Tally

	sink parsers.Sink
	list header.List
	seen map[string]bool // recipients of the message, in lower case
	key  []byte
	m    fields
	d    parsers.Delivery
}

// NewReader returns a Reader that tells sink.
func NewReader(sink parsers.Sink) *Reader {
	return &Reader{sink: sink, seen: map[string]bool{}}
}

// fields are those of one message, as they stand in its header.
type fields struct {
	from, sender, returnPath, resentFrom, resentSender []byte
	to, resentTo                                       [][]byte // with Cc and Bcc
	envelopeTo                                         [][]byte
	date, resentDate, subject, id, inReplyTo, refs     []byte
	labels, contentType, failed                        []byte
	draft, auto                                        bool
}

// Read tells the deliveries of one message. It is false for what is no message:
// a header without a sender and a recipient. That is for the caller to count.
func (r *Reader) Read(m *Mail) bool {
	r.m.read(m.Header)
	f := &r.m
	if f.from == nil && f.sender == nil && len(f.to) == 0 && len(f.resentTo) == 0 && f.returnPath == nil && len(f.envelopeTo) == 0 {
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
	if role != RoleSent && f.isReport() {
		r.report(m)
		return true
	}
	clear(r.seen)
	r.begin(m, f, role)
	r.tellStored(role)
	r.tellList(f.to)
	if len(f.resentTo) > 0 {
		r.resend(m, role)
		r.tellList(f.resentTo)
	}
	return true
}

// begin fills in what all deliveries of a message share.
func (r *Reader) begin(m *Mail, f *fields, role Role) {
	r.d = parsers.Delivery{
		Time: dateOf(f.date, m.Stored), Copy: true, Bytes: m.Size, MessageID: lent(header.MessageID(f.id)),
		Subject: header.Field{Value: f.subject}.Text(), Origin: m.Origin,
		// Of a message sent on again, the owner is who sent it on.
		Submitted: role == RoleSent && len(f.resentTo) == 0,
	}
	r.setSender(f.from, f.sender, f.returnPath, m.Envelope)
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
	return lent(r.list.First(value))
}

// lent returns b as a string for as long as b stays as it is: a sink keeps none.
func lent(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// dateOf reads the date of a message, else when it was stored.
func dateOf(date []byte, stored time.Time) time.Time {
	if t, ok := header.Date(date); ok {
		return t
	}
	return stored
}

// tellStored tells the delivery to the owner of a message that came in.
func (r *Reader) tellStored(role Role) {
	if role == RoleSent {
		return
	}
	for _, v := range r.m.envelopeTo {
		r.list.Each(v, func(a []byte) { r.tellLocal(a) })
	}
}

// tellLocal tells that the message was delivered to its owner, here.
func (r *Reader) tellLocal(address []byte) {
	d := r.d
	d.Local, d.Status, d.Arrived = true, parsers.StatusDelivered, parsers.ArrivedYes
	r.tell(&d, address)
}

// resend turns to those whom somebody sent the message on to (RFC 5322 section
// 3.6.6).
func (r *Reader) resend(m *Mail, role Role) {
	f := &r.m
	r.setSender(f.resentFrom, f.resentSender, f.from, m.Envelope)
	r.d.Submitted = role == RoleSent && !m.Context
	r.d.Time = dateOf(f.resentDate, r.d.Time)
	r.Tally.Seen(r.d.Time)
}

func (r *Reader) tellList(values [][]byte) {
	for _, v := range values {
		r.list.Each(v, func(a []byte) {
			d := r.d
			r.tell(&d, a)
		})
		if r.list.Cut || len(r.seen) >= header.MaxAddresses {
			r.Tally.Problem("of messages to very many recipients only the first were read")
		}
	}
}

// tell tells d for one recipient, once.
func (r *Reader) tell(d *parsers.Delivery, recipient []byte) {
	r.key = r.key[:0]
	for _, c := range recipient {
		r.key = append(r.key, lower(c))
	}
	if r.seen[string(r.key)] || len(r.seen) >= header.MaxAddresses {
		return
	}
	r.seen[string(r.key)] = true
	d.Recipient = lent(recipient)
	if !d.SenderKnown {
		r.Tally.NoSender++
	}
	r.Tally.Deliveries++
	r.sink.Add(d)
}

// role tells what a message is to its owner: by the mark of a draft, its
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
	return m.Role
}

// roleOfLabels reads the labels of Takeout: "Sent,Important" or, not in ASCII,
// as encoded words.
func roleOfLabels(labels string) (role Role) {
	for label := range strings.SplitSeq(decoded(labels), ",") {
		switch r := roleOf(strings.ToLower(strings.TrimSpace(label))); r {
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
	*f = fields{to: f.to[:0], resentTo: f.resentTo[:0], envelopeTo: f.envelopeTo[:0]}
	header.Each(block, func(h header.Field) bool {
		f.take(h)
		return true
	})
}

// take keeps a field that matters. The length of a name tells most apart.
func (f *fields) take(h header.Field) {
	is := h.Is
	switch len(h.Name) {
	case len("To"):
		f.list(h, &f.to, is("To") || is("Cc"))
	case len("Bcc"):
		f.list(h, &f.to, is("Bcc"))
	case len("From"):
		once(&f.from, h, is("From"))
		once(&f.date, h, is("Date"))
	case len("Sender"):
		once(&f.sender, h, is("Sender"))
	case len("Subject"):
		once(&f.subject, h, is("Subject"))
	case len("X-Unsent"):
		f.draft = f.draft || is("X-Unsent") && hasByte(h, '1')
		f.draft = f.draft || is("X-Status") && hasByte(h, 'T')
	case len("Resent-To"):
		f.list(h, &f.resentTo, is("Resent-To") || is("Resent-Cc"))
	default:
		f.takeLong(h)
	}
}

// takeLong keeps a field with a long name.
func (f *fields) takeLong(h header.Field) {
	is := h.Is
	switch len(h.Name) {
	case len("Message-ID"):
		once(&f.id, h, is("Message-ID"))
		once(&f.refs, h, is("References"))
		f.list(h, &f.resentTo, is("Resent-Bcc"))
	case len("Return-Path"):
		once(&f.returnPath, h, is("Return-Path"))
		once(&f.resentFrom, h, is("Resent-From"))
		once(&f.resentDate, h, is("Resent-Date"))
		once(&f.inReplyTo, h, is("In-Reply-To"))
		f.list(h, &f.envelopeTo, is("Envelope-To"))
	case len("Delivered-To"):
		f.list(h, &f.envelopeTo, is("Delivered-To"))
		once(&f.contentType, h, is("Content-Type"))
	case len("X-Original-To"):
		f.list(h, &f.envelopeTo, is("X-Original-To") || is("X-Envelope-To") || is("Apparently-To"))
		once(&f.resentSender, h, is("Resent-Sender"))
	case len("X-Gmail-Labels"):
		once(&f.labels, h, is("X-Gmail-Labels"))
		f.auto = f.auto || is("Auto-Submitted") && hasByte(h, 'r')
	case len("X-Failed-Recipients"):
		once(&f.failed, h, is("X-Failed-Recipients"))
	case len("X-Mozilla-Draft-Info"):
		f.draft = f.draft || is("X-Mozilla-Draft-Info")
	case len("X-Uniform-Type-Identifier"):
		f.draft = f.draft || is("X-Uniform-Type-Identifier") && bytes.Contains(h.Value, []byte("mail-draft"))
	}
}

// once keeps the first value of a field.
func once(to *[]byte, h header.Field, wanted bool) {
	if wanted && *to == nil {
		*to = h.Value
	}
}

// maxLists bounds the fields with recipients of one message.
const maxLists = 1000

func (f *fields) list(h header.Field, to *[][]byte, wanted bool) {
	if wanted && len(*to) < maxLists {
		*to = append(*to, h.Value)
	}
}

func hasByte(h header.Field, c byte) bool { return bytes.IndexByte(h.Value, c) >= 0 }
