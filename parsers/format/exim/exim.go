// Package exim reads the main log of Exim (4.x), as it writes it itself or
// through syslog, with any log_selector, and cPanel's.
//
//	2026-11-23 09:18:27 1xVQBv-00002R-2R <= alice@corp.example H=(ws17) [192.0.2.7]:48794 P=esmtpsa A=plain:alice S=448 id=1@corp.example T="Plan" from <alice@corp.example> for jane@army.ml
//	2026-11-23 09:18:27 1xVQBv-00002R-2R => jane@army.ml F=<alice@corp.example> R=dnslookup T=remote_smtp H=mx1.army.ml [192.0.2.20]:25 C="250 Ok"
//	2026-11-23 09:18:27 1xVQBv-00002R-2R -> kim@army.ml R=dnslookup T=remote_smtp H=mx1.army.ml [192.0.2.20] C="250 Ok"
//	2026-11-23 09:18:27 1xVQBv-00002R-2R => bob <team@corp.example> R=localuser T=maildir
//	2026-11-23 09:18:28 1xVQBv-00002R-2R == joe@y.example R=dnslookup T=remote_smtp defer (111): Connection refused
//	2026-11-23 09:18:28 1xVQBv-00002R-2R ** joe@y.example R=dnslookup T=remote_smtp H=mx [192.0.2.9]: SMTP error from remote mail server after RCPT TO:<joe@y.example>: 550 5.1.1 unknown
//	2026-11-23 09:18:28 1xVQBv-00002R-2R Completed
//	2026-11-23 09:18:40 H=(h) [192.0.2.50] F=<a@b.example> rejected RCPT <x@y.example>: relay not permitted
//
// (The Exim specification, chapter 53.) The stamp may have milliseconds, a zone
// and the process id after it. Ids are of 16 characters, since 4.97 of 23, and
// never come again. "<=" is arrival, "=>" the first delivery of an address,
// "->" a further one on the same connection, ">>" one that was cut through, "**"
// a failure, "==" a delay; "(=" is an arrival that the client was told is
// refused; "*>" would have delivered (-N) and is no mail.
//
// An address is followed by the one that it was made of in angle brackets; of
// a local part that needs quotes only that one has them. The answer of another
// server stands after the fields, and a subject within quotes: neither is
// searched for fields.
package exim

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads Exim's lines in a syslog.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "exim" }

// Title implements syslog.Body.
func (Body) Title() string { return "Exim main log" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) {
	return bytes.HasPrefix(program, []byte("exim")), true
}

// Recognises implements syslog.Untagged: a line with Exim's own stamp.
func (Body) Recognises(text []byte) bool {
	c := clock{location: time.UTC}
	_, rest, ok := cutStamp(text, &c)
	return ok && isOwn(rest)
}

// isOwn reports a text after a stamp that only Exim writes.
func isOwn(text []byte) bool {
	if _, _, ok := cutID(text); ok {
		return true
	}
	for _, prefix := range [...]string{"exim ", "Start queue run: pid=", "End queue run: pid=", "cwd="} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return bytes.Contains(text, []byte(" rejected RCPT <"))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	return &bodyPiece{piece: newPiece(p, sink), clock: clock{location: p.Location}}
}

type bodyPiece struct {
	*piece
	clock clock
}

// Record implements syslog.BodyParser. Exim puts its own stamp into the text
// unless syslog_timestamp is off.
func (p *bodyPiece) Record(rec *syslog.Record) {
	text := p.join(rec.Text)
	if text == nil {
		return
	}
	when := rec.Time
	if t, rest, ok := cutStamp(text, &p.clock); ok {
		text = rest
		if when.IsZero() {
			when = t
		}
	}
	p.text(rec.Host, text, p.Table.Place(when, rec.Line, rec.Repeat))
}

// Format reads the main log as Exim writes it.
type Format struct{ queue.Joins }

// Name implements parsers.Format.
func (Format) Name() string { return "exim" }

// Title implements parsers.Format.
func (Format) Title() string { return "Exim main log" }

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	c := clock{location: time.UTC}
	stamped, lines := 0, 0
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		lines++
		_, text, ok := cutStamp(bytes.TrimRight(line, "\r"), &c)
		if !ok {
			if stamped == 0 && isLogName(bytes.TrimRight(line, "\r")) {
				return surely
			}
			continue
		}
		stamped++
		if _, rest, ok := cutID(text); ok && len(rest) > 2 {
			switch string(rest[:2]) {
			case "<=", "=>", "->", "**", "==", ">>", "Co":
				return surely
			}
		}
		if isNotice(text) || bytes.Contains(text, []byte(" rejected RCPT <")) {
			return surely
		}
	}
	return 0
}

// isNotice reports a line that Exim alone writes and that says nothing of a message.
func isNotice(text []byte) bool {
	for _, prefix := range [...]string{"exim ", "Start queue run: pid=", "End queue run: pid=", "cwd="} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

const (
	sniffLines = 200
	surely     = 95
)

// FirstTime implements parsers.LineFormat.
func (Format) FirstTime(head []byte, loc *time.Location) (t time.Time, yearless, ok bool) {
	c := clock{location: loc}
	for len(head) > 0 && !ok {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		t, _, ok = cutStamp(line, &c)
	}
	return t, false, ok
}

// NewPiece implements parsers.LineFormat.
func (Format) NewPiece(p parsers.Piece, sink parsers.Sink) parsers.LineParser {
	return &lineParser{piece: newPiece(p, sink), clock: clock{location: p.Location}, joined: clock{location: p.Location}}
}

type lineParser struct {
	*piece
	cutter lines.Cutter
	clock  clock
	joined clock // of lines that stand in another one
	lines  int64
	seen   time.Time
}

// Parse implements parsers.LineParser.
func (p *lineParser) Parse(block []byte) { p.cutter.Each(block, p.line) }

func (p *lineParser) line(line []byte) {
	p.lines++
	p.Table.Tally.Longest.Note(line)
	t, text, ok := cutStamp(line, &p.clock)
	at := p.Table.Place(t, p.lines, 1)
	if !ok {
		records := p.Table.Tally.Records
		if p.foreground(line); p.Table.Tally.Records == records && syslog.ShowsMail(line) {
			p.Table.Tally.Missed(at.Origin, "exim", "not a line of a log")
		}
		return
	}
	if t != p.seen {
		p.seen = t
		p.Table.Tally.Seen(t)
	}
	end := p.joint(text)
	if end == 0 { // what ran it stamped the line as well
		_, text, _ = cutStamp(text, &p.joined)
		end = p.joint(text)
	}
	if end >= 0 {
		p.Table.Tally.Missed(at.Origin, "exim", syslog.ReasonJoint)
		text = text[:end]
	}
	p.read(text, at)
}

// joint returns where the stamp and the id of another line begin in text, as where a file
// without a newline at its end was put before another one; -1 if none do. A subject may
// quote a line.
func (p *lineParser) joint(text []byte) int {
	const year, most = len("2026-"), 16 // more of them are several lines
	found := 0
	for from := 0; ; {
		i := bytes.Index(text[from:], p.clock.text[:year])
		if i < 0 {
			return -1
		}
		from += i
		if _, rest, ok := cutStamp(text[from:], &p.joined); ok {
			if _, _, ok := cutID(rest); ok {
				if found++; found > most || !syslog.Quotes(text, from) {
					return from
				}
			}
		}
		from += year
	}
}

// read reads a line without its stamp. One of which nothing is understood is searched
// for a delivery.
func (p *lineParser) read(text []byte, at *queue.Place) {
	tally := &p.Table.Tally
	records, malformed := tally.Records, tally.Malformed
	p.text(nil, text, at)
	switch {
	case tally.Malformed != malformed:
		tally.NotUnderstood.Add("exim", tally.Malformed-malformed)
	case tally.Records != records:
	case syslog.ShowsOutcome(text):
		tally.Missed(at.Origin, "exim", parsers.ReasonUnread)
	case !tally.Known:
		tally.Known = isNotice(text)
	}
}

// Close implements parsers.LineParser.
func (p *lineParser) Close() (parsers.Tally, parsers.Rest) {
	p.Table.Tally.Lines += p.lines
	return p.Table.Close()
}
