package message

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// readStatus reads a delivery-status part: groups of fields, the first about
// the message, and one a recipient (RFC 3464 section 2.1). Fields in a text
// are read in the same way: servers and archives lose the parts.
func (p *report) readStatus(b []byte) {
	var action, status string // of the message, where recipients have none
	for len(b) > 0 && len(p.verdicts) < maxReported {
		end := header.End(b)
		if end < 0 {
			end = len(b)
		}
		var v verdict
		settle := func() {
			switch {
			case v.recipient == "" && v.original == "":
				action, status = cmp.Or(v.action, action), cmp.Or(v.status, status)
			default:
				v.action, v.status = cmp.Or(v.action, action), cmp.Or(v.status, status)
				v.inferAction()
				p.add(v)
			}
			v = verdict{}
		}
		header.Each(b[:end], func(h header.Field) bool {
			if h.Is("Final-Recipient") && v.recipient != "" { // the empty line before it is missing
				settle()
			}
			p.statusField(&v, h)
			return true
		})
		settle()
		b = b[end:]
	}
}

// inferAction fills in an action that is missing or no word of RFC 3464, by the
// class of the code (RFC 3463 section 3.1).
func (v *verdict) inferAction() {
	switch v.action {
	case "failed", "delayed", "delivered", "relayed", "expanded", "expired":
		return
	case "failure", "fail", "bounced", "undeliverable":
		v.action = "failed"
		return
	}
	if v.status != "" {
		v.action = map[byte]string{'2': "delivered", '4': "delayed", '5': "failed"}[v.status[0]]
	}
}

// add adds a verdict that says what became of the message.
func (p *report) add(v verdict) {
	if v.action != "" && len(p.verdicts) < maxReported {
		p.verdicts = append(p.verdicts, v)
	}
}

func (p *report) statusField(v *verdict, h header.Field) {
	switch {
	case h.Is("Final-Recipient"):
		v.recipient = p.typed(h)
	case h.Is("Original-Recipient"):
		v.original = p.typed(h)
	case h.Is("Action"):
		v.action = strings.ToLower(firstWord(h.Text()))
	case h.Is("Status"):
		v.status = string(enhanced([]byte(h.Text())))
	case h.Is("Remote-MTA"):
		_, v.relay, _ = strings.Cut(h.Text(), ";")
		v.relay = strings.TrimSpace(v.relay)
	case h.Is("Diagnostic-Code"):
		v.text = h.Value
	}
}

func firstWord(s string) string {
	i := strings.IndexFunc(s, func(c rune) bool { return c|0x20 < 'a' || c|0x20 > 'z' })
	if i < 0 {
		return s
	}
	return s[:i]
}

// typed returns the address of "rfc822; jane@army.ml".
func (p *report) typed(h header.Field) string {
	_, address, ok := bytes.Cut(h.Value, []byte(";"))
	if !ok {
		address = h.Value
	}
	return string(p.list.First(address))
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
