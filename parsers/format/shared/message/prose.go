package message

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// Reports in prose name a recipient in a line of its own, say why below it, and
// end with a copy of the message:
//
//	Exim    A message that you sent could not be delivered ...
//	          jane@army.ml
//	            Unrouteable address
//	        ------ This is a copy of the message, including all the headers. ------
//	qmail   Hi. This is the qmail-send program at mx.corp.example.
//	        <jane@army.ml>:
//	        Sorry, I couldn't find any host named army.ml. (#5.1.2)
//	        --- Below this line is a copy of the message.
//	Gmail   Delivery to the following recipient failed permanently:
//	             jane@army.ml
//	        ----- Original message -----
//
// Anybody can write such a text: it counts for the message whose identifier it
// has, if that one went to that recipient.

// readText reads the part for people, if the parts for machines hold no verdict.
func (p *reportParts) readText(text []byte) {
	prose, returned := cutReturned(text)
	if returned != nil {
		p.readReturned(returned)
	}
	if len(p.verdicts) > 0 {
		return
	}
	if p.f.failed != nil {
		p.list.Each(p.f.failed, func(a []byte) {
			if len(p.verdicts) < maxReported {
				p.verdicts = append(p.verdicts, verdict{recipient: string(a)})
			}
		})
	} else if !saysFailed(prose) {
		return
	}
	p.readProse(prose, p.f.failed == nil)
}

// saysFailed reports whether a text says that something was not delivered. A
// list of addresses in an automatic reply does not.
func saysFailed(prose []byte) bool {
	for _, words := range [...]string{
		"qmail-send program", "could not be delivered", "couldn't be delivered", "failed permanently", "wasn't delivered", "was not delivered",
		"delivery has failed", "undeliverable", "did not reach", "could not deliver", "unable to deliver", "delivery failed", "delivery failure", "returned mail", "returned to sender",
	} {
		if containsFold(prose, words) {
			return true
		}
	}
	return false
}

// cutReturned splits text at the line that announces the returned message.
func cutReturned(text []byte) (prose, returned []byte) {
	at := 0
	for line := range bytes.Lines(text) {
		at += len(line)
		plain := bytes.TrimSpace(line)
		if !bytes.HasPrefix(plain, []byte("---")) {
			continue
		}
		for _, words := range [...]string{"copy of the message", "original message", "message follows", "headers follow", "original headers", "unsent message"} {
			if containsFold(plain, words) {
				return text[:at-len(line)], bytes.TrimLeft(text[at:], "\r\n \t-")
			}
		}
	}
	return text, nil
}

// readProse gives each recipient the words below it. With more, lines of an
// address alone name recipients as well.
func (p *reportParts) readProse(prose []byte, more bool) {
	current := -1
	for line := range bytes.Lines(prose) {
		if a := loneAddress(line); a != nil {
			current = p.find(a)
			if current < 0 && more && len(p.verdicts) < maxReported {
				current = len(p.verdicts)
				p.verdicts = append(p.verdicts, verdict{recipient: string(a)})
			}
			continue
		}
		if current >= 0 {
			v := &p.verdicts[current]
			v.text = append(v.text, line...)
			if v.status == "" {
				v.status = string(enhanced(line))
			}
		}
	}
}

// maxSearched bounds the recipients that a line is compared with.
const maxSearched = 100

func (p *reportParts) find(address []byte) int {
	for i := range p.verdicts[:min(len(p.verdicts), maxSearched)] {
		if bytes.EqualFold([]byte(p.verdicts[i].recipient), address) {
			return i
		}
	}
	return -1
}

// loneAddress returns the address of a line that holds nothing else, perhaps in
// brackets and with a colon after it.
func loneAddress(line []byte) []byte {
	a := bytes.TrimSuffix(bytes.TrimSpace(line), []byte(":"))
	if n := len(a); n > 2 && a[0] == '<' && a[n-1] == '>' {
		a = a[1 : n-1]
	}
	if !header.IsAddress(a) || bytes.IndexByte(a, ':') >= 0 {
		return nil
	}
	return a
}
