package events

import "github.com/typoaudit/typoaudit/parsers"

// services lists more layouts of services that send mail for their customers.
func services() []entry {
	const (
		delivered = parsers.StatusDelivered
		bounced   = parsers.StatusBounced
		deferred  = parsers.StatusDeferred
		rejected  = parsers.StatusRejected
		held      = parsers.StatusHeld
		unknown   = parsers.StatusUnknown
	)
	return []entry{
		{ // Twilio SendGrid, "Email Activity": its CSV, whose "processed" is the time, and its API
			id: "sendgrid-activity", title: "SendGrid email activity, CSV or API", outbound: true,
			required: []string{"processed|last_event_time", "message_id|msg_id", "event|status", "email|to_email", "from|from_email"},
			time:     "processed|last_event_time", sender: "from|from_email", recipients: "email|to_email", messageID: "message_id|msg_id", subject: "subject",
			relay: "mx", reply: "reason", event: "event|status", detail: "type",
			statuses: map[string]parsers.Status{
				"processed": unknown, "processing": unknown, "delivered": delivered, "bounce": bounced, "bounced": bounced, "bounce blocked": bounced, "blocked": bounced,
				"drop": rejected, "dropped": rejected, "deferred": deferred, "not_delivered": bounced, "not delivered": bounced,
			},
		},
		{ // Mailjet, "Event API", and /message of its API; "sent" is the answer of the recipient's server
			id: "mailjet", title: "Mailjet events and messages", outbound: true,
			required: []string{"email|ContactAlt", "event|Status", "MessageID|UUID|ID", "mj_campaign_id|mj_contact_id|Message_GUID|CustomID|ArrivedAt"},
			time:     "time|ArrivedAt", recipients: "email|ContactAlt", messageID: "MessageID|ID", subject: "Subject", size: "MessageSize", reply: "smtp_reply|error",
			event: "event|Status", detail: "hard_bounce",
			statuses: map[string]parsers.Status{
				"sent": delivered, "opened": delivered, "clicked": delivered, "bounce": bounced, "bounce false": deferred, "blocked": rejected,
				"hardbounced": bounced, "softbounced": deferred, "deferred": deferred, "queued": unknown,
			},
		},
		{ // Brevo, once Sendinblue: "Transactional webhooks", and the report of events of its API
			id: "brevo", title: "Brevo (Sendinblue) webhooks and events", outbound: true,
			required: []string{"event", "email", "message-id", "date", "ts_event|ts_epoch|ts|sending_ip|from|subject|tag|ip"},
			time:     "ts_epoch|ts_event|date", sender: "sender_email|from", recipients: "email", messageID: "message-id", subject: "subject", reply: "reason", event: "event",
			statuses: map[string]parsers.Status{
				"request": unknown, "requests": unknown, "sent": unknown, "delivered": delivered, "deferred": deferred, "soft_bounce": deferred, "softbounce": deferred,
				"softbounces": deferred, "hard_bounce": bounced, "hardbounce": bounced, "hardbounces": bounced, "bounces": bounced, "blocked": rejected,
				"invalid": bounced, "invalid_email": bounced, "error": rejected,
			},
		},
		{ // Brevo, the export of its transactional logs; the words of st_text are in the language of the account
			id: "brevo-export", title: "Brevo (Sendinblue) export of its logs, CSV", outbound: true, others: someOutcome,
			required: []string{"st_text", "ts", "frm", "email", "mid"},
			time:     "ts", sender: "frm", recipients: "email", messageID: "mid", subject: "sub", event: "st_text",
			statuses: map[string]parsers.Status{
				"sent": unknown, "delivered": delivered, "opened": delivered, "first opening": delivered, "clicked": delivered, "loaded by proxy": delivered,
				"complaint": delivered, "unsubscribed": delivered, "deferred": deferred, "soft bounce": deferred, "hard bounce": bounced, "invalid email": bounced, "blocked": rejected,
				"error": rejected,
			},
		},
		{ // Postal, "Webhooks": a message that leaves, and what the other server said later
			id: "postal", title: "Postal webhooks",
			required: []string{"payload/message/to|payload/original_message/to", "payload/message/from|payload/original_message/from", "event"},
			time:     "timestamp|payload/timestamp", sender: "payload/message/from|payload/original_message/from", recipients: "payload/message/to|payload/original_message/to",
			messageID: "payload/message/message_id|payload/original_message/message_id", subject: "payload/message/subject|payload/original_message/subject",
			reply: "payload/output", direction: "payload/message/direction|payload/original_message/direction", event: "event",
			statuses: map[string]parsers.Status{
				"messagesent": delivered, "messagedelayed": deferred, "messagedeliveryfailed": bounced, "messagebounced": bounced, "messageheld": held,
			},
		},
		{ // MailerSend, "Webhooks"
			id: "mailersend", title: "MailerSend webhooks", outbound: true,
			required: []string{"type", "data/email/recipient/email", "data/email/from"},
			time:     "data/created_at|created_at", sender: "data/email/from", recipients: "data/email/recipient/email", messageID: "data/email/message/id", subject: "data/email/subject",
			reply: "data/morph/reason", event: "type",
			statuses: map[string]parsers.Status{
				"activity.sent": unknown, "activity.delivered": delivered, "activity.soft_bounced": deferred, "activity.deferred": deferred, "activity.hard_bounced": bounced,
				"activity.opened": delivered, "activity.opened_unique": delivered, "activity.clicked": delivered, "activity.clicked_unique": delivered,
			},
		},
		{ // SMTP2GO, "Webhooks"
			id: "smtp2go", title: "SMTP2GO webhooks", outbound: true,
			required: []string{"event", "email_id", "rcpt|recipients", "sender|from_address"},
			time:     "time|sendtime", sender: "sender|from_address", recipients: "rcpt|recipients", key: "email_id", messageID: "message-id", subject: "subject",
			relay: "host", reply: "message|context", event: "event", detail: "bounce",
			statuses: map[string]parsers.Status{
				"processed": unknown, "delivered": delivered, "bounce": bounced, "bounce hard": bounced, "bounce soft": deferred, "reject": rejected, "open": delivered, "click": delivered,
			},
		},
		{ // Postmark, "Messages API", outbound: its status says no more than that it was sent
			id: "postmark-messages", title: "Postmark outbound messages of its API", outbound: true,
			required: []string{"MessageID", "Recipients", "ReceivedAt", "Status", "From"},
			time:     "ReceivedAt", sender: "From", recipients: "Recipients", messageID: "MessageID", subject: "Subject", event: "Status", whole: true,
			statuses: map[string]parsers.Status{"sent": unknown, "queued": unknown, "processed": unknown},
		},
		{ // Mailchimp Transactional (Mandrill), "Webhooks", and what its API finds
			id: "mandrill", title: "Mandrill (Mailchimp Transactional) webhooks and search", outbound: true,
			required: []string{"_id|msg/_id", "msg/email|email", "msg/sender|sender", "event|state|msg/state"},
			time:     "ts|msg/ts|@timestamp", sender: "msg/sender|sender", recipients: "msg/email|email", messageID: "_id|msg/_id", subject: "msg/subject|subject",
			reply: "msg/diag|diag|msg/smtp_events/diag|smtp_events/diag", event: "event|state|msg/state",
			statuses: map[string]parsers.Status{
				"send": delivered, "sent": delivered, "delivered": delivered, "deferral": deferred, "deferred": deferred, "queued": unknown, "scheduled": unknown,
				"hard_bounce": bounced, "soft_bounce": bounced, "bounced": bounced, "soft-bounced": bounced, "reject": rejected, "rejected": rejected,
			},
		},
		{ // Mailchimp Transactional, the export of its activity
			id: "mandrill-export", title: "Mandrill activity export, CSV", outbound: true,
			required: []string{"Date", "Email Address", "Sender", "Status", "Opens", "Clicks"},
			time:     "Date", sender: "Sender", recipients: "Email Address", subject: "Subject", reply: "Bounce Detail", event: "Status",
			statuses: map[string]parsers.Status{
				"sent": delivered, "delivered": delivered, "deferred": deferred, "bounced": bounced, "hard-bounced": bounced, "soft-bounced": bounced, "rejected": rejected,
			},
		},
		{ // Azure Communication Services, "Email events" of Event Grid
			id: "azure-email", title: "Azure Communication Services email delivery reports", outbound: true,
			required: []string{"data/sender", "data/recipient", "data/messageId|data/internetMessageId", "data/status", "data/deliveryAttemptTimestamp|data/deliveryAttemptTimeStamp"},
			time:     "data/deliveryAttemptTimestamp|data/deliveryAttemptTimeStamp|eventTime|time", sender: "data/sender", recipients: "data/recipient",
			messageID: "data/internetMessageId|data/messageId", relay: "data/deliveryStatusDetails/recipientMailServerHostName", reply: "data/deliveryStatusDetails/statusMessage",
			event: "data/status",
			statuses: map[string]parsers.Status{
				"delivered": delivered, "bounced": bounced, "failed": bounced, "suppressed": rejected, "filteredspam": rejected, "quarantined": unknown, // by the other side
			},
		},
		{ // Resend, "Webhooks", and its list of emails
			id: "resend", title: "Resend webhooks and emails", outbound: true,
			required: []string{"type|last_event", "data/email_id|id", "data/to|to", "data/from|from", "data/created_at|created_at"},
			time:     "created_at|data/created_at", sender: "data/from|from", recipients: "data/to|to", copies: []string{"data/cc|cc", "data/bcc|bcc"}, messageID: "data/email_id|id", subject: "data/subject|subject",
			reply: "data/bounce/message", event: "type|last_event",
			statuses: map[string]parsers.Status{
				"email.sent": unknown, "email.scheduled": unknown, "email.delivered": delivered, "email.delivery_delayed": deferred, "email.bounced": bounced,
				"email.failed": rejected, "email.suppressed": rejected,
				"sent": unknown, "queued": unknown, "delivered": delivered, "opened": delivered, "clicked": delivered, "complained": delivered, "delivery_delayed": deferred,
				"bounced": bounced, "failed": rejected, "suppressed": rejected,
			},
		},
	}
}
