package sendmail_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads messages that Sendmail splits, clones and sends on, as version
// 8.17 wrote it.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, format(), []parserstest.Case{
		{Name: "refused to a client of our own, of which no other line is there", Log: `
			Nov 29 11:26:03 mail sendmail[305]: 6ATBQ3Oi000305: ruleset=check_rcpt, arg1=<jane@army.ml>, relay=pc7.corp.example [192.168.1.7], reject=550 5.7.1 <jane@army.ml>... Relaying denied
			Nov 29 11:26:04 mail sendmail[306]: 6ATBQ3Oj000306: ruleset=check_rcpt, arg1=<joe@army.ml>, relay=h.evil.example [198.51.100.7], reject=550 5.7.1 <joe@army.ml>... Relaying denied
			`, Want: []string{
			`? -> <jane@army.ml> rejected no queue="6ATBQ3Oi000305" submitted failed at 2025-11-29T11:26:03Z line=1`,
			`? -> <joe@army.ml> rejected no inbound failed at 2025-11-29T11:26:04Z line=2`,
		}},
		{Name: "blanks that a copy of the log doubled and lost", Log: `
			Nov 29 11:26:03 mail sendmail[305]: 6ATBQ3Oi000305:  from=<frank@corp.example>, size=338, class=0, nrcpts=2,  msgid=<1@gt.corp.example>, proto=ESMTPA, relay=localhost [127.0.0.1]
			Nov 29 11:26:03 mail sendmail[307]: 6ATBQ3Oi000305:  to=<jane@army.ml>, delay=00:00:00,  mailer=esmtp, pri=150556, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0,  stat=Sent (Ok: queued as 270E1464)
			Nov 29 11:26:03 mail sendmail[307]: 6ATBQ3Oi000305: to=<kim@army.ml>, delay=00:00:00, mailer=esmtp, pri=150556, relay=mx1.army.ml. [192.0.2.20], dsn=5.0.0,stat=Service unavailable
			`, Want: []string{
			`<frank@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" id="1@gt.corp.example" queue="6ATBQ3Oi000305" bytes=338 submitted at 2025-11-29T11:26:03Z line=2`,
			`<frank@corp.example> -> <kim@army.ml> bounced no dsn="5.0.0" relay="mx1.army.ml[192.0.2.20]" id="1@gt.corp.example" queue="6ATBQ3Oi000305" bytes=338 submitted failed at 2025-11-29T11:26:03Z line=3`,
		}},
		{Name: "names before addresses, as who sent it by a command typed them", Log: `
			Nov 29 11:26:03 mail sendmail[305]: 6ATBQ3Oi000305: to=Kim Lee <kim@army.ml>, ctladdr=[M0645134]<frank@corp.example> (500/500), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30364, relay=mail.partner.example [192.0.2.20], dsn=5.7.1, stat=Service unavailable
			Nov 29 11:26:03 mail sendmail[305]: 6ATBQ3Oj000305: to=[M0645134]<frank@corp.example>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30364, relay=mail.partner.example [192.0.2.20], dsn=2.0.0, stat=Sent (Ok)
			`, Want: []string{
			`<frank@corp.example> -> <kim@army.ml> bounced no dsn="5.7.1" relay="mail.partner.example[192.0.2.20]" queue="6ATBQ3Oi000305" outbound failed incomplete at 2025-11-29T11:26:03Z line=1`,
			`? -> <frank@corp.example> delivered yes dsn="2.0.0" relay="mail.partner.example[192.0.2.20]" queue="6ATBQ3Oj000305" outbound incomplete at 2025-11-29T11:26:03Z line=2`,
		}},
		{Name: "split among queue groups", Log: `
			Nov 29 11:26:03 mail sendmail[305]: 6ATBQ3Oi000305: from=<frank@corp.example>, size=338, class=0, nrcpts=3, msgid=<015.fanout@gt.corp.example>, proto=ESMTPA, daemon=MSA, relay=localhost [127.0.0.1]
			Nov 29 11:26:03 mail sendmail[305]: 6ATBQ3Oi000305: split: count=2, id=6ATBQ3Oj000305, 6ATBQ3Ok000305
			Nov 29 11:26:03 mail sendmail[307]: 6ATBQ3Oi000305: to=<jane@army.ml>, ctladdr=<frank@corp.example> (1005/1005), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=150556, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok: queued as 270E1464)
			Nov 29 11:26:03 mail sendmail[308]: 6ATBQ3Oj000305: to=<joe@gmial.com>, ctladdr=<frank@corp.example> (1005/1005), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30556, relay=mail.gmial.com. [192.0.2.21], dsn=2.0.0, stat=Sent (Ok: queued as 270E1465)
			Nov 29 11:26:03 mail sendmail[309]: 6ATBQ3Ok000305: to=<kim@army.ml>, ctladdr=<frank@corp.example> (1005/1005), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30556, relay=mx1.army.ml. [192.0.2.20], dsn=4.4.1, stat=Deferred: Connection refused by mx1.army.ml.
			`, Want: []string{
			`<frank@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" id="015.fanout@gt.corp.example" queue="6ATBQ3Oi000305" bytes=338 submitted at 2025-11-29T11:26:03Z line=3`,
			`<frank@corp.example> -> <joe@gmial.com> delivered yes dsn="2.0.0" relay="mail.gmial.com[192.0.2.21]" id="015.fanout@gt.corp.example" queue="6ATBQ3Oj000305" bytes=338 submitted at 2025-11-29T11:26:03Z line=4`,
			`<frank@corp.example> -> <kim@army.ml> deferred no dsn="4.4.1" relay="mx1.army.ml[192.0.2.20]" id="015.fanout@gt.corp.example" queue="6ATBQ3Ok000305" bytes=338 submitted incomplete at 2025-11-29T11:26:03Z line=5`,
		}},
		{Name: "cloned for a list with an owner, and split", Log: `
			Nov 29 11:26:06 mail sendmail[365]: 6ATBQ6pd000365: from=<erin@corp.example>, size=259, class=0, nrcpts=1, msgid=<032.listx@gt.corp.example>, proto=ESMTPA, daemon=MSA, relay=localhost [127.0.0.1]
			Nov 29 11:26:06 mail sendmail[367]: 6ATBQ6pd000365: 6ATBQ6pd000367: clone: owner=carol
			Nov 29 11:26:06 mail sendmail[367]: 6ATBQ6pd000367: split: count=1, id=6ATBQ6pe000367
			Nov 29 11:26:06 mail sendmail[367]: 6ATBQ6pd000367: to=carol, ctladdr=carol (1002/1002), delay=00:00:00, xdelay=00:00:00, mailer=local, pri=90494, relay=local, dsn=2.1.5, stat=Sent
			Nov 29 11:26:06 mail sendmail[367]: 6ATBQ6pd000367: to=x1@army.ml, ctladdr=carol (1002/1002), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=90494, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok: queued as 270E1F75)
			Nov 29 11:26:06 mail sendmail[380]: 6ATBQ6pe000367: to=x2@gmial.com, ctladdr=carol (1002/1002), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=90494, relay=mail.gmial.com. [192.0.2.21], dsn=2.0.0, stat=Sent (Ok: queued as 270E1F76)
			`, Want: []string{
			`<carol> -> <carol> delivered yes dsn="2.1.5" relay="local" id="032.listx@gt.corp.example" queue="6ATBQ6pd000367" bytes=259 local submitted at 2025-11-29T11:26:06Z line=4`,
			`<carol> -> <x1@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" id="032.listx@gt.corp.example" queue="6ATBQ6pd000367" bytes=259 submitted at 2025-11-29T11:26:06Z line=5`,
			`<carol> -> <x2@gmial.com> delivered yes dsn="2.0.0" relay="mail.gmial.com[192.0.2.21]" id="032.listx@gt.corp.example" queue="6ATBQ6pe000367" bytes=259 submitted at 2025-11-29T11:26:06Z line=6`,
		}},
		{Name: "ctladdr alone names the sender", Log: `
			Nov 29 11:26:06 mail sendmail[376]: 6ATBQ618000370: to=<kate@army.ml>, ctladdr=<alice@corp.example> (1000/1000), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=60276, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok)
			Nov 29 11:26:06 mail sendmail[376]: 6ATBQ618000371: to=<kim@army.ml>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=60276, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok)
			`, Want: []string{
			`<alice@corp.example> -> <kate@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" queue="6ATBQ618000370" incomplete at 2025-11-29T11:26:06Z line=1`,
			`? -> <kim@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" queue="6ATBQ618000371" incomplete at 2025-11-29T11:26:06Z line=2`,
		}},
		{Name: "what comes in and an alias or a .forward sends out", Log: `
			Nov 29 11:26:11 mail sendmail[487]: 6ATBQBDG000487: from=<y@partner.example>, size=265, class=0, nrcpts=1, msgid=<509@partner.example>, proto=ESMTP, daemon=MTA, relay=ext.partner.example [192.0.2.50]
			Nov 29 11:26:11 mail sendmail[488]: 6ATBQBDG000487: to=\\frank, delay=00:00:00, xdelay=00:00:00, mailer=local, pri=60480, relay=local, dsn=2.1.5, stat=Sent
			Nov 29 11:26:12 mail sendmail[488]: 6ATBQBDG000487: to=frank@army.ml, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=60480, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok: queued as 270E3441)
			Nov 29 11:26:12 mail sendmail[488]: 6ATBQBDG000487: to=<frank@corp.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=60480, relay=hub.corp.example. [10.0.0.7], dsn=2.0.0, stat=Sent (Ok)
			Nov 29 11:26:12 mail sendmail[488]: 6ATBQBDG000487: to=fred@corp.example, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=60480, relay=hub.corp.example. [10.0.0.7], dsn=2.0.0, stat=Sent (Ok)
			`, Want: []string{
			`<y@partner.example> -> <\frank> delivered yes dsn="2.1.5" relay="local" id="509@partner.example" queue="6ATBQBDG000487" bytes=265 local at 2025-11-29T11:26:11Z line=2`,
			`<y@partner.example> -> <frank@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" id="509@partner.example" queue="6ATBQBDG000487" bytes=265 outbound at 2025-11-29T11:26:12Z line=3`,
			`<y@partner.example> -> <frank@corp.example> delivered maybe dsn="2.0.0" relay="hub.corp.example[10.0.0.7]" id="509@partner.example" queue="6ATBQBDG000487" bytes=265 handed at 2025-11-29T11:26:12Z line=4`,
			`<y@partner.example> -> <fred@corp.example> delivered maybe dsn="2.0.0" relay="hub.corp.example[10.0.0.7]" id="509@partner.example" queue="6ATBQBDG000487" bytes=265 handed at 2025-11-29T11:26:12Z line=5`,
		}},
		{Name: "a program and a file, by the alias that names them", Log: `
			Nov 29 11:26:06 mail sendmail[368]: 6ATBQ6hr000368: from=<alice@corp.example>, size=274, class=0, nrcpts=2, msgid=<033.pip@gt.corp.example>, proto=ESMTPA, daemon=MSA, relay=localhost [127.0.0.1]
			Nov 29 11:26:06 mail sendmail[369]: 6ATBQ6hr000368: to="|/bin/cat >/dev/null", ctladdr=<piped@corp.example> (8/0), delay=00:00:00, xdelay=00:00:00, mailer=prog, pri=60484, dsn=2.0.0, stat=Sent
			Nov 29 11:26:06 mail sendmail[369]: 6ATBQ6hr000368: to=/tmp/filed, ctladdr=<filed@corp.example> (8/0), delay=00:00:00, xdelay=00:00:00, mailer=*file*, pri=60484, dsn=2.0.0, stat=Sent
			`, Want: []string{
			`<alice@corp.example> -> <piped@corp.example> delivered yes dsn="2.0.0" id="033.pip@gt.corp.example" queue="6ATBQ6hr000368" bytes=274 local submitted at 2025-11-29T11:26:06Z line=2`,
			`<alice@corp.example> -> <filed@corp.example> delivered yes dsn="2.0.0" id="033.pip@gt.corp.example" queue="6ATBQ6hr000368" bytes=274 local submitted at 2025-11-29T11:26:06Z line=3`,
		}},
	})
}
