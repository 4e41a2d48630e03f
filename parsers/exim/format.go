package exim

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/queue"
	"github.com/typoaudit/typoaudit/parsers/syslog"
)

// cutStamp reads "2026-11-23 09:18:27[.123][ +0000] [[pid] ]".
func cutStamp(b []byte, c *clock) (t time.Time, text []byte, ok bool) {
	const stamp = len("2026-11-23 09:18:27")
	if len(b) <= stamp || b[4] != '-' || b[7] != '-' || b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return t, nil, false
	}
	if t, ok = c.read(b[:stamp]); !ok {
		return t, nil, false
	}
	text = b[stamp:]
	if text[0] == '.' {
		n := 1
		for n < len(text) && text[n]-'0' < 10 {
			n++
		}
		for i, unit := 1, 100*time.Millisecond; i < n; i, unit = i+1, unit/10 {
			t = t.Add(time.Duration(text[i]-'0') * unit)
		}
		text = text[n:]
	}
	if len(text) > 6 && text[0] == ' ' && (text[1] == '+' || text[1] == '-') && base62(text[2:6]) && text[6] == ' ' {
		if zone, err := time.Parse("-0700", string(text[1:6])); err == nil {
			_, offset := zone.Zone()
			_, local := t.Zone()
			t = t.Add(time.Duration(local-offset) * time.Second).UTC()
			text = text[6:]
		}
	}
	if len(text) == 0 || text[0] != ' ' {
		return t, nil, false
	}
	text = text[1:]
	if len(text) > 2 && text[0] == '[' && text[1]-'0' < 10 {
		if end := bytes.Index(text[:min(len(text), 14)], []byte("] ")); end > 0 {
			text = text[end+2:]
		}
	}
	return t, text, true
}

// A clock reads stamps; it remembers the last one, because a log has many
// lines in each second.
type clock struct {
	location *time.Location
	text     [19]byte
	time     time.Time
}

func (c *clock) read(b []byte) (time.Time, bool) {
	if string(b) == string(c.text[:]) {
		return c.time, true
	}
	t, err := time.ParseInLocation(time.DateTime, lent(b), c.location)
	if err != nil {
		return t, false
	}
	copy(c.text[:], b)
	c.time = t
	return t, true
}

// Body reads Exim's lines in a syslog.
type Body struct{}

// Name implements syslog.Body.
func (Body) Name() string { return "exim" }

// Title implements syslog.Body.
func (Body) Title() string { return "Exim main log" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) bool { return bytes.HasPrefix(program, []byte("exim")) }

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	return &bodyPiece{piece: newPiece(p, sink), clock: clock{location: p.Location}}
}

// NewJoiner implements syslog.Body.
func (Body) NewJoiner(sink parsers.Sink) parsers.Joiner { return queue.NewJoiner(sink) }

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
	p.text(rec.Host, text, p.table.Place(when, rec.Line, rec.Repeat))
}

// Close implements syslog.BodyParser.
func (p *bodyPiece) Close() (parsers.Tally, parsers.Rest) { return p.table.Close() }

// Format reads the main log as Exim writes it.
type Format struct{}

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
			continue
		}
		stamped++
		if _, rest, ok := cutID(text); ok && len(rest) > 2 {
			switch string(rest[:2]) {
			case "<=", "=>", "->", "**", "==", ">>", "Co":
				return surely
			}
		}
		if bytes.HasPrefix(text, []byte("exim ")) || bytes.HasPrefix(text, []byte("Start queue run: pid=")) ||
			bytes.HasPrefix(text, []byte("cwd=")) || bytes.Contains(text, []byte(" rejected RCPT <")) {
			return surely
		}
	}
	return 0
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
	return &lineParser{piece: newPiece(p, sink), clock: clock{location: p.Location}}
}

// NewJoiner implements parsers.LineFormat.
func (Format) NewJoiner(sink parsers.Sink) parsers.Joiner { return queue.NewJoiner(sink) }

type lineParser struct {
	*piece
	clock clock
	lines int64
	seen  time.Time
}

// Parse implements parsers.LineParser.
func (p *lineParser) Parse(block []byte) {
	for len(block) > 0 {
		var line []byte
		line, block, _ = bytes.Cut(block, []byte("\n"))
		p.lines++
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		t, text, ok := cutStamp(line, &p.clock)
		if !ok {
			continue // the reject log has the header of the message in between
		}
		if t != p.seen {
			p.seen = t
			p.table.Tally.Seen(t)
		}
		p.text(nil, text, p.table.Place(t, p.lines, 1))
	}
}

// Close implements parsers.LineParser.
func (p *lineParser) Close() (parsers.Tally, parsers.Rest) {
	p.table.Tally.Lines += p.lines
	return p.table.Close()
}
