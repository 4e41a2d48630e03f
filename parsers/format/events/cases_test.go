package events_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func formatOf(t *testing.T, name string) parsers.Format {
	t.Helper()
	for _, f := range events.Formats() {
		if f.Name() == name {
			return f
		}
	}
	t.Fatalf("no format %s", name)
	return nil
}

const sesEvent = `{"eventType":"Delivery","mail":{"timestamp":"2026-11-20T09:00:00Z","source":"ann@corp.example","messageId":"0100","destination":["jane@army.ml"]},"delivery":{"timestamp":"2026-11-20T09:00:01Z","recipients":["jane@army.ml"],"smtpResponse":"250 2.0.0 ok"}}`

// TestEnvelopes reads an event in what Amazon's services put round it: each is
// recognised, and the event is the same.
func TestEnvelopes(t *testing.T) {
	t.Parallel()
	notification := fmt.Sprintf(`{"Type":"Notification","MessageId":"22b8","TopicArn":"arn:aws:sns:x","Message":%q}`, sesEvent)
	f := formatOf(t, "ses")
	const want = `<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" id="0100" submitted at 2026-11-20T09:00:01Z line=1`
	for name, log := range map[string]string{
		"plain":       sesEvent,
		"SNS":         notification,
		"EventBridge": `{"version":"0","detail-type":"Email Delivered","source":"aws.ses","time":"2026-11-20T09:00:01Z","resources":[],"detail":` + sesEvent + `}`,
		"SQS":         fmt.Sprintf(`{"Messages":[{"MessageId":"1","Body":%q}]}`, notification),
		"Lambda":      fmt.Sprintf(`{"Records":[{"EventSource":"aws:sns","Sns":{"Type":"Notification","Message":%q}}]}`, sesEvent),
		"Lambda, SQS": fmt.Sprintf(`{"Records":[{"messageId":"1","body":%q,"eventSource":"aws:sqs"}]}`, notification),
		"CloudWatch":  fmt.Sprintf(`{"events":[{"timestamp":1,"message":%q}]}`, sesEvent),
		"syslog":      "Nov 20 09:00:01 collector ses: " + sesEvent,
	} {
		t.Run(name, func(t *testing.T) {
			if n := f.Sniff([]byte(log)); n <= 80 {
				t.Errorf("got %d for how surely it is recognised, want more than 80", n)
			}
		})
		parserstest.Cases(t, f, []parserstest.Case{{Name: name, Log: log + "\n", Want: []string{want}}})
	}
	column := "Timestamp,_raw\n2026-11-20T09:00:01Z," + `"` + strings.ReplaceAll(sesEvent, `"`, `""`) + `"` + "\n"
	if n := f.Sniff([]byte(column)); n <= 80 {
		t.Errorf("in a column: got %d for how surely it is recognised, want more than 80", n)
	}
	parserstest.Cases(t, f, []parserstest.Case{{Name: "column", Log: column, Want: []string{strings.ReplaceAll(want, "line=1", "line=2")}}})
	parserstest.Cases(t, f, []parserstest.Case{{
		Name: "Firehose", Log: sesEvent + strings.ReplaceAll(sesEvent, "0100", "0101"),
		Want: []string{want, strings.ReplaceAll(want, "0100", "0101")},
	}})
}

// TestCollectedPairs: an export of a collector has the lines of a gateway in quotes.
func TestCollectedPairs(t *testing.T) {
	t.Parallel()
	line := `date=2026-11-20,time=09:00:00,device_id=FE1,type=statistics,session_id="0KA0",from="ann@corp.example",to="jane@army.ml",direction="out",disposition="Reject",classifier="x",subject="a, ""b"""`
	const want = `<ann@corp.example> -> <jane@army.ml> rejected no subject="a, \"b\"" outbound failed at 2026-11-20T09:00:00Z line=2`
	for name, columns := range map[string][2]string{
		"in the middle": {"_time,_raw,host", `2026-11-20T09:00:00Z,"LINE",gw`},
		"at the end":    {`"timestamp";"message"`, `"2026-11-20 09:00";"LINE"`},
	} {
		row := strings.Replace(columns[1], "LINE", strings.ReplaceAll(strings.ReplaceAll(line, `""`, `\"`), `"`, `""`), 1)
		parserstest.Cases(t, formatOf(t, "fortimail"), []parserstest.Case{{Name: name, Log: columns[0] + "\n" + row + "\n", Want: []string{want}}})
	}
}

// TestCollectedStrangers: lines of another gateway in the same log are counted, and other lines of
// the same are not.
func TestCollectedStrangers(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, formatOf(t, "fortimail"), []parserstest.Case{{Name: "a central log", Log: `
		date=2026-11-20,time=09:00:00,device_id=FE1,type=statistics,session_id="0KA0",from="ann@corp.example",to="jane@army.ml",disposition="Reject",classifier="x"
		date=2026-11-20,time=09:00:00,device_id=FE1,type=spam,session_id="0KA0",from="ann@corp.example",to="jane@army.ml",subject="Plan",msg="x"
		2026-11-20 09:00:01 1xVQBv-00002R-2R => kim@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.20] C="250 OK"
		<14>Nov 20 09:00:01 gw CEF:0|Acme|Mail|1|1|x|5|suser=ann@corp.example duser=joe@army.ml act=Delivered
		<14>Nov 20 09:00:02 gw CEF:0|Acme|Mail|1|1|x|5|src=192.0.2.7 act=Login suser=ann@corp.example
		`, Want: []string{
		`<ann@corp.example> -> <jane@army.ml> rejected no failed at 2026-11-20T09:00:00Z line=1`,
	}, Malformed: []string{"3: looks like a delivery, and was not understood", "4: looks like a delivery, and was not understood"}}})
}

// TestPageThatSniffCuts recognises a page of which only the beginning is there.
func TestPageThatSniffCuts(t *testing.T) {
	t.Parallel()
	page := `{"$schema":"x","records":[` + strings.Repeat(sesEvent+",\n", 100)
	if n := formatOf(t, "ses").Sniff([]byte(page)); n <= 80 {
		t.Errorf("got %d for how surely it is recognised, want more than 80", n)
	}
}

func TestDefender(t *testing.T) {
	t.Parallel()
	const email = `{"Timestamp":"2026-11-20T09:00:00Z","InternetMessageId":"<1@corp.example>","SenderMailFromAddress":"ann@corp.example","RecipientEmailAddress":"jane@army.ml","EmailDirection":"Outbound","DeliveryAction":"Delivered"}`
	const want = `<ann@corp.example> -> <jane@army.ml> delivered yes id="1@corp.example" outbound at 2026-11-20T09:00:00Z line=`
	parserstest.Cases(t, formatOf(t, "defender"), []parserstest.Case{
		{
			Name: "streamed, with another table",
			Log: `{"time":"2026-11-20T09:05:00Z","category":"AdvancedHunting-EmailUrlInfo","properties":{"Url":"https://x.example"}}
				{"time":"2026-11-20T09:05:00Z","category":"AdvancedHunting-EmailEvents","properties":` + email + `}
				`,
			Want: []string{want + "2"},
		},
		{Name: "event hub", Log: `{"records":[{"category":"AdvancedHunting-EmailEvents","properties":` + email + "}]}\n", Want: []string{want + "1"}},
		{
			Name: "hunting",
			Log:  "Timestamp,SenderMailFromAddress,RecipientEmailAddress,EmailDirection,DeliveryAction,InternetMessageId\n" + `"Nov 20, 2026 9:00:00 AM",ann@corp.example,jane@army.ml,Outbound,Delivered,<1@corp.example>` + "\n",
			Want: []string{want + "2"},
		},
		{
			Name: "Sentinel",
			Log: `"TimeGenerated [UTC]","SenderMailFromAddress","RecipientEmailAddress","EmailDirection","DeliveryAction","InternetMessageId"
				"11/20/2026, 9:00:00.000 AM",ann@corp.example,jane@army.ml,Outbound,Delivered,<1@corp.example>
				`,
			Want: []string{want + "2"},
		},
	})
}

// TestNoDelivery: an event of an attachment is one of Mimecast's, and no delivery.
func TestNoDelivery(t *testing.T) {
	t.Parallel()
	f := formatOf(t, "mimecast")
	const log = `{"aggregateId":"a","timestamp":1795165200000,"senderEnvelope":"eve@evil.example","messageId":"<9@evil.example>","subject":"x","recipient":"ann@corp.example","fileName":"t.pdf","type":"attachment protect"}` + "\n"
	if n := f.Sniff([]byte(log)); n <= 80 {
		t.Errorf("got %d for how surely it is recognised, want more than 80", n)
	}
	parserstest.Cases(t, f, []parserstest.Case{{Name: "attachment", Log: log}})
}

// TestAccounting reads accounting files of PowerMTA without a header: what follows the first
// columns may be anything.
func TestAccounting(t *testing.T) {
	t.Parallel()
	f := formatOf(t, "powermta")
	const log = `d,2026-11-20 12:00:01+0100,2026-11-20 11:59:00+0100,ann@corp.example,jane@army.ml,,relayed,2.0.0 (success),"smtp;250 ok, fine",mx1.army.ml (192.0.2.20),,smtp,x,1234
b,2026-11-20 13:00:01+0100,2026-11-20 11:59:00+0100,ann@corp.example,joe@hotmial.com,,failed,5.1.2 (bad domain),,,bad-domain,smtp,y,1234
`
	parserstest.Cases(t, f, []parserstest.Case{{
		Name: "without a header",
		Log:  log,
		Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml (192.0.2.20)" submitted at 2026-11-20T11:00:01Z line=1`,
			`<ann@corp.example> -> <joe@hotmial.com> bounced no dsn="5.1.2" submitted failed at 2026-11-20T12:00:01Z line=2`,
		},
	}})
	for text, want := range map[string]bool{
		log: true, strings.Replace(log, "jane@army.ml", "jane", 1): false, strings.Replace(log, "2026-11-20 12:00:01+0100", "today", 1): false,
		strings.Replace(log, "2.0.0 (success)", "fine", 1): false, "d,1,2\n": false,
	} {
		if got := f.Sniff([]byte(text)) > 0; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// TestRecipientsWithoutDomains: what masks an address, or what is left of one, is counted; a program is
// none, and nothing is lost of what got no mail.
func TestRecipientsWithoutDomains(t *testing.T) {
	t.Parallel()
	const row = "2026-11-20 09:00:00\tann@corp.example\t%s\t192.0.2.7\t192.0.2.26\tSMTP\t?\t%s\t1329"
	for _, to := range []struct {
		address, code string
		missed        int64
	}{
		{"jane", "250", 1}, {"<email>", "250", 1}, {"jane(at)army.ml", "250", 1}, {"jane@army(dot)ml", "250", 1}, {"•••@•••.com", "250", 1},
		{"|/usr/bin/archive", "250", 0}, {"jane", "550", 0}, {"jane@army.ml", "250", 0},
	} {
		log := fmt.Sprintf(row, "kim@army.ml", "250") + "\n" + fmt.Sprintf(row, to.address, to.code) + "\n"
		f := formatOf(t, "hmailserver").(parsers.StreamFormat)
		tally, err := f.Read(t.Context(), parsers.Piece{Location: time.UTC}, strings.NewReader(log), nowhere{})
		if err != nil || tally.NotUnderstood.Total() != to.missed {
			t.Errorf("%s: %v, %d not understood, want %d", to.address, err, tally.NotUnderstood.Total(), to.missed)
		}
	}
}

type nowhere struct{}

func (nowhere) Add(*parsers.Delivery)  {}
func (nowhere) Bounce(*parsers.Bounce) {}
