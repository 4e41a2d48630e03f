package message

import (
	"strings"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// readReceipt reads what the recipient's mail program says of a message that it
// has (RFC 8098 section 3): whatever became of it there, it arrived. Dovecot and others
// refuse in this form, and say so in the text.
func (p *report) readReceipt(b []byte) {
	v := verdict{action: "arrived"}
	header.Each(b, func(h header.Field) bool {
		switch {
		case h.Is("Final-Recipient"):
			v.recipient = p.typed(h)
		case h.Is("Original-Recipient"):
			v.original = p.typed(h)
		case h.Is("Disposition"):
			p.rejected = containsFold(h.Value, "deleted") || containsFold(h.Value, "denied") || containsFold(h.Value, "failed")
		case h.Is("Original-Message-ID") && p.back.id == "":
			p.back.id = string(header.MessageID(h.Value))
		}
		return true
	})
	if v.recipient != "" || v.original != "" {
		p.add(v)
	}
}

// readComplaint reads the complaint of somebody who has the message (RFC 5965).
// A report that authentication failed (RFC 6591) says so only if it names where the
// message was put. Recipients are often taken out; then the returned message was to
// one alone.
func (p *report) readComplaint(b []byte) {
	var kind, result string
	var to []string
	header.Each(b, func(h header.Field) bool {
		switch {
		case h.Is("Feedback-Type"):
			kind = strings.ToLower(firstWord(h.Text()))
		case h.Is("Delivery-Result"):
			result = strings.ToLower(firstWord(h.Text()))
		case h.Is("Original-Rcpt-To") && len(to) < maxReported:
			to = append(to, p.typed(h))
		}
		return true
	})
	p.complained = kind != "auth" && kind != "dmarc" || result == "delivered" || result == "inbox" || result == "spam"
	if !p.complained {
		return
	}
	for _, recipient := range to {
		if recipient != "" {
			p.add(verdict{action: "arrived", recipient: recipient})
		}
	}
}
