package imap

import (
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// threeFolders are the folders of sent mail that Dovecot's default mark and two versions of
// Outlook leave in one account.
func threeFolders() []string { return []string{"Sent", "Sent Items", "Gesendete Elemente"} }

// messagesOf are the messages of the folder of an index: five, ten and twenty.
func messagesOf(i int) []string { return sent(35)[[]int{0, 5, 15}[i]:][:[]int{5, 10, 20}[i]] }

// readsThreeFolders fails unless the messages of all folders are read, and the folder that
// may be another is a gap.
func readsThreeFolders(t *testing.T, o Options, log string) {
	t.Helper()
	r, all := collect(t, o)
	if !slices.Equal(recipients(all), wantRecipients(35)) {
		t.Errorf("got %d deliveries of %q, want 35: %v\n%s", len(all), sourceNames(r), sourceErrors(r), log)
	}
	if err := sourceErrors(r); err == nil || strings.Count(err.Error(), "imap:") != 1 || !strings.Contains(err.Error(), "Old Sent: it looks like sent mail and was not read") {
		t.Errorf("%v", err)
	}
}

func TestDovecotThreeFolders(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", "  mailbox Sent {\n    special_use = \\Sent\n    auto = create\n  }"))
	for i, f := range threeFolders() {
		d.Deliver(t, "kim", "."+f, messagesOf(i))
	}
	d.Deliver(t, "kim", ".Old Sent", sent(3))
	readsThreeFolders(t, onDovecot(d, Plain), d.Log())
}

// TestCyrus: with the mark that a client asks for (RFC 6154 section 3), and by each way to
// log in that the server has.
func TestCyrus(t *testing.T) {
	for _, mechanisms := range []string{"PLAIN LOGIN", "SCRAM-SHA-256", "LOGIN"} {
		c := servers.StartCyrus(t, mechanisms)
		for i, f := range threeFolders() {
			c.Deliver(t, f, messagesOf(i))
		}
		c.Deliver(t, "Old Sent", sent(3))
		o := kimOn(c.Port)
		readsThreeFolders(t, o, "")
		if mechanisms != "SCRAM-SHA-256" {
			continue
		}
		o.Accounts[0].Secret = password("wrong-" + secretWord)
		if r, _ := collect(t, o); sourceErrors(r) == nil || !strings.Contains(sourceErrors(r).Error(), "refused to log in kim: authentication failure") {
			t.Errorf("%v", sourceErrors(r))
		}
	}
}

// TestCyrusState: what is new is read, after messages were removed and others came.
func TestCyrusState(t *testing.T) {
	c := servers.StartCyrus(t, "PLAIN")
	c.Deliver(t, "Sent", sent(20))
	o := kimOn(c.Port)
	r, all := collect(t, o)
	if sourceErrors(r) != nil || len(all) != 20 {
		t.Fatalf("got %d deliveries, %v", len(all), sourceErrors(r))
	}
	expunge(t, c.Port, "Sent", 3)
	c.Deliver(t, "Sent", sent(22)[20:])
	o.Known = r.Positions
	if r, all = collect(t, o); sourceErrors(r) != nil || !slices.Equal(recipients(all), wantRecipients(22, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)) {
		t.Errorf("got %q, %v", recipients(all), sourceErrors(r))
	}
}

// TestCourier: folders that no client has opened, whose UIDVALIDITY is another one each
// second, over one connection and several.
func TestCourier(t *testing.T) {
	c := servers.StartCourier(t)
	for i, f := range threeFolders() {
		c.Deliver(t, "kim", "."+f, messagesOf(i))
	}
	c.Deliver(t, "kim", ".Old Sent", sent(3))
	for _, jobs := range []int{1, 3} {
		o := kimOn(c.Port)
		o.Jobs, o.Limits.Batch, o.Limits.Window = jobs, 4, 12
		readsThreeFolders(t, o, "")
	}
	o := kimOn(c.Port)
	o.Accounts[0].Secret = password("wrong-" + secretWord)
	if r, _ := collect(t, o); sourceErrors(r) == nil || !strings.Contains(sourceErrors(r).Error(), "refused to log in kim") {
		t.Errorf("%v", sourceErrors(r))
	}
}

// kimOn reads kim's sent mail on a server of this machine.
func kimOn(port int) Options {
	return Options{
		Server: Server{Host: "127.0.0.1", Port: port, Security: Plain}, Jobs: 2, Limits: quick(), Selection: Selection{Sent: true},
		Accounts: []Account{{Name: "kim", User: "kim", Secret: password(servers.Password)}},
	}
}

// expunge removes the first messages of a folder.
func expunge(t *testing.T, port int, folder string, n uint32) {
	t.Helper()
	c, err := imapclient.DialInsecure((&Server{Host: "127.0.0.1", Port: port}).Address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login("kim", servers.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select(folder, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.Store(imap.SeqSet{{Start: 1, Stop: n}}, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Expunge().Close(); err != nil {
		t.Fatal(err)
	}
}
