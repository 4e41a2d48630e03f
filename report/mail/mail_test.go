package mail

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func options(r *result.Result) Options {
	from, to := "typoaudit@corp.example", []string{"security@corp.example", "Mail Team <mail@corp.example>"}
	return Options{
		From: from, To: to, Date: reporttest.Now(), MessageID: ID(r, from, to), References: []string{Thread(from, to)},
		Attach: []string{"csv"}, Report: "/var/lib/typoaudit/report.json",
	}
}

func composed(t *testing.T, r *result.Result, o Options) string {
	t.Helper()
	m, err := Compose(r, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
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

func readMail(t *testing.T, eml string) (*netmail.Message, map[string]string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	into := map[string]string{}
	parts(t, m.Header.Get("Content-Type"), m.Body, "", into)
	return m, into
}

func TestMailGolden(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*result.Result{"weekly": reporttest.Weekly(), "empty": reporttest.Empty(), "hostile": reporttest.Hostile()} {
		eml := composed(t, r, options(r))
		if again := composed(t, r, options(r)); again != eml {
			t.Errorf("%s: two mails differ", name)
		}
		_, p := readMail(t, eml)
		reporttest.Golden(t, *update, name+".eml", strings.ReplaceAll(eml, "\r\n", "\n"))
		reporttest.Golden(t, *update, name+".html", strings.ReplaceAll(p["text/html"], "\r\n", "\n"))
		reporttest.Golden(t, *update, name+".txt", strings.ReplaceAll(p["text/plain"], "\r\n", "\n"))
	}
}

func TestMailStructure(t *testing.T) {
	t.Parallel()
	r := reporttest.Weekly()
	m, p := readMail(t, composed(t, r, options(r)))
	for _, media := range []string{"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"} {
		if p[media] == "" {
			t.Errorf("want a part %s, got %v", media, p)
		}
	}
	for header, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "From": "<typoaudit@corp.example>", "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
		"To": `<security@corp.example>, "Mail Team" <mail@corp.example>`,
	} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s: got %q, want %q", header, got, want)
		}
	}
	next := reporttest.Weekly()
	next.GeneratedAt = reporttest.Now().AddDate(0, 0, 7)
	m2, _ := readMail(t, composed(t, next, options(next)))
	if a, b := m.Header.Get("References"), m2.Header.Get("References"); a == "" || a != b {
		t.Errorf("the weeks refer to %q and %q, want one thread", a, b)
	}
	if a, b := m.Header.Get("Message-ID"), m2.Header.Get("Message-ID"); a == "" || a == b {
		t.Errorf("both weeks are %q, want two names", a)
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	bounced := reporttest.Weekly()
	bounced.Totals.Arrived = result.Arrived{No: 71}
	one := reporttest.Findings()
	one.Totals.Senders, one.Totals.Arrived.Yes = 1, 1
	unread := reporttest.Empty()
	unread.Coverage, unread.Window = result.Coverage{}, result.Window{}
	crowded := reporttest.Weekly()
	crowded.Totals = result.Totals{Messages: 7001, Arrived: result.Arrived{Yes: 6001}, Senders: 301, Lookalikes: 201}
	clean := reporttest.Empty()
	clean.Coverage.Outbound = 48211
	listed := result.Coverage{Lists: []result.ListFile{{Name: "aliases", Lines: 9, Addresses: 9}}}
	lists, wrong, both := &result.Result{Coverage: listed}, &result.Result{Coverage: listed}, reporttest.Weekly()
	wrong.Listed, both.Listed = make([]result.Listed, 1), make([]result.Listed, 2)
	unsent, beside := reporttest.Empty(), reporttest.Empty()
	unsent.Coverage.Outbound, beside.Coverage.Outbound = 0, 48211
	unsent.Listed, beside.Listed = wrong.Listed, wrong.Listed
	for _, x := range []struct {
		r          *result.Result
		incomplete bool
		want       string
	}{
		{reporttest.Weekly(), false, "typoaudit: 4 senders, 62 misdirected mails arrived (2 new) — 16–22 Nov"},
		{one, false, "typoaudit: 1 sender, 1 misdirected mail arrived — 16–22 Nov"},
		{bounced, false, "typoaudit: 4 senders, 71 misdirected mails, none arrived (2 new) — 16–22 Nov"},
		{clean, false, "typoaudit: no misdirected mail in 48,211 — 16–22 Nov"},
		{clean, true, "[incomplete] typoaudit: no misdirected mail in 48,211 — 16–22 Nov"},
		{unread, true, "[incomplete] typoaudit: nothing was audited"},
		{reporttest.Hostile(), false, "typoaudit: 4 senders, 62 misdirected mails arrived — 16–22 Nov"},
		{lists, false, "typoaudit: no address in alias maps and lists looks mistyped"},
		{wrong, false, "typoaudit: 1 address in alias maps and lists looks mistyped"},
		{beside, false, "typoaudit: 1 address in alias maps and lists looks mistyped; no misdirected mail in 48,211 — 16–22 Nov"},
		{unsent, false, "typoaudit: 1 address in alias maps and lists looks mistyped; nothing was audited — 16–22 Nov"},
		{both, false, "typoaudit: 4 senders, 62 misdirected mails arrived (2 new); 2 addresses in alias maps and lists look mistyped — 16–22 Nov"},
		{crowded, false, "typoaudit: 301 senders, 6,001 misdirected mails arrived (2 new) — 16–22 Nov"},
	} {
		x.r.Incomplete = x.incomplete
		if got := Subject(x.r, Options{}); got != x.want {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
}

// The body of a mail holds nothing that a mail program fetches, runs or makes
// a link of.
func TestMailIsPlain(t *testing.T) {
	t.Parallel()
	fetched := regexp.MustCompile(`(?i)<(script|img|link|iframe|a|form|svg|style)\b|href|src=|url\(|https?:|cid:|@import|\son\w+=`)
	for name, r := range map[string]*result.Result{"weekly": reporttest.Weekly(), "empty": reporttest.Empty(), "hostile": reporttest.Hostile()} {
		_, p := readMail(t, composed(t, r, options(r)))
		for _, media := range []string{"text/plain", "text/html"} {
			body := strings.ReplaceAll(p[media], "\r\n", "\n")
			reporttest.CheckHarmless(t, name+" "+media, body)
			if regexp.MustCompile(`(?m)^ *INJECTED`).MatchString(body) {
				t.Errorf("%s %s: a line break got through", name, media)
			}
			if x := fetched.FindString(body); media == "text/html" && x != "" {
				t.Errorf("%s: got %q in the HTML, want nothing that is fetched", name, x)
			}
			if name == "weekly" && strings.Contains(body, "army.ml") {
				t.Errorf("%s: a lookalike is not defanged:\n%s", media, body)
			}
		}
	}
}

// crowd is a Result with very many senders and lookalikes.
func crowd(n int) *result.Result {
	r := reporttest.Weekly()
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
	t.Parallel()
	const most = 100 << 10
	for name, r := range map[string]*result.Result{"crowd": crowd(1000), "long": reporttest.Long()} {
		_, p := readMail(t, composed(t, r, options(r)))
		if html := len(p["text/html"]); html > most {
			t.Errorf("%s: got %d bytes of HTML, want at most %d", name, html, most)
		}
	}
}

func TestMailErrors(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*Options){
		func(o *Options) { o.From = "nobody\r\nBcc: x@y.example" },
		func(o *Options) { o.To = []string{"a@b.example\r\nX: y"} },
		func(o *Options) { o.Attach = []string{"docx"} },
	} {
		o := options(reporttest.Empty())
		change(&o)
		if _, err := Compose(reporttest.Empty(), o); err == nil {
			t.Errorf("%+v: got no error, want one", o)
		}
	}
	if got := Thread("typoaudit", nil); !strings.HasSuffix(got, "@typoaudit.invalid") {
		t.Errorf("thread of a name without a domain: %s", got)
	}
}

func TestMailZone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("far", 14*60*60)
	if got := Subject(reporttest.Weekly(), Options{Location: zone}); !strings.HasSuffix(got, "16–23 Nov") {
		t.Errorf("the days are not those of the zone: %s", got)
	}
}

// A subject begins in the first line of its header, where filters look for it, and is the
// same again when it is decoded.
func TestSubjectHeader(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{
		"[incomplete] typoaudit: 24 senders, 20 misdirected mails arrived (first report) — 22–28 Nov", "typoaudit: no misdirected mail in 48,211 — 16–22 Nov", "plain", "— – x",
	} {
		encoded := encodedWords(subject)
		if first, _, _ := strings.Cut(subject, " "); isASCII(first) && !strings.HasPrefix(encoded, first) {
			t.Errorf("%q begins otherwise: %q", subject, encoded)
		}
		if got, err := new(mime.WordDecoder).DecodeHeader(encoded); err != nil || got != subject {
			t.Errorf("%q is decoded to %q: %v", subject, got, err)
		}
	}
	r := reporttest.Weekly()
	r.Incomplete = true
	if eml := composed(t, r, options(r)); !strings.Contains(eml, "Subject: [incomplete] typoaudit: ") {
		t.Errorf("%s", eml)
	}
}
