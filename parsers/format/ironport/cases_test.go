package ironport_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/ironport"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads lines as the AsyncOS user guide shows them ("Text mail logs",
// "Examples of text mail log entries"), with invented names.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, ironport.Format{}, []parserstest.Case{
		{Name: "a message that left", Log: `
			Fri Nov 20 08:00:00 2026 Info: New SMTP ICID 5 interface Management (192.0.2.1) address 10.1.1.209 reverse dns host ws.corp.example verified yes
			Fri Nov 20 08:00:00 2026 Info: ICID 5 RELAY SG RELAYLIST match 10.1.1.209 SBRS None
			Fri Nov 20 08:00:01 2026 Info: Start MID 6 ICID 5
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:02 2026 Info: MID 6 Message-ID '<a1@corp.example>'
			Fri Nov 20 08:00:02 2026 Info: MID 6 Subject "It's Jane's plan"
			Fri Nov 20 08:00:02 2026 Info: MID 6 ready 100 bytes from <ann@corp.example>
			Fri Nov 20 08:00:02 2026 Info: MID 6 matched all recipients for per-recipient policy DEFAULT in the outbound table
			Fri Nov 20 08:00:02 2026 Info: ICID 5 close
			Fri Nov 20 08:00:03 2026 Info: MID 6 antivirus negative
			Fri Nov 20 08:00:03 2026 Info: MID 6 queued for delivery
			Fri Nov 20 08:00:03 2026 Info: New SMTP DCID 8 interface 192.0.2.1 address 203.0.113.25 port 25
			Fri Nov 20 08:00:03 2026 Info: Delivery start DCID 8 MID 6 to RID [0]
			Fri Nov 20 08:00:04 2026 Info: Message done DCID 8 MID 6 to RID [0] [('X-SBRS', 'None')]
			Fri Nov 20 08:00:04 2026 Info: MID 6 RID [0] Response '2.6.0 <a1@corp.example> Queued mail for delivery'
			Fri Nov 20 08:00:04 2026 Info: Message finished MID 6 done
			Fri Nov 20 08:00:09 2026 Info: DCID 8 close
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.6.0" id="a1@corp.example" subject="It's Jane's plan" queue="6" bytes=100 submitted at 2026-11-20T08:00:04Z line=15`,
		}},
		{Name: "a delivery of which the line that names a recipient is lost", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 6 ICID 5
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:04 2026 Info: Message done DCID 8 MID 6 to RID [0, 1]
			Fri Nov 20 08:00:04 2026 Info: Message finished MID 6 done
			Fri Nov 20 08:00:05 2026 Info: Message done DCID 8 MID 5 to RID [0]
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes queue="6" at 2026-11-20T08:00:04Z line=4`,
		}, Malformed: []string{"4: delivery to a recipient that no line names"}},
		{Name: "an answer without quotes, as older versions write it", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 6 ICID 5
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:01 2026 Info: MID 6 ICID 5 RID 1 To: <kim@army.ml>
			Fri Nov 20 08:00:04 2026 Info: Message done DCID 8 MID 6 to RID [0, 1]
			Fri Nov 20 08:00:04 2026 Info: MID 6 RID [0, 1] Response 2.6.0 <a1@corp.example> Queued mail for delivery
			Fri Nov 20 08:00:04 2026 Info: Message finished MID 6 done
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.6.0" queue="6" at 2026-11-20T08:00:04Z line=5`,
			`<ann@corp.example> -> <kim@army.ml> delivered yes dsn="2.6.0" queue="6" at 2026-11-20T08:00:04Z line=5`,
		}},
		{Name: "a hard bounce, an unknown domain, and giving up", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 4 ICID 2
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 RID 0 To: <joe@army.ml>
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 RID 1 To: <kim@hotmial.com>
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 RID 2 To: <sam@void.example>
			Fri Nov 20 08:00:02 2026 Info: Bounced: DCID 3 MID 4 to RID 0 - 5.1.0 - Unknown address error ('550', ['<joe@army.ml>... Relaying denied']) []
			Fri Nov 20 08:00:03 2026 Info: Bounced: DCID 0 MID 4 to RID 1 - 5.1.2 - Bad destination host ('000', ['DNS Hard Error looking up hotmial.com (MX): NXDomain']) []
			Mon Nov 23 08:00:03 2026 Info: Bounced: DCID 0 MID 4 to RID 2 - 5.4.7 - Delivery expired (message too old) ('000', ['timeout']) []
			Mon Nov 23 08:00:03 2026 Info: Message finished MID 4 done
			`, Want: []string{
			`<ann@corp.example> -> <joe@army.ml> bounced no dsn="5.1.0" queue="4" failed at 2026-11-20T08:00:02Z line=6`,
			`<ann@corp.example> -> <kim@hotmial.com> bounced no dsn="5.1.2" queue="4" no-domain at 2026-11-20T08:00:03Z line=7`,
			`<ann@corp.example> -> <sam@void.example> expired no dsn="5.4.7" queue="4" failed at 2026-11-23T08:00:03Z line=8`,
		}},
		{Name: "a soft bounce, then a delivery", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 4 ICID 2
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:02 2026 Info: Delayed: DCID 5 MID 4 to RID 0 - 4.1.0 - Unknown address error ('466', ['Mailbox temporarily full.']) []
			Fri Nov 20 08:00:02 2026 Info: Message 4 to RID [0] pending till Fri Nov 20 08:02:02 2026
			Fri Nov 20 08:02:03 2026 Info: Message done DCID 8 MID 4 to RID [0]
			Fri Nov 20 08:02:03 2026 Info: Message finished MID 4 done
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes queue="4" at 2026-11-20T08:02:03Z line=6`,
		}},
		{Name: "a soft bounce, and the end of the log", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 4 ICID 2
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:02 2026 Info: Delayed: DCID 5 MID 4 to RID [0] - 4.1.0 - Unknown address error ('466', ['Mailbox temporarily full.']) []
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> deferred no dsn="4.1.0" queue="4" failed incomplete at 2026-11-20T08:00:02Z line=4`,
		}},
		{Name: "held, and released", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 4 ICID 2
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 4 ICID 2 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:02 2026 Info: MID 4 quarantined to "Policy" (content filter:Hold)
			Fri Nov 20 08:00:02 2026 Info: Message finished MID 4 done
			Fri Nov 20 08:00:03 2026 Info: Start MID 5 ICID 3
			Fri Nov 20 08:00:03 2026 Info: MID 5 ICID 3 From: <ann@corp.example>
			Fri Nov 20 08:00:03 2026 Info: MID 5 ICID 3 RID 0 To: <joe@army.ml>
			Fri Nov 20 08:00:03 2026 Info: MID 5 quarantined to "Policy" (content filter:Hold)
			Fri Nov 20 08:10:03 2026 Info: MID 5 released from all quarantines
			Fri Nov 20 08:10:04 2026 Info: Message done DCID 8 MID 5 to RID [0]
			Fri Nov 20 08:10:04 2026 Info: Message finished MID 5 done
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> held no queue="4" at 2026-11-20T08:00:01Z line=3`,
			`<ann@corp.example> -> <joe@army.ml> delivered yes queue="5" at 2026-11-20T08:10:04Z line=11`,
		}},
		{Name: "a sender that went away", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 14 ICID 10
			Fri Nov 20 08:00:01 2026 Info: MID 14 ICID 10 From: <ann@corp.example>
			Fri Nov 20 08:00:09 2026 Info: MID 14 ICID 10 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:36 2026 Info: ICID 10 lost
			Fri Nov 20 08:00:36 2026 Info: Message aborted MID 14 Receiving aborted
			Fri Nov 20 08:00:36 2026 Info: Message finished MID 14 aborted
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> rejected no queue="14" at 2026-11-20T08:00:09Z line=3`,
		}},
		{Name: "refused by the recipient table", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 7 ICID 10
			Fri Nov 20 08:00:01 2026 Info: MID 7 ICID 10 From: <x@other.example>
			Fri Nov 20 08:00:01 2026 Info: MID 7 ICID 10 To: <jane@army.ml> Rejected by RAT
			Fri Nov 20 08:00:01 2026 Info: Message aborted MID 7 Receiving aborted
			Fri Nov 20 08:00:01 2026 Info: Message finished MID 7 aborted
			`, Want: []string{
			`<x@other.example> -> <jane@army.ml> rejected no queue="7" failed at 2026-11-20T08:00:01Z line=3`,
		}},
		{Name: "dropped by a filter", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 7 ICID 10
			Fri Nov 20 08:00:01 2026 Info: MID 7 ICID 10 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 7 ICID 10 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:02 2026 Info: MID 7 Dropped by content filter 'no-secrets' in the outbound table
			Fri Nov 20 08:00:02 2026 Info: Message finished MID 7 done
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> discarded no queue="7" at 2026-11-20T08:00:01Z line=3`,
		}},
		{Name: "a rewritten message goes on under its new number", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 46 ICID 10
			Fri Nov 20 08:00:01 2026 Info: MID 46 ICID 10 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 46 ICID 10 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:01 2026 Info: MID 46 ICID 10 RID 1 To: <list@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 46 Message-ID '<r1@corp.example>'
			Fri Nov 20 08:00:01 2026 Info: MID 46 ready 500 bytes from <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 46 matched all recipients for per-recipient policy DEFAULT in the outbound table
			Fri Nov 20 08:00:02 2026 Info: MID 46 rewritten to MID 47 by add-footer filter
			Fri Nov 20 08:00:02 2026 Info: Message finished MID 46 done
			Fri Nov 20 08:00:03 2026 Info: Message done DCID 8 MID 47 to RID [0, 1]
			Fri Nov 20 08:00:03 2026 Info: Message finished MID 47 done
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes id="r1@corp.example" queue="47" bytes=500 submitted at 2026-11-20T08:00:03Z line=10`,
			`<ann@corp.example> -> <list@corp.example> delivered yes id="r1@corp.example" queue="47" bytes=500 submitted at 2026-11-20T08:00:03Z line=10`,
		}},
		{Name: "inbound, a bounce with the null sender, and a log that begins in a message", Log: `
			Fri Nov 20 08:00:01 2026 Info: Message done DCID 8 MID 3 to RID [0]
			Fri Nov 20 08:00:01 2026 Info: Start MID 5 ICID 10
			Fri Nov 20 08:00:01 2026 Info: MID 5 ICID 10 From: <sam@partner.example>
			Fri Nov 20 08:00:01 2026 Info: MID 5 ICID 10 RID 0 To: <bob@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 5 matched all recipients for per-recipient policy DEFAULT in the inbound table
			Fri Nov 20 08:00:02 2026 Info: Message done DCID 9 MID 5 to RID [0]
			Fri Nov 20 08:00:02 2026 Info: Message finished MID 5 done
			Fri Nov 20 08:00:03 2026 Info: Start MID 6 ICID 0
			Fri Nov 20 08:00:03 2026 Info: MID 6 was generated for bounce of MID 4
			Fri Nov 20 08:00:03 2026 Info: MID 6 ICID 0 From: <>
			Fri Nov 20 08:00:03 2026 Info: MID 6 ICID 0 RID 0 To: <ann@corp.example>
			Fri Nov 20 08:00:04 2026 Info: Message done DCID 9 MID 6 to RID [0]
			Fri Nov 20 08:00:04 2026 Info: Message finished MID 6 done
			Fri Nov 20 08:00:05 2026 Info: MID 8 ICID 9 RID 1 To: <kim@army.ml>
			Fri Nov 20 08:00:05 2026 Info: Message done DCID 9 MID 8 to RID [1]
			`, Want: []string{
			`<sam@partner.example> -> <bob@corp.example> delivered yes queue="5" inbound at 2026-11-20T08:00:02Z line=6`,
			`<> -> <ann@corp.example> delivered yes queue="6" at 2026-11-20T08:00:04Z line=12`,
			`? -> <kim@army.ml> delivered yes queue="8" incomplete at 2026-11-20T08:00:05Z line=15`,
		}},
		{Name: "two messages in turn, and a number that is used again", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 1 ICID 1
			Fri Nov 20 08:00:01 2026 Info: Start MID 2 ICID 2
			Fri Nov 20 08:00:01 2026 Info: MID 1 ICID 1 From: <ann@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 2 ICID 2 From: <bob@corp.example>
			Fri Nov 20 08:00:01 2026 Info: MID 2 ICID 2 RID 0 To: <kim@army.ml>
			Fri Nov 20 08:00:01 2026 Info: MID 1 ICID 1 RID 0 To: <jane@army.ml>
			Fri Nov 20 08:00:02 2026 Info: Message done DCID 9 MID 2 to RID [0]
			Fri Nov 20 08:00:02 2026 Info: Message done DCID 8 MID 1 to RID [0]
			Fri Nov 20 08:00:02 2026 Info: Message finished MID 1 done
			Fri Nov 20 08:00:02 2026 Info: Message finished MID 2 done
			Fri Nov 20 09:00:01 2026 Info: Start MID 1 ICID 7
			Fri Nov 20 09:00:01 2026 Info: MID 1 ICID 7 From: <cy@corp.example>
			Fri Nov 20 09:00:01 2026 Info: MID 1 ICID 7 RID 0 To: <lee@army.ml>
			Fri Nov 20 09:00:02 2026 Info: Message done DCID 7 MID 1 to RID [0]
			Fri Nov 20 09:00:02 2026 Info: Message finished MID 1 done
			`, Want: []string{
			`<bob@corp.example> -> <kim@army.ml> delivered yes queue="2" at 2026-11-20T08:00:02Z line=7`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes queue="1" at 2026-11-20T08:00:02Z line=8`,
			`<cy@corp.example> -> <lee@army.ml> delivered yes queue="1" at 2026-11-20T09:00:02Z line=14`,
		}},
		{Name: "two gateways that log to one place count from one each", Log: `
			2026-11-20T08:00:00+00:00 gw1 mail_logs: Info: New SMTP ICID 1 interface Data1 (192.0.2.1) address 10.1.1.209 reverse dns host unknown verified no
			2026-11-20T08:00:01+00:00 gw1 mail_logs: Info: Start MID 1 ICID 1
			2026-11-20T08:00:01+00:00 gw2 mail_logs: Info: Start MID 1 ICID 1
			2026-11-20T08:00:01+00:00 gw1 mail_logs: Info: MID 1 ICID 1 From: <ann@corp.example>
			2026-11-20T08:00:01+00:00 gw2 mail_logs: Info: MID 1 ICID 1 From: <sam@partner.example>
			2026-11-20T08:00:01+00:00 gw2 mail_logs: Info: MID 1 ICID 1 RID 0 To: <bob@corp.example>
			2026-11-20T08:00:01+00:00 gw1 mail_logs: Info: MID 1 ICID 1 RID 0 To: <jane@army.ml>
			2026-11-20T08:00:02+00:00 gw2 mail_logs: Info: Message done DCID 1 MID 1 to RID [0]
			2026-11-20T08:00:02+00:00 gw1 mail_logs: Info: Bounced: DCID 1 MID 1 to RID 0 - 5.1.0 - Unknown address error ('550', ['no']) []
			2026-11-20T08:00:02+00:00 gw2 mail_logs: Info: Message finished MID 1 done
			2026-11-20T08:00:02+00:00 gw1 mail_logs: Info: Message finished MID 1 done
			`, Want: []string{
			`<sam@partner.example> -> <bob@corp.example> delivered yes queue="1" at 2026-11-20T08:00:02Z line=8`,
			`<ann@corp.example> -> <jane@army.ml> bounced no dsn="5.1.0" queue="1" submitted failed at 2026-11-20T08:00:02Z line=9`,
		}},
		{Name: "a log that other programs share", Log: `
			Nov 23 09:18:30 mail mail_logs: Info: Start MID 1 ICID 1
			Nov 23 09:18:30 mail postfix/smtp[305]: 3F2A11E0C5: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.20]:25, delay=1, dsn=2.0.0, status=sent (250 Ok)
			Nov 23 09:18:31 mail amavis[355]: (00355-01) Passed CLEAN, <alice@corp.example> -> <jane@army.ml>, Hits: -1
			Nov 23 09:18:32 mail postfix/smtpd[300]: connect from pc7[192.0.2.7]
			`, Malformed: []string{"2: looks like a delivery, and was not understood"}},
		{Name: "damaged lines are counted", Log: `
			Fri Nov 20 08:00:01 2026 Info: Start MID 1 ICID 1
			Fri Nov 20 08:00:01 2026 Info: MID 1 ICID 1 From: <ann@corp.exam
			Fri Nov 20 08:00:01 2026 Info: MID 1 ICID 1 RID 0 To: <jane@army
			Fri Nov 20 08:00:01 2026 Info: MID x ICID 1 RID 0 To: <kim@army.ml>
			Fri Nov 20 08:00:01 2026 Info: Message done DCID 8 MID 1 to RID
			Fri Nov 20 08:00:01 2026 Info: Bounced: DCID 8 MID 1 to RID 7 - 5.1.0 - Unknown
			Fri Nov 20 08:00:01 2026 Info: Bounced: DCID 8
			Fri Nov 20 08:00:01 2026 Info: Message
			Fri Nov 20 08:00:01
			MID 1 ICID 1 RID 0 To: <joe@army.ml>
			`, Malformed: []string{
			"2: sender without an end", "3: recipient without an end", "4: a recipient without its message", "5: delivery without its recipients", "7: failure without its recipient", "10: a recipient without its stamp",
		}},
	})
}
