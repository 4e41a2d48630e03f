package message

import (
	"bytes"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// Reports in prose name a recipient, say why beside or below it, and end with a
// copy of the message:
//
//	Exim    A message that you sent could not be delivered ...
//	          jane@army.ml
//	            Unrouteable address
//	        ------ This is a copy of the message, including all the headers. ------
//	qmail   Hi. This is the qmail-send program at mx.corp.example.
//	        <jane@army.ml>:
//	        Sorry, I couldn't find any host named army.ml. (#5.1.2)
//	        --- Below this line is a copy of the message.
//	Postfix <jane@army.ml>: host mx.army.ml[192.0.2.1] said: 550 5.1.1 User unknown
//	Gmail   Delivery to the following recipient failed permanently:
//	             jane@army.ml
//	        ----- Original message -----
//
// There are as many shapes as servers; what they have in common is read: an address
// at the beginning of a line or after a word such as "to", and not the one that the
// report goes to or is from. Of several the header of the returned message says
// which it was written to.
//
// Anybody can write such a text: it counts for the message whose identifier it
// has, if that one went to that recipient.

// readText reads the part for people: where the parts for machines hold no verdict,
// and for the header of the returned message.
func (p *report) readText(text []byte) {
	prose := p.cutReturned(text)
	switch {
	case len(p.verdicts) == 0 && hasStatus(text):
		p.readStatus(unindented(text))
	case p.complained && len(p.verdicts) == 0 && len(p.back.to) == 1:
		p.add(verdict{action: "arrived", recipient: p.back.to[0]})
	}
	if p.rejected && says(prose, rejectWords[:]) {
		for i := range p.verdicts {
			p.verdicts[i].action = "failed"
		}
	}
	if len(p.verdicts) > 0 || p.f.isProof() {
		return
	}
	if action := p.actionOf(prose); action != "" {
		p.readProse(prose, action)
	}
}

// hasStatus reports whether a text holds the fields of a delivery status.
func hasStatus(text []byte) bool {
	return containsFold(text, "final-recipient:") && (containsFold(text, "action:") || containsFold(text, "status:"))
}

// unindented returns the lines of text from the first on that is a field of a
// delivery status, without white space before those.
func unindented(text []byte) (out []byte) {
	for line := range bytes.Lines(text) {
		plain := bytes.TrimLeft(line, " \t>")
		for _, name := range [...]string{"final-recipient:", "original-recipient:", "action:", "status:", "diagnostic-code:", "remote-mta:", "reporting-mta:"} {
			if hasPrefixFold(plain, name) {
				line = plain
				break
			}
		}
		out = append(out, line...)
	}
	return out
}

// cutReturned reads the headers in a text and returns the prose before the message
// that came back, without the fields of it that are named there.
func (p *report) cutReturned(text []byte) []byte {
	end := len(text)
	var prose []byte
	from := 0
	for _, b := range headersIn(text) {
		if b.whole {
			end = b.start
			if p.readInner(text[b.start:b.end], text[b.end:]) {
				break
			}
		} else {
			prose, from = append(prose, text[from:b.start]...), b.end
		}
		p.back.read(dedented(text[b.start:b.end]))
	}
	p.readSentences(text[:end])
	last := text[from:max(from, end)]
	if at, after := announcement(last); at >= 0 {
		if end == len(text) {
			p.back.read(bytes.TrimLeft(last[after:], "\r\n \t-"))
		}
		last = last[:at]
	}
	return append(prose, last...)
}

// readSentences reads the subject and the date of a message as Exim writes them.
func (p *report) readSentences(text []byte) {
	for line := range bytes.Lines(text) {
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" of the message is:"))
		if value = bytes.TrimSpace(value); len(value) > 0 {
			if name, ok := bytes.CutPrefix(bytes.ToLower(name), []byte("the ")); ok {
				p.back.read(slices.Concat(name, []byte(": "), value))
			}
		}
	}
}

// readWhole reads the header in a text that came back, so that of several in a report
// the first one counts.
func (p *report) readWhole(text []byte) {
	for _, b := range headersIn(text) {
		block := dedented(text[b.start:b.end])
		var f fields
		if f.read(block); b.whole && f.id != nil && f.origin() != fromRobot {
			p.back.read(block)
		}
	}
}

// readInner reads a report within the text of a report, as gateways put it there. It is
// false for any other message.
func (p *report) readInner(block, body []byte) bool {
	var f fields
	f.read(dedented(block))
	if p.inner || f.origin() != fromRobot {
		return false
	}
	p.inner = true
	text := p.text
	p.text = nil
	p.readEntity(entity{contentType: f.contentType, encoding: f.encoding, body: body}, 1)
	p.readText(p.text)
	p.text = text
	return true
}

// announcement returns where the line begins and ends that announces the returned
// message, -1 if there is none.
func announcement(text []byte) (start, end int) {
	at := 0
	for line := range bytes.Lines(text) {
		at += len(line)
		plain := bytes.TrimSpace(line)
		dashed := bytes.HasPrefix(plain, []byte("--")) || bytes.HasPrefix(plain, []byte("==")) || bytes.HasPrefix(plain, []byte("**"))
		for _, words := range [...]string{"copy of the message", "copy of the original message", "copy of your message", "original message", "message follows", "headers follow", "header follows", "original headers", "unsent message", "returned message", "header of the original message", "copy of the message header"} {
			if containsFold(plain, words) && !beginsWithAddress(text[at:]) && (dashed || bytes.HasSuffix(plain, []byte(":")) || bytes.HasSuffix(plain, []byte("follows.")) || bytes.HasSuffix(plain, []byte("follow."))) {
				return at - len(line), at
			}
		}
	}
	return -1, -1
}

// actionOf returns what a text says became of the message, "" if it does not say.
// A list of addresses in an automatic reply says nothing. A robot that returns the
// message with no word that is known had a reason.
func (p *report) actionOf(prose []byte) string {
	subject := p.f.subjectText()
	switch {
	case says(prose, delayWords[:]) || says(subject, delayWords[:]):
		return "delayed"
	case p.f.failed != nil, says(prose, failWords[:]), says(subject, failWords[:]), p.f.saysReport():
		return "failed"
	case (p.f.writer == fromRobot || p.f.hasNullPath()) && p.back.id != "" && len(p.back.to) > 0:
		return "failed"
	}
	return ""
}

// beginsWithAddress reports whether the first line of text that is not empty begins with
// an address: "these did not receive a copy of your message:".
func beginsWithAddress(text []byte) bool {
	line := header.Line(bytes.TrimLeft(text, " \t\r\n"))
	start, end := nextAddress(line, 0)
	return start >= 0 && rankOf(line[:start], line[end:]) >= rankHead
}

// A mention is an address in the prose of a report.
type mention struct {
	address  string
	original string // what it was before an alias, if the report says so
	line     int    // where its line begins
	rank     rank
}

// A rank says how surely an address is that of a recipient that a report is about.
type rank uint8

const (
	rankNone   rank = iota // it is somebody else's
	rankLoose              // it stands somewhere
	rankCued               // a word such as "to" comes before it
	rankHead               // its line begins with it
	rankListed             // in angle brackets, as servers write what they refuse
)

// readProse gives each recipient that the prose names the words about it.
func (p *report) readProse(prose []byte, action string) {
	all := p.mentions(prose)
	chosen := p.choose(all)
	if p.f.failed != nil {
		if failed := p.failedOf(all); p.areWritten(failed) || !p.areWritten(chosen) {
			chosen = failed
		}
	}
	if len(chosen) == 0 && len(p.back.to) == 1 {
		chosen = []mention{{address: p.back.to[0]}}
	}
	for i, m := range chosen {
		if p.find(m.address) >= 0 {
			continue
		}
		end := len(prose)
		for _, next := range chosen[i+1:] {
			if next.line > m.line && !strings.EqualFold(next.address, m.address) {
				end = next.line
				break
			}
		}
		text := prose[m.line:end]
		p.add(verdict{recipient: m.address, original: m.original, action: action, status: string(statusOf(text, action)), text: text})
	}
}

// statusOf returns the status code in the words about a recipient. That of a server
// which took the message says nothing of a failure.
func statusOf(text []byte, action string) []byte {
	code := enhanced(text)
	if len(code) > 0 && code[0] == '2' && action != "delivered" {
		return nil
	}
	return code
}

// failedOf returns the recipients that the header lists, with their places in the
// prose.
func (p *report) failedOf(all []mention) (chosen []mention) {
	p.list.Each(p.f.failed, func(a []byte) {
		if len(chosen) >= maxReported {
			return
		}
		m := mention{address: string(a)}
		for _, x := range all[:min(len(all), maxSearched)] {
			if strings.EqualFold(x.address, m.address) {
				m = x
				break
			}
		}
		chosen = append(chosen, m)
	})
	return chosen
}

// choose returns the mentions of recipients: those of the highest rank that there is.
// Of those that are listed all are; of others those whom the returned message was
// written to, if it names any of them.
func (p *report) choose(all []mention) (chosen []mention) {
	best := rankNone
	for _, m := range all {
		best = max(best, m.rank)
	}
	written := best < rankListed && p.areWritten(slices.DeleteFunc(slices.Clone(all), func(m mention) bool { return m.rank < best }))
	if best == rankLoose && !written && len(p.back.to) > 0 {
		return nil
	}
	for _, m := range all {
		if m.rank == best && (!written || p.isWritten(&m)) && len(chosen) < maxReported {
			chosen = append(chosen, m)
		}
	}
	return chosen
}

// isWritten reports whether the returned message says that it was written to the
// address, or to that before the alias.
func (p *report) isWritten(m *mention) bool {
	return p.back.wasTo(m.address) || m.original != "" && p.back.wasTo(m.original)
}

// areWritten reports whether isWritten holds for any of some.
func (p *report) areWritten(some []mention) bool {
	return slices.ContainsFunc(some, func(m mention) bool { return p.isWritten(&m) })
}

// maxSearched bounds the recipients that a line is compared with.
const maxSearched = 100

func (p *report) find(address string) int {
	for i := range p.verdicts[:min(len(p.verdicts), maxSearched)] {
		if strings.EqualFold(p.verdicts[i].recipient, address) {
			return i
		}
	}
	return -1
}

// maxMentions bounds the addresses of a text that are looked at, and maxContext the
// bytes before and after one. Beyond maxOwn bytes, a field does not say whom a report
// goes to.
const (
	maxMentions = 4 * maxReported
	maxContext  = 200
	maxOwn      = 1 << 10

	maxOwnFields = 4
)

// mentions returns the addresses in a text that may be recipients'.
func (p *report) mentions(text []byte) (all []mention) {
	at := 0
	for line := range bytes.Lines(text) {
		for from := 0; len(all) < maxMentions; {
			start, end := nextAddress(line, from)
			if start < 0 {
				break
			}
			before := line[max(0, start-maxContext):start]
			m := mention{address: string(line[start:end]), line: at, rank: rankOf(before, line[end:min(len(line), end+maxContext)])}
			if m.rank > rankNone && !p.isOurs(m.address) {
				if n := len(all); n > 0 && isOriginOfAlias(before) {
					all[n-1].original = m.address
				} else {
					all = append(all, m)
				}
			}
			from = end
		}
		at += len(line)
	}
	return all
}

// isOurs reports whether an address is that which the report goes to or comes from, or
// that of the sender of the message, and not of a recipient as well.
func (p *report) isOurs(address string) bool {
	if p.back.wasTo(address) {
		return false
	}
	if strings.EqualFold(address, p.back.from) {
		return true
	}
	address = strings.ToLower(address)
	for _, v := range p.f.to[:min(len(p.f.to), maxOwnFields)] {
		if containsFold(v[:min(len(v), maxOwn)], address) {
			return true
		}
	}
	return containsFold(p.f.from[:min(len(p.f.from), maxOwn)], address)
}

// isOriginOfAlias reports whether the address after the text is what an alias was
// made of: Exim writes "(generated from x)", Postfix and Sendmail "(expanded from x)".
func isOriginOfAlias(before []byte) bool {
	before = bytes.TrimRight(before, " \t<:")
	return hasSuffixFold(before, "generated from") || hasSuffixFold(before, "expanded from")
}

func hasSuffixFold(b []byte, s string) bool {
	return len(b) >= len(s) && hasPrefixFold(b[len(b)-len(s):], s)
}

// foreignWords stand before addresses that are no recipients.
var foreignWords = [...]string{"from", "sender", "contact", "assistance", "support", "help", "reply-to", "return-path", "postmaster", "administrator", "envelope", "http", "message-id", "on behalf of", "listed", "report to", "e-mail us", "please mail", "please send", "please email", "send mail to"}

// cueWords stand before addresses that are recipients, with the signs after them taken
// off.
var cueWords = [...]string{"to", "for", "rcpt to", "recipient", "recipients", "address", "addresses", "user", "account", "mailbox", "unknown", "rejected", "an", "à", "para", "empfänger", "destinataire", "destinatario", "宛先", "mailto", "smtp", "for recipient", "of", "was", "rfc822", "a"}

// rankOf returns the rank of an address by what stands before and after it in its
// line.
func rankOf(before, after []byte) rank {
	if says(before, foreignWords[:]) && !isOriginOfAlias(before) {
		return rankNone
	}
	lead := bytes.TrimRight(before, " \t<\"'(['=:;")
	bare := bytes.Trim(lead, " \t<>\"'*-+.#|[(0123456789)]\r")
	if len(bare) == 0 {
		if isListed(before, after) {
			return rankListed
		}
		return rankHead
	}
	for _, w := range cueWords {
		if hasSuffixFold(lead, w) && (len(lead) == len(w) || !isWordByte(lead[len(lead)-len(w)-1])) {
			return rankCued
		}
	}
	if len(bytes.TrimSpace(bytes.Trim(after, " \t>\"').]\r\n"))) == 0 && bytes.HasSuffix(bytes.TrimRight(before, " \t<"), []byte(":")) {
		return rankCued
	}
	return rankLoose
}

// isListed reports whether an address at the beginning of a line is one of a list: in angle
// brackets, alone, or with the reason or the time after it.
func isListed(before, after []byte) bool {
	if bytes.HasSuffix(before, []byte("<")) && bytes.HasPrefix(after, []byte(">")) {
		return true
	}
	rest := bytes.TrimRight(bytes.TrimLeft(after, "\"'"), " \t\r\n")
	return len(rest) == 0 || rest[0] == ':' || hasPrefixFold(rest, " on ") || bytes.HasPrefix(rest, []byte(" [")) || bytes.HasPrefix(rest, []byte(" ("))
}

func isWordByte(c byte) bool { return lower(c)-'a' < 26 || isDigit(c) || c >= 0x80 }

// nextAddress returns where the next address of a line is, from a place on; -1 if
// there is none.
func nextAddress(line []byte, from int) (start, end int) {
	for {
		i := bytes.IndexByte(line[from:], '@')
		if i < 0 {
			return -1, -1
		}
		at := from + i
		start, end = at, at+1
		for start > from && isLocalByte(line[start-1]) {
			start--
		}
		if at > from && line[at-1] == '"' {
			start = max(from, bytes.LastIndexByte(line[:at-1], '"'))
		}
		for start < at && (line[start] == '\'' || line[start] == '=' || line[start] == '*' || line[start] == '-' || line[start] == '.' || line[start] == '/') {
			start++
		}
		if hasPrefixFold(line[start:at], "smtp=") { // of an X.400 address
			start += len("smtp=")
		}
		bracketed := start > 0 && line[start-1] == '<'
		for end < len(line) && isDomainByte(line[end], bracketed) {
			end++
		}
		end = at + 1 + len(bytes.TrimRight(line[at+1:end], ".-_"))
		if address := line[start:end]; header.IsAddress(address) && bytes.IndexByte(line[at:end], '.') > 0 {
			return start, end
		}
		from = at + 1
	}
}

// isLocalByte reports whether c may be of a local part that is not quoted (RFC 5322
// section 3.2.3). Other scripts are left out: in a sentence they are no letters of an
// address.
func isLocalByte(c byte) bool {
	return c < 0x80 && isWordByte(c) || bytes.IndexByte([]byte("!#$%&'*+-/=?^_`{|}~."), c) >= 0
}

func isDomainByte(c byte, bracketed bool) bool {
	return c < 0x80 && isWordByte(c) || c == '.' || c == '-' || c == '_' || c >= 0x80 && bracketed
}
