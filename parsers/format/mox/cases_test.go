package mox_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads lines as queue/direct.go and queue/queue.go of mox write them.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, format(), []parserstest.Case{
		{Name: "delivered, refused, put off and given up", Log: `
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue cid=1 from=ann@corp.example attempts=1 cid=2 msgid=3 recipient=jane@army.ml
			2026-11-20T09:00:02+00:00 mail mox[763]: l=error m="permanent failure delivering from queue" err="remote server: 550 5.1.1 no such user" pkg=queue cid=1 from=ann@corp.example attempts=1 permanent=true code=550 secode=1.1 msgid=4 recipient=nobody@army.ml
			2026-11-20T09:00:03+00:00 mail mox[763]: l=error m="permanent failure delivering from queue" err="remote server: 552 5.2.2 full" pkg=queue cid=1 from=ann@corp.example attempts=1 permanent=true code=552 secode=2.2 msgid=5 recipient=full@army.ml
			2026-11-20T09:00:04+00:00 mail mox[763]: l=error m="temporary failure delivering from queue" err="remote server: 450 4.2.0 later" pkg=queue cid=1 from=ann@corp.example attempts=1 permanent=false code=450 secode=2.0 msgid=6 recipient=grey@army.ml backoff=7m30s
			2026-11-20T09:00:05+00:00 mail mox[763]: l=error m="temporary failure delivering from queue, sending delayed dsn" err="dial: timeout" pkg=queue cid=1 from=ann@corp.example attempts=5 permanent=false code=0 secode= msgid=7 recipient=slow@army.ml backoff=4h
			2026-11-21T09:00:06+00:00 mail mox[763]: l=error m="permanent failure delivering from queue" err="remote server: 450 4.2.0 later" pkg=queue cid=1 from=ann@corp.example attempts=8 permanent=false code=450 secode=2.0 msgid=8 recipient=never@army.ml
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes queue="3" submitted at 2026-11-20T09:00:01Z line=1`,
			`<ann@corp.example> -> <nobody@army.ml> bounced no dsn="5.1.1" queue="4" submitted no-user at 2026-11-20T09:00:02Z line=2`,
			`<ann@corp.example> -> <full@army.ml> bounced no dsn="5.2.2" queue="5" submitted failed at 2026-11-20T09:00:03Z line=3`,
			`<ann@corp.example> -> <grey@army.ml> deferred no dsn="4.2.0" queue="6" submitted failed incomplete at 2026-11-20T09:00:04Z line=4`,
			`<ann@corp.example> -> <slow@army.ml> deferred no queue="7" submitted failed incomplete at 2026-11-20T09:00:05Z line=5`,
			`<ann@corp.example> -> <never@army.ml> expired no dsn="4.2.0" queue="8" submitted failed at 2026-11-21T09:00:06Z line=6`,
		}},
		{Name: "put off, then delivered", Log: `
			2026-11-20T09:00:01+00:00 mail mox[763]: l=error m="temporary failure delivering from queue" err="remote server: 450 4.2.0 later" pkg=queue cid=1 from=ann@corp.example attempts=1 msgid=6 recipient=grey@army.ml backoff=7m30s
			2026-11-20T09:07:31+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue cid=1 from=ann@corp.example attempts=2 msgid=6 recipient=grey@army.ml
			`, Want: []string{
			`<ann@corp.example> -> <grey@army.ml> delivered yes queue="6" submitted at 2026-11-20T09:07:31Z line=2`,
		}},
		{Name: "the null sender, a local part in quotes, and the text of a host", Log: `
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue cid=1 from=<> attempts=1 msgid=3 recipient=ann@partner.example
			2026-11-20T09:00:02+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue cid=1 from= attempts=1 msgid=4 recipient=bob@partner.example
			2026-11-20T09:00:03+00:00 mail mox[763]: l=error m="permanent failure delivering from queue" err="550 5.1.1 \" from=x@evil.example msgid=9 recipient=y@evil.example m=\"delivered from queue" pkg=queue cid=1 from=ann@corp.example msgid=5 recipient="\"jane doe\"@army.ml"
			`, Want: []string{
			`<> -> <ann@partner.example> delivered yes queue="3" at 2026-11-20T09:00:01Z line=1`,
			`<> -> <bob@partner.example> delivered yes queue="4" at 2026-11-20T09:00:02Z line=2`,
			`<ann@corp.example> -> <"jane doe"@army.ml> bounced no dsn="5.1.1" queue="5" submitted no-user at 2026-11-20T09:00:03Z line=3`,
		}},
		{Name: "two hosts whose messages have one number", Log: `
			2026-11-20T09:00:01+00:00 mx1 mox[763]: l=error m="temporary failure delivering from queue" err="450 4.2.0 later" pkg=queue cid=1 from=ann@corp.example attempts=1 msgid=6 recipient=jane@army.ml
			2026-11-20T09:00:02+00:00 mx2 mox[763]: l=error m="temporary failure delivering from queue" err="450 4.2.0 later" pkg=queue cid=1 from=bob@corp.example attempts=1 msgid=6 recipient=jane@army.ml
			2026-11-20T09:00:03+00:00 mx2 mox[763]: l=info m="delivered from queue" pkg=queue cid=1 from=bob@corp.example attempts=2 msgid=6 recipient=jane@army.ml
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> deferred no dsn="4.2.0" queue="6" submitted failed incomplete at 2026-11-20T09:00:01Z line=1`,
			`<bob@corp.example> -> <jane@army.ml> delivered yes queue="6" submitted at 2026-11-20T09:00:03Z line=3`,
		}},
		{Name: "lines that say nothing, and damaged ones, which are counted", Log: `
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="delivered from queue" pkg=smtpserver from=ann@corp.example msgid=3 recipient=jane@army.ml
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="scheduling delivery" pkg=queue from=ann@corp.example msgid=3 recipient=jane@army.ml
			2026-11-20T09:00:01+00:00 mail sshd[763]: l=info m="delivered from queue" pkg=queue from=ann@corp.example msgid=3 recipient=jane@army.ml
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue from=ann@corp.example msgid=3
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue from=ann@corp.example recipient=jane@army.ml
			2026-11-20T09:00:01+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue msgid=7 recipient=jane@army.ml
			`, Want: []string{
			`? -> <jane@army.ml> delivered yes queue="7" incomplete at 2026-11-20T09:00:01Z line=6`,
		}, Malformed: []string{"4: no recipient", "5: no recipient"}},
	})
}
