// Package events reads the event streams of sending services and gateways.
// Tables name the events and the keys of their fields: see table.go, services.go,
// gateways.go and clouds.go. A new service is an entry there and a sample; a Mapping
// is an entry that the user describes.
//
// Events of one message and recipient are put together: a last word stands
// against a delay, and of two last words the later one.
package events

import (
	"bytes"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// An entry is one layout of events. Its fields are names of columns, as
// records.Schema has them; "" is one that the layout lacks.
type entry struct {
	id, title string
	// required are the columns by which it is recognised.
	required []string
	// date, if there is one, stands apart from the time of day.
	date, time string
	// sender is the envelope sender; of a header From the address is taken.
	sender   string
	authUser string
	// recipients are the columns of those that the event is of; the first that
	// is there counts. byEvent, if not nil, says them for each event.
	recipients string
	byEvent    map[string]string
	copies     []string // the columns of who got copies, beside the recipients
	orig       string   // the address before an alias
	// key is the column with the id that events of one message share, "" if that
	// is the message id.
	key       string
	messageID string
	subject   string
	size      string
	relay     string
	reply     string
	direction string // with values such as "Outbound" and "in", or those of directions
	// directions are the words of a source that are not everybody's.
	directions map[string]parsers.Direction
	// swapped says that sender and recipients are those of our side and of the
	// other one: of inbound mail they change places.
	swapped bool
	// event and detail together name the event; statuses say what it means. A
	// word that is not in statuses is looked up again up to its first blank or
	// point, as "5" for "5.1.1", and by the first digit of "550". An event that is not
	// found is no delivery.
	event, detail string
	statuses      map[string]parsers.Status
	// handed are the delivered events that only report a hand-over, to a server
	// after the one that logs.
	handed []string
	// ranks are words of an event that is a list of them, divided by ";": of
	// those that are there the first in ranks counts.
	ranks       []string
	pairs       *records.Pairs
	each        string // see records.Schema
	bare        []records.Bare
	separators  string   // between recipients of one value
	outbound    bool     // the service only sends for its customers
	arrivals    bool     // there are events of a message that name no recipient
	ignored     []string // words that are no delivery, where others are malformed
	whole       bool     // each event says all of a message, and needs no other
	others      others
	userDefined bool // the user described it
}

// others is the meaning of a word that statuses do not name.
type others uint8

const (
	noDelivery  others = iota
	someOutcome        // a delivery whose outcome is not known
	noWord             // malformed
)

// Numbers of the columns of every entry; those of byEvent and copies follow.
const (
	dateColumn = iota
	timeColumn
	sender
	authUser
	recipients
	orig
	key
	messageID
	subject
	size
	relay
	reply
	direction
	event
	detail
	stamp
)

// anyTime are names under which sources have a time, where the one that is
// documented is not there.
const anyTime = "|timestamp|@timestamp|time|ts|datetime|created_at|eventTime|event_time|TimeGenerated|_time|date"

func (e entry) columns() []string {
	when := e.time
	if e.pairs == nil {
		when += anyTime
	}
	return []string{
		e.date, when, e.sender, e.authUser, e.recipients, e.orig, e.key, e.messageID, e.subject, e.size, e.relay, e.reply, e.direction, e.event, e.detail, records.StampColumn,
	}
}

// Formats returns the formats of the table.
func Formats() []parsers.Format {
	var all []parsers.Format
	for _, e := range slices.Concat(table(), services(), gateways(), clouds()) {
		all = append(all, e.format())
	}
	return all
}

func (e entry) format() parsers.Format {
	columns := e.columns()
	at := map[string]int{}
	for name, column := range e.byEvent {
		at[name] = len(columns)
		columns = append(columns, column)
	}
	copies := len(columns)
	columns = append(columns, e.copies...)
	var required []int
	for _, name := range e.required {
		required = append(required, len(columns))
		columns = append(columns, name)
	}
	for i, c := range columns {
		if c == "" {
			columns[i] = "\x00" // a name that no source has
		}
	}
	return records.Schema{
		ID: e.id, Description: e.title, Columns: columns, Required: required, Pairs: e.pairs, Each: e.each, Bare: e.bare, UserDefined: e.userDefined,
		Stranger: syslog.ShowsPassing,
		Row:      func(out *records.Out, row *records.Row) { e.read(out, row, at, copies) },
	}
}

// statusOf returns the status that an event means; false if it is no delivery.
func (e *entry) statusOf(row *records.Row) (s parsers.Status, name []byte, ok bool) {
	var buf [64]byte
	name = appendLower(buf[:0], row.Get(event))
	for _, word := range e.ranks {
		if hasWord(name, word) {
			return e.statuses[word], []byte(word), true
		}
	}
	if d := row.Get(detail); d != "" {
		both := appendLower(append(name, ' '), d)
		if s, ok = e.statuses[string(both)]; ok {
			return s, both, true
		}
	}
	if s, ok = e.statuses[string(name)]; !ok {
		if i := bytes.IndexAny(name, " ."); i > 0 {
			name = name[:i]
		} else if len(name) == len("550") {
			name = name[:1]
		}
		s, ok = e.statuses[string(name)]
	}
	return s, name, ok
}

// appendLower appends s in lower case, as far as it is ASCII.
func appendLower(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		b = append(b, c)
	}
	return b
}

// hasWord reports whether a list such as "System Quarantine;Notification" has a
// word that ends one of its parts.
func hasWord(list []byte, word string) bool {
	for part := range bytes.SplitSeq(list, []byte(";")) {
		part = bytes.TrimSpace(part)
		if string(part) == word || bytes.HasSuffix(part, append([]byte(" "), word...)) {
			return true
		}
	}
	return false
}

// read reads an event, whose columns of copies begin at a number.
func (e *entry) read(out *records.Out, row *records.Row, byEvent map[string]int, copies int) {
	status, name, ok := e.statusOf(row)
	switch {
	case ok || e.others == someOutcome:
	case e.others == noWord && !slices.Contains(e.ignored, string(name)):
		out.Bad(row, "status that is not described")
		return
	default:
		return
	}
	column := recipients
	if c, ok := byEvent[string(name)]; ok && row.Has(c) {
		column = c
	}
	from := sender
	if e.swapped && e.directionOf(row) == parsers.DirectionInbound {
		from, column = column, from
	}
	list := out.Recipients(row, column, e.separators, status)
	for i := range e.copies {
		list = append(list, out.Recipients(row, copies+i, e.separators, status)...)
	}
	if len(list) == 0 && len(name) == 0 && !row.Has(column) && !e.arrivals {
		return // of another kind, that shares the stream
	}
	if len(list) == 0 && !e.arrivals {
		out.Bad(row, "event without a recipient")
		return
	}
	hop := row.Get(relay)
	handed := status == parsers.StatusDelivered && (slices.Contains(e.handed, string(name)) || isOwn(hop))
	if e.whole {
		e.emit(out, row, from, list, status, handed)
		return
	}
	m, at := e.message(out, row, from)
	for _, to := range list {
		to = addressOf(to)
		if isNameless(out, row, to, status) {
			continue
		}
		r := m.Recipient(to)
		if !r.Event(at, status, handed) {
			continue
		}
		r.Orig = keep(r.Orig, addressOf(row.Get(orig)))
		r.Relay = keep(r.Relay, hop)
		if code := records.EnhancedCode(row.Get(reply)); code != r.DSN {
			r.DSN = code
		}
		if status != parsers.StatusDelivered && status != parsers.StatusUnknown {
			r.Failure = parsers.FailureOther
		}
	}
}

// message returns the message that an event belongs to, completed by the
// event.
func (e *entry) message(out *records.Out, row *records.Row, from int) (*queue.Message, *queue.Place) {
	id := strings.Trim(row.Get(messageID), "<>' ")
	shared := id
	if k := row.Get(key); k != "" {
		shared = k
	}
	m, at := out.Message(row, shared, e.when(row))
	if row.Has(from) && !m.SenderKnown {
		m.Sender, m.SenderKnown = strings.Clone(addressOf(row.Get(from))), true
	}
	if m.AuthUser == "" {
		m.AuthUser = strings.Clone(row.Get(authUser))
	}
	if m.MessageID == "" {
		m.MessageID = strings.Clone(id)
	}
	if m.Subject == "" {
		m.Subject = strings.Clone(e.subjectOf(row))
	}
	if n := records.Number(row.Get(size)); n > 0 {
		m.Bytes = n
	}
	m.Submitted = m.Submitted || e.outbound
	if d := e.directionOf(row); d != parsers.DirectionUnknown {
		m.Direction = d
	}
	return m, at
}

// emit emits the deliveries of an event that is all there is of a message.
func (e *entry) emit(out *records.Out, row *records.Row, from int, list []string, status parsers.Status, handed bool) {
	d := &out.Delivery
	var ok bool
	if d.Time, ok = out.Time(e.when(row)); !ok {
		out.Bad(row, "time that cannot be read")
	}
	if row.Has(from) {
		d.Sender, d.SenderKnown = addressOf(row.Get(from)), true
	}
	d.AuthUser, d.MessageID, d.Subject = row.Get(authUser), strings.Trim(row.Get(messageID), "<>' "), e.subjectOf(row)
	d.OrigRecipient, d.Relay, d.DSN, d.Bytes = addressOf(row.Get(orig)), row.Get(relay), records.EnhancedCode(row.Get(reply)), records.Number(row.Get(size))
	d.Submitted, d.Direction, d.Status, d.Handed = e.outbound || d.AuthUser != "", e.directionOf(row), status, handed
	switch {
	case handed:
		d.Arrived = parsers.ArrivedMaybe
	case status == parsers.StatusDelivered:
		d.Arrived = parsers.ArrivedYes
	case status != parsers.StatusUnknown:
		d.Arrived, d.Failure = parsers.ArrivedNo, parsers.FailureOther
	}
	for _, to := range list {
		if d.Recipient = addressOf(to); !isNameless(out, row, d.Recipient, status) {
			out.Emit(row)
		}
	}
}

// isNameless reports a recipient that is no address: a file or a program, or what masks an address,
// which is counted if it may have got the mail.
func isNameless(out *records.Out, row *records.Row, to string, status parsers.Status) bool {
	if strings.Contains(to, "@") {
		return false
	}
	mayHave := status == parsers.StatusDelivered || status == parsers.StatusUnknown
	if mayHave && parsers.LacksDomain(to) && parsers.HasDomain(to) && !strings.ContainsAny(to, "|/") { // else Recipients counts it
		out.Bad(row, "recipient without a domain")
	}
	return true
}

func (e *entry) when(row *records.Row) string {
	switch day, clock := row.Get(dateColumn), row.Get(timeColumn); {
	case day != "":
		return day + " " + clock
	case e.date == "" && clock != "":
		return clock
	}
	return row.Get(stamp)
}

// subjectOf returns the subject. Of bare values it is in quotes that are its own.
func (e *entry) subjectOf(row *records.Row) string {
	if e.pairs != nil && e.pairs.Spaced {
		return strings.Trim(row.Get(subject), "'")
	}
	return row.Get(subject)
}

// keep returns old if it is equal to s, or s empty; else a copy of s.
func keep(old, s string) string {
	if s == "" || s == old {
		return old
	}
	return strings.Clone(s)
}

// isOwn reports whether a relay is a host of the organisation itself, by its
// address, alone or as in "host [192.168.0.7]".
func isOwn(relay string) bool {
	if _, address, ok := strings.Cut(relay, "["); ok {
		relay, _, _ = strings.Cut(address, "]")
	}
	return queue.IsPrivate(lines.BorrowBytes(relay))
}

// directionOf returns the direction that a row names.
func (e *entry) directionOf(row *records.Row) parsers.Direction {
	if d, ok := e.directions[row.Get(direction)]; ok {
		return d
	}
	return directionOf(row.Get(direction))
}

// directionOf reads the words for a direction; 0 and 1 are the Common Event
// Format's.
func directionOf(value string) parsers.Direction {
	switch {
	case value == "":
	case strings.EqualFold(value, "outbound"), strings.EqualFold(value, "out"), strings.EqualFold(value, "outgoing"), value == "1":
		return parsers.DirectionOutbound
	case strings.EqualFold(value, "inbound"), strings.EqualFold(value, "in"), strings.EqualFold(value, "incoming"), value == "0":
		return parsers.DirectionInbound
	case strings.EqualFold(value, "internal"), strings.EqualFold(value, "intra-org"):
		return parsers.DirectionInternal
	}
	return parsers.DirectionUnknown
}

// addressOf returns the address of "Name <a@x.example>" and "<a@x.example>", and of
// "a@x.example:", which ends what a filter says of the envelope.
func addressOf(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(s), ":")
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		return s[open+1 : len(s)-1]
	}
	return s
}
