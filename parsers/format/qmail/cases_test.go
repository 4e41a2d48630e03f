package qmail_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/qmail"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads the lines that qmail-log(5) lists, as multilog and splogger
// write them.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, qmail.Format{}, []parserstest.Case{
		{Name: "success, to a server outside, to one of ours, and here", Log: `
			@400000006aa8e01a00000000 status: local 0/10 remote 0/20
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 1234 from <ann@corp.example> qp 1 uid 89
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote jane@army.ml
			@400000006aa8e01a00000000 starting delivery 2: msg 100 to remote kim@army.mil
			@400000006aa8e01a00000000 starting delivery 3: msg 100 to local corp.example-bob@corp.example
			@400000006aa8e01a00000000 status: local 1/10 remote 2/20
			@400000006aa8e01b00000000 delivery 1: success: 203.0.113.20_accepted_message./Remote_host_said:_250_2.0.0_Ok:_queued/
			@400000006aa8e01c00000000 delivery 2: success: 10.0.0.9_accepted_message./Remote_host_said:_250_ok/
			@400000006aa8e01d00000000 delivery 3: success: did_1+0+0/
			@400000006aa8e01e00000000 end msg 100
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="203.0.113.20" queue="100" bytes=1234 at 2026-09-15T06:05:05Z line=8`,
			`<ann@corp.example> -> <kim@army.mil> delivered maybe relay="10.0.0.9" queue="100" bytes=1234 handed at 2026-09-15T06:05:06Z line=9`,
			`<ann@corp.example> -> <bob@corp.example> delivered yes queue="100" bytes=1234 local at 2026-09-15T06:05:07Z line=10`,
		}},
		{Name: "a message that ended, of which the lines that name its recipients are lost", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 1234 from <ann@corp.example> qp 1 uid 89
			@400000006aa8e01e00000000 end msg 100
			`, Malformed: []string{"1: a message that left the queue, and no line says for whom"}},
		{Name: "failures", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 12 from <ann@corp.example> qp 1 uid 89
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote joe@hotmial.com
			@400000006aa8e01a00000000 starting delivery 2: msg 100 to remote nobody@army.ml
			@400000006aa8e01a00000000 starting delivery 3: msg 100 to remote full@army.ml
			@400000006aa8e01a00000000 starting delivery 4: msg 100 to local nobody@corp.example
			@400000006aa8e01b00000000 delivery 1: failure: Sorry,_I_couldn't_find_any_host_named_hotmial.com._(#5.1.2)/
			@400000006aa8e01b00000000 delivery 2: failure: 203.0.113.20_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/Giving_up_on_203.0.113.20./
			@400000006aa8e01b00000000 delivery 3: failure: 203.0.113.20_failed_after_I_sent_the_message./Remote_host_said:_552_5.2.2_mailbox_full/
			@400000006aa8e01b00000000 delivery 4: failure: Sorry,_no_mailbox_here_by_that_name._(#5.1.1)/
			@400000006aa8e01c00000000 bounce msg 100 qp 7
			@400000006aa8e01c00000000 end msg 100
			`, Want: []string{
			`<ann@corp.example> -> <joe@hotmial.com> bounced no dsn="5.1.2" queue="100" bytes=12 no-domain at 2026-09-15T06:05:05Z line=7`,
			`<ann@corp.example> -> <nobody@army.ml> bounced no dsn="5.1.1" queue="100" bytes=12 no-user at 2026-09-15T06:05:05Z line=8`,
			`<ann@corp.example> -> <full@army.ml> bounced no dsn="5.2.2" queue="100" bytes=12 failed at 2026-09-15T06:05:05Z line=9`,
			`<ann@corp.example> -> <nobody@corp.example> bounced no dsn="5.1.1" queue="100" bytes=12 local no-user at 2026-09-15T06:05:05Z line=10`,
		}},
		{Name: "deferrals, one that breaks at the end of DATA, and giving up", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 12 from <ann@corp.example> qp 1 uid 89
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote jane@army.ml
			@400000006aa8e01a00000000 starting delivery 2: msg 100 to remote kim@army.ml
			@400000006aa8e01a00000000 starting delivery 3: msg 100 to remote lee@army.ml
			@400000006aa8e01a00000000 starting delivery 4: msg 100 to remote sam@army.ml
			@400000006aa8e01b00000000 delivery 1: deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/
			@400000006aa8e01b00000000 delivery 2: deferral: Connected_to_203.0.113.20_but_connection_died._Possible_duplicate!_(#4.4.2)/
			@400000006aa8e01b00000000 delivery 3: report mangled, will defer
			@400000006aa8e11b00000000 starting delivery 5: msg 100 to remote sam@army.ml
			@400000006aa8e11b00000000 delivery 5: failure: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/I'm_not_going_to_try_again;_this_message_has_been_in_the_queue_too_long./
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> deferred no dsn="4.4.3" queue="100" bytes=12 failed incomplete at 2026-09-15T06:05:05Z line=7`,
			`<ann@corp.example> -> <kim@army.ml> deferred maybe dsn="4.4.2" queue="100" bytes=12 failed incomplete at 2026-09-15T06:05:05Z line=8`,
			`<ann@corp.example> -> <lee@army.ml> deferred no queue="100" bytes=12 failed incomplete at 2026-09-15T06:05:05Z line=9`,
			`<ann@corp.example> -> <sam@army.ml> expired no dsn="4.4.1" queue="100" bytes=12 failed incomplete at 2026-09-15T06:09:21Z line=11`,
		}},
		{Name: "an attempt that the log ends in, the null sender, and strange senders", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 12 from <> qp 1 uid 89
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote jane@army.ml
			@400000006aa8e01a00000000 new msg 101
			@400000006aa8e01a00000000 info msg 101: bytes 13 from <a> qp 9 uid 1> from <b@corp.example> qp 1 uid 89
			@400000006aa8e01a00000000 starting delivery 2: msg 101 to remote kim lee@army.ml
			@400000006aa8e01b00000000 delivery 2: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			@400000006aa8e01b00000000 end msg 101
			`, Want: []string{
			`<> -> <jane@army.ml> unknown unknown queue="100" bytes=12 incomplete at 2026-09-15T06:05:04Z line=3`,
			`<a> qp 9 uid 1> from <b@corp.example> -> <kim lee@army.ml> delivered yes relay="203.0.113.20" queue="101" bytes=13 at 2026-09-15T06:05:05Z line=7`,
		}},
		{Name: "a number that is used again, with and without its first line", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 12 from <ann@corp.example> qp 1 uid 89
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote jane@army.ml
			@400000006aa8e01b00000000 delivery 1: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			@400000006aa8e01b00000000 end msg 100
			@400000006aa8e01c00000000 new msg 100
			@400000006aa8e01c00000000 info msg 100: bytes 13 from <bob@corp.example> qp 2 uid 89
			@400000006aa8e01c00000000 starting delivery 2: msg 100 to remote jane@army.ml
			@400000006aa8e01d00000000 delivery 2: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			@400000006aa8e01d00000000 end msg 100
			@400000006aa8e01e00000000 info msg 100: bytes 14 from <cy@corp.example> qp 3 uid 89
			@400000006aa8e01e00000000 starting delivery 3: msg 100 to remote jane@army.ml
			@400000006aa8e01f00000000 delivery 3: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			@400000006aa8e01f00000000 end msg 100
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes relay="203.0.113.20" queue="100" bytes=12 at 2026-09-15T06:05:05Z line=4`,
			`<bob@corp.example> -> <jane@army.ml> delivered yes relay="203.0.113.20" queue="100" bytes=13 at 2026-09-15T06:05:07Z line=9`,
			`<cy@corp.example> -> <jane@army.ml> delivered yes relay="203.0.113.20" queue="100" bytes=14 at 2026-09-15T06:05:09Z line=13`,
		}},
		{Name: "IndiMail: queues that count their own deliveries", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 12 from <ann@corp.example> qp 1 uid 89 queue1
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote jane@army.ml queue1
			@400000006aa8e01a00000000 new msg 200
			@400000006aa8e01a00000000 info msg 200: bytes 13 from <bob@corp.example> qp 2 uid 89 queue2
			@400000006aa8e01a00000000 starting delivery 1: msg 200 to remote kim@army.ml queue2
			@400000006aa8e01b00000000 delivery 1: failure: 203.0.113.20_does_not_like_recipient./Remote_host_said:_550_5.1.1_no/ queue1
			@400000006aa8e01b00000000 delivery 1: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/ queue2
			@400000006aa8e01b00000000 end msg 100 queue1
			@400000006aa8e01b00000000 end msg 200 queue2
			@400000006aa8e01c00000000 new msg 300
			@400000006aa8e01c00000000 info msg 300: bytes 14 from <cy@corp.example> qp 3 uid 89 queue1
			@400000006aa8e01c00000000 starting delivery 2: msg 300 to remote lee@army.ml queue1
			@400000006aa8e01d00000000 delivery 2: report mangled, will defer: queue1
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> bounced no dsn="5.1.1" queue="100" bytes=12 no-user at 2026-09-15T06:05:05Z line=7`,
			`<bob@corp.example> -> <kim@army.ml> delivered yes relay="203.0.113.20" queue="200" bytes=13 at 2026-09-15T06:05:05Z line=8`,
			`<cy@corp.example> -> <lee@army.ml> deferred no queue="300" bytes=14 failed incomplete at 2026-09-15T06:05:07Z line=14`,
		}},
		{Name: "two hosts by syslog, whose inodes and deliveries have the same numbers", Log: `
			2026-11-20T08:00:01+01:00 mx1 qmail: 1795158001.123456 new msg 300
			2026-11-20T08:00:01+01:00 mx2 qmail: 1795158001.123456 new msg 300
			2026-11-20T08:00:01+01:00 mx1 qmail: 1795158001.123456 info msg 300: bytes 12 from <ann@corp.example> qp 3 uid 89
			2026-11-20T08:00:01+01:00 mx2 qmail: 1795158001.123456 info msg 300: bytes 13 from <bob@corp.example> qp 3 uid 89
			2026-11-20T08:00:01+01:00 mx2 qmail: 1795158001.223456 starting delivery 1: msg 300 to remote kim@army.ml
			2026-11-20T08:00:01+01:00 mx1 qmail: 1795158001.223456 starting delivery 1: msg 300 to remote jane@army.ml
			2026-11-20T08:00:02+01:00 mx2 qmail: 1795158002.123456 delivery 1: deferral: Connected_to_203.0.113.20_but_greeting_failed._(#4.4.2)/
			2026-11-20T08:00:02+01:00 mx1 qmail: 1795158002.123456 delivery 1: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			2026-11-20T08:00:02+01:00 mx1 qmail: 1795158002.323456 end msg 300
			`, Want: []string{
			`<bob@corp.example> -> <kim@army.ml> deferred no dsn="4.4.2" queue="300" bytes=13 failed incomplete at 2026-11-20T07:00:02Z line=7`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes relay="203.0.113.20" queue="300" bytes=12 at 2026-11-20T07:00:02Z line=8`,
		}},
		{Name: "lines without stamps, and a log that begins in a message", Log: `
			delivery 7: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			starting delivery 8: msg 100 to remote jane@army.ml
			delivery 8: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			end msg 100
			`, Want: []string{
			`? -> <jane@army.ml> delivered yes relay="203.0.113.20" queue="100" incomplete line=3`,
		}, Malformed: []string{"1: a report of a delivery whose start, which names the recipient, is not in the log"}},
		{Name: "lines that lost the newline between them, and senders who write lines", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100: bytes 12 from <ann@corp.example> qp 1 uid 89 @400000006aa8e01a00000000 starting delivery 1: msg 100 to remote jane@army.ml
			@400000006aa8e01a00000000 status: local 0/10 remote 1/20 @400000006aa8e01b00000000 delivery 1: success: 203.0.113.20_accepted_message./
			@400000006aa8e01c00000000 new msg 200
			@400000006aa8e01c00000000 info msg 200: bytes 13 from <a starting delivery 9: msg 200 to remote x@y.example> qp 2 uid 89
			@400000006aa8e01c00000000 starting delivery 2: msg 200 to remote kim@army.ml
			@400000006aa8e01d00000000 delivery 2: success: 203.0.113.20_accepted_message./Remote_host_said:_250_ok/
			@400000006aa8e01d00000000 end msg 200
			`, Want: []string{
			`<a starting delivery 9: msg 200 to remote x@y.example> -> <kim@army.ml> delivered yes relay="203.0.113.20" queue="200" bytes=13 at 2026-09-15T06:05:07Z line=7`,
		}, Malformed: []string{"2: " + syslog.ReasonJoint, "3: " + syslog.ReasonJoint}},
		{Name: "a log that other programs share", Log: `
			Nov 23 09:18:30 mail qmail: 1795425510.470401 new msg 100
			Nov 23 09:18:30 mail postfix/smtp[305]: 3F2A11E0C5: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.20]:25, delay=1, dsn=2.0.0, status=sent (250 Ok)
			Nov 23 09:18:31 mail amavis[355]: (00355-01) Passed CLEAN, <alice@corp.example> -> <jane@army.ml>, Hits: -1
			Nov 23 09:18:32 mail postfix/smtpd[300]: connect from pc7[192.0.2.7]
			`, Malformed: []string{"2: looks like a delivery, and was not understood"}},
		{Name: "damaged lines are counted", Log: `
			@400000006aa8e01a00000000 new msg 100
			@400000006aa8e01a00000000 info msg 100
			@400000006aa8e01a00000000 starting delivery 1: msg 100 to remote
			@400000006aa8e01a00000000 starting delivery 2
			@400000006aa8e01b00000000 delivery 1
			@400000006aa8e01b00000000 delivery 9: success
			@400000006aa8e01b delivery 9: success: x/
			@40000000zzzzzzzz00000000 delivery 9: success: x/
			@400000006aa8e01bffffffff delivery 9: success: x/
			`, Malformed: []string{
			"2: info msg without its size", "3: starting delivery without a recipient", "4: starting delivery without a recipient",
			"5: delivery without a report", "6: delivery without a report",
			"7: part of a delivery without its stamp", "8: part of a delivery without its stamp", "9: part of a delivery without its stamp",
		}},
	})
}
