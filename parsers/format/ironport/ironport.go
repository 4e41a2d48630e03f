// Package ironport reads the text mail logs (mail_logs) of Cisco's Secure Email
// Gateway, formerly IronPort ESA, as files or through syslog.
//
//	Mon Jun 26 10:42:23 2013 Info: New SMTP ICID 69610481 interface Data1 (192.0.2.1) address 198.51.100.7 reverse dns host ws4 verified yes
//	Jun 26 10:42:23 gw mail_logs: Info: Start MID 100 ICID 69610481
//	… Info: MID 100 ICID 69610481 From: <ann@corp.example>
//	… Info: MID 100 ICID 69610481 RID 0 To: <jane@army.ml>
//	… Info: MID 100 Message-ID '<1@corp.example>'
//	… Info: MID 100 Subject 'Plan'
//	… Info: MID 100 ready 14453 bytes from <ann@corp.example>
//	… Info: MID 100 matched all recipients for per-recipient policy DEFAULT in the outbound table
//	… Info: Delivery start DCID 7 MID 100 to RID [0]
//	… Info: Message done DCID 7 MID 100 to RID [0]
//	… Info: MID 100 RID [0] Response '250 2.0.0 Ok'
//	… Info: Bounced: DCID 7 MID 100 to RID 0 - 5.1.0 - Unknown address error ('550', ['5.1.1 no such user']) []
//	… Info: Delayed: DCID 7 MID 100 to RID 0 - 4.1.0 - Unknown address error ('451', ['later']) []
//	… Info: MID 100 rewritten to MID 101 by LDAP rewrite
//	… Info: Bounced: DCID 0 MID 100 to RID 0 - 5.4.7 - Delivery expired (message too old) ('000', ['timeout']) []
//	… Info: MID 100 quarantined to "Policy" (content filter:Hold)
//	… Info: Message finished MID 100 done
//
// (AsyncOS User Guide, "Logging", "Text mail logs".) A connection has an ICID, a
// message a MID, its recipients are numbered from 0 on, and a rewritten message
// goes on under another MID. The policy table names the direction.
package ironport

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Format reads such a log.
type Format struct{}

// Name implements parsers.Format.
func (Format) Name() string { return "ironport" }

// Title implements parsers.Format.
func (Format) Title() string { return "Cisco Secure Email Gateway (ESA) mail_logs" }

const sniffLines = 200

// Recognises implements syslog.Untagged: the text begins with its level.
func (Format) Recognises(text []byte) bool {
	text, ok := level(text)
	return ok && isOwn(text)
}

// isOwn reports the text of a message, or of the connection that it came by.
func isOwn(text []byte) bool {
	for _, prefix := range [...]string{"MID ", "New SMTP ICID ", "New SMTP DCID ", "Start MID ", "Message done DCID ", "Delivery start DCID ", "Message finished MID ", "Bounced: DCID ", "Delayed: DCID "} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	s := newStamps(parsers.Piece{Location: time.UTC})
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		if _, text, ok := s.cut(line); ok && isOwn(text) {
			return 92
		}
	}
	return 0
}

// stamps take off the date and the level, or the header of syslog.
type stamps struct {
	location *time.Location
	syslog   *syslog.Decoder
	rec      syslog.Record
	host     []byte // of the last line, if syslog names it
	last     []byte // a log has many lines in each second
	time     time.Time
}

func newStamps(p parsers.Piece) *stamps {
	return &stamps{location: p.Location, syslog: syslog.NewDecoder(p)}
}

func (s *stamps) cut(line []byte) (t time.Time, text []byte, ok bool) {
	line = lines.WithoutCR(line)
	s.host = nil
	const own = len("Mon Jun 26 10:42:23 2013 ")
	if len(line) > own && line[3] == ' ' && line[own-1] == ' ' {
		if t, ok := s.own(line[:own-1]); ok {
			text, ok := level(line[own:])
			return t, text, ok
		}
	}
	if !s.syslog.Decode(line, &s.rec) {
		return t, nil, false
	}
	s.host = s.rec.Host
	text, ok = level(s.rec.Text)
	return s.rec.Time, text, ok
}

// own reads "Mon Jun 26 10:42:23 2013".
func (s *stamps) own(b []byte) (time.Time, bool) {
	if string(b) == string(s.last) {
		return s.time, true
	}
	t, err := time.ParseInLocation(time.ANSIC, string(b), s.location)
	if err != nil {
		return t, false
	}
	s.last, s.time = append(s.last[:0], b...), t.UTC()
	return s.time, true
}

// level takes off "Info: " and its kin.
func level(b []byte) ([]byte, bool) {
	for _, l := range [...]string{"Info: ", "Warning: ", "Critical: ", "Debug: "} {
		if rest, ok := bytes.CutPrefix(b, []byte(l)); ok {
			return rest, true
		}
	}
	return nil, false
}

// A message is one MID with its recipients by number.
type message struct {
	*queue.Message
	rids map[string]*queue.Recipient
}

type reader struct {
	table    *queue.Table
	host     string // of the line at hand: gateways that log to one place count from 1 each
	messages map[string]*message
	clients  map[string]bool // trusted ICIDs
}

// maxMessages bounds the messages that are remembered; counters wrap anyway.
const maxMessages = 200_000

// Read implements parsers.StreamFormat.
func (Format) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	s := newStamps(p)
	r := reader{table: queue.NewTable(p, sink), messages: map[string]*message{}, clients: map[string]bool{}}
	err := records.Lines(ctx, in, func(line []byte, number int64) {
		r.table.Tally.Lines = number
		r.table.Tally.Longest.Note(line)
		if t, text, ok := s.cut(line); ok {
			if string(s.host) != r.host {
				r.host = string(s.host)
			}
			r.line(text, r.table.Place(t, number, 1))
		} else if namesRecipient(line) {
			r.table.Tally.Bad(r.table.Place(t, number, 1).Origin, "a recipient without its stamp")
		} else {
			syslog.NoteStranger(s.syslog, line, r.table.Place(t, number, 1).Origin, &r.table.Tally)
		}
	})
	tally := r.table.Finish()
	tally.MissMalformed()
	return tally, err
}

func (r *reader) line(text []byte, at *queue.Place) {
	word, rest, _ := bytes.Cut(text, []byte(" "))
	switch string(word) {
	case "MID":
		mid, rest, _ := bytes.Cut(rest, []byte(" "))
		r.mid(string(mid), rest, at)
	case "Start":
		if mid, ok := between(rest, "MID ", " ICID"); ok {
			r.message(mid, at, true)
		}
	case "New":
		r.connection(rest)
	case "Message":
		r.done(rest, at)
	case "Bounced:", "Delayed:":
		r.failed(rest, string(word) == "Bounced:", at)
	default:
		return
	}
	r.table.Tally.Records++
	r.table.Tally.Seen(at.When)
}

// message returns the message of a MID.
func (r *reader) message(mid string, at *queue.Place, begins bool) *message {
	key := r.host + " " + mid
	m := r.messages[key]
	if m == nil || begins {
		if len(r.messages) >= maxMessages {
			clear(r.messages)
		}
		q := r.table.Message([]byte(r.host), []byte(mid), at, begins)
		m = &message{Message: q, rids: map[string]*queue.Recipient{}}
		r.messages[key] = m
		r.table.Bound()
	}
	return m
}

// connection reads "SMTP ICID 7 interface … address 192.0.2.7 …".
func (r *reader) connection(text []byte) {
	icid, ok := between(text, "SMTP ICID ", " ")
	if !ok {
		return
	}
	if len(r.clients) >= maxMessages {
		clear(r.clients)
	}
	address, _ := between(text, " address ", " ")
	r.clients[r.host+" "+icid] = queue.IsPrivate([]byte(address))
}

// namesRecipient reports a text that has a part of a line of a recipient.
func namesRecipient(text []byte) bool {
	return bytes.Contains(text, []byte(" To: <")) || bytes.Contains(text, []byte(" to RID ["))
}

// mid reads the rest of a line after "MID 100 ".
func (r *reader) mid(mid string, text []byte, at *queue.Place) {
	if mid == "" || mid[0]-'0' >= 10 {
		if namesRecipient(text) {
			r.table.Tally.Bad(at.Origin, "a recipient without its message")
		}
		return
	}
	m := r.message(mid, at, false)
	switch {
	case bytes.HasPrefix(text, []byte("ICID ")):
		r.envelope(m, text[len("ICID "):], at)
	case bytes.HasPrefix(text, []byte("Message-ID '")):
		m.MessageID = strings.Trim(string(bytes.TrimSuffix(text[len("Message-ID '"):], []byte("'"))), "<>")
	case bytes.HasPrefix(text, []byte("Subject ")):
		s := text[len("Subject "):]
		for _, quote := range []string{"'", `"`} {
			if n := len(s); n > 1 && s[0] == quote[0] && s[n-1] == quote[0] {
				s = s[1 : n-1]
			}
		}
		m.Subject = string(bytes.ReplaceAll(s, []byte(`\r\n`), nil))
	case bytes.HasPrefix(text, []byte("ready ")):
		size, rest, _ := bytes.Cut(text[len("ready "):], []byte(" bytes from <"))
		m.Bytes = records.Number(string(size))
		if end := bytes.LastIndexByte(rest, '>'); end >= 0 && !m.SenderKnown {
			m.Sender, m.SenderKnown = string(rest[:end]), true
		}
	case bytes.HasPrefix(text, []byte("matched all recipients")):
		switch {
		case bytes.HasSuffix(text, []byte("in the outbound table")):
			m.Submitted = true
		case bytes.HasSuffix(text, []byte("in the inbound table")):
			m.Direction = parsers.DirectionInbound
		}
	case bytes.HasPrefix(text, []byte("RID [")):
		r.response(m, text[len("RID ["):])
	case bytes.HasPrefix(text, []byte("rewritten to MID ")):
		next, _, _ := bytes.Cut(text[len("rewritten to MID "):], []byte(" "))
		r.rewritten(m, string(next), at)
	case bytes.HasPrefix(text, []byte("Dropped by ")), bytes.HasPrefix(text, []byte("dropped by ")):
		m.Close(parsers.StatusDiscarded)
	case bytes.HasPrefix(text, []byte("quarantined to ")), bytes.HasPrefix(text, []byte("enqueued for transfer to centralized quarantine")):
		m.GiveUp(parsers.StatusHeld)
	}
}

// envelope reads "7 From: <s>", "7 RID 0 To: <r>" and "7 To: <r> Rejected by RAT".
func (r *reader) envelope(m *message, text []byte, at *queue.Place) {
	icid, text, _ := bytes.Cut(text, []byte(" "))
	m.Submitted = m.Submitted || r.clients[r.host+" "+string(icid)]
	if from, ok := bytes.CutPrefix(text, []byte("From: <")); ok {
		end := bytes.LastIndexByte(from, '>')
		if end < 0 {
			r.table.Tally.Bad(at.Origin, "sender without an end")
			return
		}
		m.Sender, m.SenderKnown = string(from[:end]), true
		return
	}
	if rest, ok := bytes.CutPrefix(text, []byte("RID ")); ok {
		rid, to, ok := bytes.Cut(rest, []byte(" To: <"))
		end := bytes.LastIndexByte(to, '>')
		if !ok || end < 1 {
			r.table.Tally.Bad(at.Origin, "recipient without an end")
			return
		}
		rec := m.Recipient(string(to[:end]))
		rec.Set(at, parsers.StatusUnknown)
		m.rids[string(rid)] = rec
		return
	}
	if to, ok := bytes.CutPrefix(text, []byte("To: <")); ok && bytes.Contains(to, []byte("> Rejected ")) {
		address, _, _ := bytes.Cut(to, []byte("> Rejected "))
		rec := m.Recipient(string(address))
		rec.Set(at, parsers.StatusRejected)
		rec.Failure = parsers.FailureOther
	}
}

// rewritten notes that m goes on under another MID, with the same recipients
// unless that one names its own.
func (r *reader) rewritten(m *message, mid string, at *queue.Place) {
	if mid == "" {
		return
	}
	next := r.message(mid, at, false)
	m.Precede(next.Message)
	if !next.SenderKnown {
		next.Sender, next.SenderKnown = m.Sender, m.SenderKnown
	}
	if next.Direction == parsers.DirectionUnknown {
		next.Direction = m.Direction
	}
	for _, rid := range slices.Sorted(maps.Keys(m.rids)) {
		rec := m.rids[rid]
		if next.rids[rid] == nil {
			own := next.Recipient(rec.Address)
			own.Set(at, rec.Status)
			next.rids[rid] = own
		}
		rec.GoesOn()
	}
	m.Ended = true
}

// done reads "done DCID 7 MID 100 to RID [0, 1]", "finished MID 100 done" and
// "finished MID 100 aborted", which says that its sender never ended it.
func (r *reader) done(text []byte, at *queue.Place) {
	if mid, ok := between(text, "finished MID ", " "); ok {
		m := r.message(mid, at, false)
		m.Ended = true
		if bytes.HasSuffix(text, []byte(" aborted")) {
			m.Close(parsers.StatusRejected)
		}
		return
	}
	if !bytes.HasPrefix(text, []byte("done DCID ")) {
		return
	}
	mid, ok := between(text, " MID ", " ")
	list, ok2 := between(text, "to RID [", "]")
	if !ok || !ok2 {
		r.table.Tally.Bad(at.Origin, "delivery without its recipients")
		return
	}
	m := r.message(mid, at, false)
	for rid := range strings.SplitSeq(list, ",") {
		if rec := m.rids[strings.TrimSpace(rid)]; rec != nil {
			rec.Set(at, parsers.StatusDelivered)
		} else if m.SenderKnown { // else the log begins after them
			r.table.Tally.Bad(at.Origin, "delivery to a recipient that no line names")
		}
	}
}

// response reads "0] Response '250 2.0.0 Ok'"; older versions write no quotes.
func (r *reader) response(m *message, text []byte) {
	list, reply, ok := bytes.Cut(text, []byte("] Response "))
	if !ok {
		return
	}
	code := string(queue.EnhancedCode(bytes.TrimPrefix(reply, []byte("'"))))
	for rid := range strings.SplitSeq(string(list), ",") {
		if rec := m.rids[strings.TrimSpace(rid)]; rec != nil && code != "" {
			rec.DSN = code
		}
	}
}

// failed reads "DCID 7 MID 100 to RID 0 - 5.1.0 - reason".
func (r *reader) failed(text []byte, final bool, at *queue.Place) {
	mid, ok := between(text, "MID ", " ")
	rid, ok2 := between(text, "to RID ", " ")
	if !ok || !ok2 {
		r.table.Tally.Bad(at.Origin, "failure without its recipient")
		return
	}
	rec := r.message(mid, at, false).rids[strings.Trim(rid, "[]")]
	if rec == nil {
		return
	}
	status := parsers.StatusDeferred
	if final {
		status = parsers.StatusBounced
	}
	rec.Set(at, status)
	rec.Failure = parsers.FailureOther
	if code, ok := between(text, " - ", " - "); ok {
		if _, err := strconv.Atoi(code[:1]); err == nil {
			rec.DSN = code
		}
		switch {
		case code == "5.1.2":
			rec.Failure = parsers.FailureNoDomain
		case code == "5.4.7" && final: // delivery expired (RFC 3463 section 3.5)
			rec.Status = parsers.StatusExpired
		}
	}
}

// between returns the text between two others; an end that is not there is
// the end of the line.
func between(b []byte, from, to string) (string, bool) {
	_, rest, ok := bytes.Cut(b, []byte(from))
	if !ok {
		return "", false
	}
	rest, _, _ = bytes.Cut(rest, []byte(to))
	return string(rest), len(rest) > 0
}
