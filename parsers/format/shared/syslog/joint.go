package syslog

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
)

// Two lines may stand in one: a file that ends without a newline was put before another
// one, a server stopped in the middle of a line, or the framing of RFC 6587 by counted
// octets, which has no newlines, was written to a file.

// maxSingle is the length, in bytes, up to which a text is not searched for another
// line: one of a delivery is longer.
const maxSingle = 64

// maxUsual is the length, in bytes, up to which the end of a text is believed: in a
// longer one a line of a delivery may stand between two others.
const maxUsual = 192

// ReasonJoint says what is wrong with a line in which another one stands.
const ReasonJoint = "another line stands in it, which is not read: a newline is missing"

// joined returns text up to where another line stands in it, which is counted and not read:
// what a stranger wrote may stand before it, who could forge one.
// pid is the line after the name of the program, empty where they are given apart.
func (p *lineParser) joined(program, pid, text []byte) []byte {
	if len(text) <= maxSingle {
		return text
	}
	clock := clockIn(text)
	if clock < 0 {
		return text // as nearly all are
	}
	at := p.joint(pid, text, clock)
	if at < 0 {
		return text
	}
	if ShowsOutcome(text[at:]) {
		p.tally.Missed(p.origin(), string(program), ReasonJoint)
	} else {
		p.tally.Bad(p.origin(), ReasonJoint)
	}
	return bytes.TrimRight(text[:at], " ")
}

// searchUnread searches a text that nobody reads for another line, if it names somebody: what
// concerns a recipient does.
func (p *lineParser) searchUnread(program, pid, text []byte) {
	if bytes.IndexByte(text, '@') >= 0 {
		p.joined(program, pid, text)
	}
}

// Bounds of the search for another line, so that a text of nothing but stamps costs no
// more than others: how many are looked at, and how far what stands after one. A text
// with more stamps is taken for several lines.
const (
	maxStamps = 16
	maxHeads  = 1024
)

// joint returns where in text, of a line without its header, another line begins that
// a body knows; -1 if none does. The first time of day in text stands at text[clock]. Text
// that a mail chose may quote a line: see Quotes.
func (p *lineParser) joint(pid, text []byte, clock int) int {
	if standsBefore(pid, text) && !bytes.Contains(text, []byte("]: ")) {
		return -1
	}
	for stamps := 0; ; {
		if at := stampAt(text, clock); at > 0 {
			if stamps++; stamps > maxStamps || p.isLine(text[at:min(len(text), at+maxHeads)]) && !Quotes(text, at) {
				return framingBefore(text, at)
			}
		}
		clock += len("09:18:31")
		i := clockIn(text[clock:])
		if i < 0 {
			return -1
		}
		clock += i
	}
}

// standsBefore reports whether a PID in brackets stands right before text, as it does
// in the line after it then.
func standsBefore(pid, text []byte) bool {
	n := len(pid) - len(text)
	return n > len("]: ") && n < len("[4194304]: ")+1 && pid[0] == '[' && string(pid[n-3:n]) == "]: "
}

// isLine reports the beginning of a line that a body knows.
func (p *lineParser) isLine(line []byte) bool {
	d := NewDecoder(parsers.Piece{Location: p.piece.Location}) // the clock of the piece stays
	var rec Record
	return d.Decode(line, &rec) && p.format.known(rec.Program, rec.Text) || d.Search(line, &rec, p.format.known)
}

// Quotes reports whether text[at] is part of what a mail chose and a server repeats whole:
// a value in quotes, as Exim's T="…", after which the line goes on with another field, or
// a header or a line of the body that a check of Postfix found, after which it names the
// client and the envelope. A torn line ends in neither way.
func Quotes(text []byte, at int) bool {
	for _, what := range [...]string{"header ", "body "} {
		if bytes.Contains(text[:at], []byte(what)) && bytes.Contains(text[at:], []byte("; from=<")) {
			return true
		}
	}
	open := -1
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] != '"':
		case open < 0 && i > at:
			return false
		case open < 0:
			open = i
		case i > at:
			return goesOn(text[i+1:])
		default:
			open = -1
		}
	}
	return false
}

// goesOn reports the end of a line, or a blank and another field of it.
func goesOn(rest []byte) bool {
	if len(rest) == 0 {
		return true
	}
	field, _, _ := bytes.Cut(rest[1:], []byte(" "))
	return rest[0] == ' ' && (bytes.IndexByte(field, '=') > 0 || string(field) == "from" || string(field) == "for")
}

// clockIn returns where "09:18:31" stands in text, -1 if it does not.
func clockIn(text []byte) int {
	const before, after = len("09"), len(":18:31")
	for at := before; at+after <= len(text); at++ {
		i := bytes.IndexByte(text[at:len(text)-len("18:31")], ':')
		if i < 0 {
			return -1
		}
		if at += i; text[at+len(":18")] == ':' {
			if _, _, _, ok := clockTime(text[at-before:]); ok {
				return at - before
			}
		}
	}
	return -1
}

// stampAt returns where the stamp begins whose time of day stands at text[clock]: of
// RFC 3164, of RFC 3339 and its kin, or in brackets; -1 if there is none.
func stampAt(text []byte, clock int) int {
	const month, date, bracketed = len("Nov 23 "), len("2026-11-23T"), len("[23/Nov/2026 ")
	if clock >= month && monthOf(text[clock-month:]) > 0 {
		return clock - month
	}
	if clock >= bracketed && text[clock-bracketed] == '[' && text[clock-len("/2026 ")] == '/' {
		return clock - bracketed
	}
	if at := clock - date; at >= 0 && isDigit(text[at]) && text[at+4] == text[at+7] && bytes.IndexByte([]byte("-/:"), text[at+4]) >= 0 {
		return at
	}
	return -1
}

// framingBefore returns where what belongs to a line before its stamp at text[at] begins:
// the priority, the version and the count of octets.
func framingBefore(text []byte, at int) int {
	head := bytes.TrimSuffix(text[:at], []byte("1 "))
	open := bytes.LastIndexByte(head, '<')
	if open < 0 || !bytes.HasSuffix(head, []byte(">")) || len(head)-open > len("<191>") {
		return at
	}
	count := bytes.TrimRight(text[:open], " ")
	if n := len(bytes.TrimRight(count, "0123456789")); len(count) < open && len(count)-n <= len("99999") {
		return n
	}
	return open
}
