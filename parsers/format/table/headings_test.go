package table

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestHeadings reads lists whose columns are called as others call them.
func TestHeadings(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, CSV{}, []parserstest.Case{
		{
			Name: "of a gateway, with the envelope and the header",
			Log: `
			Subject,From Address (Envelope),From Address (Header),To Address,Route,Date/Time,Status
			Plan,ann@corp.example,news@corp.example,jane@army.ml,Outbound,2026-10-01 10:00:00,Delivered
			Plan,ann@corp.example,news@corp.example,joe@gmial.com,Outbound,2026-10-01 10:00:01,Hard bounce`,
			Want: []string{
				`<ann@corp.example> -> <jane@army.ml> delivered yes subject="Plan" at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <joe@gmial.com> bounced no subject="Plan" at 2026-10-01T10:00:01Z line=3`,
			},
		},
		{
			Name: "the envelope behind the header, and a status of the message",
			Log: `
			Message Status,From Header,From Envelope,To,Subject,Sent Date/Time
			Delivered,news@corp.example,ann@corp.example,jane@army.ml,Plan,2026-10-01 10:00:00`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> delivered yes subject="Plan" at 2026-10-01T10:00:00Z line=2`},
		},
		{
			Name: "of a service that has the envelope in brackets",
			Log: `
			Timestamp,Sender (Header),Sender (Envelope),Recipient (Header),Recipient (Envelope),Action
			2026-10-01 10:00:00,news@corp.example,ann@corp.example,team@army.ml,jane@army.ml,Delivered`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-10-01T10:00:00Z line=2`},
		},
		{
			Name: "with those who got copies, and a second column of the same name",
			Log: `
			Date,From,To,Cc,BCC,To
			2026-10-01 10:00:00,ann@corp.example,jane@army.mil,"jane@army.ml; kim@army.ml",joe@gmial.com,sam@army.ml
			2026-10-01 10:00:01,ann@corp.example,,,jane@army.ml,`,
			Want: []string{
				`<ann@corp.example> -> <jane@army.mil> unknown unknown at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <jane@army.ml> unknown unknown at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <joe@gmial.com> unknown unknown at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <kim@army.ml> unknown unknown at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <sam@army.ml> unknown unknown at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <jane@army.ml> unknown unknown at 2026-10-01T10:00:01Z line=3`,
			},
		},
		{
			Name: "of the envelope, which names all, beside the header's copies",
			Log: `
			Date,From,Recipient (Envelope),Cc
			2026-10-01 10:00:00,ann@corp.example,jane@army.mil,jane@army.ml`,
			Want: []string{`<ann@corp.example> -> <jane@army.mil> unknown unknown at 2026-10-01T10:00:00Z line=2`},
		},
		{
			Name: "a list in the braces of PowerShell",
			Log: `
			Date;From;To;Status
			2026-10-01 10:00:00;ann@corp.example;{jane@army.mil, jane@army.ml};sent
			20-Nov-2026 10:00 AM;ann@corp.example;{jane@army.ml};sent`,
			Want: []string{
				`<ann@corp.example> -> <jane@army.mil> delivered yes at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-11-20T10:00:00Z line=3`,
			},
		},
		{
			Name: "of a page that does not name all recipients, or cuts them",
			Log: `
			Date,From,To,Status
			2026-10-01 10:00:00,ann@corp.example,jane@army.ml +2 more,Delivered
			2026-10-01 10:00:01,ann@corp.example,jane@army.ml (and 12 others),Delivered
			2026-10-01 10:00:02,ann@corp.example,jane@arm…,Delivered
			2026-10-01 10:00:03,ann@corp.example,jane@army.ml,Delivered`,
			Want: []string{
				`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-10-01T10:00:00Z line=2`,
				`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-10-01T10:00:01Z line=3`,
				`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-10-01T10:00:03Z line=5`,
			},
			Malformed: []string{
				`2: column "To": "jane@army.ml +2 more" does not name all recipients`,
				`3: column "To": "jane@army.ml (and 12 others)" does not name all recipients`,
				`4: column "To": "jane@arm…" is no address`,
			},
		},
		{
			Name: "the day apart from the time, and words for a direction",
			Log: `
			Date,Time,From,To,Direction,Message ID
			2026-10-01,10:00:00,ann@corp.example,jane@army.ml,out,<1@corp.example>`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> unknown unknown id="1@corp.example" outbound at 2026-10-01T10:00:00Z line=2`},
		},
		{
			Name: "in German",
			Log: `
			Empfangen;Absenderadresse;Empfängeradresse;Betreff;Status
			01.10.2026 10:00:00;ann@corp.example;jane@army.ml;Plan;Zugestellt`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> delivered yes subject="Plan" at 2026-10-01T10:00:00Z line=2`},
		},
		{
			Name: "after the line of a spreadsheet that names the separator",
			Log: `
			sep=;
			time;sender;recipient
			2026-10-01 10:00:00;ann@corp.example;jane@army.ml`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> unknown unknown at 2026-10-01T10:00:00Z line=3`},
		},
		{
			Name: "in French, whose days go first",
			Log: `
			Reçu;Expéditeur;Destinataire;Objet;État
			02/10/2026 10:00:00;ann@corp.example;jane@army.ml;Plan;Échec`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> bounced no subject="Plan" at 2026-10-02T10:00:00Z line=2`},
		},
		{
			Name: "in Japanese",
			Log: `
			受信日時,送信者,受信者,件名,状態
			2026/10/01 10:00:00,ann@corp.example,jane@army.ml,Plan,配信済み`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> delivered yes subject="Plan" at 2026-10-01T10:00:00Z line=2`},
		},
		{
			Name: "a word that is not known",
			Log: `
			Date,From,To,Final Action
			2026-10-01 10:00:00 (GMT +02:00),ann@corp.example,jane@army.ml,Continue`,
			Want:     []string{`<ann@corp.example> -> <jane@army.ml> unknown unknown at 2026-10-01T08:00:00Z line=2`},
			Problems: []string{`what became of a delivery is not known: column "Final Action": "Continue" is no word of that field`},
		},
	})
}

// TestKeys reads records of JSON whose keys are called as others call them.
func TestKeys(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, JSONL{}, []parserstest.Case{
		{
			Name: "of a service that sends mail, and what is none of its records",
			Log: `
			{"event":"delivered","timestamp":1795165202,"from":"Ann <ann@corp.example>","to":["jane@army.ml"],"subject":"Plan","messageId":"<1@corp.example>"}
			{"state":"hard bounce","date":"2026-11-20T09:01:00Z","mail_from":"bob@corp.example","rcpt_to":"joe@hotmial.com"}
			{"event":"parked","timestamp":1795165202,"from":"ann@corp.example","to":"kim@army.ml"}
			{"event":"login","timestamp":1795165202,"from":"192.0.2.7","to":"shop"}
			{"time":1795165202,"sender":"ann@corp.example","recipient":"sam@army.ml","status":"parked"}
			{"event":"shelved","timestamp":1795165202,"from":"ann@corp.example","to":"lee@army.ml"}`,
			Want: []string{
				`<ann@corp.example> -> <jane@army.ml> delivered yes id="1@corp.example" subject="Plan" at 2026-11-20T09:00:02Z line=1`,
				`<bob@corp.example> -> <joe@hotmial.com> bounced no at 2026-11-20T09:01:00Z line=2`,
				`<ann@corp.example> -> <kim@army.ml> unknown unknown at 2026-11-20T09:00:02Z line=3`,
				`<ann@corp.example> -> <lee@army.ml> unknown unknown at 2026-11-20T09:00:02Z line=6`,
			},
			Malformed: []string{"4: neither a sender nor a login", `5: column "status": "parked" is no word of that field`},
			Problems:  []string{`what became of a delivery is not known: column "event": "parked" is no word of that field`},
		},
		{
			Name: "with those who got copies",
			Log: `
			{"status":"sent","date":"2026-11-20T09:01:00Z","from":"ann@corp.example","to":["jane@army.mil"],"cc":["jane@army.ml"],"bcc":[{"email":"joe@gmial.com"}]}
			{"time":1795165202,"sender":"ann@corp.example","recipient":"jane@army.mil","Cc":"sam@army.ml","bcc":null}`,
			Want: []string{
				`<ann@corp.example> -> <jane@army.mil> delivered yes at 2026-11-20T09:01:00Z line=1`,
				`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-11-20T09:01:00Z line=1`,
				`<ann@corp.example> -> <joe@gmial.com> delivered yes at 2026-11-20T09:01:00Z line=1`,
				`<ann@corp.example> -> <jane@army.mil> unknown unknown at 2026-11-20T09:00:02Z line=2`,
				`<ann@corp.example> -> <sam@army.ml> unknown unknown at 2026-11-20T09:00:02Z line=2`,
			},
		},
	})
	for text, want := range map[string]int{
		`{"event":"delivered","timestamp":1795165202,"from":"ann@corp.example","to":"jane@army.ml"}`: guessed,
		`{"event":"login","timestamp":1795165202,"from":"192.0.2.7","to":"shop"}`:                    0,
		`{"timestamp":1795165202,"from":"ann@corp.example","to":"jane@army.ml","body":"a chat"}`:     0,
		`{"time":1795165202,"sender":"ann@corp.example","recipient":"jane@army.ml"}`:                 80,
		`{"time":1795165202,"sender":"ann@corp.example","to":"jane@army.ml","status":"sent"}`:        guessed,
	} {
		if got := (JSONL{}).Sniff([]byte(text + "\n")); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

// TestSniffHeadings: a table is a list of messages if it says who wrote to whom, and when.
func TestSniffHeadings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Date,From,To\n2026-10-01,ann@corp.example,jane@army.ml\n": guessed,
		"Date,From,To\n2026-10-01,+49 30 1,+49 30 2\n":             0,
		"Date,From,To\n": 0,
		"From,To\nann@corp.example,jane@army.ml\n":                               0,
		"Date,To\n2026-10-01,jane@army.ml\n":                                     0,
		"time,sender,recipient\n2026-10-01,ann@corp.example,jane@army.ml\n":      80,
		"Datum;Von;An\n01.10.2026;ann@corp.example;jane@army.ml\n":               guessed,
		"Name,Email,Date\nJane,jane@army.ml,2026-10-01\n":                        0,
		"Date,From,To,Text\n2026-10-01,Berlin,Paris,write to jane@army.ml\n":     0,
		"Received,Sender,Recipients\n2026-10-01,ann@corp.example,jane@army.ml\n": guessed,
	} {
		if got := (CSV{}).Sniff([]byte(text)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
