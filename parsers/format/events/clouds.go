package events

import (
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// clouds lists the layouts of mail gateways that are services.
func clouds() []entry {
	const (
		delivered = parsers.StatusDelivered
		bounced   = parsers.StatusBounced
		deferred  = parsers.StatusDeferred
		expired   = parsers.StatusExpired
		rejected  = parsers.StatusRejected
		discarded = parsers.StatusDiscarded
		held      = parsers.StatusHeld
		unknown   = parsers.StatusUnknown
	)
	trend := entry{ // Trend Micro Email Security, "List mail tracking logs" of its API
		id: "trendmicro", title: "Trend Micro Email Security mail tracking, JSON",
		required: []string{"mailID|messageID", "genTime|deliveryTime", "sender", "recipient", "action|blockedReason|reason"},
		time:     "deliveryTime|timestamp|genTime", sender: "sender", recipients: "recipient", messageID: "messageID", subject: "subject", size: "size",
		relay: "deliveredTo", reply: "details", direction: "direction", event: "action|reason", separators: ";,", others: someOutcome,
		statuses: map[string]parsers.Status{
			"delivered": delivered, "bounced": bounced, "temporary delivery error": deferred, "expired": expired, "deleted": discarded, "quarantined": held,
			"blocked": rejected, "rejected": rejected,
		},
	}
	trendCEF := trend // "Syslog content mapping", CEF mail tracking logs
	trendCEF.id, trendCEF.title = "trendmicro-cef", "Trend Micro Email Security mail tracking, CEF"
	trendCEF.pairs = &records.Pairs{Free: "msg", Spaced: true}
	trendCEF.required = []string{"rt", "suser", "duser", "act", "cs3Label", "deviceTranslatedAddress|cn1Label"}
	trendCEF.time, trendCEF.sender, trendCEF.recipients, trendCEF.messageID, trendCEF.subject = "rt", "suser", "duser", "cs3", "msg"
	trendCEF.size, trendCEF.relay, trendCEF.reply, trendCEF.direction, trendCEF.event = "cn1", "", "", "cs2", "act"
	vade := entry{ // Vade Cloud (Hornetsecurity), "SIEM": what its filter did
		id: "vade-cloud", title: "Vade Cloud filter log, JSON",
		required: []string{"operationType", "messageType", "from", "to", "spamLevel"},
		time:     "date", sender: "from", recipients: "to", key: "messageId", subject: "subject", event: "operationType", others: someOutcome,
		statuses: map[string]parsers.Status{
			"accept": delivered, "deliver": delivered, "delivered": delivered, "none": delivered, "tag": delivered, "drop": discarded, "quarantine": held, "delete": discarded,
			"reject": rejected, "refuse": rejected, "defer": deferred, "tempfail": deferred,
		},
		handed: []string{"accept", "deliver", "delivered", "none", "tag"},
	}
	vadeText := vade
	vadeText.id, vadeText.title = "vade", "Vade filter log, key=value"
	vadeText.pairs = &records.Pairs{Free: "subject"}
	vadeText.required = []string{"qid", "sender", "recipient", "action", "status", "spamlevel"}
	vadeText.time, vadeText.sender, vadeText.recipients, vadeText.key, vadeText.event = "", "sender", "recipient", "qid", "action"
	return []entry{
		{ // Barracuda Email Gateway Defense (once Email Security Service), "Syslog integration"; each recipient has an outcome of its own
			id: "barracuda", title: "Barracuda Email Gateway Defense (Email Security Service), JSON", each: "recipients",
			required: []string{"message_id", "env_from", "recipients/email", "recipients/delivered|recipients/action"},
			time:     "timestamp", sender: "env_from", recipients: "recipients/email", messageID: "message_id", subject: "subject", size: "size",
			reply: "recipients/delivery_detail|recipients/reason_extra", event: "recipients/delivered", detail: "recipients/action", others: someOutcome,
			statuses: map[string]parsers.Status{
				"delivered": delivered, "not_delivered": bounced, "not_delivered allowed": bounced, "not_delivered blocked": rejected, "not_delivered quarantined": held,
				"not_delivered deferred": deferred, "rejected": bounced, "rejected blocked": rejected, "deferred": deferred, "quarantined": held, "bounced": bounced,
			},
		},
		trend, trendCEF,
		{ // Hornetsecurity, "Email Live Tracking" of its API; our side is the owner, the other the partner
			id: "hornetsecurity", title: "Hornetsecurity email live tracking, JSON",
			required: []string{"owner", "comm_partner", "direction", "smtp_status_code|status"},
			time:     "date", sender: "owner", recipients: "comm_partner", swapped: true, messageID: "message_id|msg_id", subject: "subject",
			relay: "destination_hostname", reply: "smtp_status", direction: "direction", event: "status/text|status|smtp_status_code", others: someOutcome,
			directions: map[string]parsers.Direction{"0": parsers.DirectionOutbound, "1": parsers.DirectionInbound},
			statuses: map[string]parsers.Status{
				"delivered": delivered, "2": delivered, "4": deferred, "5": bounced, "rejected": rejected, "blocked": rejected, "quarantined": held, "deleted": discarded,
				"deferred": deferred, "pending": deferred, "delivery": deferred, "bounced": bounced, "undeliverable": bounced, "failed": bounced,
			},
		},
		{ // Vade for M365, "logs" of its API: it reads what Exchange Online took, and has no word of the server outside
			id: "vade-m365", title: "Vade for M365 email logs, JSON",
			required: []string{"from_header", "to_header", "remediation_type", "from", "to", "action"},
			time:     "date", sender: "from", recipients: "to", messageID: "message_id", subject: "subject", size: "size", direction: "direction", event: "action", others: someOutcome,
			statuses: map[string]parsers.Status{"nothing": unknown, "move": delivered, "delete": discarded},
		},
		vade, vadeText,
		{ // Retarus, "Forensic SIEM Integration"; of an event with subtype INCOMING the mail is at the gateway, and an infected one goes no further
			id: "retarus", title: "Retarus Email Security events, JSON",
			required: []string{"rmxId", "mimeId", "recipient", "status", "class"},
			time:     "ts", sender: "sender", recipients: "recipient", key: "rmxId", messageID: "mimeId", subject: "metaData/header/subject",
			direction: "direction", event: "status", detail: "subtype",
			statuses: map[string]parsers.Status{
				"accepted": delivered, "accepted incoming": delivered, "delivered": delivered, "rejected": rejected, "infected": discarded, "quarantined": held,
				"bounced": bounced, "deferred": deferred,
			},
			handed: []string{"accepted incoming"},
		},
	}
}
