//go:build linux

package postfix_test

import (
	"fmt"
	"net/smtp"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// TestInterop reads what Debian's Postfix really logs.
func TestInterop(t *testing.T) {
	address, log := servers.StartPostfix(t, servers.StartSink(t))
	auth := smtp.PlainAuth("", "alice", "secret", "127.0.0.1")
	for i, to := range []string{"jane@army.ml", "nobody@army.ml", "grey@army.ml", "broken@army.ml", "bob@corp.example"} {
		text := fmt.Sprintf("From: alice@corp.example\r\nTo: %s\r\nSubject: Plan\r\nMessage-ID: <%d@corp.example>\r\n\r\nHello\r\n", to, i)
		if err := smtp.SendMail(address, auth, "alice@corp.example", []string{to}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	var text []byte
	servers.Wait(t, "every mail has an end", func() bool {
		text, _ = os.ReadFile(log)
		return strings.Count(string(text), ": removed\n") >= 5 && strings.Contains(string(text), "while sending end of data")
	})
	got := map[string]string{}
	deliveries, tally := parserstest.Read(format(), text)
	for _, d := range deliveries {
		if d.MessageID != "" && strings.HasSuffix(d.MessageID, "@corp.example") && len(d.MessageID) < 20 {
			got[d.Recipient] = inShort(d)
		}
	}
	want := map[string]string{
		// The relay is on this host: its log would say what it did with the mail.
		"jane@army.ml":     "alice@corp.example(alice)->jane@army.ml delivered maybe",
		"nobody@army.ml":   "alice@corp.example(alice)->nobody@army.ml bounced no",
		"grey@army.ml":     "alice@corp.example(alice)->grey@army.ml delivered maybe",
		"broken@army.ml":   "alice@corp.example(alice)->broken@army.ml deferred maybe",
		"bob@corp.example": "alice@corp.example(alice)->bob@corp.example discarded no",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	if tally.Malformed > 0 {
		t.Errorf("%+v", tally.Errors)
	}
}
