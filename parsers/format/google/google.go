// Package google reads the Email Log Search export of Google Workspace, and its
// Gmail logs in BigQuery: see BigQuery.
//
//	Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,Recipient address,Event target,Event date,Event status,Event target IP address,Has encryption,Event SMTP reply code,Event description,Client Type,Device User Session ID
//	<1@mail.gmail.com>,2026/10/01 09:00:00 UTC,2026/10/01 09:00:09 UTC,ann@corp.example,4821,"Plan, v2",Sent,0,jane@army.ml,SMTP_OUT,2026/10/01 09:00:09 UTC,Delivered,192.0.2.20,Yes,250,OK,,
//
// (Google Workspace Admin Help, "Email Log Search results".) A row is one event:
// those of one message and recipient are put together. Mail to SMTP_OUT
// leaves, that to mailboxes and groups stays; where a target is neither, nor named, what Google
// took may have left. The name of a delegate may stand after the sender.
package google

import (
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

const (
	messageID = iota
	sender
	size
	subject
	direction
	recipient
	target
	date
	status
	address
	reply
	description
)

// Format returns the format.
func Format() parsers.Format {
	return records.Schema{
		ID: "google", Description: "Google Workspace Email Log Search, as CSV",
		Columns: []string{
			"Message ID", "Sender", "Message size", "Subject", "Direction", "Recipient address", "Event target", "Event date", "Event status",
			"Event target IP address", "Event SMTP reply code", "Event description",
		},
		Required: []int{messageID, sender, recipient, target, status},
		Row:      read,
	}
}

func read(out *records.Out, row *records.Row) {
	if to := row.Get(recipient); to == "" || to == "N/A" {
		return
	}
	id := strings.Trim(row.Get(messageID), "<>")
	m, at := out.Message(row, id, row.Get(date))
	from, _, _ := strings.Cut(strings.TrimSpace(row.Get(sender)), " ")
	if from != "N/A" {
		m.Sender, m.SenderKnown = strings.Clone(strings.Trim(from, "<>;,")), true
	}
	m.MessageID, m.Subject, m.Bytes = strings.Clone(id), strings.Clone(row.Get(subject)), records.Number(row.Get(size))
	leaves, stays := destinationOf(row.Get(target))
	switch strings.ToLower(row.Get(direction)) {
	case "sent":
		m.Submitted = true
	case "received":
		m.Direction = parsers.DirectionInbound
	}
	what := statusOf(row.Get(status))
	for _, to := range out.Recipients(row, recipient, "", what) {
		r := m.Recipient(strings.Trim(to, "<>"))
		if !r.Event(at, what, what == parsers.StatusDelivered && !leaves && !stays) {
			continue
		}
		r.Local = stays && what == parsers.StatusDelivered
		r.Relay, r.DSN = strings.Clone(row.Get(address)), records.EnhancedCode(row.Get(description))
		if what != parsers.StatusDelivered && what != parsers.StatusUnknown {
			r.Failure = parsers.FailureOther
		}
	}
}

// destinationOf reports whether mail to a target leaves, and whether it stays.
func destinationOf(target string) (leaves, stays bool) {
	target = strings.ToUpper(target)
	isOut := target == "SMTP_OUT" || target == "SMTP-OUT" || target == "SMTP OUT"
	return isOut, strings.Contains(target, "GMAIL") || strings.Contains(target, "INBOX") || strings.Contains(target, "MAILBOX") || strings.Contains(target, "GROUP")
}

func statusOf(s string) parsers.Status {
	switch strings.ToLower(s) {
	case "delivered", "inserted", "sent":
		return parsers.StatusDelivered
	case "bounced", "failed":
		return parsers.StatusBounced
	case "rejected":
		return parsers.StatusRejected
	case "delayed", "deferred":
		return parsers.StatusDeferred
	case "dropped":
		return parsers.StatusDiscarded
	case "quarantined":
		return parsers.StatusHeld
	}
	return parsers.StatusUnknown
}
