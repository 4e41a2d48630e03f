package courier_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads lines as courier(8) describes them: the replies of an attempt,
// its outcome, and its status.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, format(), []parserstest.Case{
		{Name: "delivered outside, to one of our hosts, and here", Log: `
			2026-11-20T08:00:00+00:00 mail courierd: newmsg,id=0A.1.1: dns; localhost (localhost [127.0.0.1])
			2026-11-20T08:00:01+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<jane@army.ml>: 250 2.0.0 Ok: queued
			2026-11-20T08:00:01+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<jane@army.ml>,size=329,success: delivered: mx.army.ml [203.0.113.20]
			2026-11-20T08:00:01+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<jane@army.ml>,size=329,status: success
			2026-11-20T08:00:02+00:00 mail courieresmtp: id=0A.1.2,from=<ann@corp.example>,addr=<kim@army.mil>,size=12,success: delivered: relay [10.0.0.9]
			2026-11-20T08:00:03+00:00 mail courierlocal: id=0A.1.3,from=<ann@corp.example>,addr=<bob@corp.example>,size=9,success: Message delivered.
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx.army.ml[203.0.113.20]" queue="0A.1.1" bytes=329 at 2026-11-20T08:00:01Z line=4`,
			`<ann@corp.example> -> <kim@army.mil> delivered maybe relay="relay[10.0.0.9]" queue="0A.1.2" bytes=12 handed at 2026-11-20T08:00:02Z line=5`,
			`<ann@corp.example> -> <bob@corp.example> delivered yes queue="0A.1.3" bytes=9 local at 2026-11-20T08:00:03Z line=6`,
		}},
		{Name: "refused, put off, and one that no status follows", Log: `
			2026-11-20T08:00:01+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<nobody@army.ml>: 550 5.1.1 no such user
			2026-11-20T08:00:01+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<nobody@army.ml>,status: failure
			2026-11-20T08:00:02+00:00 mail courieresmtp: id=0A.1.2,from=<ann@corp.example>,addr=<grey@army.ml>: 450 4.2.0 later
			2026-11-20T08:00:02+00:00 mail courieresmtp: id=0A.1.2,from=<ann@corp.example>,addr=<grey@army.ml>,status: deferred
			2026-11-20T08:00:03+00:00 mail courieresmtp: id=0A.1.3,from=<>,addr=<sam@void.example>: DNS lookup failure: void.example. Try again later.
			2026-11-20T08:00:04+00:00 mail courieresmtp: id=0A.1.4,from=<ann@corp.example>,addr=<lee@army.ml>,status: failed
			`, Want: []string{
			`<ann@corp.example> -> <nobody@army.ml> bounced no dsn="5.1.1" queue="0A.1.1" failed at 2026-11-20T08:00:01Z line=2`,
			`<ann@corp.example> -> <grey@army.ml> deferred no dsn="4.2.0" queue="0A.1.2" failed incomplete at 2026-11-20T08:00:02Z line=4`,
			`<> -> <sam@void.example> deferred no queue="0A.1.3" incomplete at 2026-11-20T08:00:03Z line=5`,
			`<ann@corp.example> -> <lee@army.ml> bounced no queue="0A.1.4" failed at 2026-11-20T08:00:04Z line=6`,
		}},
		{Name: "put off, then delivered", Log: `
			2026-11-20T08:00:02+00:00 mail courieresmtp: id=0A.1.2,from=<ann@corp.example>,addr=<grey@army.ml>: 450 4.2.0 later
			2026-11-20T08:00:02+00:00 mail courieresmtp: id=0A.1.2,from=<ann@corp.example>,addr=<grey@army.ml>,status: deferred
			2026-11-20T08:10:02+00:00 mail courieresmtp: id=0A.1.2,from=<ann@corp.example>,addr=<grey@army.ml>,size=5,success: delivered: mx.army.ml [203.0.113.20]
			`, Want: []string{
			`<ann@corp.example> -> <grey@army.ml> delivered yes relay="mx.army.ml[203.0.113.20]" queue="0A.1.2" bytes=5 at 2026-11-20T08:10:02Z line=3`,
		}},
		{Name: "two hosts whose messages have one id", Log: `
			2026-11-20T08:00:01+00:00 mx1 courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<jane@army.ml>: 450 4.2.0 later
			2026-11-20T08:00:02+00:00 mx2 courieresmtp: id=0A.1.1,from=<bob@corp.example>,addr=<jane@army.ml>,size=7,success: delivered: mx.army.ml [203.0.113.20]
			2026-11-20T08:00:03+00:00 mx1 courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<jane@army.ml>,status: deferred
			`, Want: []string{
			`<bob@corp.example> -> <jane@army.ml> delivered yes relay="mx.army.ml[203.0.113.20]" queue="0A.1.1" bytes=7 at 2026-11-20T08:00:02Z line=2`,
			`<ann@corp.example> -> <jane@army.ml> deferred no dsn="4.2.0" queue="0A.1.1" failed incomplete at 2026-11-20T08:00:03Z line=3`,
		}},
		{Name: "lines that say nothing, and damaged ones, which are counted", Log: `
			2026-11-20T08:00:00+00:00 mail courierd: started,id=0A.1.1,from=<ann@corp.example>,module=esmtp,host=army.ml,addr=<jane@army.ml>
			2026-11-20T08:00:00+00:00 mail courieresmtpd: started,ip=[192.0.2.7]
			2026-11-20T08:00:00+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<jane@ar
			2026-11-20T08:00:00+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp.example>,addr=<>: 250 Ok
			2026-11-20T08:00:00+00:00 mail courieresmtp: id=0A.1.1,from=<ann@corp
			`, Malformed: []string{"3: not the line of a recipient", "4: not the line of a recipient", "5: not the line of a recipient"}},
	})
}
