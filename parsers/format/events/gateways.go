package events

import (
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
				"delivered": delivered, "bounced": bounced, "dropped": discarded, "quarantined": discarded, "dq": deferred, "aborted": rejected, "rejected": rejected,
			},
		},
		{ // FortiMail Log Reference, "History/Statistics logs"; files that were downloaded have the dispositions in hexadecimal: unknown
			id: "fortimail", title: "FortiMail history log", pairs: &records.Pairs{Free: "subject"},
			required: []string{"session_id", "disposition", "classifier", "to"},
			date:     "date", time: "time", sender: "from", recipients: "to", key: "session_id", messageID: "message_id", subject: "subject", size: "message_length",
			direction: "direction", event: "disposition", separators: ";,", others: someOutcome,
			statuses: map[string]parsers.Status{
				"reject": rejected, "discard": discarded, "quarantine": discarded, "review": discarded, "delay": deferred, "accept": delivered,
			},
			ranks: []string{"reject", "discard", "quarantine", "review", "delay", "accept"}, handed: []string{"accept"},
		},
	}
}
