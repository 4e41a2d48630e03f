package imap

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// onDovecot reads kim's sent mail.
func onDovecot(d *servers.Dovecot, security Security) Options {
	o := Options{
		Server: Server{Host: "127.0.0.1", Port: d.Port, Security: security}, Jobs: 2, Limits: quick(), Selection: Selection{Sent: true},
		Accounts: []Account{{Name: "kim", User: "kim", Secret: password(servers.Password)}},
	}
	if security == ImplicitTLS {
		o.Server.Port = d.TLSPort
	}
	return o
}

// quick are limits for servers on this machine.
func quick() Limits {
	l := DefaultLimits()
	l.Pause = patient().Pause
	return l
}

func inbox(separator, prefix, more string) string {
	return fmt.Sprintf("namespace inbox {\n  inbox = yes\n  separator = %s\n  prefix = %s\n%s\n}\n", separator, prefix, more)
}

func sourceNames(r *Reading) (names []string) {
	for _, s := range r.Sources {
		names = append(names, s.Name)
	}
	return names
}

// TestDovecotFolders: the folders of sent mail are found however they are
// named and marked.
func TestDovecotFolders(t *testing.T) {
	special := func(name string) string {
		return fmt.Sprintf("  mailbox %q {\n    special_use = \\Sent\n    auto = create\n  }", name)
	}
	for name, tt := range map[string]struct {
		settings  string
		folders   []string // on disk
		selection Selection
		want      []string
		complain  string
	}{
		"marked":              {inbox("/", "", special("Outgoing")), []string{".Outgoing"}, Selection{Sent: true}, []string{"imap:kim/Outgoing"}, ""},
		"marked, with years":  {inbox("/", "", special("Outgoing")), []string{".Outgoing", ".Outgoing.2025"}, Selection{Sent: true}, []string{"imap:kim/Outgoing", "imap:kim/Outgoing/2025"}, ""},
		"below INBOX":         {inbox(".", "INBOX.", special("Sent")), []string{".Sent"}, Selection{Sent: true}, []string{"imap:kim/INBOX.Sent"}, ""},
		"German":              {inbox("/", "", ""), []string{".Gesendete Elemente", ".Entw&APw-rfe"}, Selection{Sent: true}, []string{"imap:kim/Gesendete Elemente"}, ""},
		"French, below INBOX": {inbox(".", "INBOX.", ""), []string{".&AMk-l&AOk-ments envoy&AOk-s"}, Selection{Sent: true}, []string{"imap:kim/INBOX.Éléments envoyés"}, ""},
		"Japanese":            {inbox("/", "", ""), []string{".&kAFP4W4IMH8-"}, Selection{Sent: true}, []string{"imap:kim/送信済み"}, ""},
		"none":                {inbox("/", "", ""), []string{".Archive"}, Selection{Sent: true}, []string{"imap:kim"}, `no folder of sent mail was found (name it by --mailbox); there are "Archive", "INBOX"`},
		"named":               {inbox(".", "INBOX.", ""), []string{".Archive.Old"}, Selection{Folders: []string{"archive/old"}}, []string{"imap:kim/INBOX.Archive.Old"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := servers.StartDovecot(t, tt.settings)
			for _, f := range tt.folders {
				d.Deliver(t, "kim", f, sent(3))
			}
			o := onDovecot(d, Plain)
			o.Selection = tt.selection
			r, all := collect(t, o)
			err := sourceErrors(r)
			switch {
			case tt.complain == "" && (err != nil || len(all) != 3*len(tt.want)):
				t.Errorf("%d deliveries, %v\n%s", len(all), err, d.Log())
			case tt.complain != "" && (err == nil || !strings.Contains(err.Error(), tt.complain)):
				t.Errorf("said %v", err)
			}
			if got := sourceNames(r); !slices.Equal(got, tt.want) {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestDovecotTLS: with TLS from the first byte and with STARTTLS, and not
// without knowing who signed the certificate.
func TestDovecotTLS(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", "")+"disable_plaintext_auth = yes\nssl = required\n")
	d.Deliver(t, "kim", ".Sent", sent(3))
	for _, security := range []Security{ImplicitTLS, StartTLS} {
		o := onDovecot(d, security)
		if r, _ := collect(t, o); sourceErrors(r) == nil {
			t.Error("an unknown signer is trusted")
		}
		o.Server.Roots = roots(t, d.CAFile)
		if r, all := collect(t, o); len(all) != 3 || sourceErrors(r) != nil {
			t.Errorf("got %d deliveries, %v, want 3 and no error", len(all), sourceErrors(r))
		}
	}
	o := onDovecot(d, ImplicitTLS)
	o.Server.Roots, o.Accounts[0].Secret = roots(t, d.CAFile), password("wrong-"+secretWord)
	if r, _ := collect(t, o); sourceErrors(r) == nil || !strings.Contains(sourceErrors(r).Error(), "refused to log in kim: Authentication failed.") {
		t.Errorf("%v", sourceErrors(r))
	}
}

// TestDovecotMaster: one login reads fifty mailboxes; that of somebody who has
// none is named.
func TestDovecotMaster(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", ""))
	o := onDovecot(d, Plain)
	o.Jobs, o.Accounts = 4, nil
	for i := range 50 {
		name := fmt.Sprintf("user%02d", i)
		if i != 20 {
			d.Deliver(t, name, ".Sent", sent(i%5+1))
		}
		o.Accounts = append(o.Accounts, Account{Name: name, User: name + "*audit", Secret: password(servers.MasterPassword)})
	}
	r, all := collect(t, o)
	if len(all) != 149 || len(r.Sources) != 50 {
		t.Errorf("got %d deliveries of %d sources\n%s, want 149 and 50", len(all), len(r.Sources), d.Log())
	}
	for i, s := range r.Sources {
		if (s.Err != nil) != (i == 20) || !strings.HasPrefix(s.Name, fmt.Sprintf("imap:user%02d", i)) {
			t.Errorf("%s: %v", s.Name, s.Err)
		}
	}
}

// TestDovecotUntouched: flags, counts and numbers are what they were, for the
// server's own client as well as on disk.
func TestDovecotUntouched(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", ""))
	d.Deliver(t, "kim", ".Sent", sent(20))
	d.Deliver(t, "kim", "", append(sent(5), bounce("r3@partner.example", "<3@corp.example>")))
	unseen(t, d.Maildir("kim", ".Sent"))
	unseen(t, d.Maildir("kim", ""))
	before := status(t, d)
	names := filesIn(t, d.Maildir("kim", ".Sent"))
	o := onDovecot(d, Plain)
	o.Selection.Context = []string{"INBOX"}
	r, all := collect(t, o)
	if err := sourceErrors(r); err != nil || len(all) < 20 {
		t.Fatalf("%d deliveries, %v", len(all), err)
	}
	if after := status(t, d); after != before {
		t.Errorf("before %s, after %s", before, after)
	}
	if after := filesIn(t, d.Maildir("kim", ".Sent")); !slices.Equal(after, names) {
		t.Errorf("before %v, after %v", names, after)
	}
}

// bounce writes a report that a message could not be delivered.
func bounce(recipient, id string) string {
	return "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@corp.example>\r\nTo: kim@corp.example\r\nSubject: Undelivered Mail\r\n" +
		"Date: Mon, 16 Nov 2026 10:00:00 +0000\r\nMessage-ID: <b1@corp.example>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.corp.example\r\n\r\nFinal-Recipient: rfc822; " + recipient +
		"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: " + id + "\r\nTo: " + recipient + "\r\n\r\nbody\r\n--b--\r\n"
}

// unseen takes the flag \Seen off all messages of a folder.
func unseen(t *testing.T, folder string) {
	t.Helper()
	for _, name := range filesIn(t, folder) {
		if err := os.Rename(filepath.Join(folder, "cur", name), filepath.Join(folder, "cur", strings.TrimSuffix(name, "S"))); err != nil {
			t.Fatal(err)
		}
	}
}

func filesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(folder, "cur"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// status returns counts, numbers and flags as another client sees them.
func status(t *testing.T, d *servers.Dovecot) string {
	t.Helper()
	c, err := imapclient.DialInsecure(fmt.Sprintf("127.0.0.1:%d", d.Port), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("kim", servers.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, folder := range []string{"Sent", "INBOX"} {
		data, err := c.Status(folder, &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true, NumUnseen: true, NumDeleted: false}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("%s %d %d %d %d ", folder, *data.NumMessages, data.UIDNext, data.UIDValidity, *data.NumUnseen)
		if _, err := c.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
			t.Fatal(err)
		}
		messages, err := c.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{Flags: true}).Collect()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			for _, f := range m.Flags {
				if f != "\\Recent" { // of one session only
					text += string(f)
				}
			}
		}
	}
	return text
}

// TestDovecotBounces: a report in a folder that was given for context becomes
// a bounce of the message that it names.
func TestDovecotBounces(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", ""))
	d.Deliver(t, "kim", ".Sent", sent(5))
	d.Deliver(t, "kim", "", []string{sent(1)[0], bounce("r3@partner.example", "<3@corp.example>"), strings.Replace(sent(1)[0], "kim@", "jo@", 1)})
	o := onDovecot(d, Plain)
	o.Selection.Context = []string{"INBOX"}
	r, all, bounces := collectAll(t, o)
	if err := sourceErrors(r); err != nil {
		t.Fatal(err)
	}
	if len(bounces) != 1 || bounces[0].MessageID != "3@corp.example" || bounces[0].Recipient != "r3@partner.example" || bounces[0].Status != parsers.StatusBounced || bounces[0].Origin.Source != 1 {
		t.Errorf("%+v", bounces)
	}
	for _, x := range all {
		if x.Origin.Source == 1 && x.Direction != parsers.DirectionInbound {
			t.Errorf("%+v", x)
		}
	}
}

// TestDovecotCompressed: mails that the server keeps compressed.
func TestDovecotCompressed(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", "")+"mail_plugins = zlib\n")
	var packed []string
	for _, m := range sent(10) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(m)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		packed = append(packed, b.String())
	}
	d.Deliver(t, "kim", ".Sent", packed)
	r, all := collect(t, onDovecot(d, Plain))
	if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(10)) {
		t.Errorf("%d deliveries, %v\n%s", len(all), err, d.Log())
	}
}

// TestDovecotMany: many messages, over one connection and several, whole and
// since a day; and then only what is new.
func TestDovecotMany(t *testing.T) {
	const messages = 3000
	d := servers.StartDovecot(t, inbox("/", "", ""))
	d.Deliver(t, "kim", ".Sent", sent(messages))
	for _, jobs := range []int{1, 3} {
		o := onDovecot(d, Plain)
		o.Jobs, o.Limits.Batch, o.Limits.Window = jobs, 100, 1100
		r, all := collect(t, o)
		if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(messages)) {
			t.Errorf("%d jobs: %d deliveries, %v\n%s", jobs, len(all), err, d.Log())
		}
		o.Known = r.Positions
		if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != 0 || !reflect.DeepEqual(r.Positions, o.Known) {
			t.Errorf("again: %d deliveries, %v", len(all), sourceErrors(r))
		}
	}
	o := onDovecot(d, Plain)
	r, _ := collect(t, o)
	at := r.Positions[Folder{"kim", "Sent"}]
	for days, want := range map[int]int{-3: 2000, 3: messages} { // an earlier run asked for those from that day on
		at.LastUID, at.Since = 1000, time.Now().AddDate(0, 0, days)
		o.Known = map[Folder]Position{{"kim", "Sent"}: at}
		if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != want {
			t.Errorf("read since %d days from now, and now all: got %d deliveries, %v, want %d and no error", days, len(all), sourceErrors(r), want)
		}
	}
	o.Known = nil
	for days, want := range map[int]int{-3: messages, 3: 0} { // the server got them today
		o.Since = time.Now().AddDate(0, 0, days)
		if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != want {
			t.Errorf("since %d days from now: got %d deliveries, %v, want %d and no error", days, len(all), sourceErrors(r), want)
		}
	}
	o.Since = time.Time{}
	r, _ = collect(t, o)
	o.Known = r.Positions
	d.Deliver(t, "kim", ".Sent", sent(messages + 7)[messages:])
	if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != 7 {
		t.Errorf("new: got %d deliveries, %v, want 7 and no error", len(all), sourceErrors(r))
	}
}
