package message

import (
	"bytes"
	"mime"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
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
		switch len(h.Name) { // of the fields that isReport looks at
		case len("From"), len("Return-Path"), len("Content-Type"), len("Auto-Submitted"), len("X-Failed-Recipients"):
			f.take(h)
		}
		return true
	})
	return f.isReport()
}

// isReport recognises reports by the marks of RFC 3464 and of mail servers: the
// type, the list of failed recipients (Exim, Gmail), or the null reverse-path
// or name that robots write from (RFC 5321 section 4.5.5).
func (f *fields) isReport() bool {
	switch {
	case f.failed != nil:
		return true
	case f.contentType != nil && containsFold(f.contentType, "multipart/report"):
		return containsFold(f.contentType, "delivery-status")
	case f.returnPath != nil && string(bytes.TrimSpace(f.returnPath)) == "<>":
		return f.contentType == nil || !containsFold(f.contentType, "disposition-notification")
	}
	return containsFold(f.from, "mailer-daemon@") || f.auto && containsFold(f.from, "postmaster@")
}

// containsFold reports whether b holds s, which is in lower case, in any case.
func containsFold(b []byte, s string) bool {
	for i := 0; i+len(s) <= len(b); i++ {
		if lower(b[i]) != s[0] {
			continue
		}
		j := 1
		for j < len(s) && lower(b[i+j]) == s[j] {
			j++
		}
		if j == len(s) {
			return true
		}
	}
	return false
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

// readReport emits the verdicts of a report. Without the identifier of the message
// that it is about, nobody knows which delivery they concern.
func (r *Reader) readReport(m *Mail) {
	p := reportParts{f: &r.m, list: &r.list}
	p.read(m.Body[:min(len(m.Body), MaxReportBody)])
	if p.id == "" {
		return
	}
	b := parsers.Bounce{Time: m.dateOf(&r.m), MessageID: p.id, Origin: m.Origin}
	r.Tally.Seen(b.Time)
	for i := range p.verdicts[:min(len(p.verdicts), maxReported)] {
		v := &p.verdicts[i]
		if !v.settle(&b) {
			continue
		}
		r.emitBounce(&b, v.recipient)
		if v.original != "" && !strings.EqualFold(v.original, v.recipient) {
			r.emitBounce(&b, v.original)
		}
	}
}

// emitBounce emits a verdict on one recipient. Every mailbox format emits its
// bounces here and nowhere else.
func (r *Reader) emitBounce(b *parsers.Bounce, recipient string) {
	b.Recipient = recipient
	r.sink.Bounce(b)
}

// settle fills in the outcome by the action (RFC 3464 section 2.3.3). It is false
// for an action that is no outcome.
func (v *verdict) settle(b *parsers.Bounce) bool {
	b.DSN, b.Relay = v.status, v.relay
	b.Failure = parsers.FailureNone
	switch v.action {
	case "delivered":
		b.Status, b.Arrived = parsers.StatusDelivered, parsers.ArrivedYes
	case "relayed":
		b.Status, b.Arrived = parsers.StatusDelivered, parsers.ArrivedMaybe
	case "delayed":
		b.Status, b.Arrived, b.Failure = parsers.StatusDeferred, parsers.ArrivedNo, v.failure()
	case "failed", "":
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
	return strings.HasPrefix(v.status, "4.") || v.status == "5.4.7" || containsFold(v.text, "retry timeout exceeded") || containsFold(v.text, "been in the queue too long")
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
	for _, words := range [...]string{
		"host or domain name not found", "unrouteable address", "couldn't find any host named", "all relevant mx records point to non-existent hosts",
		"domain name not found", "no such domain", "nxdomain", "host unknown", "domain not found", "domain does not exist",
	} {
		if containsFold(v.text, words) {
			return true
		}
	}
	return containsFold(v.text, "because the domain") && containsFold(v.text, "couldn't be found") // Gmail
}

// reportParts gathers the verdicts of a report, whatever its shape.
type reportParts struct {
	f        *fields
	list     *header.List
	id       string // of the message that it is about
	verdicts []verdict
}

func (p *reportParts) read(body []byte) {
	_, params, err := mime.ParseMediaType(string(bytes.TrimSpace(p.f.contentType)))
	var text []byte
	if boundary := params["boundary"]; boundary != "" && (err == nil || strings.Contains(err.Error(), "media parameter")) {
		text = p.readParts(body, boundary)
	} else {
		text = body
	}
	p.readText(text)
	if p.id == "" { // Exchange and Gmail: the report is a reply
		p.id = string(header.MessageID(p.f.inReplyTo))
	}
	if p.id == "" {
		p.id = string(header.LastMessageID(p.f.refs))
	}
}

// readParts reads the parts of a multipart report (RFC 3462, RFC 3464) and
// returns the first, which is for people.
func (p *reportParts) readParts(body []byte, boundary string) (text []byte) {
	for i, part := range splitParts(body, boundary) {
		end := header.End(part)
		if end < 0 {
			continue
		}
		var kind string
		header.Each(part[:end], func(h header.Field) bool {
			if h.Is("Content-Type") {
				kind, _, _ = strings.Cut(strings.ToLower(h.Text()), ";")
			}
			return true
		})
		switch inner := part[end:]; strings.TrimSpace(kind) {
		case "message/delivery-status", "message/global-delivery-status":
			p.readStatus(inner)
		case "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers":
			p.readReturned(inner)
		default:
			if i == 0 {
				text = inner
			}
		}
	}
	return text
}

// maxParts bounds the parts of a report: it has three.
const maxParts = 20

// splitParts returns the parts between the boundary lines of body (RFC 2046
// section 5.1.1). The last one may lack its end.
func splitParts(body []byte, boundary string) (parts [][]byte) {
	delimiter := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body) && len(parts) < maxParts; {
		line := body[at:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if bytes.HasPrefix(line, delimiter) {
			if start >= 0 {
				parts = append(parts, body[start:at])
			}
			start = at + len(line)
			if bytes.HasPrefix(line[len(delimiter):], []byte("--")) {
				return parts
			}
		}
		at += len(line)
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	return parts
}

// readStatus reads a delivery-status part: groups of fields, the first about
// the message, and one a recipient (RFC 3464 section 2.1).
func (p *reportParts) readStatus(b []byte) {
	for len(b) > 0 && len(p.verdicts) < maxReported {
		end := header.End(b)
		if end < 0 {
			end = len(b)
		}
		var v verdict
		header.Each(b[:end], func(h header.Field) bool {
			p.statusField(&v, h)
			return true
		})
		if v.recipient != "" && v.action != "" {
			p.verdicts = append(p.verdicts, v)
		}
		b = b[end:]
	}
}

func (p *reportParts) statusField(v *verdict, h header.Field) {
	switch {
	case h.Is("Final-Recipient"):
		v.recipient = p.typed(h)
	case h.Is("Original-Recipient"):
		v.original = p.typed(h)
	case h.Is("Action"):
		v.action, _, _ = strings.Cut(strings.ToLower(h.Text()), " ")
	case h.Is("Status"):
		v.status = string(enhanced([]byte(h.Text())))
	case h.Is("Remote-MTA"):
		_, v.relay, _ = strings.Cut(h.Text(), ";")
		v.relay = strings.TrimSpace(v.relay)
	case h.Is("Diagnostic-Code"):
		v.text = h.Value
	}
}

// typed returns the address of "rfc822; jane@army.ml".
func (p *reportParts) typed(h header.Field) string {
	_, address, ok := bytes.Cut(h.Value, []byte(";"))
	if !ok {
		address = h.Value
	}
	return string(p.list.First(address))
}

// readReturned takes the identifier from the header of the message that came
// back.
func (p *reportParts) readReturned(b []byte) {
	header.Each(bytes.TrimLeft(b, "\r\n"), func(h header.Field) bool {
		if h.Is("Message-ID") && p.id == "" {
			p.id = string(header.MessageID(h.Value))
		}
		return p.id == ""
	})
}

// enhanced returns the first enhanced status code (RFC 3463 section 2) in b,
// nil if there is none.
func enhanced(b []byte) []byte {
	for i := 0; i+5 <= len(b); i++ {
		if b[i] != '2' && b[i] != '4' && b[i] != '5' || b[i+1] != '.' || i > 0 && (isDigit(b[i-1]) || b[i-1] == '.') {
			continue
		}
		subject := digits(b[i+2:])
		rest := b[i+2+subject:]
		if subject == 0 || subject > 3 || len(rest) < 2 || rest[0] != '.' {
			continue
		}
		detail := digits(rest[1:])
		end := i + 2 + subject + 1 + detail
		if detail == 0 || detail > 3 || end < len(b) && b[end] == '.' && end+1 < len(b) && isDigit(b[end+1]) {
			continue
		}
		return b[i:end]
	}
	return nil
}

func isDigit(c byte) bool { return c-'0' < 10 }

func digits(b []byte) (n int) {
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	return n
}
