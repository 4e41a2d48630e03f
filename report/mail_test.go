package report

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// weekly is a Result with a history.
func weekly() *result.Result {
	r := findings()
	r.Trend = &result.Trend{
		Previous: &result.Totals{Messages: 50, Arrived: result.Arrived{Yes: 40, No: 10}, Senders: 3, Lookalikes: 2},
		Weeks: []result.Week{
			{From: *at(2, 0), To: *at(9, 0)}, {From: *at(9, 0), To: *at(16, 0), Messages: 50, Arrived: result.Arrived{Yes: 40, No: 10}},
			{From: *at(16, 0), To: *at(23, 0), Messages: 71, Arrived: result.Arrived{Yes: 62, Maybe: 1, No: 5, Unknown: 3}},
		},
		NewMessages: 2, NewLookalikes: 1,
	}
	r.Lookalikes[0].FirstSeen, r.Lookalikes[1].FirstSeen, r.Lookalikes[2].New = at(2, 8), at(9, 8), true
	r.Deliveries[1].New = true
	return r
}

func mailOptions(r *result.Result) MailOptions {
	from, to := "typoaudit@corp.example", []string{"security@corp.example", "Mail Team <mail@corp.example>"}
	return MailOptions{
		From: from, To: to, Date: now(), MessageID: MailID(r, from, to), References: []string{MailThread(from, to)},
		Attach: []string{"csv"}, Report: "/var/lib/typoaudit/report.json",
	}
}

func composed(t *testing.T, r *result.Result, o MailOptions) string {
	t.Helper()
	m, err := Mail(r, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteMail(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parts are the leaves of a mail by their media type, decoded.
func parts(t *testing.T, contentType string, body io.Reader, encoding string, into map[string]string) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		if encoding == "quoted-printable" {
			body = quotedprintable.NewReader(body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		into[media] = string(text)
		return
	}
	into[media] = params["boundary"]
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		parts(t, p.Header.Get("Content-Type"), p, p.Header.Get("Content-Transfer-Encoding"), into)
	}
}

func readMail(t *testing.T, eml string) (*mail.Message, map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	into := map[string]string{}
	parts(t, m.Header.Get("Content-Type"), m.Body, "", into)
	return m, into
}

func TestMailGolden(t *testing.T) {
	for name, r := range map[string]*result.Result{"weekly": weekly(), "empty": empty(), "hostile": hostile()} {
		eml := composed(t, r, mailOptions(r))
		if again := composed(t, r, mailOptions(r)); again != eml {
			t.Errorf("%s: two mails differ", name)
		}
		_, p := readMail(t, eml)
		golden(t, name+".eml", strings.ReplaceAll(eml, "\r\n", "\n"))
		golden(t, name+"-mail.html", strings.ReplaceAll(p["text/html"], "\r\n", "\n"))
		golden(t, name+"-mail.txt", strings.ReplaceAll(p["text/plain"], "\r\n", "\n"))
	}
}

func TestMailStructure(t *testing.T) {
	r := weekly()
	m, p := readMail(t, composed(t, r, mailOptions(r)))
	for _, media := range []string{"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"} {
		if p[media] == "" {
			t.Errorf("no %s in %v", media, p)
		}
	}
	for header, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "From": "<typoaudit@corp.example>", "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
		"To": `<security@corp.example>, "Mail Team" <mail@corp.example>`,
	} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	next := weekly()
	next.GeneratedAt = now().AddDate(0, 0, 7)
	m2, _ := readMail(t, composed(t, next, mailOptions(next)))
	if a, b := m.Header.Get("References"), m2.Header.Get("References"); a == "" || a != b {
		t.Errorf("the weeks refer to %q and %q", a, b)
	}
	if a, b := m.Header.Get("Message-ID"), m2.Header.Get("Message-ID"); a == "" || a == b {
		t.Errorf("both weeks are %q", a)
	}
}

func TestMailSubject(t *testing.T) {
	bounced := weekly()
	bounced.Totals.Arrived = result.Arrived{No: 71}
	one := findings()
	one.Totals.Senders, one.Totals.Arrived.Yes = 1, 1
	unread := empty()
	unread.Coverage, unread.Window = result.Coverage{}, result.Window{}
	clean := empty()
	clean.Coverage.Outbound = 48211
	for _, x := range []struct {
		r          *result.Result
		incomplete bool
		want       string
	}{
		{weekly(), false, "typoaudit: 4 senders, 62 misdirected mails arrived (2 new) — 16–22 Nov"},
		{one, false, "typoaudit: 1 sender, 1 misdirected mail arrived — 16–22 Nov"},
		{bounced, false, "typoaudit: 4 senders, 71 misdirected mails, none arrived (2 new) — 16–22 Nov"},
		{clean, false, "typoaudit: no misdirected mail in 48,211 — 16–22 Nov"},
		{clean, true, "[incomplete] typoaudit: no misdirected mail in 48,211 — 16–22 Nov"},
		{unread, true, "[incomplete] typoaudit: nothing was audited"},
		{hostile(), false, "typoaudit: 4 senders, 62 misdirected mails arrived — 16–22 Nov"},
	} {
		if got := MailSubject(x.r, MailOptions{Incomplete: x.incomplete}); got != x.want {
			t.Errorf("%q, want %q", got, x.want)
		}
	}
}

// The body of a mail holds nothing that a mail program fetches, runs or makes
// a link of.
func TestMailIsPlain(t *testing.T) {
	fetched := regexp.MustCompile(`(?i)<(script|img|link|iframe|a|form|svg|style)\b|href|src=|url\(|https?:|cid:|@import|\son\w+=`)
	for name, r := range map[string]*result.Result{"weekly": weekly(), "empty": empty(), "hostile": hostile()} {
		_, p := readMail(t, composed(t, r, mailOptions(r)))
		for _, media := range []string{"text/plain", "text/html"} {
			body := strings.ReplaceAll(p[media], "\r\n", "\n")
			checkHarmless(t, name+" "+media, body)
			if regexp.MustCompile(`(?m)^ *INJECTED`).MatchString(body) {
				t.Errorf("%s %s: a line break got through", name, media)
			}
			if x := fetched.FindString(body); media == "text/html" && x != "" {
				t.Errorf("%s: %q in the HTML", name, x)
			}
			if name == "weekly" && strings.Contains(body, "army.ml") {
				t.Errorf("%s: a lookalike is not defanged:\n%s", media, body)
			}
		}
	}
}

// crowd is a Result with very many senders and lookalikes.
func crowd(n int) *result.Result {
	r := weekly()
	for i := range n {
		s, l := r.Senders[0], r.Lookalikes[0]
		s.Rank, s.Sender = len(r.Senders)+1, fmt.Sprintf("somebody.with.a.long.name.%04d@corp.example", i)
		l.Domain = fmt.Sprintf("a-rather-long-name-%04d.example", i)
		r.Senders, r.Lookalikes = append(r.Senders, s), append(r.Lookalikes, l)
		source := r.Coverage.Sources[1]
		source.Name = fmt.Sprintf("mail.log.%d.gz", i)
		r.Coverage.Sources = append(r.Coverage.Sources, source)
	}
	return r
}

func TestMailSize(t *testing.T) {
	const most = 100 << 10
	for name, r := range map[string]*result.Result{"crowd": crowd(1000), "long": long()} {
		_, p := readMail(t, composed(t, r, mailOptions(r)))
		if html := len(p["text/html"]); html > most {
			t.Errorf("%s: %d bytes of HTML", name, html)
		}
	}
}

func TestMailErrors(t *testing.T) {
	for _, change := range []func(*MailOptions){
		func(o *MailOptions) { o.From = "nobody\r\nBcc: x@y.example" },
		func(o *MailOptions) { o.To = []string{"a@b.example\r\nX: y"} },
		func(o *MailOptions) { o.Attach = []string{"docx"} },
	} {
		o := mailOptions(empty())
		change(&o)
		if _, err := Mail(empty(), o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	if got := MailThread("typoaudit", nil); !strings.HasSuffix(got, "@typoaudit.invalid") {
		t.Errorf("thread of a name without a domain: %s", got)
	}
}

func TestMailZone(t *testing.T) {
	zone := time.FixedZone("far", 14*60*60)
	if got := MailSubject(weekly(), MailOptions{Location: zone}); !strings.HasSuffix(got, "16–23 Nov") {
		t.Errorf("the days are not those of the zone: %s", got)
	}
}
