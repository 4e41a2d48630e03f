package postfix

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// filtered reads what the filter of Proxmox Mail Gateway did with a message, which
// has an id of its own there:
//
//	C0FFEE1: new mail message-id=<001@corp.example>
//	C0FFEE1: accept mail to <jane@army.ml> (B2B2B2B202) (rule: default-accept)
//	C0FFEE1: moved mail for <jane@army.ml> to spam quarantine - D4D4D4 (rule: Quarantine)
//	C0FFEE1: block mail to <jane@army.ml> (rule: Block Viruses)
//	C0FFEE1: processing time: 0.677 seconds (0.5, 0.1, 0)
func (p *piece) filtered(rec *syslog.Record, id, text []byte) {
	at := p.place(rec)
	switch {
	case begins(text, "new mail message-id="):
		p.Table.Tally.Records++
		m := p.Table.Message(rec.Host, id, at, true)
		m.Submitted = true // by the hop before
		p.messageID(m, text)
	case begins(text, "accept mail to <"):
		p.verdict(rec, id, text[len("accept mail to <"):], parsers.StatusDelivered, at)
	case begins(text, "moved mail for <"):
		p.verdict(rec, id, text[len("moved mail for <"):], parsers.StatusHeld, at)
	case begins(text, "block mail to <"):
		p.verdict(rec, id, text[len("block mail to <"):], parsers.StatusDiscarded, at)
	case begins(text, "processing time: "):
		if m := p.Table.Last(rec.Host, id, at); m != nil {
			p.Table.End(m)
		}
	}
}

// verdict notes what the filter did with a message for one recipient.
func (p *piece) verdict(rec *syslog.Record, id, text []byte, status parsers.Status, at *queue.Place) {
	to, rest, ok := cutAddress(text, " (", " to ")
	if !ok || len(to) == 0 {
		p.Table.Tally.Bad(at.Origin, "verdict of a filter without a recipient")
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(rec.Host, id, at, false)
	r := m.Recipient(lines.Borrow(to))
	r.Set(at, status)
	if status != parsers.StatusDelivered {
		return
	}
	r.Handed = true
	if next, _, ok := bytes.Cut(rest[len(" ("):], []byte(")")); ok {
		r.Next = lines.Borrow(next)
	}
	p.Table.HandOver(m, r)
}
