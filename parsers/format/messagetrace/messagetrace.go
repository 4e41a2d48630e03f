// Package messagetrace reads the message traces of Exchange Online (Microsoft
// 365), in the shapes that the administrator's tools make:
//
//	Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,FromIP,Size,MessageId,MessageTraceId        Get-MessageTrace and V2 | Export-Csv
//	origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,…           enhanced summary
//	  "jane@army.ml##Receive, Send;kim@hotmial.com##Receive, Fail"
//	date_time_utc,sender_address,recipient_address,subject,status                                            the portal's summary
//	{"SenderAddress":"…","RecipientAddress":"…","Received":"/Date(1658751973240)/","Status":"Delivered"}     reporting service, also in pages {"value":[…]}
//	{"senderAddress":"…","recipientAddress":"…","receivedDateTime":"…","status":"delivered"}                 Graph
//
// (Microsoft Learn, Get-MessageTrace, Get-MessageTraceV2, "Message trace in the
// modern EAC"; Graph, exchangeMessageTrace.) Delivered, for a recipient outside,
// means that the server there took it. Expanded and Resolved are no deliveries.
// PowerShell writes dates as its locale has them; historical searches are
// UTF-16.
package messagetrace

import (
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

const (
	timeColumn = iota
	sender
	recipient
	recipientStatus
	status
	subject
	size
	messageID
	directionality
	toIP
)

func columns() []string {
	return []string{
		"Received|ReceivedDateTime|origin_timestamp_utc|date_time_utc|Date (UTC)|Date", "SenderAddress|Sender", "RecipientAddress|Recipient",
		"recipient_status", "Status|DeliveryStatus", "Subject|message_subject", "Size|total_bytes|MessageSize", "MessageId|message_id", "directionality", "ToIP",
	}
}

// limits are the largest numbers of rows: a page of Get-MessageTrace and of V2,
// the portal's summary, and a historical search.
func limits() []int64 { return []int64{1000, 5000, 50_000, 100_000} }

// Formats returns the formats: a row a recipient, and a row a message.
func Formats() []parsers.Format {
	return []parsers.Format{
		records.Schema{
			ID: "message-trace", Description: "Exchange Online message trace: Get-MessageTrace(V2), portal, enhanced summary, Graph",
			Columns: columns(), Required: []int{timeColumn, sender, recipient, status}, Limits: limits(), Row: readRow,
		},
		records.Schema{
			ID: "message-trace", Description: "Exchange Online message trace, enhanced summary",
			Columns: columns(), Required: []int{timeColumn, sender, recipientStatus}, Limits: limits(), Row: readEnhanced,
		},
	}
}

// begin fills in the fields that belong to the message.
func begin(out *records.Out, row *records.Row) bool {
	d := &out.Delivery
	var ok bool
	if d.Time, ok = out.Time(row.Get(timeColumn)); !ok {
		out.Bad(row, "date that cannot be read")
		return false
	}
	d.Sender, d.SenderKnown = strings.Trim(row.Get(sender), "<>"), true
	d.Subject, d.Bytes, d.MessageID = row.Get(subject), records.Number(row.Get(size)), strings.Trim(row.Get(messageID), "<>")
	switch strings.ToLower(row.Get(directionality)) {
	case "2", "originating", "outbound":
		d.Submitted = true
	case "1", "incoming", "inbound":
		d.Direction = parsers.DirectionInbound
	}
	return true
}

func readRow(out *records.Out, row *records.Row) {
	if row.Get(recipient) == "" {
		out.Bad(row, "no recipient")
		return
	}
	if !begin(out, row) {
		return
	}
	var isDelivery bool
	if out.Delivery.Status, isDelivery = statusOf(row.Get(status)); !isDelivery {
		return
	}
	out.Delivery.Relay = row.Get(toIP)
	for _, to := range out.Recipients(row, recipient, "", out.Delivery.Status) {
		out.Delivery.Recipient = to
		emit(out, row)
	}
}

func emit(out *records.Out, row *records.Row) {
	d := &out.Delivery
	switch d.Status {
	case parsers.StatusDelivered:
		d.Arrived = parsers.ArrivedYes
	case parsers.StatusUnknown:
		d.Arrived = parsers.ArrivedUnknown
	default:
		d.Arrived, d.Failure = parsers.ArrivedNo, parsers.FailureOther
	}
	out.Emit(row)
}

// statusOf reads a status. It is false for one that is no delivery: a group that
// was expanded, an address that was redirected.
func statusOf(s string) (parsers.Status, bool) {
	switch strings.ToLower(strings.ReplaceAll(s, " ", "")) {
	case "delivered":
		return parsers.StatusDelivered, true
	case "failed":
		return parsers.StatusBounced, true
	case "pending":
		return parsers.StatusDeferred, true
	case "filteredasspam":
		return parsers.StatusDiscarded, true
	case "quarantined":
		return parsers.StatusHeld, true
	case "expanded", "resolved", "redirected":
		return parsers.StatusUnknown, false
	}
	return parsers.StatusUnknown, true
}

// readEnhanced reads "addr##Receive, Send;addr##Receive, Fail".
func readEnhanced(out *records.Out, row *records.Row) {
	if !begin(out, row) {
		return
	}
	for list := row.Get(recipientStatus); list != ""; {
		var item string
		item, list = cutRecipient(list)
		to, events, ok := strings.Cut(item, "##")
		if !ok || strings.TrimSpace(to) == "" {
			out.Bad(row, "recipient without a status")
			continue
		}
		out.Delivery.Recipient = strings.TrimSpace(to)
		var isDelivery bool
		if out.Delivery.Status, isDelivery = statusOfEvents(events); isDelivery {
			emit(out, row)
		}
	}
}

// cutRecipient cuts the first recipient from a list: at a ";" before the next
// one's "##", for an address may hold one itself.
func cutRecipient(list string) (item, rest string) {
	for at := 0; ; {
		i := strings.IndexByte(list[at:], ';')
		if i < 0 {
			return list, ""
		}
		at += i + 1
		if strings.Contains(list[:at], "##") && (at == len(list) || strings.Contains(list[at:], "##")) {
			return list[:at-1], list[at:]
		}
	}
}

// statusOfEvents returns the status that the last of the events means.
func statusOfEvents(events string) (parsers.Status, bool) {
	last := parsers.StatusUnknown
	for e := range strings.SplitSeq(events, ",") {
		switch strings.ToLower(strings.TrimSpace(e)) {
		case "send", "send external", "sendexternal", "deliver":
			last = parsers.StatusDelivered
		case "fail", "drop":
			last = parsers.StatusBounced
		case "defer":
			last = parsers.StatusDeferred
		case "expand", "resolve", "redirect":
			return parsers.StatusUnknown, false
		}
	}
	return last, true
}
