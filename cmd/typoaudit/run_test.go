package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// TestRunIMAP audits a log and a mailbox in one run. When the server cannot be
// had it says so, and reports what earlier runs read there.
func TestRunIMAP(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, true)
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := fmt.Sprintf(`
internal = ["corp.example"]
protect = ["army.mil"]
window = "7d"
tz = "UTC"
state = "state"
output = ["report.json"]
[[source]]
type = "log"
paths = ["mail.log"]
[[source]]
type = "imap"
host = "127.0.0.1"
port = %d
user = "kim"
ca_file = %q
password_file = "password"
`, s.Port, s.CAFile(t))
	write("password", imapPassword+"\n")
	write("mail.log", strings.Join([]string{
		"2026-11-17T09:00:00Z mail postfix/smtpd[1]: 4AAAAAAAAAAAAA1: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=lee",
		"2026-11-17T09:00:01Z mail postfix/qmgr[2]: 4AAAAAAAAAAAAA1: from=<lee@corp.example>, size=400, nrcpt=1 (queue active)",
		"2026-11-17T09:00:02Z mail postfix/smtp[3]: 4AAAAAAAAAAAAA1: to=<joe@army.ml>, relay=mx.army.ml[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)",
		"2026-11-17T09:00:02Z mail postfix/qmgr[2]: 4AAAAAAAAAAAAA1: removed\n",
	}, "\n"))
	path := write("run.toml", config)
	read := func() *result.Result {
		t.Helper()
		f, err := os.Open(filepath.Join(dir, "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r, err := result.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, fresh := range []int64{2, 0} {
		if r := call(t.Context(), nil, "run", "-c", path); r.status != exitOK || r.stdout+r.stderr != "" {
			t.Fatalf("%+v", r)
		}
		out := read()
		if len(out.Senders) != 2 || out.Totals.Messages != 2 || out.Trend.NewMessages != fresh {
			t.Errorf("%+v, %d new instead of %d", out.Senders, out.Trend.NewMessages, fresh)
		}
	}
	write("run.toml", strings.Replace(config, fmt.Sprintf("port = %d", s.Port), "port = "+servers.FreePort(t), 1))
	r := call(t.Context(), nil, "run", "-c", path)
	if r.status != exitPartial || !strings.Contains(r.stderr, "imap 127.0.0.1") || strings.Contains(r.stderr, imapPassword) {
		t.Errorf("%+v", r)
	}
	if out := read(); out.Totals.Messages != 2 || len(out.Coverage.Sources) != 3 || out.Coverage.Sources[2].Name != "imap:kim/Sent" || len(out.Coverage.Sources[1].Problems) == 0 {
		t.Errorf("%+v", out.Coverage)
	}
}

// TestIMAPState shows which mails of a mailbox were reported before.
func TestIMAPState(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, true)
	args := imapArgs(s, "--ca-file", s.CAFile(t), "--password-file", secretFile(t, imapPassword+"\n"), "--protect", "army.mil", "-f", "json", "--state", filepath.Join(t.TempDir(), "state"))
	for _, fresh := range []int64{1, 0} {
		r := call(t.Context(), nil, args...)
		if r.status != exitOK || r.stderr != "" {
			t.Fatalf("%+v", r)
		}
		if out := decode(t, r); out.Totals.Messages != 1 || out.Trend.NewMessages != fresh {
			t.Errorf("%+v, %+v", out.Totals, out.Trend)
		}
	}
	r := call(t.Context(), nil, append(args, "--new")...)
	if out := decode(t, r); out.Totals.Messages != 0 {
		t.Errorf("%+v", out.Totals)
	}
}
