package maddy_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads lines as maddy's internal/target/queue and endpoint/smtp write
// them.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, format(), []parserstest.Case{
		{Name: "a message by a login for four recipients", Log: `
			2026-11-20T09:00:00+00:00 mail maddy[1]: submission: incoming message#011{"msg_id":"a1","sender":"ann@corp.example","src_host":"[192.0.2.20]","src_ip":"192.0.2.20:47740","username":"ann"}
			2026-11-20T09:00:00+00:00 mail maddy[1]: submission: RCPT ok#011{"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:00+00:00 mail maddy[1]: submission: accepted#011{"msg_id":"a1"}
			2026-11-20T09:00:01+00:00 mail maddy[1]: queue: delivered#011{"attempt":1,"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:02+00:00 mail maddy[1]: queue: delivery attempt failed#011{"msg_id":"a1","rcpt":"nobody@army.ml","reason":"no such user","smtp_code":550,"smtp_enchcode":"5.1.1"}
			2026-11-20T09:00:02+00:00 mail maddy[1]: queue: not delivered, permanent error#011{"msg_id":"a1","rcpt":"nobody@army.ml"}
			2026-11-20T09:00:03+00:00 mail maddy[1]: queue: delivery attempt failed#011{"msg_id":"a1","rcpt":"kim@hotmial.com","reason":"no such domain","smtp_code":550,"smtp_enchcode":"5.1.2"}
			2026-11-20T09:00:03+00:00 mail maddy[1]: queue: not delivered, permanent error#011{"msg_id":"a1","rcpt":"kim@hotmial.com"}
			2026-11-20T09:00:04+00:00 mail maddy[1]: queue: delivery attempt failed#011{"msg_id":"a1","rcpt":"lee@void.example","reason":"Domain does not accept email (null MX)","smtp_code":556,"smtp_enchcode":"5.1.10"}
			2026-11-20T09:00:04+00:00 mail maddy[1]: queue: not delivered, permanent error#011{"msg_id":"a1","rcpt":"lee@void.example"}
			2026-11-20T09:20:04+00:00 mail maddy[1]: other: a line well after#011{"msg_id":"zz"}
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes login="ann" queue="a1" submitted at 2026-11-20T09:00:01Z line=4`,
			`<ann@corp.example> -> <nobody@army.ml> bounced no login="ann" dsn="5.1.1" queue="a1" submitted no-user at 2026-11-20T09:00:02Z line=6`,
			`<ann@corp.example> -> <kim@hotmial.com> bounced no login="ann" dsn="5.1.2" queue="a1" submitted no-domain at 2026-11-20T09:00:03Z line=8`,
			`<ann@corp.example> -> <lee@void.example> bounced no login="ann" dsn="5.1.10" queue="a1" submitted null-mx at 2026-11-20T09:00:04Z line=10`,
		}},
		{Name: "the queue's lines without the name of a module, and a recipient that was refused", Log: `
			2026-11-20T09:00:00+00:00 mail maddy[1]: submission: incoming message#011{"msg_id":"a1","sender":"ann@corp.example","src_ip":"192.0.2.20:47740","username":"ann"}
			2026-11-20T09:00:00+00:00 mail maddy[1]: submission: RCPT error#011{"effective_rcpt":"kim@army.ml","msg_id":"a1","rcpt":"kim@army.ml","reason":"reject directive used","smtp_code":550,"smtp_enchcode":"5.1.1","smtp_msg":"no"}
			2026-11-20T09:00:01+00:00 mail maddy[1]: delivered#011{"attempt":1,"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:02+00:00 mail maddy[1]: delivery attempt failed#011{"msg_id":"a1","rcpt":"joe@army.ml","reason":"try later","smtp_code":451}
			2026-11-20T09:00:03+00:00 mail maddy[1]: not delivered, permanent error#011{"msg_id":"a1","rcpt":"joe@army.ml"}
			`, Want: []string{
			`<ann@corp.example> -> <kim@army.ml> rejected no login="ann" dsn="5.1.1" queue="a1" submitted no-user at 2026-11-20T09:00:00Z line=2`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes login="ann" queue="a1" submitted at 2026-11-20T09:00:01Z line=3`,
			`<ann@corp.example> -> <joe@army.ml> bounced no login="ann" queue="a1" submitted failed at 2026-11-20T09:00:03Z line=5`,
		}},
		{Name: "put off, then delivered; and put off for the time being", Log: `
			2026-11-20T09:00:00+00:00 mail maddy[1]: submission: incoming message#011{"msg_id":"a1","sender":"ann@corp.example","src_ip":"10.0.0.7:47740","username":""}
			2026-11-20T09:00:02+00:00 mail maddy[1]: target.queue: delivery attempt failed#011{"msg_id":"a1","rcpt":"jane@army.ml","reason":"later","smtp_code":450,"smtp_enchcode":"4.2.0"}
			2026-11-20T09:00:02+00:00 mail maddy[1]: target.queue: delivery attempt failed#011{"msg_id":"a1","rcpt":"kim@army.ml","reason":"later","smtp_code":450,"smtp_enchcode":"4.2.0"}
			2026-11-20T09:15:02+00:00 mail maddy[1]: target.queue: delivered#011{"attempt":2,"msg_id":"a1","rcpt":"jane@army.ml"}
			`, Want: []string{
			`<ann@corp.example> -> <kim@army.ml> deferred no dsn="4.2.0" queue="a1" submitted failed incomplete at 2026-11-20T09:00:02Z line=3`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes queue="a1" submitted incomplete at 2026-11-20T09:15:02Z line=4`,
		}},
		{Name: "a stranger's mail that goes on, the null sender, and the tab as blanks", Log: `
			2026-11-20T09:00:00+00:00 mail maddy[1]: smtp: incoming message	{"msg_id":"a1","sender":"sam@partner.example","src_ip":"[2001:db8::7]:25"}
			2026-11-20T09:00:01+00:00 mail maddy[1]: queue: delivered {"attempt":1,"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:02+00:00 mail maddy[1]: smtp: incoming message	{"msg_id":"a2","sender":"","src_ip":"[::1]:25"}
			2026-11-20T09:00:03+00:00 mail maddy[1]: queue: delivered	{"attempt":1,"msg_id":"a2","rcpt":"ann@partner.example"}
			`, Want: []string{
			`<sam@partner.example> -> <jane@army.ml> delivered yes queue="a1" at 2026-11-20T09:00:01Z line=2`,
			`<> -> <ann@partner.example> delivered yes queue="a2" submitted at 2026-11-20T09:00:03Z line=4`,
		}},
		{Name: "two hosts whose messages have one id, and a log that begins in a message", Log: `
			2026-11-20T09:00:00+00:00 mx1 maddy[1]: smtp: incoming message#011{"msg_id":"a1","sender":"ann@corp.example","username":"ann"}
			2026-11-20T09:00:00+00:00 mx2 maddy[1]: smtp: incoming message#011{"msg_id":"a1","sender":"bob@corp.example","username":"bob"}
			2026-11-20T09:00:01+00:00 mx2 maddy[1]: queue: delivered#011{"msg_id":"a1","rcpt":"kim@army.ml"}
			2026-11-20T09:00:02+00:00 mx1 maddy[1]: queue: delivered#011{"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:03+00:00 mx3 maddy[1]: queue: delivered#011{"msg_id":"a1","rcpt":"lee@army.ml"}
			`, Want: []string{
			`<bob@corp.example> -> <kim@army.ml> delivered yes login="bob" queue="a1" submitted at 2026-11-20T09:00:01Z line=3`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes login="ann" queue="a1" submitted at 2026-11-20T09:00:02Z line=4`,
			`? -> <lee@army.ml> delivered yes queue="a1" incomplete at 2026-11-20T09:00:03Z line=5`,
		}},
		{Name: "lines that say nothing, and damaged ones, which are counted", Log: `
			2026-11-20T09:00:00+00:00 mail maddy[1]: [debug] queue: delivered#011{"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:00+00:00 mail maddy[1]: queue: will retry#011{"msg_id":"a1","rcpt":"jane@army.ml"}
			2026-11-20T09:00:00+00:00 mail maddy[1]: queue: delivered#011{"rcpt":"jane@army.ml"}
			2026-11-20T09:00:00+00:00 mail maddy[1]: queue: delivered#011{"msg_id":"a1","rcpt":"jane@ar
			2026-11-20T09:00:00+00:00 mail maddy[1]: smtp: incoming message#011{"msg_id":"a1",
			`, Malformed: []string{"3: no message, or no recipient", "4: not a JSON object", "5: not a JSON object"}},
	})
}
