package postfix_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{postfix.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

func TestDamage(t *testing.T) {
	t.Run("classic", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/classic.log") })
}

// TestRemarks: what says no outcome, but has its words, is no line that was not understood.
func TestRemarks(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"postfix/smtp[4]: 3AF09DE6ED: host mx.army.ml[203.0.113.9] said: 450 4.7.1 <jane@army.ml>: Recipient address rejected: Greylisted (in reply to RCPT TO command)",
		"postfix/cleanup[4]: 3AF09DE6ED: info: header From: we sent it <a@corp.example> from ws17[192.0.2.7]; from=<a@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>",
		"postfix-local[4]: postfix-local: from=alice@corp.example, to=info@corp.example, dirname=/var/qmail/mailnames",
		"psa-pc-remote[4]: 3AF09DE6ED: from=<alice@corp.example> to=<jane@army.ml>",
		"postfix/cleanup[4]: 3AF09DE6ED: info: body it was delivered to=<x@y.example> from ws17[192.0.2.7]; from=<a@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>",
	} {
		all, tally := parserstest.Read(format(), []byte("Nov 23 09:18:31 mail "+text+"\n"))
		if tally.Malformed > 0 || len(all) > 0 {
			t.Errorf("%s: %d malformed, %d deliveries", text, tally.Malformed, len(all))
		}
	}
}

// inShort writes a delivery in short: sender(login)->recipient[orig] status arrived.
func inShort(d parsers.Delivery) string {
	sender := d.Sender
	if !d.SenderKnown {
		sender = "?"
	}
	if d.AuthUser != "" {
		sender += "(" + d.AuthUser + ")"
	}
	to := d.Recipient
	if d.OrigRecipient != "" {
		to += "[" + d.OrigRecipient + "]"
	}
	s := fmt.Sprintf("%s->%s %s %s", sender, to, d.Status, d.Arrived)
	if d.Local {
		s += " local"
	}
	if d.Count > 1 {
		s += fmt.Sprintf(" x%d", d.Count)
	}
	return s
}

// lines puts a stamp and a host before each line; "@h " at its start is the
// minute and second.
func lines(text string) []byte {
	var b strings.Builder
	for i, l := range strings.Split(strings.TrimSpace(text), "\n") {
		stamp := fmt.Sprintf("Nov 23 09:%02d:%02d", i/60, i%60)
		if at, rest, ok := strings.Cut(strings.TrimSpace(l), " "); ok && at[0] == '@' {
			stamp, l = "Nov 23 "+at[1:], rest
		}
		b.WriteString(stamp + " mail " + strings.TrimSpace(l) + "\n")
	}
	return []byte(b.String())
}

func TestSessions(t *testing.T) {
	t.Parallel()
	const sent = `relay=mx.y.example[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)`
	for _, test := range []struct{ name, log, want string }{
		{"login", `
			postfix/submission/smtpd[1]: 3AF09DE6ED: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, ` + sent + `
			postfix/qmgr[2]: 3AF09DE6ED: removed`,
			"a@x.example(alice)->b@y.example delivered yes"},
		{"reused id", `
			postfix/smtpd[1]: 3AF09DE6ED: client=ws[192.0.2.7]
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, ` + sent + `
			postfix/smtpd[1]: 3AF09DE6ED: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=bob
			postfix/qmgr[2]: 3AF09DE6ED: from=<c@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<d@y.example>, ` + sent,
			"a@x.example->b@y.example delivered yes\nc@x.example(bob)->d@y.example delivered yes"},
		{"expired after a broken end of data", `
			postfix/pickup[1]: 3AF09DE6ED: uid=0 from=<a@x.example>
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=4.4.2, status=deferred (lost connection with mx[192.0.2.9] while sending end of data -- message may be sent more than once)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to mx[192.0.2.9]:25: Connection timed out)
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, status=expired, returned to sender
			postfix/qmgr[2]: 3AF09DE6ED: removed`,
			"a@x.example->b@y.example expired maybe"},
		{"what a server says is no end of data", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=4.4.2, status=deferred (host mx[192.0.2.9] said: 451 lost connection with you while sending end of data (in reply to RCPT TO command))`,
			"a@x.example->b@y.example deferred no"},
		{"a bounce under soft_bounce is tried again", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=SOFTBOUNCE (host mx[192.0.2.9] said: 550 5.1.1 unknown)`,
			"a@x.example->b@y.example deferred no"},
		{"a probe whose answer is not cached is no mail", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=4.1.1, status=undeliverable-but-not-cached (host said: 450 later)`,
			""},
		{"fields of a later Postfix", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, tls=dane/may:none, requiretls=!yes, dsn=2.0.0, status=sent (250 ok)`,
			"a@x.example->b@y.example delivered yes"},
		{"refused by a filter before the queue", `
			postfix/smtpd[1]: NOQUEUE: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=1 - SPAM; from=<x@z.example>; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<ws>
			postfix/smtpd[1]: NOQUEUE: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 3AF09DE6EE; from=<a@x.example> to=<c@y.example> proto=ESMTP helo=<ws>`,
			"a@x.example->b@y.example rejected no"},
		{"a login before a filter", `
			postfix/submission/smtpd[1]: NOQUEUE: client=ws[198.51.100.7], sasl_method=PLAIN, sasl_username=alice
			postfix/smtpd[2]: 3AF09DE6EE: client=localhost[127.0.0.1], orig_client=ws[198.51.100.7]
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/submission/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 3AF09DE6EE; from=<a@x.example> to=<c@y.example> proto=ESMTP helo=<ws>
			postfix/smtp[3]: 3AF09DE6EE: to=<c@y.example>, ` + sent + `
			postfix/qmgr[2]: 3AF09DE6EE: removed
			postfix/submission/smtpd[1]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject; from=<b@x.example> to=<d@y.example> proto=ESMTP helo=<ws> sasl_username=<bob>
			postfix/submission/smtpd[1]: NOQUEUE: reject: RCPT from ws[198.51.100.7]: 550 5.7.1 no; from=<e@x.example> to=<f@y.example> proto=ESMTP helo=<ws> sasl_username=<erin>
			postfix/submission/smtpd[1]: NOQUEUE: reject: RCPT from ws[198.51.100.9]: 550 5.7.1 no; from=<g@x.example> to=<h@y.example> proto=ESMTP helo=<ws>`,
			"a@x.example(alice)->c@y.example delivered yes\nb@x.example(bob)->d@y.example rejected no\ne@x.example(erin)->f@y.example rejected no\ng@x.example->h@y.example rejected no"},
		{"a login of Dovecot's submission service", `
			postfix/smtpd[2]: 3AF09DE6EE: client=localhost[127.0.0.1]
			dovecot: submission(alice)<388><x>: Successfully relayed message: from=<a@x.example>, size=265, id=1, nrcpt=1, reply=` + "`250 2.0.0 Ok: 469 bytes queued as 3AF09DE6EE'" + `
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6EE: to=<c@y.example>, ` + sent + `
			postfix/qmgr[2]: 3AF09DE6EE: removed`,
			"a@x.example(alice)->c@y.example delivered yes"},
		{"a filter's verdicts", `
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=5 (queue active)
			postfix/lmtp[3]: 3AF09DE6EE: to=<b@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.5.0, status=sent (250 2.5.0 Ok, id=12-1, BOUNCE)
			postfix/lmtp[3]: 3AF09DE6EE: to=<c@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.5.0, status=sent (250 2.5.0 Ok, id=12-1, DISCARD(bounce.suppressed))
			postfix/lmtp[3]: 3AF09DE6EE: to=<d@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.7.0, status=sent (250 2.7.0 Ok, discarded, id=12-1 - INFECTED)
			postfix/lmtp[3]: 3AF09DE6EE: to=<e@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 quarantined as 12)
			postfix/smtp[3]: 3AF09DE6EE: to=<f@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.5.0, status=sent (250 2.5.0 Ok, id=12-1, BOUNCE)
			postfix/qmgr[2]: 3AF09DE6EE: removed`,
			"a@x.example->b@y.example bounced no\na@x.example->c@y.example discarded no\na@x.example->d@y.example discarded no\na@x.example->e@y.example held no\na@x.example->f@y.example delivered yes"},
		{"the filter of Proxmox", `
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=3 (queue active)
			pmg-smtp-filter[9]: C0FFEE1: new mail message-id=<1@x.example>
			postfix/smtpd[4]: 4AF09DE6EE: client=localhost[127.0.0.1], orig_client=ws[192.0.2.7]
			postfix/qmgr[2]: 4AF09DE6EE: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			pmg-smtp-filter[9]: C0FFEE1: accept mail to <b@y.example> (4AF09DE6EE) (rule: default-accept)
			pmg-smtp-filter[9]: C0FFEE1: moved mail for <c@y.example> to spam quarantine - D4D4D4 (rule: Quarantine)
			pmg-smtp-filter[9]: C0FFEE1: block mail to <d@y.example> (rule: Block Viruses)
			pmg-smtp-filter[9]: C0FFEE1: processing time: 0.677 seconds (0.5, 0.1, 0)
			postfix/lmtp[3]: 3AF09DE6EE: to=<b@y.example>, relay=127.0.0.1[127.0.0.1]:10023, delay=1, delays=0/0/1/0, dsn=2.5.0, status=sent (250 2.5.0 OK (C0FFEE1))
			postfix/lmtp[3]: 3AF09DE6EE: to=<c@y.example>, relay=127.0.0.1[127.0.0.1]:10023, delay=1, delays=0/0/1/0, dsn=2.5.0, status=sent (250 2.5.0 OK (C0FFEE1))
			postfix/lmtp[3]: 3AF09DE6EE: to=<d@y.example>, relay=127.0.0.1[127.0.0.1]:10023, delay=1, delays=0/0/1/0, dsn=2.5.0, status=sent (250 2.5.0 OK (C0FFEE1))
			postfix/qmgr[2]: 3AF09DE6EE: removed
			postfix/smtp[3]: 4AF09DE6EE: to=<b@y.example>, ` + sent + `
			postfix/qmgr[2]: 4AF09DE6EE: removed`,
			"a@x.example->c@y.example held no\na@x.example->d@y.example discarded no\na@x.example->b@y.example delivered yes"},
		{"the filter of Proxmox blocks", `
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=2 (queue active)
			pmg-smtp-filter[9]: C0FFEE1: new mail message-id=<1@x.example>#012
			pmg-smtp-filter[9]: C0FFEE1: moved mail for <c@y.example> to virus quarantine - D4D4D4 (rule: Quarantine)
			pmg-smtp-filter[9]: C0FFEE1: block mail to <d@y.example> (rule: Block Viruses)
			pmg-smtp-filter[9]: C0FFEE1: processing time: 0.677 seconds (0.5, 0.1, 0)
			postfix/lmtp[3]: 3AF09DE6EE: to=<c@y.example>, relay=127.0.0.1[127.0.0.1]:10023, delay=1, delays=0/0/1/0, dsn=2.7.0, status=sent (250 2.7.0 BLOCKED (C0FFEE1))
			postfix/lmtp[3]: 3AF09DE6EE: to=<d@y.example>, relay=127.0.0.1[127.0.0.1]:10023, delay=1, delays=0/0/1/0, dsn=2.7.0, status=sent (250 2.7.0 BLOCKED (C0FFEE1))
			postfix/qmgr[2]: 3AF09DE6EE: removed`,
			"a@x.example->c@y.example held no\na@x.example->d@y.example discarded no"},
		{"the filter of Proxmox blocks, and its lines are not there", `
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/lmtp[3]: 3AF09DE6EE: to=<d@y.example>, relay=127.0.0.1[127.0.0.1]:10023, delay=1, delays=0/0/1/0, dsn=2.7.0, status=sent (250 2.7.0 BLOCKED (C0FFEE1))
			postfix/qmgr[2]: 3AF09DE6EE: removed`,
			"a@x.example->d@y.example discarded no"},
		{"held by a milter", `
			postfix/smtpd[4]: 4AF09DE6EE: client=ws[192.0.2.7]
			postfix/cleanup[4]: 4AF09DE6EE: milter-hold: END-OF-MESSAGE from ws[192.0.2.7]: milter triggers HOLD action; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<ws>`,
			"a@x.example->b@y.example held no"},
		{"a smarthost by its port", `
			postfix/qmgr[2]: 3AF09DE6EE: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6EE: to=<c@y.example>, relay=smtp.isp.example[192.0.2.20]:587, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Ok: queued as 9A1B2)
			postfix/qmgr[2]: 3AF09DE6EE: removed`,
			"a@x.example->c@y.example delivered maybe"},
		{"a reply that poses as fields", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host said: 550 3AF09DE6ED: to=<z@z.example>, relay=none, dsn=2.0.0, status=sent (250 ok))`,
			"a@x.example->b@y.example bounced no"},
		{"quoted local part", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<"b>, relay=z"@y.example>, ` + sent,
			`a@x.example->"b>, relay=z"@y.example delivered yes`},
		{"unquoted local part of old logs", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b>c"d@y.example>, ` + sent,
			`a@x.example->b>c"d@y.example delivered yes`},
		{"content filter", `
			postfix/smtpd[1]: AAAAAAAAA1: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/qmgr[2]: AAAAAAAAA1: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtpd[4]: AAAAAAAAA2: client=localhost[127.0.0.1]
			postfix/qmgr[2]: AAAAAAAAA2: from=<a@x.example>, size=600, nrcpt=1 (queue active)
			postfix/smtp[5]: AAAAAAAAA2: to=<b@y.example>, ` + sent + `
			postfix/qmgr[2]: AAAAAAAAA2: removed
			postfix/smtp[3]: AAAAAAAAA1: to=<b@y.example>, orig_to=<list@x.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 from MTA: 250 2.0.0 Ok: queued as AAAAAAAAA2)
			postfix/qmgr[2]: AAAAAAAAA1: removed`,
			"a@x.example(alice)->b@y.example[list@x.example] delivered yes"},
		{"filter whose other side is not in the log", `
			postfix/smtpd[1]: AAAAAAAAA1: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/qmgr[2]: AAAAAAAAA1: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: AAAAAAAAA1: to=<b@y.example>, relay=10.0.0.5[10.0.0.5]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as BBBBBBBBB2)
			postfix/qmgr[2]: AAAAAAAAA1: removed`,
			"a@x.example(alice)->b@y.example delivered maybe"},
		{"pipe filter that submits again", `
			postfix/smtpd[1]: AAAAAAAAA1: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/cleanup[1]: AAAAAAAAA1: message-id=<m1@x.example>
			postfix/qmgr[2]: AAAAAAAAA1: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/pipe[3]: AAAAAAAAA1: to=<b@y.example>, relay=spamfilter, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (delivered via spamfilter service)
			postfix/qmgr[2]: AAAAAAAAA1: removed
			postfix/pickup[9]: AAAAAAAAA2: uid=99 from=<a@x.example>
			postfix/cleanup[1]: AAAAAAAAA2: message-id=<m1@x.example>
			postfix/qmgr[2]: AAAAAAAAA2: from=<a@x.example>, size=600, nrcpt=1 (queue active)
			postfix/smtp[5]: AAAAAAAAA2: to=<b@y.example>, ` + sent + `
			postfix/qmgr[2]: AAAAAAAAA2: removed`,
			"a@x.example(alice)->b@y.example delivered yes"},
		{"XFORWARD", `
			postfix/smtpd[1]: AAAAAAAAA1: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/qmgr[2]: AAAAAAAAA1: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtpd[4]: AAAAAAAAA2: client=localhost[127.0.0.1], orig_queue_id=AAAAAAAAA1, orig_client=ws[192.0.2.7]
			postfix/qmgr[2]: AAAAAAAAA2: from=<a@x.example>, size=600, nrcpt=1 (queue active)
			postfix/smtp[3]: AAAAAAAAA1: to=<b@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as AAAAAAAAA2)
			postfix/smtp[5]: AAAAAAAAA2: to=<b@y.example>, ` + sent,
			"a@x.example(alice)->b@y.example delivered yes"},
		{"XFORWARD of the hop before an alias", `
			postfix/smtpd[1]: AAAAAAAAA1: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/qmgr[2]: AAAAAAAAA1: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/local[3]: AAAAAAAAA1: to=<team@x.example>, relay=local, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (forwarded as AAAAAAAAA2)
			postfix/qmgr[2]: AAAAAAAAA2: from=<a@x.example>, size=500, nrcpt=1 (queue active)
			postfix-out/smtpd[4]: AAAAAAAAA3: client=localhost[127.0.0.1], orig_queue_id=AAAAAAAAA1, orig_client=ws[192.0.2.7]
			postfix/smtp[5]: AAAAAAAAA2: to=<b@y.example>, orig_to=<team@x.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as AAAAAAAAA3)
			postfix-out/qmgr[2]: AAAAAAAAA3: from=<a@x.example>, size=600, nrcpt=1 (queue active)
			postfix-out/smtp[5]: AAAAAAAAA3: to=<b@y.example>, ` + sent,
			"a@x.example(alice)->b@y.example[team@x.example] delivered yes"},
		{"discarded by a transport, by the own filter, by nobody else", `
			postfix/qmgr[2]: AAAAAAAAA1: from=<a@x.example>, size=426, nrcpt=3 (queue active)
			postfix/discard[3]: AAAAAAAAA1: to=<b@y.example>, relay=none, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (silently)
			postfix/smtp[3]: AAAAAAAAA1: to=<c@y.example>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, delays=0/0/1/0, dsn=2.7.0, status=sent (250 2.7.0 Ok, discarded, id=1 - spam)
			postfix/smtp[3]: AAAAAAAAA1: to=<d@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.7.0, status=sent (250 2.7.0 Ok, discarded, id=1 - spam)`,
			"a@x.example->b@y.example discarded no\na@x.example->c@y.example discarded no\na@x.example->d@y.example delivered yes"},
		{"refused", `
			postfix/smtpd[1]: NOQUEUE: reject: RCPT from ws[192.0.2.7]: 550 5.7.1 <"; from=<z@z.example> to=<z"@y.example>: refused; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<x; from=<e@e.example> to=<f@e.example> proto=SMTP helo=<g>>
			postfix/postscreen[1]: NOQUEUE: reject: RCPT from [192.0.2.7]:4711: 550 5.7.1 Service currently unavailable; from=<c@x.example>, to=<d@y.example>, proto=ESMTP, helo=<h>`,
			"a@x.example->b@y.example rejected no\nc@x.example->d@y.example rejected no"},
		{"refused with an id", `
			postfix/smtpd[1]: 3AF09DE6ED: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/cleanup[1]: 3AF09DE6ED: milter-reject: END-OF-MESSAGE from ws[192.0.2.7]: 5.7.1 no; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<h>`,
			"a@x.example(alice)->b@y.example rejected no"},
		{"probe", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.1.5, status=deliverable (250 ok)`,
			""},
		{"deleted by the administrator", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect: refused)
			postfix/postsuper[9]: 3AF09DE6ED: removed`,
			"a@x.example->b@y.example removed no"},
		{"own syslog_name for one service", `
			postfix-submission/smtpd[1]: 4jY0l23647z6rGP: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
			postfix/qmgr[2]: 4jY0l23647z6rGP: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/smtp[3]: 4jY0l23647z6rGP: to=<b@y.example>, ` + sent,
			"a@x.example(alice)->b@y.example delivered yes"},
		{"repeated refusal", `
			postfix/smtpd[1]: message repeated 3 times: [ NOQUEUE: reject: RCPT from ws[192.0.2.7]: 550 5.7.1 no; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<h>]`,
			"a@x.example->b@y.example rejected no x3"},
		{"stored here", `
			postfix/qmgr[2]: 3AF09DE6ED: from=<a@x.example>, size=426, nrcpt=1 (queue active)
			postfix/lmtp[3]: 3AF09DE6ED: to=<b@x.example>, relay=mail[private/dovecot-lmtp], delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Saved)`,
			"a@x.example->b@x.example delivered yes local"},
		{"log begins later", `
			postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, ` + sent,
			"?->b@y.example delivered yes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := parserstest.Read(format(), lines(test.log))
			var out []string
			for _, d := range got {
				out = append(out, inShort(d))
			}
			if diff := cmp.Diff(test.want, strings.Join(out, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	got, _ := parserstest.Read(format(), lines(`
		postfix/cleanup[3]: 3AF09DE6ED: warning: header Subject: to=<z@z.example>; from=<y@z.example> from ws[192.0.2.7]; from=<a@x.example> to=<b@y.example> proto=ESMTP helo=<ws>
		postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example>, relay=mx[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)`))
	if len(got) != 1 || got[0].Subject != "to=<z@z.example>; from=<y@z.example>" {
		t.Errorf("%+v", got)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	_, tally := parserstest.Read(format(), lines(`
		postfix/smtp[3]: 3AF09DE6ED: to=<b@y.example> (in reply to RCPT TO command)
		postfix/smtpd[3]: connect from ws[192.0.2.7]`))
	if tally.Malformed != 1 || tally.Errors[0].Origin.Line != 1 {
		t.Errorf("%+v", tally)
	}
}

// TestTruth holds the reading of a genuine log against what became of each
// mail, as the servers that took it and the bounces say.
func TestTruth(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/classic.log")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/classic.truth.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := parserstest.Read(format(), data)
	have := map[string][]parsers.Delivery{}
	for _, d := range got {
		have[d.MessageID+" "+d.Recipient] = append(have[d.MessageID+" "+d.Recipient], d)
	}
	for _, r := range rows[1:] {
		sender, recipient, status, leaked, id, login := r[0], r[1], r[2], r[4], strings.Trim(r[6], "<>"), r[9]
		if status == "alias" || status == "rejected" || strings.HasPrefix(recipient, "@") || strings.HasSuffix(recipient, ".") {
			continue // logged under other names, or without a recipient
		}
		ds := have[id+" "+recipient]
		if len(ds) != 1 {
			t.Errorf("%s -> %s: got %d deliveries, want 1", sender, recipient, len(ds))
			continue
		}
		d := ds[0]
		if d.Sender != sender || d.AuthUser != login || leaked == "yes" != (d.Arrived >= parsers.ArrivedMaybe && !d.Local) {
			t.Errorf("%s -> %s (%s, leaked %s): %s", sender, recipient, status, leaked, inShort(d))
		}
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/classic.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data[2000:6000]), string(data[20000:24000]),
		"Nov 23 09:18:31 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.7]: 550 <b@y>: no; from=<a@x> to=<b@y> proto=ESMTP helo=<h>\n")
}

func FuzzResume(f *testing.F) {
	data, err := os.ReadFile("testdata/classic.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.FuzzResume(f, format(), string(data[:6000]))
}
