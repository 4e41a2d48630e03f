package haraka_test

import (
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/haraka"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// Connections; a message is one of them with a number.
const (
	first  = "EF5847ED-4D9D-47F6-8AA8-459468D00AD7"
	second = "9F9905FF-0912-45BE-875A-20368D03AD56"
)

// log puts the stamp before lines of "seconds connection.message origin text",
// where A and B stand for the two connections.
func log(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(text, "\n")) {
		f := strings.SplitN(strings.TrimLeft(line, "\t"), " ", 4)
		if len(f) < 4 {
			continue
		}
		id := strings.NewReplacer("A", first, "B", second).Replace(f[1])
		b.WriteString("2026-11-20T09:00:" + f[0] + "Z [NOTICE] [" + id + "] [" + f[2] + "] " + f[3])
	}
	return b.String()
}

// TestCases reads lines as Haraka's connection.js and outbound/hmail.js write
// them.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, haraka.Format{}, []parserstest.Case{
		{Name: "a message that left for two domains", Log: log(`
			00.1 A.1 core sender <ann@corp.example> code=CONT msg=""
			00.2 A.1 core recipient <jane@army.ml> code=OK msg="" sender=ann@corp.example
			00.2 A.1 core recipient <kim@partner.example> code=OK msg="" sender=ann@corp.example
			00.3 A.1 core message mid=<a1@corp.example> size=70 rcpts=2/0/0 delay=0 code=CONT msg=""
			00.4 A.1 core queue code=OK msg="Message Queued (` + first + `.1)"
			00.5 A.1 core disconnect ip=192.0.2.7 rdns=ws helo=ws relay=Y early=N esmtp=Y tls=N errors=0 txns=1 rcpts=2/0/0 msgs=1/0/0 bytes=70
			01.0 A.1.1 outbound  delivered file=1_vm domain=ARMY.ML host=mx.army.ml ip=203.0.113.9 port=25 mode=SMTP tls=N auth=N response="Ok" delay=0.1 fails=0 rcpts=1/0/0
			02.0 A.1.2 outbound  delivered file=2_vm domain=partner.example host=relay ip=10.0.0.9 port=25 mode=SMTP tls=N auth=N response="Ok" delay=0.1 fails=0 rcpts=1/0/0
			`), Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes relay="mx.army.ml[203.0.113.9]" id="a1@corp.example" queue="` + first + `.1" bytes=70 submitted at 2026-11-20T09:00:01Z line=7`,
			`<ann@corp.example> -> <kim@partner.example> delivered maybe relay="relay[10.0.0.9]" id="a1@corp.example" queue="` + first + `.1" bytes=70 handed submitted at 2026-11-20T09:00:02Z line=8`,
		}},
		{Name: "refused and deferred by the next server", Log: log(`
			00.1 A.1 core sender <ann@corp.example> code=CONT msg=""
			00.2 A.1 core recipient <jane@army.ml> code=OK msg="" sender=ann@corp.example
			00.2 A.1 core recipient <nobody@army.ml> code=OK msg="" sender=ann@corp.example
			00.2 A.1 core recipient <full@army.ml> code=OK msg="" sender=ann@corp.example
			00.2 A.1 core recipient <grey@army.ml> code=OK msg="" sender=ann@corp.example
			01.0 A.1.1 outbound recipient <nobody@army.ml> rejected: 550 5.1.1 no such user
			01.0 A.1.1 outbound recipient <full@army.ml> rejected: 552 5.2.2 mailbox full
			01.0 A.1.1 outbound recipient <grey@army.ml> deferred: 450 4.2.0 greylisted
			01.5 A.1.1 outbound  delivered file=1_vm domain=army.ml host=mx.army.ml ip=203.0.113.9 response="Ok" rcpts=1/1/2
			`), Want: []string{
			`<ann@corp.example> -> <nobody@army.ml> bounced no dsn="5.1.1" queue="` + first + `.1" no-user incomplete at 2026-11-20T09:00:01Z line=6`,
			`<ann@corp.example> -> <full@army.ml> bounced no dsn="5.2.2" queue="` + first + `.1" failed incomplete at 2026-11-20T09:00:01Z line=7`,
			`<ann@corp.example> -> <grey@army.ml> deferred no dsn="4.2.0" queue="` + first + `.1" failed incomplete at 2026-11-20T09:00:01Z line=8`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes relay="mx.army.ml[203.0.113.9]" queue="` + first + `.1" incomplete at 2026-11-20T09:00:01.5Z line=9`,
		}},
		{Name: "a deferred one that is delivered later", Log: log(`
			00.1 A.1 core sender <ann@corp.example> code=CONT msg=""
			00.2 A.1 core recipient <grey@army.ml> code=OK msg="" sender=ann@corp.example
			01.0 A.1.1 outbound recipient <grey@army.ml> deferred: 450 4.2.0 greylisted
			31.0 A.1.1 outbound  delivered file=1_vm domain=army.ml host=mx.army.ml ip=203.0.113.9 response="Ok" rcpts=1/0/0
			`), Want: []string{
			`<ann@corp.example> -> <grey@army.ml> delivered yes relay="mx.army.ml[203.0.113.9]" queue="` + first + `.1" at 2026-11-20T09:00:31Z line=4`,
		}},
		{Name: "a local part in quotes with an @ in it", Log: log(`
			00.1 A.1 core sender <ann@corp.example> code=CONT msg=""
			00.2 A.1 core recipient <"jane@home"@army.ml> code=OK msg="" sender=ann@corp.example
			01.0 A.1.1 outbound  delivered file=1_vm domain=army.ml host=mx.army.ml ip=203.0.113.9 response="Ok" rcpts=1/0/0
			`), Want: []string{
			`<ann@corp.example> -> <"jane@home"@army.ml> delivered yes relay="mx.army.ml[203.0.113.9]" queue="` + first + `.1" at 2026-11-20T09:00:01Z line=3`,
		}},
		{Name: "refused here: a recipient, and a message by a queue plugin", Log: log(`
			00.1 A.1 core sender <x@other.example> code=CONT msg=""
			00.2 A.1 core recipient <jane@army.ml> code=DENY msg="I cannot deliver mail for <jane@army.ml> code=OK" sender=x@other.example
			00.3 A.1 core recipient <bob@corp.example> code=OK msg="" sender=x@other.example
			00.4 A.1 core queue code=DENYSOFT msg="try later"
			00.5 A.1 core disconnect ip=198.51.100.7 rdns=x helo="x relay=Y" relay=N
			`), Want: []string{
			`<x@other.example> -> <jane@army.ml> rejected no queue="` + first + `.1" failed at 2026-11-20T09:00:00.2Z line=2`,
			`<x@other.example> -> <bob@corp.example> rejected no queue="` + first + `.1" failed at 2026-11-20T09:00:00.4Z line=4`,
		}},
		{Name: "handed to another server by a queue plugin", Log: log(`
			00.1 A.1 core sender <sam@partner.example> code=CONT msg=""
			00.3 A.1 core recipient <bob@corp.example> code=OK msg="" sender=sam@partner.example
			00.4 A.1 core queue code=CONT msg="not mine"
			00.5 A.1 core queue code=OK msg="2.0.0 Ok: queued as 1234"
			`), Want: []string{
			`<sam@partner.example> -> <bob@corp.example> delivered maybe queue="` + first + `.1" handed at 2026-11-20T09:00:00.5Z line=4`,
		}},
		{Name: "two connections in turn, two messages of one, and the null sender", Log: log(`
			00.1 A.1 core sender <ann@corp.example> code=CONT msg=""
			00.2 B.1 core sender <> code=CONT msg=""
			00.3 A.1 core recipient <jane@army.ml> code=OK msg="" sender=ann@corp.example
			00.4 B.1 core recipient <kim@army.ml> code=OK msg="" sender=""
			00.5 A.2 core sender <bob@corp.example> code=CONT msg=""
			00.6 A.2 core recipient <jane@army.ml> code=OK msg="" sender=bob@corp.example
			01.0 B.1.1 outbound  delivered file=1_vm domain=army.ml host=mx ip=203.0.113.9 response="Ok" rcpts=1/0/0
			02.0 A.1.1 outbound recipient <jane@army.ml> rejected: 550 5.1.1 no such user
			03.0 A.2.1 outbound  delivered file=1_vm domain=army.ml host=mx ip=203.0.113.9 response="Ok" rcpts=1/0/0
			`), Want: []string{
			`<> -> <kim@army.ml> delivered yes relay="mx[203.0.113.9]" queue="` + second + `.1" at 2026-11-20T09:00:01Z line=7`,
			`<ann@corp.example> -> <jane@army.ml> bounced no dsn="5.1.1" queue="` + first + `.1" no-user at 2026-11-20T09:00:02Z line=8`,
			`<bob@corp.example> -> <jane@army.ml> delivered yes relay="mx[203.0.113.9]" queue="` + first + `.2" at 2026-11-20T09:00:03Z line=9`,
		}},
		{Name: "a log that begins in a message, and one that ends in it", Log: log(`
			00.1 A.1.1 outbound recipient <jane@army.ml> rejected: 550 5.1.1 no such user
			00.2 B.1 core sender <ann@corp.example> code=CONT msg=""
			00.3 B.1 core recipient <kim@army.ml> code=OK msg="" sender=ann@corp.example
			`), Want: []string{
			`? -> <jane@army.ml> bounced no dsn="5.1.1" queue="` + first + `.1" no-user incomplete at 2026-11-20T09:00:00.1Z line=1`,
			`<ann@corp.example> -> <kim@army.ml> unknown unknown queue="` + second + `.1" incomplete at 2026-11-20T09:00:00.3Z line=3`,
		}},
		{Name: "a delivery alone names no recipient", Log: log(`
			01.0 B.1.1 outbound  delivered file=1_vm domain=army.ml host=mx ip=203.0.113.9 response="Ok" rcpts=1/0/0
			`), Malformed: []string{"1: a delivery whose recipients are not in the log"}},
		{Name: "a log that other programs share", Log: `
			Nov 23 09:18:30 mail postfix/smtp[305]: 3F2A11E0C5: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.20]:25, delay=1, dsn=2.0.0, status=sent (250 Ok)
			Nov 23 09:18:31 mail amavis[355]: (00355-01) Passed CLEAN, <alice@corp.example> -> <jane@army.ml>, Hits: -1
			Nov 23 09:18:32 mail postfix/smtpd[300]: connect from pc7[192.0.2.7]
			`, Malformed: []string{"1: looks like a delivery, and was not understood"}},
		{Name: "damaged lines are counted", Log: log(`
			00.1 A.1 core sender <ann@corp.example> code=CONT msg=""
			00.2 A.1 core recipient <jane@army
			00.3 A.1.1 outbound recipient jane@army.ml rejected: 550 no
			00.4 A.1.1 outbound recipient <jane@army.ml> vanished
			00.5 A.1 core sender ann@corp.example code=CONT msg=""
			`) + "2026-11-20T09:00:00.6Z [NOTICE] [EF5847ED-4D9D-47F6] [core] recipient <jane@army.ml> code=OK\n2026-11-20T09:00\n",
			Malformed: []string{"2: recipient without an end", "3: recipient without an end", "4: recipient without its fate", "5: sender without an end", "6: a recipient without its connection"}},
	})
}
