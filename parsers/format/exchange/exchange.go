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
// that were put together have several headers. Stamps are UTC.
//
// A recipient-address may hold several, with ";" between. SEND is the last that
// Exchange knows of a message that left, FAIL that it gave up, DELIVER that it
// was stored here, DEFER that it waits; a SEND within the organisation, RECEIVE,
// and the events of shadow copies and agents are no deliveries, nor are the
// probes of health mailboxes. The envelope sender is the return-path.
package exchange

import (
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
		Required: []int{source, event, messageID, recipients, sender},
		// Get-MessageTrackingLog returns 1,000 rows by default.
		Limits: []int64{1000},
		Row:    read,
	}
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
	for _, to := range records.SplitList(list, "; ") {
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
