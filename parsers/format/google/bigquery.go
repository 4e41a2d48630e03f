package google

import (
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// Columns of the Gmail logs in BigQuery. The newer export of Workspace logs has
// them within "gmail".
const (
	bqTime = iota
	bqSender
	bqRecipient
	bqMessageID
	bqSubject
	bqSize
	bqAction
	bqSuccess
	bqRemote
	bqReason
)

// Values of message_info.action_type.
const (
	actionHandled  = "3"  // put into a mailbox, or passed to another server
	actionSent     = "10" // given to a server outside
	actionRetry    = "14"
	actionBounced  = "18"
	actionDropped  = "19"
	actionRelayed  = "48"
	actionRelayed2 = "49"
)

// BigQuery returns the format of Gmail logs in BigQuery, exported as JSON lines
// (Google Workspace Admin Help, "Schema for Gmail logs in BigQuery"). A row is
// one step of a message for its recipients; those of one message and recipient
// are put together.
func BigQuery() parsers.Format {
	both := func(name string) string { return name + "|gmail/" + name }
	return records.Schema{
		ID: "google-bigquery", Description: "Gmail logs in BigQuery, as JSON lines",
		Columns: []string{
			both("event_info/timestamp_usec"), both("message_info/source/address"), both("message_info/destination/address"),
			both("message_info/rfc2822_message_id"), both("message_info/subject"), both("message_info/payload_size"),
			both("message_info/action_type"), both("event_info/success"), both("message_info/connection_info/smtp_out_remote_host"),
			both("message_info/connection_info/smtp_response_reason"),
		},
		Required: []int{bqTime, bqAction, bqRecipient},
		Row:      readBigQuery,
	}
}

func readBigQuery(out *records.Out, row *records.Row) {
	what := parsers.StatusUnknown
	switch row.Get(bqAction) {
	case actionSent, actionRelayed, actionRelayed2:
		if what = parsers.StatusDelivered; row.Get(bqSuccess) == "false" {
			what = parsers.StatusDeferred
		}
	case actionRetry:
		what = parsers.StatusDeferred
	case actionBounced:
		what = parsers.StatusBounced
	case actionDropped:
		what = parsers.StatusDiscarded
	case actionHandled:
	default:
		return
	}
	id := strings.Trim(row.Get(bqMessageID), "<>")
	m, at := out.Message(row, id, row.Get(bqTime))
	if row.Has(bqSender) {
		m.Sender, m.SenderKnown = strings.Clone(row.Get(bqSender)), true
	}
	m.MessageID, m.Subject = strings.Clone(id), strings.Clone(row.Get(bqSubject))
	if n := records.Number(row.Get(bqSize)); n > 0 {
		m.Bytes = n
	}
	for _, to := range out.Recipients(row, bqRecipient, "", what) {
		r := m.Recipient(to)
		if !r.Event(at, what, false) {
			continue
		}
		r.Relay, r.DSN = strings.Clone(row.Get(bqRemote)), records.EnhancedCode(row.Get(bqReason))
		if what == parsers.StatusBounced || what == parsers.StatusDeferred || what == parsers.StatusDiscarded {
			r.Failure = parsers.FailureOther
		}
	}
}
