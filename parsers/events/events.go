// Package events reads the event streams of sending services and gateways.
// What an event is called, and under which keys its fields stand, is a table:
// see table.go. A new one of the kind is an entry there and a sample.
//
// Events of one message and recipient are put together: a last word stands
// against a delay, and of two last words the later one.
package events

import (
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/records"
)

// An entry is one layout of events. Its fields are names of columns, as
// records.Schema has them; "" is one that the layout lacks.
type entry struct {
	id, words string
	// need are the columns by which it is recognised.
	need []string
	time string
	// sender is the envelope sender; of a header From the address is taken.
	sender string
	// recipients are the columns of those that the event is of; the first that
	// is there counts. byEvent, if not nil, says them for each event.
	recipients string
	byEvent    map[string]string
	messageID  string
	subject    string
	size       string
	relay      string
	reply      string
	direction  string // with values such as "Outbound" and "in"
	// event and detail together name what happened; statuses say what it means.
	// What is not in it is no delivery.
	event, detail string
	statuses      map[string]parsers.Status
	nested        string
	separators    string // between recipients of one value
	outbound      bool   // the service only sends for its customers
}

// Numbers of the columns of every entry; those of byEvent follow.
const (
	timeColumn = iota
	sender
	recipients
	messageID
	subject
	size
	relay
	reply
	direction
	event
	detail
	fixed
)

// Formats returns the formats of the table.
func Formats() []parsers.Format {
	var all []parsers.Format
	for _, e := range table() {
		all = append(all, e.format())
	}
	return all
}

func (e entry) format() parsers.Format {
	columns := []string{e.time, e.sender, e.recipients, e.messageID, e.subject, e.size, e.relay, e.reply, e.direction, e.event, e.detail}
	at := map[string]int{}
	for name, column := range e.byEvent {
		at[name] = len(columns)
		columns = append(columns, column)
	}
	var need []int
	for _, name := range e.need {
		need = append(need, len(columns))
		columns = append(columns, name)
	}
	for i, c := range columns {
		if c == "" {
			columns[i] = "\x00" // a name that no source has
		}
	}
	return records.Schema{
		ID: e.id, Words: e.words, Columns: columns, Need: need, Nested: e.nested,
		Row: func(out *records.Out, row *records.Row) { e.read(out, row, at) },
	}
}

// statusOf tells what an event means; false if it is no delivery.
func (e entry) statusOf(row *records.Row) (s parsers.Status, name string, ok bool) {
	name = strings.ToLower(row.Get(event))
	if d := row.Get(detail); d != "" {
		if s, ok = e.statuses[name+" "+strings.ToLower(d)]; ok {
			return s, name, true
		}
	}
	s, ok = e.statuses[name]
	return s, name, ok
}

func (e entry) read(out *records.Out, row *records.Row, byEvent map[string]int) {
	status, name, ok := e.statusOf(row)
	if !ok {
		return
	}
	column := recipients
	if c, ok := byEvent[name]; ok && row.Has(c) {
		column = c
	}
	list := row.List(column, e.separators)
	if len(list) == 0 {
		out.Bad(row, "event without a recipient")
		return
	}
	id := strings.Trim(row.Get(messageID), "<>")
	m, at := out.Message(row, id, row.Get(timeColumn))
	if row.Has(sender) && !m.SenderKnown {
		m.Sender, m.SenderKnown = strings.Clone(addressOf(row.Get(sender))), true
	}
	if m.MessageID == "" {
		m.MessageID = strings.Clone(id)
	}
	if s := row.Get(subject); s != "" && m.Subject == "" {
		m.Subject = strings.Clone(s)
	}
	if n := records.Number(row.Get(size)); n > 0 {
		m.Bytes = n
	}
	m.Submitted = m.Submitted || e.outbound
	m.Direction = e.directionOf(row.Get(direction))
	for _, to := range list {
		r := m.Recipient(addressOf(to))
		if !r.Event(at, status) {
			continue
		}
		r.Relay, r.DSN = strings.Clone(row.Get(relay)), records.EnhancedCode(row.Get(reply))
		if status != parsers.StatusDelivered && status != parsers.StatusUnknown {
			r.Failure = parsers.FailureOther
		}
	}
}

func (e entry) directionOf(value string) parsers.Direction {
	switch strings.ToLower(value) {
	case "outbound", "out", "outgoing":
		return parsers.DirectionOutbound
	case "inbound", "in", "incoming":
		return parsers.DirectionInbound
	case "internal", "intra-org":
		return parsers.DirectionInternal
	}
	return parsers.DirectionUnknown
}

// addressOf returns the address of "Name <a@x.example>" and "<a@x.example>".
func addressOf(s string) string {
	s = strings.TrimSpace(s)
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		return s[open+1 : len(s)-1]
	}
	return s
}
