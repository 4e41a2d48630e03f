package message

import (
	"strings"
	"testing"
	"time"
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
