// Package exchange reads the message tracking logs of Exchange on premises
// (2010 to 2019 and SE): the files MSGTRK*.LOG themselves, and the
// output of Get-MessageTrackingLog | Export-Csv; and the extended report of
// a historical search in Exchange Online, whose columns are called alike.
//
//	#Software: Microsoft Exchange Server
//	#Log-type: Message Tracking Log
//	#Fields: date-time,client-ip,…,source,event-id,…,message-id,…,recipient-address,recipient-status,total-bytes,…,message-subject,sender-address,return-path,…,directionality,…
//	2026-10-01T08:02:06.000Z,…,SMTP,SEND,…,<1@corp.example>,…,jane@army.ml;kim@army.ml,250 2.6.0 Queued,2048,…,Plan,ann@corp.example,ann@corp.example,…,Originating,…
//
// (Microsoft Learn, "Message tracking", which lists the fields and events.) The
// columns are found by name: their number differs between versions, and files
// that were put together have several headers. Where the header is missing, as in
// what a collector took, they are in the order that Microsoft documents: with a
// network-message-id since Exchange 2013. Stamps are UTC.
//
// A recipient-address may hold several, with ";" between. SEND is the last that
// Exchange knows of a message that left, FAIL that it gave up, DELIVER that it
// was stored here, DEFER that it waits; a SEND within the organisation, RECEIVE,
// and the events of shadow copies and agents are no deliveries, nor are the
// probes of health mailboxes. The envelope sender is the return-path.
package exchange

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

const (
	timeColumn = iota
	source
	event
	connector
	messageID
	recipients
	status
	size
	subject
	sender
	returnPath
	directionality
	server
)

// Format returns the format.
func Format() parsers.Format {
	return records.Schema{
		ID: "exchange", Description: "Exchange message tracking log (MSGTRK, or Get-MessageTrackingLog | Export-Csv), Exchange Online extended report",
		Columns: []string{
			"date-time|date_time_utc|Timestamp", "source", "event-id", "connector-id", "message-id", "recipient-address|Recipients", "recipient-status",
			"total-bytes", "message-subject", "sender-address|Sender", "return-path", "directionality", "server-hostname",
		},
		Required: []int{source, event, recipients, sender},
		Bare:     []records.Bare{{Columns: fields(true), Comma: ',', Fits: isSince2013}, {Columns: fields(false), Comma: ',', Fits: isBefore2013}},
		// Get-MessageTrackingLog returns 1,000 rows by default.
		Limits: []int64{1000},
		Row:    read,
	}
}

// fields are those of a line, in the order of the documents.
func fields(network bool) []string {
	all := []string{"date-time", "client-ip", "client-hostname", "server-ip", "server-hostname", "source-context", "connector-id", "source", "event-id", "internal-message-id", "message-id"}
	if network {
		all = append(all, "network-message-id")
	}
	return append(all,
		"recipient-address", "recipient-status", "total-bytes", "recipient-count", "related-recipient-address", "reference", "message-subject", "sender-address",
		"return-path", "message-info", "directionality", "tenant-id", "original-client-ip", "original-server-ip", "custom-data", "transport-traffic-type", "log-id", "schema-version")
}

// The numbers of fields: 21 in Exchange 2007, 26 in 2010, and one more in 2013; the
// last three came later.
const (
	least2007 = 21
	most2010  = 26
	most2019  = 31
)

func isSince2013(line [][]byte) bool {
	return len(line) > most2010 && len(line) <= most2019 && isEvent(line)
}

func isBefore2013(line [][]byte) bool {
	return len(line) >= least2007 && len(line) <= most2010 && isEvent(line)
}

// isEvent reports a line of an event, by its stamp, and by source and event, which are in capitals.
func isEvent(line [][]byte) bool {
	stamp := line[0]
	return len(stamp) >= len("2026-10-01T08:02:06Z") && stamp[10] == 'T' && stamp[len(stamp)-1] == 'Z' && isCapitals(line[7]) && isCapitals(line[8])
}

func isCapitals(word []byte) bool {
	return len(word) > 0 && bytes.IndexFunc(word, func(c rune) bool { return c < 'A' || c > 'Z' }) < 0
}

func read(out *records.Out, row *records.Row) {
	list := row.Get(recipients)
	if isProbe(row.Get(sender)) || isProbe(list) || list == "" {
		return
	}
	if strings.HasPrefix(list, "System.String[]") {
		out.Tally.Problem(`recipients were exported as "System.String[]": export them with @{n="Recipients";e={$_.Recipients -join ";"}}`)
		out.Bad(row, "recipients that were not exported")
		return
	}
	what, local := statusOf(row)
	if what == parsers.StatusUnknown {
		return
	}
	id := strings.Trim(row.Get(messageID), "<>")
	m, at := out.Message(row, id, row.Get(timeColumn))
	from := row.Get(returnPath)
	if from == "" {
		from = row.Get(sender)
	}
	m.Sender, m.SenderKnown = strings.Clone(strings.Trim(from, "<>")), true
	m.MessageID, m.Subject, m.Bytes = strings.Clone(id), strings.Clone(row.Get(subject)), records.Number(row.Get(size))
	switch strings.ToLower(row.Get(directionality)) {
	case "originating":
		m.Submitted = true
	case "incoming":
		m.Direction = parsers.DirectionInbound
	}
	for _, to := range out.Recipients(row, recipients, "; ", what) {
		r := m.Recipient(strings.Trim(to, "<>"))
		if !r.Event(at, what, false) {
			continue
		}
		r.Local, r.Relay, r.DSN = local, strings.Clone(row.Get(server)), records.EnhancedCode(row.Get(status))
		if what == parsers.StatusBounced {
			r.Failure = parsers.FailureOther
			if r.DSN == "4.4.7" { // QUEUE.Expired
				r.Status = parsers.StatusExpired
			}
		}
	}
}

// statusOf returns the status that an event gives its recipients.
func statusOf(row *records.Row) (s parsers.Status, local bool) {
	switch strings.ToUpper(row.Get(event)) {
	case "SEND":
		if strings.EqualFold(row.Get(source), "SMTP") && !strings.HasPrefix(strings.ToLower(row.Get(connector)), "intra-organization") {
			return parsers.StatusDelivered, false
		}
	case "SENDEXTERNAL":
		return parsers.StatusDelivered, false
	case "DELIVER":
		return parsers.StatusDelivered, true
	case "FAIL":
		return parsers.StatusBounced, false
	case "DEFER":
		return parsers.StatusDeferred, false
	}
	return parsers.StatusUnknown, false
}

// isProbe reports whether an address is of a mailbox by which Exchange watches
// itself.
func isProbe(address string) bool {
	const prefix = "healthmailbox"
	return len(address) >= len(prefix) && strings.EqualFold(address[:len(prefix)], prefix)
}
