// Package qmail reads the log of qmail-send (qmail 1.03, netqmail, notqmail,
// IndiMail, Plesk's), as multilog writes it, or splogger through syslog.
//
//	@400000006aa8e01a2c3ca000 new msg 100
//	@400000006aa8e01a2c3ca001 info msg 100: bytes 10 from <alice@corp.example> qp 1 uid 89
//	@400000006aa8e01a2c3ca002 starting delivery 7: msg 100 to remote jane@army.mil
//	@400000006aa8e01a2c3ca003 delivery 7: success: 192.0.2.10_accepted_message./Remote_host_said:_250_Ok/
//	@400000006aa8e01b2c3ca003 delivery 8: failure: Sorry,_I_couldn't_find_any_host_named_army.ml._(#5.1.2)/
//	@400000006aa8e01b2c3ca004 bounce msg 100 qp 3
//	@400000006aa8e01a2c3ca004 end msg 100
//	Nov 20 08:00:01 mail qmail: 1763625601.123456 delivery 9: deferral: Connected_to_192.0.2.9_but_connection_died._(#4.4.2)/
//
// (qmail-log(5), tai64n(8).) The number of a message is an inode, and another
// message has it at once when it is free; that of a delivery starts again with
// the daemon. IndiMail has several queues that count their own, and ends lines
// with the name of one ("delivery 7: … queue3").
// Blanks of the report are written as "_". Neither subject nor message-id are
// logged. A local recipient may have the name of its virtual domain and a hyphen
// in front: example.com-user@example.com.
package qmail

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
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
func (Format) Name() string { return "qmail" }

// Title implements parsers.Format.
func (Format) Title() string { return "qmail-send, by multilog or syslog" }

// Recognises implements syslog.Untagged.
func (Format) Recognises(text []byte) bool { return kindOf(text) != 0 }

const sniffLines = 200

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	s := newStamps(parsers.Piece{Location: time.UTC})
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		if _, text, ok := s.cut(line, 1); ok && kindOf(text) != 0 {
			return 92
		}
	}
	return 0
}

// Kinds of lines.
const (
	newMessage = iota + 1
	infoMessage
	starting
	delivery
	endMessage
	statusLine // how much is under way
)

func kindOf(text []byte) int {
	for i, prefix := range [...]string{"new msg ", "info msg ", "starting delivery ", "delivery ", "end msg ", "status: local "} {
		if rest, ok := bytes.CutPrefix(text, []byte(prefix)); ok && len(rest) > 0 && rest[0]-'0' < 10 {
			return i + 1
		}
	}
	return 0
}

// stamps take off the stamp of multilog, or the header of syslog.
type stamps struct {
	syslog *syslog.Decoder
	rec    syslog.Record
	host   []byte // of the last line, if syslog names it
}

func newStamps(p parsers.Piece) *stamps { return &stamps{syslog: syslog.NewDecoder(p)} }

func (s *stamps) cut(line []byte, number int64) (t time.Time, text []byte, ok bool) {
	line = lines.WithoutCR(line)
	s.host = nil
	if len(line) > 0 && line[0] == '@' {
		label, text, _ := bytes.Cut(line[1:], []byte(" "))
		t, ok = tai64n(label)
		return t, text, ok
	}
	s.rec.Line = number
	if kindOf(line) != 0 {
		return t, line, true // without a stamp
	}
	if !s.syslog.Decode(line, &s.rec) || !bytes.HasPrefix(s.rec.Program, []byte("qmail")) {
		return t, nil, false
	}
	s.host, text = s.rec.Host, s.rec.Text
	if stamp, rest, ok := bytes.Cut(text, []byte(" ")); ok && bytes.IndexByte(stamp, '.') > 0 && len(stamp) > 0 && stamp[0]-'0' < 10 {
		text = rest // splogger's own
	}
	return s.rec.Time, text, true
}

// tai64n reads the seconds since 1970 and nanoseconds of TAI, which was 10
// seconds ahead of UTC then; tai64nlocal(8) counts leap seconds from its table,
// qmail's clocks do not.
func tai64n(label []byte) (t time.Time, ok bool) {
	var b [12]byte
	if len(label) != hex.EncodedLen(len(b)) {
		return t, false
	}
	if _, err := hex.Decode(b[:], label); err != nil {
		return t, false
	}
	var sec, nano uint64
	for _, c := range b[:8] {
		sec = sec<<8 | uint64(c)
	}
	for _, c := range b[8:] {
		nano = nano<<8 | uint64(c)
	}
	const offset = 1<<62 + 10
	if sec < offset || sec-offset > 1<<40 || nano >= 1e9 {
		return t, false
	}
	return time.Unix(int64(sec-offset), int64(nano)).UTC(), true
}

// A reader follows messages and deliveries.
type reader struct {
	table      *queue.Table
	host       []byte // of the line at hand, if syslog names it
	deliveries map[string]*queue.Recipient
	last       map[string]string // the key of the delivery of each number and host that was started last
}

// maxDeliveries bounds the deliveries that are under way.
const maxDeliveries = 100_000

// Read implements parsers.StreamFormat.
func (Format) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	s := newStamps(p)
	r := reader{table: queue.NewTable(p, sink), deliveries: map[string]*queue.Recipient{}, last: map[string]string{}}
	err := records.Lines(ctx, in, func(line []byte, number int64) {
		r.table.Tally.Lines = number
		r.table.Tally.Longest.Note(line)
		if t, text, ok := s.cut(line, number); ok {
			r.host = s.host
			r.line(text, r.table.Place(t, number, 1))
		} else if bytes.Contains(line, []byte("delivery ")) && isDamaged(line) {
			r.table.Tally.Bad(r.table.Place(t, number, 1).Origin, "part of a delivery without its stamp")
		} else {
			syslog.NoteStranger(s.syslog, line, r.table.Place(t, number, 1).Origin, &r.table.Tally)
		}
	})
	tally := r.table.Finish()
	tally.MissMalformed()
	return tally, err
}

func (r *reader) line(text []byte, at *queue.Place) {
	kind := kindOf(text)
	switch {
	case kind == 0 && isDamaged(text):
		r.table.Tally.Bad(at.Origin, "part of a delivery, and not understood")
		return
	case kind == 0:
		return
	case kind == statusLine:
		r.table.Tally.Known = true
		if joint(text) > 0 {
			r.table.Tally.Bad(at.Origin, syslog.ReasonJoint)
		}
		return
	}
	if i := joint(text); i > 0 {
		r.table.Tally.Bad(at.Origin, syslog.ReasonJoint)
		text = bytes.TrimRight(text[:i], " ")
	}
	r.table.Tally.Records++
	r.table.Tally.Seen(at.When)
	switch kind {
	case newMessage:
		id, _ := cutQueue(text[len("new msg "):])
		r.table.Message(r.host, id, at, true)
		r.table.Bound()
	case infoMessage:
		r.info(text[len("info msg "):], at)
	case starting:
		r.starting(text[len("starting delivery "):], at)
	case delivery:
		r.delivery(text[len("delivery "):], at)
	case endMessage:
		id, _ := cutQueue(text[len("end msg "):])
		r.table.Message(r.host, id, at, false).Complete()
	}
}

// joint returns where in text another line of a delivery stands, as where a newline is
// missing; 0 if none does. A sender may hold anything, and its end is looked for.
func joint(text []byte) int {
	from := max(0, bytes.LastIndex(text, []byte("> qp ")))
	for _, begin := range [...]string{" starting delivery ", " delivery ", " info msg "} {
		for at := from; ; at += len(begin) {
			i := bytes.Index(text[at:], []byte(begin))
			if i < 0 {
				break
			}
			at += i
			if kindOf(text[at+1:]) != 0 && isDamaged(text[at+1:]) && !bytes.HasSuffix(text[:at], []byte("starting")) {
				return at
			}
		}
	}
	return 0
}

// isDamaged reports a text that has a part of a line of a delivery.
func isDamaged(text []byte) bool {
	for _, part := range [...]string{": success: ", ": failure: ", ": deferral: ", ": msg ", " to remote ", " to local ", ": bytes "} {
		if bytes.Contains(text, []byte(part)) {
			return true
		}
	}
	return false
}

// info reads "100: bytes 10 from <alice@corp.example> qp 1 uid 89". A sender
// may hold anything: the brackets that end it are the last.
func (r *reader) info(text []byte, at *queue.Place) {
	id, rest, ok := bytes.Cut(text, []byte(": bytes "))
	if !ok {
		r.table.Tally.Bad(at.Origin, "info msg without its size")
		return
	}
	m := r.table.Message(r.host, id, at, false)
	if m.SenderKnown { // another message under the same number, whose start is missing
		m = r.table.Message(r.host, id, at, true)
	}
	size, rest, _ := bytes.Cut(rest, []byte(" from <"))
	m.Bytes = records.Number(string(size))
	if end := bytes.LastIndex(rest, []byte("> qp ")); end >= 0 {
		m.Sender, m.SenderKnown = string(rest[:end]), true
	}
}

// starting reads "7: msg 100 to remote jane@army.mil".
func (r *reader) starting(text []byte, at *queue.Place) {
	number, rest, ok := bytes.Cut(text, []byte(": msg "))
	id, rest, ok2 := bytes.Cut(rest, []byte(" to "))
	where, to, ok3 := bytes.Cut(rest, []byte(" "))
	if !ok || !ok2 || !ok3 || len(to) == 0 {
		r.table.Tally.Bad(at.Origin, "starting delivery without a recipient")
		return
	}
	to, queued := cutQueue(to)
	address := lines.Borrow(to)
	local := string(where) == "local"
	if local {
		address = withoutPrefix(address)
	}
	if !local {
		r.table.Tally.MissBare(address, at.Origin)
	}
	rec := r.table.Message(r.host, id, at, false).Recipient(address)
	rec.Local = local
	if len(r.deliveries) >= maxDeliveries {
		clear(r.deliveries)
		clear(r.last)
	}
	key := r.key(number, queued)
	r.deliveries[key] = rec
	if queued != nil {
		r.last[r.key(number, nil)] = key
	}
	if rec.Status == parsers.StatusUnknown { // until a report says more: that may stand in the next file
		rec.Set(at, parsers.StatusUnknown)
	}
}

// key returns the key of a delivery: each daemon counts its own.
func (r *reader) key(number, queued []byte) string {
	return string(number) + " " + string(queued) + " " + string(r.host)
}

// find returns the key under which a delivery was started. A report that names no
// queue is of the delivery with its number that was started last.
func (r *reader) find(number, queued []byte) string {
	key := r.key(number, queued)
	if r.deliveries[key] != nil || queued != nil {
		return key
	}
	return r.last[key]
}

// cutQueue takes off IndiMail's " queue3".
func cutQueue(b []byte) (text, queue []byte) {
	if i := bytes.LastIndex(b, []byte(" queue")); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// withoutPrefix takes off the name of the virtual domain: "x.example-bob@x.example".
func withoutPrefix(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address
	}
	if rest, ok := strings.CutPrefix(address, address[at+1:]+"-"); ok {
		return rest
	}
	return address
}

// delivery reads "7: success: report" and "7: report mangled, will defer".
func (r *reader) delivery(text []byte, at *queue.Place) {
	number, rest, ok := bytes.Cut(text, []byte(": "))
	rest, queued := cutQueue(rest)
	what, report, ok2 := bytes.Cut(rest, []byte(": "))
	if bytes.HasPrefix(rest, []byte("report mangled, will defer")) {
		what, ok2 = []byte("deferral"), true
	}
	if !ok || !ok2 {
		r.table.Tally.Bad(at.Origin, "delivery without a report")
		return
	}
	key := r.find(number, queued)
	rec := r.deliveries[key]
	if rec == nil {
		r.table.Tally.Bad(at.Origin, "a report of a delivery whose start, which names the recipient, is not in the log")
		return
	}
	delete(r.deliveries, key)
	delete(r.last, r.key(number, nil))
	text = bytes.ReplaceAll(report, []byte("_"), []byte(" "))
	rec.Reply("", []byte(codeOf(text)))
	switch string(what) {
	case "success":
		rec.Set(at, parsers.StatusDelivered)
		rec.Relay = relayOf(text)
		rec.Handed = !rec.Local && queue.IsPrivate([]byte(rec.Relay))
	case "deferral":
		rec.Set(at, parsers.StatusDeferred)
		rec.Failure = parsers.FailureOther
		rec.Broke = rec.Broke || bytes.Contains(text, []byte("Possible duplicate!"))
	case "failure":
		rec.Set(at, parsers.StatusBounced)
		switch {
		case bytes.Contains(text, []byte("couldn't find any host named")):
			rec.Failure = parsers.FailureNoDomain
		case rec.DSN == "5.1.1":
			rec.Failure = parsers.FailureNoUser
		default:
			rec.Failure = parsers.FailureOther
		}
		if bytes.Contains(text, []byte("been in the queue too long")) {
			rec.Status = parsers.StatusExpired
		}
	default:
		r.table.Tally.Bad(at.Origin, "a report that is not known")
	}
}

// codeOf returns the code of "(#5.1.2)", or that of a server's reply.
func codeOf(report []byte) string {
	if _, rest, ok := bytes.Cut(report, []byte("(#")); ok {
		if code, _, ok := bytes.Cut(rest, []byte(")")); ok && len(code) <= len("5.999.999") {
			return string(code)
		}
	}
	return string(queue.EnhancedCode(report))
}

// relayOf returns the address of "192.0.2.10 accepted message.".
func relayOf(report []byte) string {
	host, _, ok := bytes.Cut(report, []byte(" accepted message."))
	if !ok || bytes.IndexByte(host, ' ') >= 0 {
		return ""
	}
	return string(host)
}
