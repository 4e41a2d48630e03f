package exchange_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/exchange"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

const fields = "#Fields: date-time,source,event-id,connector-id,server-hostname,message-id,recipient-address,recipient-status,total-bytes,message-subject,sender-address,return-path,directionality"

// TestCases reads rows of the events that "Message tracking" of Microsoft Learn
// lists, with the columns that are read.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, exchange.Format(), []parserstest.Case{
		{Name: "each event that says something of a delivery", Log: fields + `
			2026-11-20T08:00:01.000Z,SMTP,SEND,Internet,mx.army.ml,<1@corp.example>,a@army.ml,250 2.0.0 Ok; queued,48,"Plan, v2",ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:02.000Z,SMTP,SENDEXTERNAL,Outbound,mx.army.ml,<1@corp.example>,b@army.ml,250 2.6.0 Queued,48,"Plan, v2",ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:03.000Z,STOREDRIVER,DELIVER,,EX1,<1@corp.example>,bob@corp.example,,48,"Plan, v2",ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:04.000Z,ROUTING,FAIL,,,<1@corp.example>,c@army.ml,550 5.1.1 no such user,48,"Plan, v2",ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:05.000Z,SMTP,DEFER,,,<1@corp.example>,d@army.ml,451 4.7.0 later,48,"Plan, v2",ann@corp.example,ann@corp.example,Originating
			2026-11-22T08:00:06.000Z,QUEUE,FAIL,,,<1@corp.example>,e@army.ml,550 4.4.7 QUEUE.Expired; message expired,48,"Plan, v2",ann@corp.example,ann@corp.example,Originating
			2026-11-22T08:00:07.000Z,STOREDRIVER,DELIVER,,EX1,<2@partner.example>,bob@corp.example,,9,Hello,sam@partner.example,sam@partner.example,Incoming
			`, Want: []string{
			`<ann@corp.example> -> <a@army.ml> delivered yes dsn="2.0.0" relay="mx.army.ml" id="1@corp.example" subject="Plan, v2" bytes=48 submitted at 2026-11-20T08:00:01Z line=2`,
			`<ann@corp.example> -> <b@army.ml> delivered yes dsn="2.6.0" relay="mx.army.ml" id="1@corp.example" subject="Plan, v2" bytes=48 submitted at 2026-11-20T08:00:02Z line=3`,
			`<ann@corp.example> -> <bob@corp.example> delivered yes relay="EX1" id="1@corp.example" subject="Plan, v2" bytes=48 local submitted at 2026-11-20T08:00:03Z line=4`,
			`<ann@corp.example> -> <c@army.ml> bounced no dsn="5.1.1" id="1@corp.example" subject="Plan, v2" bytes=48 submitted failed at 2026-11-20T08:00:04Z line=5`,
			`<ann@corp.example> -> <d@army.ml> deferred no dsn="4.7.0" id="1@corp.example" subject="Plan, v2" bytes=48 submitted at 2026-11-20T08:00:05Z line=6`,
			`<ann@corp.example> -> <e@army.ml> expired no dsn="4.4.7" id="1@corp.example" subject="Plan, v2" bytes=48 submitted failed at 2026-11-22T08:00:06Z line=7`,
			`<sam@partner.example> -> <bob@corp.example> delivered yes relay="EX1" id="2@partner.example" subject="Hello" bytes=9 inbound local at 2026-11-22T08:00:07Z line=8`,
		}},
		{Name: "events that are no deliveries", Log: fields + `
			2026-11-20T08:00:01.000Z,SMTP,RECEIVE,Default,EX1,<1@corp.example>,a@army.ml,,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,SMTP,SEND,Intra-Organization SMTP Send Connector,EX2,<1@corp.example>,a@army.ml,250 2.6.0 Queued,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,SMTP,HAREDIRECT,,EX2,<1@corp.example>,a@army.ml,,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,AGENT,AGENTINFO,,EX2,<1@corp.example>,a@army.ml,,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,ROUTING,EXPAND,,EX2,<1@corp.example>,list@corp.example,,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,DSN,DSN,,EX2,<9@corp.example>,ann@corp.example,,48,Undeliverable,postmaster@corp.example,<>,Originating
			2026-11-20T08:00:01.000Z,STOREDRIVER,SUBMIT,,EX2,<1@corp.example>,,,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,STOREDRIVER,DELIVER,,EX2,<p@corp.example>,HealthMailbox1@corp.example,,48,Probe,healthMAILBOX2@corp.example,ann@corp.example,Originating
			`},
		{Name: "recipients of one row, a sender by his return path, the null reverse-path, and no return path", Log: fields + `
			2026-11-20T08:00:01.000Z,SMTP,SEND,Internet,mx,<1@corp.example>,jane@army.ml;<kim@army.ml>,250 2.0.0 Ok;250 2.0.0 Ok,48,Plan,boss@corp.example,<ann@corp.example>,Originating
			2026-11-20T08:00:02.000Z,SMTP,SEND,Internet,mx,<2@corp.example>,lee@army.ml,250 2.0.0 Ok,48,Undeliverable,postmaster@corp.example,<>,Originating
			2026-11-20T08:00:03.000Z,SMTP,SEND,Internet,mx,<3@corp.example>,sam@army.ml,250 2.0.0 Ok,48,Plan,ann@corp.example,,
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx" id="1@corp.example" subject="Plan" bytes=48 submitted at 2026-11-20T08:00:01Z line=2`,
			`<ann@corp.example> -> <kim@army.ml> delivered yes dsn="2.0.0" relay="mx" id="1@corp.example" subject="Plan" bytes=48 submitted at 2026-11-20T08:00:01Z line=2`,
			`<> -> <lee@army.ml> delivered yes dsn="2.0.0" relay="mx" id="2@corp.example" subject="Undeliverable" bytes=48 submitted at 2026-11-20T08:00:02Z line=3`,
			`<ann@corp.example> -> <sam@army.ml> delivered yes dsn="2.0.0" relay="mx" id="3@corp.example" subject="Plan" bytes=48 at 2026-11-20T08:00:03Z line=4`,
		}},
		{Name: "two servers that log to one place: the last word of a message counts, whatever its order", Log: fields + `
			2026-11-20T08:05:00.000Z,SMTP,SEND,Internet,mx.army.ml,<1@corp.example>,jane@army.ml,250 2.0.0 Ok,48,Plan,ann@corp.example,ann@corp.example,Originating
			` + fields + `
			2026-11-20T08:00:00.000Z,SMTP,DEFER,,,<1@corp.example>,jane@army.ml,451 4.7.0 later,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:00.000Z,SMTP,SEND,Internet,mx.army.ml,<1@corp.example>,kim@army.ml,250 2.0.0 Ok,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:09:00.000Z,SMTP,FAIL,,,<1@corp.example>,kim@army.ml,550 5.2.2 full,48,Plan,ann@corp.example,ann@corp.example,Originating
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx.army.ml" id="1@corp.example" subject="Plan" bytes=48 submitted at 2026-11-20T08:05:00Z line=2`,
			`<ann@corp.example> -> <kim@army.ml> bounced no dsn="5.2.2" id="1@corp.example" subject="Plan" bytes=48 submitted failed at 2026-11-20T08:09:00Z line=6`,
		}},
		{Name: "damaged rows are counted", Log: fields + `
			yesterday,SMTP,SEND,Internet,mx,<1@corp.example>,jane@army.ml,250 2.0.0 Ok,big,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,SMTP,SEND,Internet,mx,<2@corp.example>,System.String[],250 2.0.0 Ok,48,Plan,ann@corp.example,ann@corp.example,Originating
			2026-11-20T08:00:01.000Z,SMTP,SE
			2026-11-20T08:00:01.000Z,SMTP,SEND,Internet,mx,<3@corp.example>,kim@army.ml,"250 2.0.0 Ok,48,Plan,ann@corp.example,ann@corp.example,Originating
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx" id="1@corp.example" subject="Plan" submitted line=2`,
		}, Malformed: []string{"2: time that cannot be read", "3: recipients that were not exported", "5: quotes that do not end"},
			Problems: []string{`recipients were exported as "System.String[]": export them with @{n="Recipients";e={$_.Recipients -join ";"}}`}},
	})
}

// TestWithoutHeader reads lines whose header a collector left out, in the order of
// the documents: of Exchange 2019 with 30 fields, of 2010 with 26.
func TestWithoutHeader(t *testing.T) {
	t.Parallel()
	const before, after = `2026-11-20T08:00:01.000Z,192.0.2.56,EX1,192.0.2.5,mx.army.ml,";250 2.6.0 x; y;",Outbound,SMTP,SENDEXTERNAL,87,<1@corp.example>`,
		`jane@army.ml,250 2.1.5 Ok,48,1,,,"Plan, v2",ann@corp.example,ann@corp.example,,Originating,,,,S:E2ELatency=1`
	const want = `<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.1.5" relay="mx.army.ml" id="1@corp.example" subject="Plan, v2" bytes=48 submitted at 2026-11-20T08:00:01Z line=1`
	for name, log := range map[string]string{
		"2019": before + ",cb1ce4e7," + after + ",Email,82f8feae,15.01.2507.039\n",
		"2010": before + "," + after + "\n",
	} {
		if n := exchange.Format().Sniff([]byte(log)); n <= 80 {
			t.Errorf("%s: got %d for how surely it is recognised, want more than 80", name, n)
		}
		parserstest.Cases(t, exchange.Format(), []parserstest.Case{{Name: name, Log: log, Want: []string{want}}})
	}
}
