package message

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// TestHostileReports: what a stranger writes into a report costs no more time than its
// length.
func TestHostileReports(t *testing.T) {
	t.Parallel()
	fill := func(s string) string { return strings.Repeat(s, MaxReportBody/len(s)) }
	const daemon = "From: MAILER-DAEMON@x.example\nTo: alice@corp.example\nSubject: undeliverable\n"
	for name, m := range map[string]Mail{
		"addresses":         {Header: []byte(daemon), Body: []byte(fill("a@b.example "))},
		"lines":             {Header: []byte(daemon), Body: []byte(fill("<a@b.example>:\n"))},
		"quotes":            {Header: []byte(daemon), Body: []byte(fill(`"@`))},
		"at signs":          {Header: []byte(daemon), Body: []byte(fill("@"))},
		"fields":            {Header: []byte(daemon), Body: []byte(fill("To: x\n"))},
		"broken headers":    {Header: []byte(daemon), Body: []byte(fill("To: x\n\n"))},
		"statuses":          {Header: []byte(daemon), Body: []byte(fill("Final-Recipient: rfc822;a@b.example\nAction: failed\n\n"))},
		"reports in it":     {Header: []byte(daemon), Body: []byte(fill("From: mailer-daemon\nMessage-ID: <1@x>\nTo: a@b.example\n\n"))},
		"parts":             {Header: []byte(daemon + "Content-Type: multipart/mixed; boundary=b\n"), Body: []byte(fill("--b\n"))},
		"parts of parts":    {Header: []byte(daemon + "Content-Type: multipart/mixed; boundary=b\n"), Body: []byte(fill("--b\nContent-Type: multipart/mixed; boundary=b\n\n"))},
		"many own":          {Header: []byte("From: MAILER-DAEMON@x.example\nSubject: undeliverable\n" + fill("To: "+strings.Repeat("z", 800)+"\n")), Body: []byte(fill("a@b.example "))},
		"many references":   {Header: []byte("From: a@b.example\nTo: c@d.example\nIn-Reply-To: " + fill("<a@b> ") + "\nReferences: " + fill("<c@d> ") + "\n")},
		"a list of failed":  {Header: []byte("From: a@b.example\nTo: c@d.example\nX-Failed-Recipients: " + fill("a@b.example, ") + "\n"), Body: []byte(fill("a@b.example\n"))},
		"a very long first": {Header: []byte(daemon), Body: []byte(fill("x") + "\na@b.example")},
	} {
		m.Role = RoleReceived
		began := time.Now()
		read(m)
		if took := time.Since(began); took > 5*time.Second { // a quadratic one takes minutes
			t.Errorf("%s: got %v, want less than 5 s", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}

// TestManyFields: nothing of a header within header.MaxSize is left out without a word,
// however it is written.
func TestManyFields(t *testing.T) {
	t.Parallel()
	each := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	const from = "From: kim@corp.example\n"
	for name, c := range map[string]struct {
		header     string
		deliveries int
		malformed  int64
	}{
		"fields of recipients":        {from + each(5000, "To: r%d@army.ml\n"), 5000, 0},
		"lines before the recipients": {from + each(20_000, "X:%d\n") + "To: jane@army.ml\n", 1, 0},
		"sent on":                     {from + each(maxResent, "Resent-From: kim@corp.example\nResent-To: r%d@army.ml\n"), maxResent, 0},
		"sent on too often":           {from + each(maxResent+1, "Resent-From: kim@corp.example\nResent-To: r%d@army.ml\n"), maxResent, 1},
		"recipients of a list":        {from + "To: x@army.ml" + each(header.MaxAddresses, ", r%d@army.ml") + "\n", header.MaxAddresses, 1},
		"recipients of all lists":     {from + each(header.MaxAddresses/2+1, "To: r%d@b.c\nCc: c%[1]d@b.c\n"), header.MaxAddresses, 1},
	} {
		if len(c.header) > header.MaxSize {
			t.Fatalf("%s: %d bytes", name, len(c.header))
		}
		lines, ok, tally := read(Mail{Header: []byte(c.header), Role: RoleSent})
		if !ok || len(lines) != c.deliveries || tally.Malformed != c.malformed {
			t.Errorf("%s: got %v, %d deliveries and %d malformed, want %d and %d", name, ok, len(lines), tally.Malformed, c.deliveries, c.malformed)
		}
	}
}
