package message

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

type keeper struct{ lines []string }

// Add implements parsers.Sink. That a delivery is of a copy is not written.
func (k *keeper) Add(d *parsers.Delivery) {
	bare := *d
	bare.Copy = false
	line := parserstest.Describe(&bare)
	if !d.Copy {
		line = "no copy: " + line
	}
	k.lines = append(k.lines, line)
}

// Bounce implements parsers.Sink.
func (k *keeper) Bounce(b *parsers.Bounce) {
	k.lines = append(k.lines, "report: "+parserstest.Describe(&parsers.Delivery{
		Time: b.Time, SenderKnown: true, Recipient: b.Recipient, OrigRecipient: b.OrigRecipient, SubjectSum: b.SubjectSum, MessageID: b.MessageID, Status: b.Status, Arrived: b.Arrived, Failure: b.Failure,
		DSN: b.DSN, Relay: b.Relay, Origin: b.Origin,
	}))
}

func read(m Mail) (lines []string, ok bool, tally parsers.Tally) {
	var sink keeper
	r := NewReader(&sink)
	ok = r.Read(&m)
	return sink.lines, ok, r.Tally
}

func TestRead(t *testing.T) {
	t.Parallel()
	const at = "Date: Mon, 23 Nov 2026 10:00:00 +0000\n"
	for _, test := range []struct {
		name, header string
		mail         Mail
		want         []string
	}{
		{"a Sent copy", "From: Alice <alice@corp.example>\nTo: jane@army.ml, Bob <bob@corp.example>\nCc: JANE@army.ml\nBcc: joe@army.ml\nMessage-ID: <1@corp.example>\nSubject: hi\n " + "there\n" + at,
			Mail{Role: RoleSent, Size: 100}, []string{
				`<alice@corp.example> -> <jane@army.ml> unknown unknown id="1@corp.example" subject="hi there" bytes=100 submitted at 2026-11-23T10:00:00Z`,
				`<alice@corp.example> -> <bob@corp.example> unknown unknown id="1@corp.example" subject="hi there" bytes=100 submitted at 2026-11-23T10:00:00Z`,
				`<alice@corp.example> -> <joe@army.ml> unknown unknown id="1@corp.example" subject="hi there" bytes=100 submitted at 2026-11-23T10:00:00Z`}},
		{"one that came in", "Delivered-To: alice@corp.example\nFrom: bob@partner.example\nTo: alice@corp.example, carol@other.example\n" + at, Mail{Role: RoleReceived}, []string{
			"<bob@partner.example> -> <alice@corp.example> delivered yes local at 2026-11-23T10:00:00Z",
			"<bob@partner.example> -> <carol@other.example> unknown unknown at 2026-11-23T10:00:00Z"}},
		{"an archive", "Received: from x by mx for <jane@army.ml>; now\nFrom: alice@corp.example\nTo: jane@army.ml\n" + at, Mail{}, []string{
			"<alice@corp.example> -> <jane@army.ml> unknown unknown at 2026-11-23T10:00:00Z"}},
		{"context", "From: bob@partner.example\nTo: alice@corp.example\n", Mail{Context: true, Role: RoleSent, Stored: func() time.Time { return time.Unix(0, 0) }}, []string{
			"<bob@partner.example> -> <alice@corp.example> unknown unknown inbound at 1970-01-01T00:00:00Z"}},
		{"sent on", "Resent-To: jane@army.ml\nResent-Cc: joe@army.ml\nResent-From: alice@corp.example\nResent-Date: Tue, 24 Nov 2026 10:00:00 +0000\nFrom: bob@partner.example\nTo: alice@corp.example\n" + at, Mail{Role: RoleSent}, []string{
			"<bob@partner.example> -> <alice@corp.example> unknown unknown at 2026-11-23T10:00:00Z",
			"<alice@corp.example> -> <jane@army.ml> unknown unknown submitted at 2026-11-24T10:00:00Z",
			"<alice@corp.example> -> <joe@army.ml> unknown unknown submitted at 2026-11-24T10:00:00Z"}},
		{"sent on twice", "Resent-Date: Tue, 24 Nov 2026 10:00:00 +0000\nResent-From: bob@corp.example\nResent-To: joe@army.ml\nReceived: by x; y\nResent-From: alice@corp.example\nResent-Cc: jane@army.ml\nResent-Date: Mon, 23 Nov 2026 11:00:00 +0000\nFrom: eve@partner.example\nTo: jane@army.ml\n" + at, Mail{Role: RoleSent}, []string{
			"<eve@partner.example> -> <jane@army.ml> unknown unknown at 2026-11-23T10:00:00Z",
			"<bob@corp.example> -> <joe@army.ml> unknown unknown submitted at 2026-11-24T10:00:00Z",
			"<alice@corp.example> -> <jane@army.ml> unknown unknown submitted at 2026-11-23T11:00:00Z"}},
		{"sent on to several", "Resent-To: a@army.ml\nResent-To: b@army.ml\nResent-From: bob@corp.example\nResent-Cc: c@army.ml\nResent-To: d@army.ml\nResent-Sender: alice@corp.example\nResent-Bcc: e@army.ml\n", Mail{}, []string{
			"<bob@corp.example> -> <a@army.ml> unknown unknown", "<bob@corp.example> -> <b@army.ml> unknown unknown", "<bob@corp.example> -> <c@army.ml> unknown unknown",
			"<alice@corp.example> -> <d@army.ml> unknown unknown", "<alice@corp.example> -> <e@army.ml> unknown unknown"}},
		{"a date of the last server", "Received: from x by mx for <jane@army.ml>; Mon, 23 Nov 2026\n 12:00:00 +0200 (EET)\nReceived: by x; Sun, 22 Nov 2026 10:00:00 +0000\nFrom: alice@corp.example\nTo: jane@army.ml\nDate: Mo 23 Dez 2026\n", Mail{Stored: func() time.Time { return time.Unix(0, 0) }}, []string{
			"<alice@corp.example> -> <jane@army.ml> unknown unknown at 2026-11-23T10:00:00Z"}},
		{"Sender", "Sender: alice@corp.example\nTo: jane@army.ml\n", Mail{Role: RoleSent}, []string{"<alice@corp.example> -> <jane@army.ml> unknown unknown submitted"}},
		{"From_ line", "To: jane@army.ml\n", Mail{Role: RoleSent, Envelope: "alice@corp.example"}, []string{"<alice@corp.example> -> <jane@army.ml> unknown unknown submitted"}},
		{"a thread", "In-Reply-To: <2@army.mil>\nReferences: <1@army.mil>\n <2@army.mil> <3@corp.example>\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{Role: RoleSent}, []string{
			`<alice@corp.example> -> <jane@army.ml> unknown unknown references="1@army.mil 3@corp.example 2@army.mil" submitted`}},
		{"many references", "References: <a@x.example>" + strings.Repeat(" <b@x.example>", 9) + " <c@x.example>\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{Role: RoleSent}, []string{
			`<alice@corp.example> -> <jane@army.ml> unknown unknown references="b@x.example c@x.example" submitted`}},
		{"an answer of a postmaster", "In-Reply-To: <1@corp.example>\nFrom: postmaster@army.ml\nTo: alice@corp.example\n", Mail{Role: RoleReceived}, []string{
			`<postmaster@army.ml> -> <alice@corp.example> unknown unknown`}},
		{"no path back", "Return-Path: <>\nFrom: alice@corp.example\nTo: jane@army.ml\nSubject: hi\n", Mail{}, []string{`<alice@corp.example> -> <jane@army.ml> unknown unknown subject="hi"`}},
		{"an empty path back", "Return-Path:\nFrom: \"Alice <>\" <alice@corp.example>\nTo: jane@army.ml\n", Mail{}, []string{"<alice@corp.example> -> <jane@army.ml> unknown unknown"}},
		{"nobody", "To: jane@army.ml\n", Mail{Role: RoleSent, Envelope: "-"}, []string{"? -> <jane@army.ml> unknown unknown submitted"}},
		{"label", "X-Gmail-Labels: =?UTF-8?Q?Envoy=C3=A9s?=,Important\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{}, []string{"<alice@corp.example> -> <jane@army.ml> unknown unknown submitted"}},
		{"label of a draft in Catalan", "X-Gmail-Labels: Esborranys\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{}, nil},
		{"label of a draft in Vietnamese", "X-Gmail-Labels: =?UTF-8?B?VGjGsCBuaMOhcA==?=\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{Role: RoleSent}, nil},
		{"label of a draft", "X-Gmail-Labels: Drafts,Sent\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{}, nil},
		{"draft of Thunderbird", "X-Mozilla-Draft-Info: internal/draft; vcard=0\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{}, nil},
		{"draft of Outlook", "X-Unsent: 1\nFrom: alice@corp.example\nTo: jane@army.ml\n", Mail{}, nil},
		{"draft by flag", "From: alice@corp.example\nTo: jane@army.ml\n", Mail{Draft: true}, nil},
		{"drafts", "From: alice@corp.example\nTo: jane@army.ml\n", Mail{Role: RoleDraft}, nil},
		{"junk", "From: alice@corp.example\nTo: jane@army.ml\n", Mail{Role: RoleJunk}, nil},
		{"a word that is no field", "From: alice@corp.example\nTo: jane@army.ml\n\nTo: body@army.ml\n", Mail{Role: RoleSent}, []string{"<alice@corp.example> -> <jane@army.ml> unknown unknown submitted"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, nl := range []string{"\n", "\r\n"} {
				m := test.mail
				m.Header = []byte(strings.ReplaceAll(test.header, "\n", nl))
				got, ok, tally := read(m)
				if diff := cmp.Diff(test.want, got); diff != "" || !ok || tally.Deliveries != int64(len(got)) || tally.Records != 1 {
					t.Errorf("got %v, tally %+v, want true and a delivery for each line; lines (-want +got):\n%s", ok, tally, diff)
				}
			}
		})
	}
	if got, ok, _ := read(Mail{Header: []byte("Subject: x\nContent-Type: text/plain\n")}); ok || got != nil {
		t.Errorf("got %v of what is no message, want nothing", got)
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	const from, at = "report: <> -> ", " at 2026-11-23T10:00:00Z"
	for name, want := range map[string][]string{
		"rfc3464": {
			`<jane@army.ml> bounced no dsn="5.4.4" id="one@corp.example" no-domain`,
			`<bob@partner.example> deferred no orig="sales@partner.example" dsn="4.2.1" relay="mx.partner.example" id="one@corp.example" failed`,
			`<carol@partner.example> delivered yes dsn="2.0.0" relay="mx.partner.example" id="one@corp.example"`,
			`<dave@army.ml> expired no dsn="4.4.1" id="one@corp.example" failed`,
		},
		"exim":     {`<jane@army.ml> bounced no id="two@corp.example" no-domain`, `<joe@army.ml> bounced no dsn="5.1.1" id="two@corp.example" no-user`},
		"qmail":    {`<jane@army.ml> bounced no dsn="5.1.2" id="three@corp.example" no-domain`, `<joe@army.ml> bounced no dsn="5.2.2" id="three@corp.example" failed`},
		"exchange": {`<jane@army.ml> bounced no dsn="5.1.10" id="four@corp.example" no-user`},
		"gmail":    {`<jane@army.ml> bounced no id="five@corp.example" no-domain`},
		"sendmail": {`<jane@army.ml> bounced no dsn="5.1.2" relay="army.ml" id="six@corp.example" no-domain`},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + name + ".eml")
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				want[i] = from + want[i] + at
			}
			for _, data := range [][]byte{data, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
				end := header.End(data)
				if !IsReport(data[:end]) {
					t.Fatal("got no report, want one")
				}
				got, _, tally := read(Mail{Header: data[:end], Body: data[end:], Role: RoleReceived})
				if diff := cmp.Diff(want, got); diff != "" || tally.Deliveries != 0 {
					t.Errorf("got %d deliveries, want 0; reports (-want +got):\n%s", tally.Deliveries, diff)
				}
			}
			if got, _, _ := read(Mail{Header: data[:header.End(data)], Body: data[header.End(data):], Role: RoleSent}); len(got) > 0 && strings.HasPrefix(got[0], "report") {
				t.Errorf("in a Sent folder: got %q, want no report", got[0])
			}
		})
	}
}

// TestNoReports: what only quotes a report, or is an ordinary answer of a
// robot, says nothing.
func TestNoReports(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]Mail{
		"an absence": {Header: []byte("Return-Path: <>\nFrom: jane@army.ml\nTo: alice@corp.example\nIn-Reply-To: <one@corp.example>\n"),
			Body: []byte("I am away. Ask\n\njoe@army.ml\n\nMessage-ID: <one@corp.example>\n")},
		"no identifier": {Header: []byte("X-Failed-Recipients: jane@army.ml\nFrom: mailer-daemon@x.example\nTo: a@corp.example\n"), Body: []byte("failed")},
	} {
		if got, _, _ := read(m); strings.Contains(strings.Join(got, "\n"), "report") {
			t.Errorf("%s: got %q, want no report", name, got)
		}
	}
	if IsReport([]byte("From: jane@corp.example\nTo: x@y.example\nSubject: a report\nContent-Type: text/plain\n")) {
		t.Error("mail of a person: got a report, want none")
	}
}

// TestShapesOfReports: what mail servers and gateways do to reports.
func TestShapesOfReports(t *testing.T) {
	t.Parallel()
	const from = "From: MAILER-DAEMON@mx.army.ml\nTo: alice@corp.example\nSubject: Undeliverable: The plan\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
	const status = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; jane@army.ml\nAction: failed\nStatus: 5.1.1\n"
	const back = "Content-Type: message/rfc822\n\nMessage-ID: <one@corp.example>\nTo: jane@army.ml\n"
	const bounced = `report: <> -> <jane@army.ml> bounced no dsn="5.1.1" id="one@corp.example" no-user at 2026-11-23T10:00:00Z`
	for _, test := range []struct{ name, text, want string }{
		{"a boundary that is not named", from + "Content-Type: multipart/report\n\n--part-of-this\n" + status + "\n--part-of-this\n" + back + "\n--part-of-this--\n", bounced},
		{"a boundary that changes", from + "Content-Type: multipart/report; boundary=first\n\n--first\n" + status + "\n--second\n" + back + "\n--second--\n", bounced},
		{"no parts", from + "Content-Type: multipart/report; boundary=lost\n\nFinal-Recipient: rfc822; jane@army.ml\nAction: failed\nStatus: 5.1.1\n\nMessage-ID: <one@corp.example>\nFrom: alice@corp.example\n", bounced},
		{"a report within a message", from + "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n\n" + from + "Content-Type: multipart/report; report-type=delivery-status; boundary=inner\n\n--inner\n" + status +
			"\n--inner\n" + back + "\n--inner--\n\n--outer--\n", bounced},
		{"an alias", from + "\nThe message could not be delivered:\n\n<jane@post.army.ml> (expanded from <jane@army.ml>): unknown user\n\nMessage-ID: <one@corp.example>\nFrom: alice@corp.example\nTo: jane@army.ml\n",
			`report: <> -> <jane@post.army.ml> bounced no orig="jane@army.ml" id="one@corp.example" failed at 2026-11-23T10:00:00Z`},
		{"the identifier in its own header", from + "X-CM-Original-Message-ID: <one@corp.example>\n\nThe message could not be delivered: 5.1.1\n\njane@army.ml: 5.1.1 unknown user\n", bounced},
		{"an X.400 address", from + "\nYour message\n\n  To:  list@corp.example\n  Subject: The plan\n\ndid not reach:\n\nc=US;a= ;p=ARMY;dda:SMTP=jane@army.ml; on Mon, 23 Nov 2026\n    Unknown Recipient #5.1.1\n\nMessage-ID: <one@corp.example>\nFrom: alice@corp.example\n", bounced},
		{"no identifier", from + "\nThis message could not be delivered:\n  jane@army.ml\n\nThe subject of the message is: The plan\nThe date of the message is: Mon, 23 Nov 2026 09:00:00 +0000\n",
			`report: <> -> <jane@army.ml> bounced no subject-sum=` + fmt.Sprint(parsers.SumOfSubject("The plan")) + ` failed at 2026-11-23T10:00:00Z`},
		{"a receipt that refuses", strings.Replace(from, "MAILER-DAEMON", "jane", 1) + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nYour message was automatically rejected: Quota exceeded\n\n--b\nContent-Type: message/disposition-notification\n\n" +
			"Final-Recipient: rfc822; jane@army.ml\nOriginal-Message-ID: <one@corp.example>\nDisposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n",
			`report: <> -> <jane@army.ml> bounced no id="one@corp.example" failed at 2026-11-23T10:00:00Z`},
	} {
		data := []byte(test.text)
		end := header.End(data)
		if got, _, _ := read(Mail{Header: data[:end], Body: data[end:], Role: RoleReceived}); len(got) == 0 || got[0] != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestReportsOfNobody: a report that names neither message nor subject, and other mail of
// a program, is counted and is no delivery.
func TestReportsOfNobody(t *testing.T) {
	t.Parallel()
	head := []byte("Return-Path: <>\nDelivered-To: jane@army.ml\nFrom: MAILER-DAEMON@x.example\nTo: alice@corp.example\nSubject: Undeliverable\n")
	got, ok, tally := read(Mail{Header: head, Body: []byte("It could not be delivered to jane@army.ml.\n"), Role: RoleReceived})
	if len(got) != 0 || !ok || len(tally.Problems) != 1 {
		t.Errorf("got %q, %v and problems %q, want none, true and one", got, ok, tally.Problems)
	}
	for _, head := range []string{
		"Return-Path: <>\nFrom: jane@army.ml\nTo: alice@corp.example\nIn-Reply-To: <1@corp.example>\nSubject: I am away\n", "From: MAILER-DAEMON@x.example\nTo: alice@corp.example\nSubject: Quota\n",
		"Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: jane@army.ml\nTo: alice@corp.example\n", "From: tls@x.example\nTo: alice@corp.example\nContent-Type: multipart/report; report-type=tlsrpt\n",
	} {
		if got, ok, tally := read(Mail{Header: []byte(head)}); len(got) != 0 || !ok || len(tally.Problems) != 1 {
			t.Errorf("%s: got %q, %v and problems %q, want none, true and one", head, got, ok, tally.Problems)
		}
	}
	for _, from := range []string{"postmaster@army.ml", "MAILER-DAEMON <>", "Mail Delivery System <x@army.ml>"} {
		head := []byte("Delivered-To: jane@army.ml\nX-Original-To: jane@army.ml\nFrom: " + from + "\nTo: alice@corp.example\nSubject: Mail\n")
		got, _, _ := read(Mail{Header: head, Body: []byte("Something.\n"), Role: RoleReceived})
		if strings.Contains(strings.Join(got, " "), "local") {
			t.Errorf("%s: got %q, want nothing that was stored here", from, got)
		}
	}
}

func TestRoleOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Role{
		"Sent": RoleSent, "Sent Items": RoleSent, "INBOX.Sent": RoleSent, "[Gmail]/Gesendet": RoleSent, "Mail/Sent.sbd/2024": RoleSent, "Sent-1": RoleSent, "sent_mail": RoleSent,
		"Gesendete Objekte": RoleSent, "Éléments envoyés": RoleSent, "送信済みアイテム": RoleSent, "Отправленные": RoleSent, "Sent.mbox/mbox": RoleSent, "SENT": RoleSent,
		"E\u0301le\u0301ments envoye\u0301s": RoleSent, "01 Sent": RoleSent, "Sent (2019–2021)": RoleSent, "📤 Sent": RoleSent, "\u200eالمرسل": RoleSent, "ÉLÉMENTS ENVOYÉS": RoleSent,
		"INBOX": RoleReceived, "Posteingang": RoleReceived, "Drafts": RoleDraft, "Outbox": RoleDraft, "Unsent Messages": RoleDraft, "Entwürfe": RoleDraft, "INBOX.Drafts": RoleDraft, "INBOX/Junk": RoleJunk, "Junk E-mail": RoleJunk,
		"Esborranys": RoleDraft, "Thư nháp": RoleDraft, "Trash": RoleTrash, "Papierkorb": RoleTrash, "Sent/Trash": RoleTrash, "Trash/Sent": RoleSent,
		"": RoleUnknown, "Archive": RoleUnknown, "2024": RoleUnknown, "presents": RoleUnknown, "absent": RoleUnknown, "Aika": RoleUnknown,
	} {
		if got := RoleOf(name); got != want {
			t.Errorf("%q: got role %d, want %d", name, got, want)
		}
	}
}

// TestFolderNames: each line of the table says what its name is for, no name is for
// two uses, and the words of all 84 languages of Roundcube are there.
func TestFolderNames(t *testing.T) {
	t.Parallel()
	languages := map[string]int{}
	for line := range strings.Lines(folderNames) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if line == "\n" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(fields) != 3 || fields[2] == "" {
			t.Errorf("%q: want a use, a name and where it is from", line)
			continue
		}
		want, ok := roleNames()[fields[0]]
		for _, name := range []string{fields[1], strings.ToUpper(fields[1])} {
			if got := RoleOf(name); !ok || got != want {
				t.Errorf("%q: got role %d, want %s", name, got, fields[0])
			}
		}
		for from := range strings.SplitSeq(fields[2], "; ") {
			if list, ok := strings.CutPrefix(from, "rc "); ok {
				for language := range strings.FieldsSeq(list) {
					languages[language]++
				}
			}
		}
	}
	if len(languages) != 84 {
		t.Errorf("got %d languages of Roundcube, want 84", len(languages))
	}
	for language, n := range languages {
		if n < 4 {
			t.Errorf("%s: got %d names of folders, want 4 at least", language, n)
		}
	}
}

func TestMayBeSent(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Old Sent": true, "Sent Items backup": true, "INBOX.Sent to lawyers": true, "Archiv/Gesendete Elemente alt/2019": true, "Éléments envoyés (Outlook) 2": true, "2019年已发送邮件": true, "sent@old": true,
		"Sent": false, "Unsent Messages": false, "Drafts": false, "presents": false, "Consent forms": false, "Archive": false, "": false, "Trash": false,
	} {
		if got := MayBeSent(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}

// TestFieldsAreTaken: the fields of Fields are looked at, and no others.
func TestFieldsAreTaken(t *testing.T) {
	t.Parallel()
	for _, name := range Fields() {
		value := "<a@b.example> 1 Tr mail-draft"
		var f fields
		f.read([]byte(name + ": " + value + "\n"))
		if cmp.Equal(f, fields{}, cmp.AllowUnexported(fields{})) {
			t.Errorf("%s: got no field that was read, want one", name)
		}
	}
}

func FuzzMessage(f *testing.F) {
	for _, name := range []string{"rfc3464", "exim", "qmail", "exchange", "gmail", "sendmail"} {
		data, err := os.ReadFile("testdata/" + name + ".eml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		end := max(header.End(data), 0)
		for _, role := range []Role{RoleUnknown, RoleSent, RoleReceived} {
			var sink keeper
			r := NewReader(&sink)
			r.Read(&Mail{Header: data[:end], Body: data[end:], Role: role})
			if len(sink.lines) > 2*maxReported+header.MaxAddresses {
				t.Fatalf("got %d deliveries of one message, want at most %d", len(sink.lines), 2*maxReported+header.MaxAddresses)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	data := []byte("Return-Path: <jane.doe@corp.example>\nReceived: from a by b with ESMTPSA id 4E80123DE4A;\n\tMon, 23 Nov 2026 10:00:00 +0000\nDKIM-Signature: v=1; a=rsa-sha256\nMessage-ID: <1@corp.example>\n" +
		"Date: Mon, 23 Nov 2026 10:00:00 +0000\nFrom: Jane Doe <jane.doe@corp.example>\nTo: \"Doe, J\" <a@army.ml>,\n b@partner.example\nCc: c@other.example\nSubject: about it\n\n")
	r := NewReader(nowhere{})
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r.Read(&Mail{Header: data, Role: RoleSent})
	}
}

// BenchmarkReceived reads mail that came in, whose subject may be that of a report.
func BenchmarkReceived(b *testing.B) {
	data := []byte("Return-Path: <bob@partner.example>\nDelivered-To: jane.doe@corp.example\nMessage-ID: <2@partner.example>\nIn-Reply-To: <1@corp.example>\nReferences: <0@corp.example> <1@corp.example>\n" +
		"Date: Mon, 23 Nov 2026 10:00:00 +0000\nFrom: Bob <bob@partner.example>\nTo: Jane Doe <jane.doe@corp.example>\nSubject: =?utf-8?Q?Re:_about_it_and_the_gr=C3=BCne_plan?=\n\n")
	r := NewReader(nowhere{})
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r.Read(&Mail{Header: data, Role: RoleReceived})
	}
}

type nowhere struct{}

// Add implements parsers.Sink.
func (nowhere) Add(*parsers.Delivery)  {}
func (nowhere) Bounce(*parsers.Bounce) {}

// TestMissedAddresses: what looks like an address and is none is counted, once a
// message; so is a message whose recipients all are names without an "@".
func TestMissedAddresses(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]int64{
		"jane@, @army.ml": 1, "jane@army.ml:": 1, "<undisclosed:x@army.ml>, joe@army.ml": 1, "=?utf-8?Q?=40army.ml?=": 1,
		"undisclosed-recipients:;": 0, "root": 1, "jane@army.ml": 0, "=?utf-8?Q?=3Cjane=40army.ml=3E?=": 0, `"j@army.mil" <jane>`: 1,
		"Jane Doe": 1, `"Doe, Jane" </O=CORP/OU=X/CN=JANE>`: 1, `"jane@army.ml" </O=CORP/OU=X/CN=JANE>`: 0, "Doe, Jane <jane@army.ml>": 0, "jane@army.ml <EX:/o=Corp/cn=jane>": 0,
	} {
		_, ok, tally := read(Mail{Header: []byte("From: alice@corp.example\nTo: " + to + "\nCc: " + to + "\n"), Role: RoleSent})
		if !ok || tally.Malformed != want || tally.Records != 1 || (len(tally.Problems) > 0) != (to == "undisclosed-recipients:;") {
			t.Errorf("%s: got %d not understood of %d, want %d of 1; problems %q", to, tally.Malformed, tally.Records, want, tally.Problems)
		}
	}
	for header, want := range map[string]int64{"": 1, "Received: by mx; x\n": 0, "Delivered-To: root\n": 0} {
		if _, _, tally := read(Mail{Header: []byte(header + "From: alice@corp.example\nTo: Jane Doe\n")}); tally.Malformed != want || len(tally.Problems) > 0 {
			t.Errorf("with %q: got %d not understood, want %d", header, tally.Malformed, want)
		}
	}
}
