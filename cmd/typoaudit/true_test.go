//go:build unix

package main

import (
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// Forms are a report as people and programs get it: the text of each, by name. Lines that
// a mail breaks are joined, and the marks of HTML left out.
type forms map[string]string

// reported runs the configuration of a stage, and returns what it wrote and mailed.
func (s *stage) reported(wantStatus int, args ...string) (ran, forms) {
	s.t.Helper()
	_ = os.Remove(s.path("mail"))
	r := call(s.t.Context(), nil, append([]string{"run", "-c", s.path("run.toml")}, args...)...)
	if r.status != wantStatus {
		s.t.Fatalf("exit status %d, want %d: %s", r.status, wantStatus, r.stderr)
	}
	all := forms{}
	for name, file := range map[string]string{"table": "report.txt", "html": "report.html", "json": "report.json"} {
		text, err := os.ReadFile(s.path(file))
		if err != nil {
			s.t.Fatal(err)
		}
		all[name] = string(text)
	}
	all["html"] = plainHTML(all["html"])
	subject, text, page := s.mailed()
	all["mail"] = subject + "\n" + text
	all["mail in html"] = subject + "\n" + page
	return r, all
}

// plainHTML is the text of a page.
func plainHTML(page string) string {
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`).ReplaceAllString(page, "")
	return joined(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")))
}

func joined(text string) string { return strings.Join(strings.Fields(text), " ") }

// mailed returns the mail that was sent.
func (s *stage) mailed() (subject, text, page string) {
	s.t.Helper()
	f, err := os.Open(s.path("mail"))
	if err != nil {
		s.t.Fatalf("no mail: %v", err)
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		s.t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		s.t.Fatal(err)
	}
	var walk func(kind, encoding string, body io.Reader)
	walk = func(kind, encoding string, body io.Reader) {
		media, parameters, err := mime.ParseMediaType(kind)
		if err != nil {
			s.t.Fatal(err)
		}
		if !strings.HasPrefix(media, "multipart/") {
			b, err := io.ReadAll(decoder(encoding, body))
			if err != nil {
				s.t.Fatal(err)
			}
			switch media {
			case "text/plain":
				text = joined(string(b))
			case "text/html":
				page = plainHTML(string(b))
			}
			return
		}
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			walk(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	walk(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return subject, text, page
}

// say holds every form of a report against texts that it must have. A path that is too long for
// a line of the mail is broken anywhere.
func (all forms) say(t *testing.T, texts ...string) {
	t.Helper()
	unbroken := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	for name, form := range all {
		for _, text := range texts {
			if name != "json" && !strings.Contains(unbroken(strings.ReplaceAll(joined(form), "[.]", ".")), unbroken(text)) {
				t.Errorf("%s: want %q in\n%s", name, text, form)
			}
		}
	}
}

// json holds the report in JSON against texts that it must have.
func (all forms) json(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(joined(all["json"]), text) {
			t.Errorf("json: want %s in\n%s", text, all["json"])
		}
	}
}

// never says that no form has a text.
func (all forms) never(t *testing.T, texts ...string) {
	t.Helper()
	for name, form := range all {
		for _, text := range texts {
			if strings.Contains(joined(form), text) {
				t.Errorf("%s: want no %q in\n%s", name, text, form)
			}
		}
	}
}

// trueStage is one that writes the forms, with absolute paths.
func trueStage(t *testing.T, more string) *stage {
	s := newStage(t, more)
	config, err := os.ReadFile(s.path("run.toml"))
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("state = %q\noutput = [%q, %q, %q]\n", s.path("state"), s.path("report.txt"), s.path("report.html"), s.path("report.json"))
	s.write("run.toml", head+string(config))
	s.change(`paths = ["mail.log"]`, fmt.Sprintf("paths = [%q]", s.path("mail.log")))
	// The program runs in the folder of the test.
	s.write("sendmail", "#!/bin/sh\ncat > '"+s.path("mail.new")+"' && mv '"+s.path("mail.new")+"' '"+s.path("mail")+"'\n")
	s.change("sendmail:sendmail", "sendmail:"+s.path("sendmail"))
	return s
}

// change replaces a text of the configuration.
func (s *stage) change(old, with string) {
	s.t.Helper()
	text, err := os.ReadFile(s.path("run.toml"))
	if err != nil || !strings.Contains(string(text), old) {
		s.t.Fatalf("%v: no %s in the configuration", err, old)
	}
	s.write("run.toml", strings.Replace(string(text), old, with, 1))
}

// sentLog is a log of mails, each of a day of November 2026, a sender and a recipient.
func sentLog(mails ...string) string {
	var b strings.Builder
	for i, m := range mails {
		f := strings.Fields(m)
		id := fmt.Sprintf("4AAAAAAAAAAA%03d", i)
		for k, text := range []string{
			"postfix/smtpd[1]: " + id + ": client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=" + f[1],
			"postfix/qmgr[2]: " + id + ": from=<" + f[1] + ">, size=400, nrcpt=1 (queue active)",
			"postfix/smtp[3]: " + id + ": to=<" + f[2] + ">, relay=mx.there.example[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)",
			"postfix/qmgr[2]: " + id + ": removed",
		} {
			fmt.Fprintf(&b, "2026-%sT09:%02d:%02dZ mail %s\n", f[0], i%60, k, text)
		}
	}
	return b.String()
}

const (
	kim = "kim@corp.example"
	lee = "lee@corp.example"
)

// TestGapsAreNamed: run always mails, and names whatever is missing, in every form.
func TestGapsAreNamed(t *testing.T) {
	t.Parallel()
	log := sentLog("11-17 "+kim+" jane@army.ml", "11-18 "+lee+" joe@army.mil")
	t.Run("a log and a server", func(t *testing.T) {
		t.Parallel()
		s := trueStage(t, "")
		s.write("mail.log", log)
		s.write("password", imapPassword)
		s.change(`[mail]`, fmt.Sprintf("[[source]]\ntype = \"log\"\npaths = [%q]\n[[source]]\ntype = \"imap\"\nhost = \"127.0.0.1\"\nport = %s\nuser = \"kim\"\npassword_file = %q\n[mail]",
			s.path("other.log"), servers.FreePort(t), s.path("password")))
		r, all := s.reported(exitPartial)
		want := []string{"other.log: no such file or directory", "imap 127.0.0.1", "connection refused"}
		all.say(t, append(want, "[incomplete]", "1 mail went to 1 lookalike domain")...)
		all.json(t, `"incomplete": true`)
		for _, text := range want {
			if !strings.Contains(r.stderr, text) {
				t.Errorf("stderr: want %s, got %s", text, r.stderr)
			}
			all.json(t, text)
		}
	})
	t.Run("one of two servers, and no log", func(t *testing.T) {
		t.Parallel()
		s := trueStage(t, "")
		s.write("mail.log", log)
		s.change(`[mail]`, fmt.Sprintf("[[source]]\ntype = \"log\"\npaths = [%q, %q]\n[mail]", s.path("a.log"), s.path("b.log")))
		_, all := s.reported(exitPartial)
		all.say(t, "a.log: no such file", "b.log: no such file")
	})
	t.Run("ignore rules and history", func(t *testing.T) {
		t.Parallel()
		s := trueStage(t, "")
		s.write("mail.log", log)
		s.write("ignore", "army.ml bogus=1\n")
		s.write("state", "a file in place of a folder")
		r, all := s.reported(exitPartial)
		all.say(t, "[incomplete]", "ignore", "the history cannot be used", "1 mail went to 1 lookalike domain")
		all.json(t, "no finding is left out", "the history cannot be used")
		if !strings.Contains(r.stderr, "ignore") || !strings.Contains(r.stderr, "history") {
			t.Errorf("stderr: %s", r.stderr)
		}
	})
	t.Run("a report that cannot be written", func(t *testing.T) {
		t.Parallel()
		s := trueStage(t, "")
		s.write("mail.log", log)
		s.change(s.path("report.html"), s.path("nowhere/report.html"))
		r := call(t.Context(), nil, "run", "-c", s.path("run.toml"))
		if r.status != exitUsage || !strings.Contains(r.stderr, "nowhere/report.html") {
			t.Errorf("%+v", r)
		}
		subject, text, page := s.mailed()
		for _, got := range []string{text, page} {
			if !strings.HasPrefix(subject, "[incomplete]") || !strings.Contains(strings.ReplaceAll(got, " ", ""), "nowhere/report.html:nosuchfile") || !strings.Contains(got, "1 mail went to") {
				t.Errorf("mailed %s: %s", subject, got)
			}
		}
		if text, err := os.ReadFile(s.path("report.json")); err != nil || !strings.Contains(string(text), "army.ml") {
			t.Errorf("the other report: %v", err)
		}
		// Commands are about a report that is there.
		s.change(s.path("report.json"), s.path("nowhere/report.json"))
		call(t.Context(), nil, "run", "-c", s.path("run.toml"))
		if _, text, _ := s.mailed(); strings.Contains(text, "fixes "+s.path("nowhere")) || !strings.Contains(text, "typoaudit fixes REPORT.json") {
			t.Errorf("mailed %s", text)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		s := trueStage(t, "")
		r := call(t.Context(), nil, "run", "-c", s.path("run.toml"))
		if r.status != exitUsage || !strings.Contains(r.stderr, "mail.log: no such file") {
			t.Errorf("%+v", r)
		}
		subject, text, _ := s.mailed()
		if !strings.HasPrefix(subject, "[incomplete] typoaudit: no audit") || !strings.Contains(text, "mail.log: no such file or directory") {
			t.Errorf("mailed %s: %s", subject, text)
		}
		if _, err := os.Stat(s.path("report.html")); err == nil {
			t.Error("a report was written")
		}
	})
	t.Run("a quiet server", func(t *testing.T) {
		t.Parallel()
		for name, log := range map[string]string{"empty": "", "no delivery": "2026-11-17T09:00:00Z mail postfix/smtpd[1]: connect from ws[192.0.2.7]\n2026-11-17T09:00:00Z mail postfix/smtpd[1]: disconnect from ws[192.0.2.7] ehlo=1 quit=1 commands=2\n"} {
			s := trueStage(t, "")
			s.write("mail.log", log)
			r, all := s.reported(exitOK)
			all.say(t, "Quiet: no delivery was found in 1 source, so none went to lookalike domains.")
			all.never(t, "[incomplete]", "Nothing was audited")
			if subject, _, _ := s.mailed(); subject != "typoaudit: no misdirected mail, no mail was sent" || r.stderr != "" {
				t.Errorf("%s: mailed %q, said %s", name, subject, r.stderr)
			}
		}
	})
}

// TestCompanionsAlone: what a filter beside a mail server passed on is nobody's to say
// where the server's own lines are not there, and the server's where they are.
func TestCompanionsAlone(t *testing.T) {
	t.Parallel()
	const passed = "Nov 20 10:00:00 mail amavis[11]: (11-02) Passed CLEAN, [192.0.2.7] <ann@corp.example> -> <jane@army.ml>, Hits: 0.9, queued_as: 8D257A009E\n"
	const sent = "Nov 20 10:00:01 mail postfix/smtp[12]: 8D257A009E: to=<jane@partner.example>, relay=mx[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n"
	for log, status := range map[string]int{passed: exitUsage, passed + sent: exitOK, sent + passed: exitOK} {
		path := filepath.Join(t.TempDir(), "mail.log")
		if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := call(t.Context(), nil, "scan", path); r.status != status || status != exitOK && !strings.Contains(r.stderr, "amavis") {
			t.Errorf("%q: %+v", log, r)
		}
	}
}

// TestNewAndStanding: since when a lookalike is written to is known from the whole log,
// and what is new from the reports before.
func TestNewAndStanding(t *testing.T) {
	t.Parallel()
	old := []string{
		"08-03 " + kim + " jane@army.ml", "09-07 " + kim + " jane@army.ml", "10-05 " + kim + " jane@army.ml", "11-02 " + lee + " joe@army.mil",
	}
	recent := append(old, "11-17 "+kim+" jane@army.ml", "11-18 "+lee+" bob@gmial.com", "11-18 "+lee+" joe@army.mil")
	s := trueStage(t, "")
	s.change(`window = "all"`, `window = "7d"`)
	s.write("mail.log", sentLog(recent...))
	_, all := s.reported(exitOK)
	all.say(t, "2 mails went to 2 lookalike domains", "First report: 2 findings, 1 of them older than this week: mail went to the same domain before.", "army.ml since", "16–22 Nov 2026")
	all.json(t, `"first_report": true`, `"older_messages": 1`, `"first_seen": "2026-08-03T09:00:02Z"`, `"standing": true`,
		`"totals": { "from": "2026-11-16T00:00:00Z", "to": "2026-11-22T23:59:59Z"`, `"new_messages": 2`)
	for _, name := range []string{"mail", "html"} {
		if !strings.Contains(all[name], "3 Aug 2026") && !strings.Contains(all[name], "2026-08-03") {
			t.Errorf("%s: want since when: %s", name, all[name])
		}
	}
	// The trend of a first report says nothing of mail that is new.
	all.never(t, "2 new", "new mails")

	s.write("mail.log", sentLog(append(recent, "11-21 "+lee+" ann@army.ml")...))
	_, all = s.reported(exitOK)
	all.say(t, "New: 1 mail; 2 to 2 lookalikes were reported before.")
	all.json(t, `"first_report": false`, `"new_messages": 1`, `"reported_messages": 2`, `"first_seen": "2026-08-03T09:00:02Z"`)

	_, all = s.reported(exitOK)
	all.say(t, "Nothing new: all of this was reported before.")

	_, all = s.reported(exitOK, "--new")
	all.say(t, "Nothing new; 3 mails to 2 lookalikes were reported before.")
	all.never(t, "No mail to lookalike domains")
	all.json(t, `"only_new": true`, `"reported_messages": 3`, `"reported_lookalikes": 2`)

	// Without a history the log says since when.
	r := call(t.Context(), nil, "scan", "--internal", "corp.example", "--protect", "army.mil", "--since", "2026-11-16", "-f", "json", s.path("mail.log"))
	if !strings.Contains(r.stdout, `"first_seen": "2026-08-03T09:00:02Z"`) || !strings.Contains(r.stdout, `"standing": true`) || strings.Contains(r.stdout, `"time": "2026-08-03`) {
		t.Errorf("%+v", r)
	}
}

// TestFirstSeenFurtherBack: the history knows mail from longer ago than the trend asks
// for, also where no report was about it.
func TestFirstSeenFurtherBack(t *testing.T) {
	t.Parallel()
	s := trueStage(t, "")
	s.change(`window = "all"`, `window = "7d"`)
	s.write("mail.log", sentLog("02-03 "+kim+" jane@army.ml", "11-18 "+lee+" bob@gmial.com", "11-18 "+lee+" joe@army.mil"))
	_, all := s.reported(exitOK)
	all.say(t, "1 mail went to 1 lookalike domain")
	if err := os.Remove(s.path("mail.log")); err != nil {
		t.Fatal(err)
	}
	s.write("mail.log", strings.ReplaceAll(sentLog("11-20 "+kim+" jane@army.ml", "11-20 "+lee+" joe@army.mil"), "4AAAA", "4BBBB"))
	_, all = s.reported(exitPartial) // what was written to the first log since is lost
	all.say(t, "2 mails went to 2 lookalike domains")
	all.json(t, `"first_seen": "2026-02-03T09:00:02Z"`)
}

// TestWords: the same thing has the same word in every form.
func TestWords(t *testing.T) {
	t.Parallel()
	s := trueStage(t, "")
	s.write("mail.log", sentLog("11-17 "+kim+" jane@army.ml", "11-17 "+kim+" jim@army.ml", "11-18 "+lee+" joe@army.mil", "11-18 "+lee+" jane@army.mil", "11-18 "+lee+" bob@gmial.com"))
	_, all := s.reported(exitOK)
	all.json(t, `"verdict": "slip"`, `"text": "two letters swapped"`, `"kind": "transposition"`)
	for _, name := range []string{"html", "mail"} {
		if !strings.Contains(all[name], "two letters swapped") || strings.Contains(all[name], "transposition") || !strings.Contains(all[name], "UTC") {
			t.Errorf("%s: want the kind in words, and the zone:\n%s", name, all[name])
		}
	}
	for _, args := range [][]string{
		{"report", s.path("report.json"), "--by", "lookalike"}, {"report", s.path("report.json"), "--by", "lookalike", "-f", "csv"}, {"report", s.path("report.json"), "-f", "markdown"},
		{"report", s.path("report.json"), "-f", "html"}, {"check", "bob@gmial.com", "--report", s.path("report.json")},
	} {
		r := call(t.Context(), nil, args...)
		if r.status != exitOK || !strings.Contains(r.stdout, "slip") || regexp.MustCompile("look at it|worth a look|told apart").MatchString(r.stdout) {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

// TestNeverSeen: names that never occur are warned of, and invent no addresses.
func TestNeverSeen(t *testing.T) {
	t.Parallel()
	s := trueStage(t, "")
	s.change(`internal = ["corp.example"]`, `internal = ["corp.example", "nosuch.example"]`)
	s.change(`protect = ["army.mil"]`, `protect = ["army.mil", "amry.mil.example"]`)
	s.write("mail.log", sentLog("11-17 "+kim+" jane@army.ml", "11-18 "+lee+" joe@army.mil"))
	r, all := s.reported(exitOK)
	all.say(t, "internal nosuch.example: never occurs in what was read", "protect amry.mil.example: never occurs in what was read")
	all.json(t, "internal nosuch.example: never occurs", "protect amry.mil.example: never occurs")
	all.never(t, "[incomplete]", "internal corp.example: never", "protect army.mil: never")
	if r.stderr != "" {
		t.Errorf("said %s", r.stderr)
	}
	folder := filepath.Join(t.TempDir(), "notes")
	log := strings.ReplaceAll(sentLog("11-17 "+kim+" jane@army.ml", "11-18 "+lee+" joe@army.mil"), "sasl_username=kim@corp.example", "sasl_username=kim.larsen")
	s.write("bare.log", strings.ReplaceAll(log, "from=<kim@corp.example>", "from=<kim@home.example>"))
	r = call(t.Context(), nil, "scan", "--internal", "nosuch.example", "--protect", "army.mil", "-f", "json", s.path("bare.log"))
	if r.status != exitOK || strings.Contains(r.stdout, "kim.larsen@nosuch.example") || !strings.Contains(r.stdout, `"sender": "kim.larsen"`) {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(r.stderr, "--internal nosuch.example: never occurs in what was read") {
		t.Errorf("said %q", r.stderr)
	}
	s.write("bare.json", r.stdout)
	if r = call(t.Context(), nil, "notify", s.path("bare.json"), "--from", "a@corp.example", "--dry-run", folder); r.status != exitOK {
		t.Errorf("%+v", r)
	}
	if notes, _ := filepath.Glob(filepath.Join(folder, "*.eml")); len(notes) > 0 {
		t.Errorf("notes to nobody: %s", notes)
	}
}

// TestEmptyWindow: a window that holds nothing says so, in every form.
func TestEmptyWindow(t *testing.T) {
	t.Parallel()
	s := trueStage(t, "")
	s.change(`window = "all"`, `window = "7d"`)
	s.write("mail.log", sentLog("08-17 "+kim+" jane@army.ml", "08-18 "+lee+" joe@army.mil"))
	_, all := s.reported(exitOK)
	all.say(t, "No mail in the window, 16–22 Nov 2026, so none went to lookalike domains: all of 2 deliveries that were read are outside of it.")
	all.never(t, "--internal", "Nothing was audited", "[incomplete]")
	all.json(t, `"in_window": 0`, `"since": "2026-11-16T00:00:00Z"`, `"until": "2026-11-23T00:00:00Z"`)
	if subject, _, _ := s.mailed(); subject != "typoaudit: no misdirected mail, no mail was sent — 16–22 Nov" {
		t.Errorf("mailed %q", subject)
	}
}

func decoder(encoding string, body io.Reader) io.Reader {
	if strings.EqualFold(encoding, "quoted-printable") {
		return quotedprintable.NewReader(body)
	}
	return body
}

// TestMailTasks: the mail says who must do what, and apart from it the commands, with the
// paths of the run.
func TestMailTasks(t *testing.T) {
	t.Parallel()
	s := trueStage(t, "")
	s.write("mail.log", sentLog("11-17 "+kim+" jane@army.ml", "11-18 "+lee+" joe@army.mil"))
	_, all := s.reported(exitOK)
	for _, name := range []string{"mail", "mail in html"} {
		text := strings.ReplaceAll(strings.ReplaceAll(all[name], " ", ""), "[.]", ".")
		todo, admin := strings.Index(strings.ToLower(text), "whattodo"), strings.Index(strings.ToLower(text), "fortheadministrator")
		tell, command := strings.Index(text, "Tellkim@corp.example:jane@army.mlisnotjane@army.mil"), strings.Index(text, "typoauditnotify"+s.path("report.json")+"-c"+s.path("run.toml"))
		if todo < 0 || tell < todo || admin < tell || command < admin {
			t.Errorf("%s: at %d %d %d %d in\n%s", name, todo, tell, admin, command, all[name])
		}
	}
	if !strings.Contains(all["html"], "Tell kim@corp.example: jane@army.ml is not jane@army.mil.") {
		t.Errorf("html: %s", all["html"])
	}
}
