package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Every address, login, alias, forward, recipient and identifier of the tenants' mail has the
// mark of its tenant.
var marks = [...]string{"qqalpha", "qqbeta", "qqgamma"}

// sharedLog writes the log of a host with the mail of all tenants: what each wrote to the
// world, to a lookalike, to the others and to their aliases, what came in, what went on by an
// alias, and what waits at its end.
func sharedLog(seed uint64, messages int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	at := time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)
	for i := range messages {
		x := r.IntN(len(marks))
		y := (x + 1 + r.IntN(len(marks)-1)) % len(marks)
		own := func(mark string) string { return fmt.Sprintf("%s-%d@%s.example", mark, r.IntN(9), mark) }
		sender, login, recipient, orig := own(marks[x]), marks[x]+"-login", "joe@army.mil", ""
		switch r.IntN(9) {
		case 0:
			recipient = marks[x] + "-told@army.ml"
		case 1:
			recipient = marks[y] + "-to@" + marks[y] + ".example"
		case 2: // an alias of another tenant that sends on
			orig, recipient = marks[y]+"-list@"+marks[y]+".example", marks[y]+"-private@gmial.com"
		case 3: // a stranger to an alias
			sender, login = "someone@partner.test", ""
			orig, recipient = marks[x]+"-list@"+marks[x]+".example", marks[x]+"-private@gmail.com"
		case 4:
			sender, login, recipient = "someone@partner.test", "", marks[x]+"-to@"+marks[x]+".example"
		case 5: // the login of another tenant
			login = own(marks[y])
		}
		id := fmt.Sprintf("4%010d", i)
		line := func(program, text string) {
			at = at.Add(time.Second)
			fmt.Fprintf(&b, "%s mail postfix/%s: %s: %s\n", at.Format(time.RFC3339), program, id, text)
		}
		if login != "" {
			line("smtpd[1]", "client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username="+login)
			line("cleanup[4]", "message-id=<"+fmt.Sprint(i)+"@"+strings.SplitN(sender, "@", 2)[1]+">")
		} else {
			line("smtpd[1]", "client=mx.partner.test[192.0.2.8]")
		}
		line("qmgr[2]", "from=<"+sender+">, size=400, nrcpt=1 (queue active)")
		to := "to=<" + recipient + ">"
		if orig != "" {
			to += ", orig_to=<" + orig + ">"
		}
		if r.IntN(4) == 0 {
			line("smtp[3]", to+", relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect timed out)")
			continue
		}
		line("smtp[3]", to+", relay=mx.test[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)")
		line("qmgr[2]", "removed")
	}
	return b.String()
}

// TestTenantsApart: no byte of another tenant's mail is in what a tenant gets, or in what its
// history keeps, also packed.
func TestTenantsApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var config strings.Builder
	config.WriteString("protect = [\"army.mil\"]\nwindow = \"all\"\n[mail]\nfrom = \"audit@hoster.test\"\nattach = [\"json\"]\n")
	for _, mark := range marks {
		write("send-"+mark, "#!/bin/sh\ncat >> "+filepath.Join(dir, "mail-"+mark)+"\n")
		fmt.Fprintf(&config, "[[tenant]]\nname = %[1]q\ninternal = [%[2]q]\nstate = %[3]q\noutput = [%[4]q]\n[[tenant.source]]\ntype = \"log\"\npaths = [\"mail.log*\"]\n[tenant.mail]\nto = [%[5]q]\nvia = %[6]q\n",
			strings.ToUpper(mark), mark+".example", "state-"+mark, "report-"+mark+".json", "security@"+mark+".example", "sendmail:send-"+mark)
	}
	write("typoaudit.toml", config.String())
	conf := filepath.Join(dir, "typoaudit.toml")
	log := sharedLog(1, 300)
	half := len(log) / 2
	half += strings.IndexByte(log[half:], '\n') + 1
	for _, text := range []string{log[:half], log} { // the second run goes on where the first one ended
		write("mail.log", text)
		if r := call(t.Context(), nil, "run", "-c", conf); r.status != exitOK || r.stderr != "" {
			t.Fatalf("%+v", r)
		}
	}
	for i, mark := range marks {
		report := filepath.Join(dir, "report-"+mark+".json")
		notes := filepath.Join(dir, "notes-"+mark)
		if r := call(t.Context(), nil, "notify", report, "-c", conf, "--tenant", strings.ToUpper(mark), "--dry-run", notes); r.status != exitOK {
			t.Fatalf("%+v", r)
		}
		texts := keptTexts(t, filepath.Join(dir, "state-"+mark, "history.db"))
		for _, pattern := range []string{report, filepath.Join(notes, "*.eml"), filepath.Join(dir, "mail-"+mark), filepath.Join(dir, "state-"+mark, "*")} {
			files, err := filepath.Glob(pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: no file", pattern)
			}
			for _, f := range files {
				text, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				texts = append(texts, text)
			}
		}
		all := bytes.Join(texts, []byte("\n"))
		if n := bytes.Count(all, []byte(mark+"-")); n < 100 {
			t.Errorf("%s: its own mark is there %d times: the test shows nothing", mark, n)
		}
		for j, other := range marks {
			if i == j {
				continue
			}
			// What a tenant wrote to another one, and to its alias, is its own.
			for _, private := range []string{"-told", "-private", "-login", "-0@", "-1@", "-2@", "-3@", "-4@", "-5@", "-6@", "-7@", "-8@"} {
				if bytes.Contains(all, []byte(other+private)) {
					t.Errorf("%s: has %s%s", mark, other, private)
				}
			}
		}
	}
}

// TestWatchOfTenant: a watch of one tenant finds no mail of another one.
func TestWatchOfTenant(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.file.Tenants = []config.Tenant{{Name: "corp"}, {Name: "other"}}
	w.file.Tenants[0].Internal, w.file.Tenants[1].Internal = []string{"corp.example"}, []string{"other.example"}
	w.file.Tenant = &w.file.Tenants[0]
	w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	w.start(w.path)
	w.step()
	for id, sender := range map[string]string{"4AAAAAAAAAAAAA1": "kim@corp.example", "4AAAAAAAAAAAAA2": "boss@other.example"} {
		const at = "2026-11-23T09:00:01Z mail postfix/"
		w.write(at + "smtpd[1]: " + id + ": client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=" + sender + "\n" +
			at + "qmgr[1]: " + id + ": from=<" + sender + ">, size=1, nrcpt=1 (queue active)\n" +
			at + "smtp[1]: " + id + ": to=<of-" + sender[:3] + "@army.ml>, relay=mx.test[192.0.2.9]:25, delay=1, dsn=2.0.0, status=sent (250 ok)\n" +
			at + "qmgr[1]: " + id + ": removed\n")
	}
	w.step()
	if len(w.found) != 1 || w.found["of-kim@army.ml"] != 1 {
		t.Errorf("found %v", w.found)
	}
}

// TestAlertsOfTenants: each tenant's watch prints, and sends to its alerts, what is its own of a
// log that all have.
func TestAlertsOfTenants(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	var text strings.Builder
	text.WriteString("protect = [\"army.mil\"]\n")
	for _, mark := range marks {
		fmt.Fprintf(&text, "[[tenant]]\nname = %[1]q\ninternal = [%[2]q]\nstate = %[3]q\n[[tenant.source]]\ntype = \"log\"\npaths = [\"mail.log\"]\n[[tenant.alert]]\ntype = \"command\"\nmin_confidence = 0.5\ncommand = %[4]q\n",
			mark, mark+".example", "state-"+mark, "cat >> "+s.path("alert-"+mark))
	}
	s.write("typoaudit.toml", text.String())
	s.write("mail.log", "2026-11-17T08:00:00Z mail postfix/master[1]: daemon started\n")
	ctx, end := context.WithCancelCause(t.Context())
	var watches sync.WaitGroup
	outs := make([]bytes.Buffer, len(marks))
	for i, mark := range marks {
		var errs bytes.Buffer
		watches.Go(func() {
			run(ctx, []string{"watch", "-c", s.path("typoaudit.toml"), "--tenant", mark}, testEnv(&outs[i], &errs))
			if errs.Len() > 0 && !strings.HasPrefix(errs.String(), "typoaudit: interrupted") {
				t.Errorf("%s: %s", mark, errs.String())
			}
		})
		for !history.IsThere(s.path("state-" + mark)) {
			time.Sleep(time.Millisecond)
		}
	}
	read := func(name string) string {
		b, _ := os.ReadFile(s.path(name)) // there is none before the first alert
		return string(b)
	}
	log, err := os.OpenFile(s.path("mail.log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	sent := 0
	for seed := uint64(1); sent < len(marks) && seed < 40; seed++ { // what is there at the first look is no news
		if _, err := log.WriteString(sharedLog(seed, 100)); err != nil {
			t.Fatal(err)
		}
		for time.Sleep(lookGap); sent < len(marks) && read("alert-"+marks[sent]) != ""; {
			sent++
		}
	}
	end(signalError{syscall.SIGTERM})
	watches.Wait()
	for i, mark := range marks {
		all := outs[i].String() + read("alert-"+mark)
		if !strings.Contains(all, mark+"-told@army.ml") || !strings.Contains(read("alert-"+mark), `"tenant":"`+mark+`"`) {
			t.Errorf("%s has not its own: %s", mark, all)
		}
		for _, other := range marks {
			if other != mark && strings.Contains(all, other) {
				t.Errorf("%s has something of %s: %s", mark, other, all)
			}
		}
	}
}

// keptTexts returns what a history holds, unpacked.
func keptTexts(t *testing.T, path string) (texts [][]byte) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{"SELECT sealed FROM pack", "SELECT state FROM source"} {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var sealed []byte
			if err := rows.Scan(&sealed); err != nil {
				t.Fatal(err)
			}
			text, err := carry.Unseal(sealed)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if len(texts) < 2 {
		t.Fatalf("%s: holds nothing", path)
	}
	return texts
}
