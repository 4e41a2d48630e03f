package postfix_test

import (
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads lines of other maps and checks than those of the samples.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, format(), []parserstest.Case{
		{Name: "addresses without brackets", Log: `
			Nov 23 09:18:31 mail postfix/qmgr[279]: 04B953035FC2: from=alice@corp.example, size=1089, nrcpt=1 (queue active)
			Nov 23 09:18:32 mail postfix/smtp[305]: 04B953035FC2: to=jane@army.ml, orig_to=jane.doe@corp.example, relay=mx.army.ml[192.0.2.1]:25, delay=0.44, delays=0.13/0/0.02/0.29, dsn=2.0.0, status=sent (250 Ok)
			Nov 23 09:18:32 mail postfix/smtp[305]: 04B953035FC2: to=kim@army.ml, relay=mx.army.ml[192.0.2.1]:25, delay=0.44, delays=0.13/0/0.02/0.29, dsn=2.0.0, status=sent (250 Ok)
			Nov 23 09:18:32 mail postfix/smtp[305]: 04B953035FC2: to=kim lee, relay=mx.army.ml[192.0.2.1]:25, delay=0.44, dsn=2.0.0, status=sent (250 Ok)
			Nov 23 09:18:33 mail postfix/qmgr[279]: 04B953035FC2: removed
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> delivered yes orig="jane.doe@corp.example" dsn="2.0.0" relay="mx.army.ml[192.0.2.1]:25" queue="04B953035FC2" bytes=1089 at 2025-11-23T09:18:32Z line=2`,
			`<alice@corp.example> -> <kim@army.ml> delivered yes dsn="2.0.0" relay="mx.army.ml[192.0.2.1]:25" queue="04B953035FC2" bytes=1089 at 2025-11-23T09:18:32Z line=3`,
		}, Malformed: []string{"4: delivery line without a status"}},
		{Name: "a page that lost the newlines, whose last line is of no delivery", Log: `
			Nov 23 09:18:31 mail postfix/qmgr[279]: 04B953035FC2: from=<alice@corp.example>, size=1089, nrcpt=1 (queue active) Nov 23 09:18:32 mail postfix/smtp[305]: 04B953035FC2: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 Ok) Nov 23 09:18:33 mail postfix/qmgr[279]: 04B953035FC2: removed
			`, Malformed: []string{"1: another line stands in it, which is not read: a newline is missing"}},
		{Name: "an alias with an owner forwards to its members", Log: `
			Nov 29 10:55:55 mail postfix/submission/smtpd[355]: 4jckbH4J9cz1VMc1: client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=erin
			Nov 29 10:55:55 mail postfix/cleanup[351]: 4jckbH4J9cz1VMc1: message-id=<034.listx@gt.corp.example>
			Nov 29 10:55:55 mail postfix/qmgr[325]: 4jckbH4J9cz1VMc1: from=<erin@corp.example>, size=460, nrcpt=2 (queue active)
			Nov 29 10:55:55 mail postfix/local[357]: 4jckbH4J9cz1VMc1: to=<archive@corp.example>, relay=local, delay=0.0035, delays=0.0023/0.00032/0/0.00093, dsn=2.0.0, status=sent (delivered to maildir)
			Nov 29 10:55:55 mail postfix/cleanup[339]: 4jckbH4Klyz1VMbn: message-id=<034.listx@gt.corp.example>
			Nov 29 10:55:55 mail postfix/local[352]: 4jckbH4J9cz1VMc1: to=<listx@corp.example>, relay=local, delay=0.0077, delays=0.0023/0.0004/0/0.005, dsn=2.0.0, status=sent (forwarded as 4jckbH4Klyz1VMbn)
			Nov 29 10:55:55 mail postfix/qmgr[325]: 4jckbH4Klyz1VMbn: from=<owner-listx@corp.example>, size=597, nrcpt=2 (queue active)
			Nov 29 10:55:55 mail postfix/qmgr[325]: 4jckbH4J9cz1VMc1: removed
			Nov 29 10:55:55 mail postfix/local[340]: 4jckbH4Klyz1VMbn: to=<carol@corp.example>, relay=local, delay=0.0047, delays=0.0028/0.00049/0/0.0014, dsn=2.0.0, status=sent (delivered to maildir)
			Nov 29 10:55:55 mail postfix/smtp[361]: 4jckbH4Klyz1VMbn: to=<x1@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=0.0059, delays=0.0028/0.00073/0.0018/0.00063, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 26F27CE0)
			Nov 29 10:55:55 mail postfix/qmgr[325]: 4jckbH4Klyz1VMbn: removed
			`, Want: []string{
			`<erin@corp.example> -> <archive@corp.example> delivered yes login="erin" dsn="2.0.0" relay="local" id="034.listx@gt.corp.example" queue="4jckbH4J9cz1VMc1" bytes=460 local submitted at 2025-11-29T10:55:55Z line=4`,
			`<owner-listx@corp.example> -> <carol@corp.example> delivered yes login="erin" orig="listx@corp.example" dsn="2.0.0" relay="local" id="034.listx@gt.corp.example" queue="4jckbH4Klyz1VMbn" bytes=460 local submitted at 2025-11-29T10:55:55Z line=9`,
			`<owner-listx@corp.example> -> <x1@army.ml> delivered yes login="erin" orig="listx@corp.example" dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]:25" id="034.listx@gt.corp.example" queue="4jckbH4Klyz1VMbn" bytes=460 submitted at 2025-11-29T10:55:55Z line=10`,
		}},
		{Name: "a subject that header_checks redirects", Log: `
			Nov 29 10:55:55 mail postfix/submission/smtpd[335]: 4jckbH4sbzz1VMc1: client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=alice
			Nov 29 10:55:55 mail postfix/cleanup[339]: 4jckbH4sbzz1VMc1: redirect: header Subject: REDIR now from localhost[127.0.0.1]; from=<alice@corp.example> to=<jane@army.mil> proto=ESMTP helo=<ws17>: watch@gmial.com
			Nov 29 10:55:55 mail postfix/qmgr[325]: 4jckbH4sbzz1VMc1: from=<alice@corp.example>, size=446, nrcpt=2 (queue active)
			Nov 29 10:55:55 mail postfix/smtp[359]: 4jckbH4sbzz1VMc1: to=<watch@gmial.com>, orig_to=<jane@army.mil>, relay=mail.gmial.com[192.0.2.21]:25, delay=0.0081, delays=0.0041/0.00086/0.0026/0.0006, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 26F27D2D)
			Nov 29 10:55:55 mail postfix/qmgr[325]: 4jckbH4sbzz1VMc1: removed
			`, Want: []string{
			`<alice@corp.example> -> <watch@gmial.com> delivered yes login="alice" orig="jane@army.mil" dsn="2.0.0" relay="mail.gmial.com[192.0.2.21]:25" queue="4jckbH4sbzz1VMc1" bytes=446 submitted at 2025-11-29T10:55:55Z line=4`,
		}},
		{Name: "subjects that header_checks holds, discards, rejects, copies, prepends to and filters", Log: `
			Nov 29 10:55:50 mail postfix/cleanup[351]: 4jckbH4y8gz1VMbA: hold: header Subject: HOLD me from localhost[127.0.0.1]; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>: please look
			Nov 29 10:55:51 mail postfix/smtp[341]: 4jckbH4y8gz1VMbA: to=<jane@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Ok)
			Nov 29 10:55:52 mail postfix/cleanup[351]: 4jckbH4y8gz1VMbB: discard: header Subject: DISCARD me from localhost[127.0.0.1]; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>: policy
			Nov 29 10:55:53 mail postfix/cleanup[351]: 4jckbH4y8gz1VMbC: reject: header Subject: REJECT from; from=<me> from localhost[127.0.0.1]; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>: 5.7.1 no such subject
			Nov 29 10:55:54 mail postfix/cleanup[351]: 4jckbH4y8gz1VMbD: bcc: header subject: BCC me from local; from=<alice@corp.example> to=<jane@army.ml>: shadow@corp.example
			Nov 29 10:55:55 mail postfix/smtp[341]: 4jckbH4y8gz1VMbD: to=<jane@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Ok)
			Nov 29 10:55:56 mail postfix/cleanup[351]: 4jckbH4y8gz1VMbE: prepend: header Subject: PREP x from localhost[127.0.0.1]; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>: X-Foo: bar
			Nov 29 10:55:57 mail postfix/smtp[341]: 4jckbH4y8gz1VMbE: to=<jane@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Ok)
			Nov 29 10:55:58 mail postfix/cleanup[351]: 4jckbH4y8gz1VMbF: filter: header Subject: FILTER me from localhost[127.0.0.1]; from=<alice@corp.example> to=<joe@army.ml> proto=ESMTP helo=<ws17>: smtp:[192.0.2.20]:25
			Nov 29 10:55:59 mail postfix/smtp[341]: 4jckbH4y8gz1VMbF: to=<joe@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Ok)
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]:25" subject="HOLD me" queue="4jckbH4y8gz1VMbA" incomplete at 2025-11-29T10:55:51Z line=2`,
			`<alice@corp.example> -> <jane@army.ml> discarded no subject="DISCARD me" queue="4jckbH4y8gz1VMbB" failed incomplete at 2025-11-29T10:55:52Z line=3`,
			`<alice@corp.example> -> <jane@army.ml> rejected no subject="REJECT from; from=<me>" queue="4jckbH4y8gz1VMbC" failed at 2025-11-29T10:55:53Z line=4`,
			`? -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]:25" subject="BCC me" queue="4jckbH4y8gz1VMbD" incomplete at 2025-11-29T10:55:55Z line=6`,
			`? -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]:25" subject="PREP x" queue="4jckbH4y8gz1VMbE" incomplete at 2025-11-29T10:55:57Z line=8`,
			`? -> <joe@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]:25" subject="FILTER me" queue="4jckbH4y8gz1VMbF" incomplete at 2025-11-29T10:55:59Z line=10`,
		}},
	})
}

func TestTorn(t *testing.T) {
	t.Parallel()
	parserstest.Torn(t, format(), "testdata/classic.log",
		"Nov 23 09:18:32 mail postfix/smtp[305]: 04B953035FC2: to=<torn@army.ml>, relay=mx.army.ml[192.0.2.1]:25, delay=0.44, delays=0.13/0/0.02/0.29, dsn=2.0.0, status=sent (250 Ok)", "torn@army.ml")
}

// TestManyStamps: a text of nothing but stamps, which a stranger may have a server log, is searched
// for another line as far as a bound, and counted beyond.
func TestManyStamps(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int64{3: 0, 16: 0, 17: 1, 50_000: 1} {
		_, tally := parserstest.Read(format(), []byte("Nov 23 09:18:32 mail postfix/smtp[305]: 04B953035FC2: to=<a@army.ml>, relay=mx, dsn=2.0.0, status=sent (250 "+
			strings.Repeat("]: Nov 23 09:18:31 x=1 ", n)+")\n"))
		if tally.Malformed != want || tally.Records != 1 {
			t.Errorf("%d stamps: %d malformed of %d records, want %d of 1", n, tally.Malformed, tally.Records, want)
		}
	}
}
