package message

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
)

// MaxReportBody is how much of the body of a report is looked at, in bytes: the
// returned message comes last, and only its header matters.
const MaxReportBody = 128 << 10

// maxReported bounds the recipients that one report is believed for.
const maxReported = 1000

// IsReport reports by its header whether a message may be a report of a delivery
// (RFC 3464), so that its body is worth reading: see Mail.Body.
func IsReport(block []byte) bool {
	var f fields
	header.Each(block, func(h header.Field) bool {
		switch len(h.Name) { // of the fields that origin looks at
		case len("From"), len("Subject"), len("Return-Path"), len("References"), len("Content-Type"), len("Auto-Submitted"), len("X-Failed-Recipients"):
			f.take(h)
		}
		return true
	})
	return f.origin() != fromAnybody
}

// An origin says how surely a message is from a mail system, and not from a
// person.
type origin uint8

const (
	fromAnybody origin = iota
	fromSuspect        // it may be a report: the body decides
	fromRobot          // it is no mail of a person
)

// origin recognises the mail of robots by the marks of RFC 3464, 3834, 5965, 8098
// and of mail servers: the type of a report, the list of failed recipients (Exim,
// Gmail), the null reverse-path (RFC 5321 section 4.5.5), or the name that mail
// servers write from. A subject as reports have it only raises a suspicion; so does a null
// reverse-path alone, which exports write of mail that never had another.
func (f *fields) origin() origin {
	switch {
	case f.failed != nil, f.contentType != nil && containsFold(f.contentType, "multipart/report"):
		return fromRobot
	case f.from != nil && isDaemon(f.from):
		return fromRobot
	case f.hasNullPath() && !f.isOfPerson():
		return fromRobot
	case f.auto, f.hasNullPath(), f.isPostmaster(), f.saysReport():
		return fromSuspect
	}
	return fromAnybody
}

func (f *fields) hasNullPath() bool { return f.returnPath != nil && isNullPath(f.returnPath) }

// isOfPerson reports whether a message with a null reverse-path is like mail of a person:
// somebody's address is in From, and it neither says that a program wrote it nor answers
// anything. The answer of a program must not stand for one of a correspondent.
func (f *fields) isOfPerson() bool {
	answers := f.inReplyTo != nil || f.refs != nil
	return bytes.IndexByte(f.from, '@') > 0 && !f.auto && !answers && !f.isPostmaster() && !f.saysReport()
}

// isNullPath reports whether a Return-Path is that of a robot: null, empty as some
// servers write it, or the name of a daemon.
func isNullPath(path []byte) bool {
	path = bytes.TrimSpace(path)
	return len(path) == 0 || string(path) == "<>" || isDaemon(path)
}

// isDaemon reports whether an address or its display name is what mail servers
// send reports from. "MAILER-DAEMON <>" (dma) has no address.
func isDaemon(from []byte) bool { return isNobody(from) || daemonNames.in(from) }

// isNobody reports whether From has brackets with nothing in them, and no address.
func isNobody(from []byte) bool {
	return bytes.Contains(from, []byte("<>")) && bytes.IndexByte(from, '@') < 0
}

// isProof reports whether the type of a message is that of a receipt (RFC 8098) or
// of a complaint (RFC 5965): both are of somebody who has the message.
func (f *fields) isProof() bool {
	return containsFold(f.contentType, "disposition-notification") || containsFold(f.contentType, "feedback-report")
}

// saysReport reports whether the subject is as reports have it.
func (f *fields) saysReport() bool {
	subject := f.subject
	if !isPlain(subject) {
		subject = f.subjectText()
	}
	return subjectStems.in(subject) && says(subject, subjectWords[:]) || !isPlain(subject) && says(subject, foreignSubjects[:])
}

// isPlain reports whether a value is ASCII without encoded words (RFC 2047).
func isPlain(value []byte) bool {
	for i, c := range value {
		if c >= 0x80 || c == '=' && i+1 < len(value) && value[i+1] == '?' {
			return false
		}
	}
	return true
}

// subjectText returns the subject decoded.
func (f *fields) subjectText() []byte {
	if len(f.subject) > maxSubject {
		return nil
	}
	return []byte(parts.DecodeWords(header.Field{Value: f.subject}.Text()))
}

func (f *fields) isPostmaster() bool { return containsFold(f.from, "postmaster@") }

// mayReport reports whether a message may be a report that was not understood. Unlike
// the answer of a person it proves nothing.
func (f *fields) mayReport() bool {
	return f.writer == fromRobot || f.writer == fromSuspect && (f.hasNullPath() || f.isPostmaster() || f.saysReport())
}

// containsFold reports whether b holds s, which is in lower case, in any case.
func containsFold(b []byte, s string) bool { return indexFold(b, s) >= 0 }

// indexFold returns where b holds s, which is in lower case, in any case; -1 if it
// does not.
func indexFold(b []byte, s string) int {
	for i := 0; i+len(s) <= len(b); i++ {
		if hasPrefixFold(b[i:], s) {
			return i
		}
	}
	return -1
}

// hasPrefixFold reports whether b begins with s, which is in lower case, in any
// case.
func hasPrefixFold(b []byte, s string) bool {
	if len(b) < len(s) {
		return false
	}
	for i := range len(s) {
		if lower(b[i]) != s[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c += 'a' - 'A'
	}
	return c
}

// A verdict is the statement of a report on one recipient.
type verdict struct {
	recipient, original string
	action, status      string
	relay               string
	text                []byte // diagnostic, or the words about the recipient
}

// isReport reads a message that may be a report, and reports whether it is nothing
// else: a receipt or a complaint is mail of somebody as well.
func (r *Reader) isReport(m *Mail) bool {
	emitted := r.readReport(m)
	if r.m.isProof() {
		return false
	}
	robot := r.m.writer == fromRobot
	switch {
	case emitted || !robot:
	case r.m.saysReport() || containsFold(r.m.contentType, "delivery-status"):
		r.Tally.Problem("bounces that name no message or no recipient were left out")
	default:
		r.Tally.Problem("mail of programs, such as notices of absence, was left out")
	}
	return emitted || robot
}

// readReport emits the verdicts of a report. It is false if there are none.
func (r *Reader) readReport(m *Mail) bool {
	if r.walker == nil {
		r.walker = parts.NewWalker()
	}
	p := report{f: &r.m, list: &r.list, walker: r.walker}
	p.read(m.Body[:min(len(m.Body), MaxReportBody)])
	b := parsers.Bounce{Time: m.dateOf(&r.m), MessageID: p.back.id, Origin: m.Origin}
	if b.MessageID == "" {
		b.SubjectSum, b.Sent = SumOfSubject([]byte(p.back.subject)), p.back.date
	}
	if !b.Names() {
		return false
	}
	emitted := false
	for i := range p.verdicts[:min(len(p.verdicts), maxReported)] {
		v := &p.verdicts[i]
		if !v.settle(&b) {
			continue
		}
		emitted = true
		b.Recipient, b.OrigRecipient = cmp.Or(v.recipient, v.original), v.original
		if strings.EqualFold(b.Recipient, b.OrigRecipient) {
			b.OrigRecipient = ""
		}
		r.sink.Bounce(&b)
	}
	if emitted {
		r.Tally.Seen(b.Time)
	}
	return emitted
}

// settle fills in the outcome by the action (RFC 3464 section 2.3.3). It is false
// for an action that is no outcome.
func (v *verdict) settle(b *parsers.Bounce) bool {
	b.DSN, b.Relay = v.status, v.relay
	b.Failure = parsers.FailureNone
	switch v.action {
	case "delivered", "arrived":
		b.Status, b.Arrived = parsers.StatusDelivered, parsers.ArrivedYes
	case "relayed":
		b.Status, b.Arrived = parsers.StatusDelivered, parsers.ArrivedMaybe
	case "delayed":
		b.Status, b.Arrived, b.Failure = parsers.StatusDeferred, parsers.ArrivedNo, v.failure()
	case "expired":
		b.Status, b.Arrived, b.Failure = parsers.StatusExpired, parsers.ArrivedNo, v.failure()
	case "failed":
		b.Status, b.Arrived, b.Failure = parsers.StatusBounced, parsers.ArrivedNo, v.failure()
		if v.expired() {
			b.Status = parsers.StatusExpired
		}
	default: // expanded
		return false
	}
	return true
}

// expired reports whether a server gave up after retries: a code of RFC 3463
// section 3.5 for time that ran out, or one for trouble that passes.
func (v *verdict) expired() bool {
	return strings.HasPrefix(v.status, "4.") || v.status == "5.4.7" || says(v.text, expiryWords[:])
}

// failure reads the reason from the code (RFC 3463 sections 3.2 and 3.5, RFC
// 7505), else from the words of the servers.
func (v *verdict) failure() parsers.Failure {
	switch v.status {
	case "5.1.10": // Exchange says it of recipients that it does not know
		if containsFold(v.text, "null mx") {
			return parsers.FailureNullMX
		}
		return parsers.FailureNoUser
	case "5.1.2", "5.4.4", "5.1.8":
		return parsers.FailureNoDomain
	case "5.1.1":
		if !v.saysNoDomain() {
			return parsers.FailureNoUser
		}
	}
	if v.saysNoDomain() {
		return parsers.FailureNoDomain
	}
	return parsers.FailureOther
}

func (v *verdict) saysNoDomain() bool {
	if says(v.text, noDomainWords[:]) {
		return true
	}
	return containsFold(v.text, "because the domain") && containsFold(v.text, "couldn't be found") || // Gmail
		containsFold(v.text, "dns lookup failure") && containsFold(v.text, "not found") // dma
}
