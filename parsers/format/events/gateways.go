package events

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// gateways lists the layouts of mail gateways that stand between an
// organisation and the world.
func gateways() []entry {
	const (
		delivered = parsers.StatusDelivered
		bounced   = parsers.StatusBounced
		deferred  = parsers.StatusDeferred
		rejected  = parsers.StatusRejected
		discarded = parsers.StatusDiscarded
		held      = parsers.StatusHeld
		unknown   = parsers.StatusUnknown
	)
	mimecast := entry{ // Mimecast API 1.0, "Understanding SIEM logs"; of its three kinds of lines the delivery's
		id: "mimecast-v1-json", title: "Mimecast delivery logs of API 1.0, as JSON",
		required: []string{"aCode", "acc", "Delivered", "Rcpt"},
		time:     "datetime", sender: "Sender", recipients: "Rcpt", key: "aCode", messageID: "MsgId", subject: "Subject", size: "Snt", relay: "IP",
		reply: "ReceiptAck|Err|RejInfo", direction: "Dir", event: "Delivered", separators: ";,",
		statuses: map[string]parsers.Status{"true": delivered, "false": bounced},
	}
	mimecastText := mimecast
	mimecastText.id, mimecastText.title = "mimecast-v1", "Mimecast delivery logs of API 1.0, key=value|…"
	mimecastText.pairs = &records.Pairs{Free: "ReceiptAck|Subject|Err|RejInfo", Barred: true}
	return []entry{
		mimecast, mimecastText,
		{ // Proofpoint on Demand, log API, "message" (what the filter did) and "maillog" (what its Sendmail did next, under the same qid)
			id: "proofpoint", title: "Proofpoint on Demand log API, message and maillog",
			required: []string{"filter/qid|sm/qid", "ts", "envelope/rcpts|sm/to|sm/from"},
			time:     "ts", sender: "envelope/from|sm/from", recipients: "sm/to|envelope/rcpts", key: "sm/qid|filter/qid",
			messageID: "sm/msgid|msg/header/message-id", subject: "msg/header/subject", size: "filter/msgSizeBytes|sm/sizeBytes", relay: "sm/relay",
			reply: "sm/dsn", direction: "filter/routeDirection", event: "sm/dsn|filter/disposition", arrivals: true, others: someOutcome,
			statuses: map[string]parsers.Status{
				"2": delivered, "4": deferred, "5": bounced, "accept": delivered, "continue": delivered, "discard": discarded, "reject": rejected, "": unknown,
			},
			handed: []string{"accept", "continue"},
		},
		{ // Cisco Secure Email Gateway, "Consolidated Event Logs"; a line a message, when all is done
			id: "cisco-cef", title: "Cisco Secure Email Gateway (ESA) consolidated event log, CEF", pairs: &records.Pairs{Free: "msg", Spaced: true},
			required: []string{"ESAMID", "act", "duser"},
			time:     "endTime|end|startTime|start", sender: "suser", recipients: "duser", messageID: "cs4", subject: "msg", size: "ESAMsgSize",
			reply: "ESAFinalActionDetails", direction: "deviceDirection", event: "act", separators: ";,", whole: true, others: someOutcome,
			statuses: map[string]parsers.Status{
				"delivered": delivered, "bounced": bounced, "dropped": discarded, "quarantined": held, "dq": deferred, "aborted": rejected, "rejected": rejected,
			},
		},
		{ // FortiMail Log Reference, "History/Statistics logs", and "Event logs" of type=event, subtype=smtp, which say under the same session what its
			// Sendmail did next; history files that were downloaded have the dispositions in hexadecimal: unknown
			id: "fortimail", title: "FortiMail history log, and event log with subtype=smtp", pairs: &records.Pairs{Free: "subject", Within: "msg"},
			required: []string{"session_id", "disposition|msg/stat|msg/nrcpts", "classifier|msg/stat|msg/nrcpts", "to|msg/to|msg/nrcpts"},
			date:     "date", time: "time", sender: "from|msg/from", recipients: "to|msg/to", key: "session_id", messageID: "message_id|msg/msgid", subject: "subject",
			size: "message_length|msg/size", relay: "msg/relay", reply: "msg/dsn",
			direction: "direction", event: "disposition|msg/dsn|msg/stat", separators: ";,", arrivals: true, others: someOutcome,
			statuses: map[string]parsers.Status{
				"reject": rejected, "discard": discarded, "quarantine": held, "review": held, "delay": deferred, "accept": delivered,
				"2": delivered, "4": deferred, "5": bounced, "sent": delivered, "deferred:": deferred,
			},
			ranks: []string{"reject", "discard", "quarantine", "review", "delay", "accept"}, handed: []string{"accept"},
		},
		{ // hMailServer, "AWStats log": a line for each recipient, separated by tabs, without a header
			id: "hmailserver", title: "hMailServer AWStats log",
			required: []string{"time", "sender", "recipient", "code", "bytes", "protocol"},
			bare:     []records.Bare{{Columns: []string{"time", "sender", "recipient", "client", "relay", "protocol", "url", "code", "bytes"}, Comma: '\t', Fits: isAWStats}},
			time:     "time", sender: "sender", recipients: "recipient", relay: "relay", size: "bytes", event: "code", whole: true,
			statuses: map[string]parsers.Status{"2": delivered, "4": deferred, "5": rejected},
		},
	}
}

// isAWStats reports the fields of a line of mail as AWStats counts it: it is none of
// a web server, whose fields are divided by blanks.
func isAWStats(fields [][]byte) bool {
	return len(fields) == 9 && bytes.Contains(fields[5], []byte("SMTP")) && string(fields[6]) == "?" && len(fields[7]) == len("250")
}
