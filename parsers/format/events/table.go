package events

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// table lists the layouts.
func table() []entry {
	const (
		delivered = parsers.StatusDelivered
		bounced   = parsers.StatusBounced
		deferred  = parsers.StatusDeferred
		expired   = parsers.StatusExpired
		rejected  = parsers.StatusRejected
		discarded = parsers.StatusDiscarded
		unknown   = parsers.StatusUnknown
	)
	return []entry{
		{ // Amazon SES Developer Guide, "Contents of event data"; a notification, a queue, a bus or a function puts the record into its own
			id: "ses", title: "Amazon SES events, plain or in SNS, SQS, EventBridge, Lambda, Firehose", outbound: true,
			required: []string{"eventType|notificationType", "mail/destination"},
			time:     "delivery/timestamp|bounce/timestamp|deliveryDelay/timestamp|mail/timestamp", sender: "mail/source", recipients: "mail/destination",
			byEvent: map[string]string{
				"delivery": "delivery/recipients", "bounce": "bounce/bouncedRecipients/emailAddress", "deliverydelay": "deliveryDelay/delayedRecipients/emailAddress",
			},
			messageID: "mail/messageId", subject: "mail/commonHeaders/subject", reply: "delivery/smtpResponse|bounce/bouncedRecipients/diagnosticCode", event: "eventType|notificationType",
			statuses: map[string]parsers.Status{"send": unknown, "delivery": delivered, "bounce": bounced, "deliverydelay": deferred, "reject": rejected},
		},
		{ // Twilio SendGrid, "Event Webhook Reference"; no event names the sender
			id: "sendgrid", title: "SendGrid event webhook", outbound: true,
			required: []string{"email", "event", "sg_message_id|smtp-id"},
			time:     "timestamp", recipients: "email", messageID: "smtp-id|sg_message_id", reply: "response|reason", event: "event", detail: "type",
			statuses: map[string]parsers.Status{
				"processed": unknown, "delivered": delivered, "bounce": bounced, "bounce blocked": bounced, "dropped": rejected, "deferred": deferred,
			},
		},
		{ // Mailgun, "Event structure"; webhooks put it into event-data
			id: "mailgun", title: "Mailgun events", outbound: true,
			required: []string{"event|event-data/event", "recipient|event-data/recipient", "message/headers/message-id|event-data/message/headers/message-id"},
			time:     "timestamp|event-data/timestamp", sender: "envelope/sender|event-data/envelope/sender", recipients: "recipient|event-data/recipient",
			messageID: "message/headers/message-id|event-data/message/headers/message-id", subject: "message/headers/subject|event-data/message/headers/subject",
			size: "message/size|event-data/message/size", relay: "delivery-status/mx-host|event-data/delivery-status/mx-host",
			reply: "delivery-status/message|event-data/delivery-status/message", event: "event|event-data/event", detail: "severity|event-data/severity",
			statuses: map[string]parsers.Status{"accepted": unknown, "delivered": delivered, "failed temporary": deferred, "failed permanent": bounced, "failed": bounced, "rejected": rejected},
		},
		{ // Postmark, "Delivery webhook", "Bounce webhook"
			id: "postmark", title: "Postmark webhooks", outbound: true,
			required: []string{"RecordType", "MessageID", "Recipient|Email"},
			time:     "DeliveredAt|BouncedAt", sender: "From", recipients: "Recipient|Email", messageID: "MessageID", subject: "Subject", reply: "Details", event: "RecordType", detail: "Type",
			statuses: map[string]parsers.Status{"delivery": delivered, "bounce": bounced, "bounce softbounce": deferred, "bounce transient": deferred},
		},
		{ // SparkPost, "Event types"
			id: "sparkpost", title: "SparkPost events", outbound: true,
			required: []string{"rcpt_to|msys/message_event/rcpt_to", "type|msys/message_event/type", "message_id|msys/message_event/message_id"},
			time:     "timestamp|msys/message_event/timestamp", sender: "msg_from|msys/message_event/msg_from|friendly_from|msys/message_event/friendly_from",
			recipients: "rcpt_to|msys/message_event/rcpt_to", messageID: "message_id|msys/message_event/message_id", subject: "subject|msys/message_event/subject",
			size: "msg_size|msys/message_event/msg_size", reply: "raw_reason|msys/message_event/raw_reason", event: "type|msys/message_event/type",
			statuses: map[string]parsers.Status{
				"injection": unknown, "delivery": delivered, "bounce": bounced, "out_of_band": bounced, "delay": deferred,
				"policy_rejection": rejected, "generation_failure": rejected, "generation_rejection": rejected,
			},
		},
		{ // Mimecast API 2.0, SIEM "delivery" events, and others that are none; "delivered" is a string
			id: "mimecast", title: "Mimecast delivery events",
			required: []string{"senderEnvelope", "recipients|recipient", "delivered|aggregateId"},
			time:     "timestamp", sender: "senderEnvelope", recipients: "recipients", messageID: "messageId", subject: "subject", size: "emailSize|totalSizeAttachments",
			relay: "destinationIp", reply: "deliveryErrors|rejectionInfo", direction: "direction", event: "delivered", separators: ";,",
			statuses: map[string]parsers.Status{"true": delivered, "false": bounced},
		},
		{ // KumoMTA documentation, "log_record"
			id: "kumomta", title: "KumoMTA log records", outbound: true,
			required: []string{"type", "recipient", "queue", "response/code"},
			time:     "timestamp", sender: "sender", recipients: "recipient", messageID: "id", size: "size", relay: "peer_address/name", reply: "response/content", event: "type",
			statuses: map[string]parsers.Status{
				"reception": unknown, "delivery": delivered, "bounce": bounced, "oob": bounced, "adminbounce": bounced,
				"transientfailure": deferred, "expiration": expired, "rejection": rejected,
			},
		},
		{ // PowerMTA accounting file; its columns are chosen in the configuration, and without a header the first ones are known
			id: "powermta", title: "PowerMTA accounting file, as CSV", outbound: true,
			required: []string{"type", "timeLogged", "rcpt"},
			bare:     []records.Bare{{Columns: accounting(), Comma: ',', Fits: isAccounting}},
			time:     "timeLogged", sender: "orig", recipients: "rcpt", messageID: "header_Message-Id|envId|jobId", size: "dlvSize", relay: "dsnMta", reply: "dsnStatus|dsnDiag", event: "type",
			statuses: map[string]parsers.Status{"d": delivered, "b": bounced, "rb": bounced, "t": deferred, "tq": deferred},
		},
		{ // Zeek, smtp.log: it sees the session, but not the fate of a recipient
			id: "zeek", title: "Zeek smtp.log, tab-separated or JSON",
			required: []string{"mailfrom", "rcptto", "last_reply", "uid"},
			time:     "ts", sender: "mailfrom", recipients: "rcptto", messageID: "msg_id", subject: "subject", relay: "id.resp_h", separators: ",", whole: true,
			statuses: map[string]parsers.Status{"": unknown},
		},
		{ // Suricata, eve.json: as Zeek; it has other events as well
			id: "suricata", title: "Suricata eve.json, its SMTP events",
			required: []string{"event_type", "flow_id|src_ip", "smtp/rcpt_to"},
			time:     "timestamp", sender: "smtp/mail_from", recipients: "smtp/rcpt_to", messageID: "email/message_id", subject: "email/subject", relay: "dest_ip", event: "event_type", whole: true,
			statuses: map[string]parsers.Status{"smtp": unknown},
		},
		{ // Microsoft Defender XDR, advanced hunting, "EmailEvents"; streamed, they share the source with other tables
			id: "defender", title: "Microsoft Defender EmailEvents, as CSV or JSON: hunting, streaming API, Sentinel",
			required: []string{"EmailDirection", "RecipientEmailAddress", "DeliveryAction"},
			time:     "Timestamp|TimeGenerated", sender: "SenderMailFromAddress|SenderFromAddress", recipients: "RecipientEmailAddress", messageID: "InternetMessageId", subject: "Subject",
			direction: "EmailDirection", event: "DeliveryAction", whole: true,
			statuses: map[string]parsers.Status{"delivered": delivered, "junked": delivered, "blocked": discarded, "replaced": delivered, "": unknown},
		},
	}
}

// accounting returns the columns of PowerMTA's accounting file where it has no header: the first
// are always the same (its user's guide, "acct-file"), and others follow.
func accounting() []string {
	const most = 40
	first := []string{"type", "timeLogged", "timeQueued", "orig", "rcpt", "orcpt", "dsnAction", "dsnStatus", "dsnDiag", "dsnMta"}
	return append(first, make([]string, most-len(first))...)
}

// isAccounting reports the fields of a record of such a file.
func isAccounting(fields [][]byte) bool {
	const least = 10
	if len(fields) < least || len(fields[0]) == 0 || len(fields[0]) > 2 || bytes.IndexByte(fields[4], '@') < 0 {
		return false
	}
	for _, stamp := range fields[1:3] {
		if len(stamp) < len(time.DateTime) {
			return false
		}
		if _, err := time.Parse(time.DateTime, string(stamp[:len(time.DateTime)])); err != nil {
			return false
		}
	}
	return len(fields[7]) == 0 || bytes.IndexByte(fields[7], '.') == 1
}
