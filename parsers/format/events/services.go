package events

import "github.com/typoaudit/typoaudit/parsers"

// services lists more layouts of services that send mail for their customers.
func services() []entry {
	const (
		delivered = parsers.StatusDelivered
		bounced   = parsers.StatusBounced
		deferred  = parsers.StatusDeferred
		rejected  = parsers.StatusRejected
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
		{ // Resend, "Webhooks", and its list of emails
			id: "resend", title: "Resend webhooks and emails", outbound: true,
			required: []string{"type|last_event", "data/email_id|id", "data/to|to", "data/from|from", "data/created_at|created_at"},
			time:     "created_at|data/created_at", sender: "data/from|from", recipients: "data/to|to", messageID: "data/email_id|id", subject: "data/subject|subject",
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
