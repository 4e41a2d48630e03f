package syslog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CET", 3600)
	long := strings.Repeat("x", 200)
	for _, test := range []struct{ name, line, want string }{
		{"traditional", `Nov  3 09:18:31 mail postfix/smtp[305]: ID: text`, "2026-11-03T08:18:31Z|mail|postfix/smtp|ID: text|1"},
		{"with priority", `<22>Nov 23 09:18:31 mail postfix/smtp[305]: text`, "2026-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"without pid", `Nov 23 09:18:31 mail dovecot: lmtp(x): text`, "2026-11-23T08:18:31Z|mail|dovecot|lmtp(x): text|1"},
		{"Solaris", `Nov 23 09:18:31 mail sendmail[2]: [ID 197553 mail.info] text`, "2026-11-23T08:18:31Z|mail|sendmail|text|1"},
		{"ISO", `2026-11-23T09:18:31.266625+00:00 mail postfix/smtp[305]: text`, "2026-11-23T09:18:31.266625Z|mail|postfix/smtp|text|1"},
		{"journalctl short-iso", `2026-11-23T09:29:28+0000 mail postfix/smtp[305]: text`, "2026-11-23T09:29:28Z|mail|postfix/smtp|text|1"},
		{"other zone", `2026-11-23T09:29:28-0530 mail postfix/smtp[305]: text`, "2026-11-23T14:59:28Z|mail|postfix/smtp|text|1"},
		{"blank and comma, no zone", `2026-11-23 09:29:28,5 mail postfix/smtp[305]: text`, "2026-11-23T08:29:28.5Z|mail|postfix/smtp|text|1"},
		{"RFC 5424", `<22>1 2026-11-23T09:18:31Z mail postfix 305 - -  ID: text`, "2026-11-23T09:18:31Z|mail|postfix|ID: text|1"},
		{"RFC 5424 with data", `<22>1 2026-11-23T09:18:31Z mail postfix/smtp 305 m [a b="]\]"][c d="e"] text`, "2026-11-23T09:18:31Z|mail|postfix/smtp|text|1"},
		{"journald", `{"MESSAGE":"text","SYSLOG_IDENTIFIER":"postfix/smtp","_HOSTNAME":"mail","__REALTIME_TIMESTAMP":"1795426167524440"}`, "2026-11-23T09:29:27.52444Z|mail|postfix/smtp|text|1"},
		{"journald bytes", `{"MESSAGE":[106,246,114,103],"SYSLOG_IDENTIFIER":"postfix/smtp","_HOSTNAME":"mail","__REALTIME_TIMESTAMP":"1795426167524440"}`, "2026-11-23T09:29:27.52444Z|mail|postfix/smtp|j\xf6rg|1"},
		{"journald several", `{"MESSAGE":["one","two"],"_COMM":"smtp","_HOSTNAME":"mail","__REALTIME_TIMESTAMP":"1795426167524440"}`, "2026-11-23T09:29:27.52444Z|mail|smtp|one|1"},
		{"docker", `{"log":"2026-11-23T09:18:31.1+00:00 mail postfix/smtp[3]: text\n","stream":"stdout","time":"2026-11-23T09:18:31.2Z"}`, "2026-11-23T09:18:31.2Z|mail|postfix/smtp|text|1"},
		{"docker bare", `{"log":"postfix/smtp[3]: text\n","stream":"stdout","time":"2026-11-23T09:18:31.2Z"}`, "2026-11-23T09:18:31.2Z||postfix/smtp|text|1"},
		{"rsyslog JSON", `{"@timestamp":"2026-11-23T09:18:31+00:00","host":"mail","program":"postfix","tag":"postfix\/smtp[305]:","message":" text \"q\""}`, `2026-11-23T09:18:31Z|mail|postfix/smtp|text "q"|1`},
		{"CRI", `2026-11-23T09:18:31.1Z stdout F postfix/smtp[3]: text`, "2026-11-23T09:18:31.1Z||postfix/smtp|text|1"},
		{"bare", `postfix/smtp[3]: text`, "0001-01-01T00:00:00Z||postfix/smtp|text|1"},
		{"syslog in syslog", `May 02 22:56:21 host docker[32360]: May  2 20:56:21 mail postfix/smtp[3]: text`, "2026-05-02T21:56:21Z|mail|postfix/smtp|text|1"},
		{"repeated", `Nov 23 09:18:31 mail postfix/smtp[305]: message repeated 12 times: [ text ]`, "2026-11-23T08:18:31Z|mail|postfix/smtp|text |12"},
		{"repeated beyond belief", `Nov 23 09:18:31 mail postfix/smtp[305]: message repeated 99999999999999999999 times: [ text ]`, "2026-11-23T08:18:31Z|mail|postfix/smtp|message repeated 99999999999999999999 times: [ text ]|1"},
		{"docker logs -t", `2026-11-23T09:18:31.123456789Z Nov 23 09:18:31 mail postfix/smtp[3]: text`, "2026-11-23T09:18:31.123456789Z|mail|postfix/smtp|text|1"},
		{"docker logs -t of RFC 3339", `2026-11-23T09:18:31.1Z 2026-11-23T09:18:31.05+00:00 mail postfix/smtp[3]: text`, "2026-11-23T09:18:31.1Z|mail|postfix/smtp|text|1"},
		{"docker compose", `mail-1  | Nov 23 09:18:31 mail postfix/smtp[3]: text`, "2026-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"docker compose, bare", `mail-1  | postfix/smtp[3]: text`, "0001-01-01T00:00:00Z||postfix/smtp|text|1"},
		{"grep", `/var/log/mail.log:Nov 23 09:18:31 mail postfix/smtp[3]: text`, "2026-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"grep -n", `mail.log.1:123:2026-11-23T09:18:31Z mail postfix/smtp[3]: text`, "2026-11-23T09:18:31Z|mail|postfix/smtp|text|1"},
		{"year before the time", `Nov 23 2025 09:18:31 mail postfix/smtp[3]: text`, "2025-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"Sophos UTM", `2026:11:23-09:18:31 gw exim-out[3]: text`, "2026-11-23T08:18:31Z|gw|exim-out|text|1"},
		{"Kerio", `[23/Nov/2026 09:18:31] Sent: text`, "2026-11-23T08:18:31Z|||Sent: text|1"},
		{"year and colon", `Nov 23 2025 09:18:31: mail postfix/smtp[3]: text`, "2025-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"year after the time", `Nov 23 09:18:31 2025 mail postfix/smtp[3]: text`, "2025-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"OpenWrt", `Mon Nov 23 09:18:31 2026 mail.info postfix/smtp[3]: text`, "2026-11-23T08:18:31Z||postfix/smtp|text|1"},
		{"facility", `Nov 23 09:18:31 mail mail.info postfix/smtp[3]: text`, "2026-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"AIX", `Nov 23 09:18:31 mail mail:info sendmail[3]: text`, "2026-11-23T08:18:31Z|mail|sendmail|text|1"},
		{"fraction", `Nov 23 09:18:31.266625 mail postfix/smtp[3]: text`, "2026-11-23T08:18:31.266625Z|mail|postfix/smtp|text|1"},
		{"name of a zone", `Nov 23 09:18:31 EST mail postfix/smtp[3]: text`, "2026-11-23T08:18:31Z|mail|postfix/smtp|text|1"},
		{"UTC", `Nov 23 09:18:31 UTC mail postfix/smtp[3]: text`, "2026-11-23T09:18:31Z|mail|postfix/smtp|text|1"},
		{"offset", `2026-11-23 09:18:31.266 -0530 mail postfix/smtp[3]: text`, "2026-11-23T14:48:31.266Z|mail|postfix/smtp|text|1"},
		{"host that looks like a zone", `Nov 23 09:18:31 MX postfix/smtp[3]: text`, "2026-11-23T08:18:31Z|MX|postfix/smtp|text|1"},
		{"host of three letters", `Nov 23 09:18:31 MTA postfix/smtp[3]: text`, "2026-11-23T08:18:31Z|MTA|postfix/smtp|text|1"},
		{"journalctl short-full", `Mon 2026-11-23 09:18:31 UTC mail postfix/smtp[3]: text`, "2026-11-23T09:18:31Z|mail|postfix/smtp|text|1"},
		{"journalctl short-unix", `1795425511.266625 mail postfix/smtp[3]: text`, "2026-11-23T09:18:31.266625Z|mail|postfix/smtp|text|1"},
		{"Filebeat", `{"@timestamp":"2026-11-23T09:18:32.5Z","log":{"file":{"path":"/var/log/mail.log"}},"host":{"name":"shipper"},"message":"Nov 23 09:18:31 mail postfix/smtp[3]: text"}`, "2026-11-23T09:18:32.5Z|mail|postfix/smtp|text|1"},
		{"Elastic Common Schema", `{"@timestamp":"2026-11-23T09:18:31Z","host":{"name":"mail"},"process":{"name":"postfix/smtp","pid":3},"message":"text"}`, "2026-11-23T09:18:31Z|mail|postfix/smtp|text|1"},
		{"Fluentd", `{"ident":"postfix/smtp","pid":"3","host":"mail","time":"2026-11-23T09:18:31Z","message":"text"}`, "2026-11-23T09:18:31Z|mail|postfix/smtp|text|1"},
		{"GELF", `{"version":"1.1","host":"mail","short_message":"text","timestamp":1795425511.25,"_application_name":"postfix/smtp"}`, "2026-11-23T09:18:31.25Z|mail|postfix/smtp|text|1"},
		{"what poses as a line after a colon", `lorem: ipsum Nov 23 09:18:31 mail postfix/smtp[3]: text`, "none"},
		{"web server", `192.0.2.7 - - [23/Nov/2026:09:18:31 +0000] "GET / HTTP/1.1" 200 12`, "none"},
		{"words", `lorem ipsum dolor`, "none"},
		{"broken JSON", `{"MESSAGE":"text`, "none"},
		{"no month", `Nix 23 09:18:31 mail postfix/smtp[305]: text`, "none"},
		{"tag too long", `Nov 23 09:18:31 mail ` + long + `[3]: text`, "2026-11-23T08:18:31Z|mail||" + long + "[3]: text|1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewDecoder(parsers.Piece{Start: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Location: berlin})
			var rec Record
			for range 2 { // the second time it takes the short way
				got := "none"
				if d.Decode([]byte(test.line), &rec) {
					got = fmt.Sprintf("%s|%s|%s|%s|%d", rec.Time.UTC().Format(time.RFC3339Nano), rec.Host, rec.Program, rec.Text, rec.Repeat)
				}
				if got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
			}
		})
	}
}

// TestDecodeMixed: what a line says does not depend on the lines before it,
// whatever their shape and host.
func TestDecodeMixed(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, host := range []string{"mail", "mx", "relay"} {
		for _, shape := range []string{
			"Nov 23 09:18:31 %s postfix/smtp[305]: text", "Nov 23 09:18:32 %s postfix/smtp[305]: text", "Nov 23 09:18:31 UTC %s postfix/smtp[305]: text",
			"Nov 23 2025 09:18:31 %s postfix/smtp[3]: text", "Nov 23 09:18:31.266625 %s postfix/smtp[3]: text", "Mon Nov 23 09:18:33 2026 %s postfix/smtp[3]: text",
			"2026-11-23T09:18:31Z %s postfix/smtp[305]: text", "2026-11-23T09:18:31.5+01:00 %s dovecot: text", "1795425511.266625 %s postfix/smtp[3]: text",
			"<22>1 2026-11-23T09:18:31Z %s postfix 305 - - text", "May 02 22:56:21 host docker[32360]: May  2 20:56:21 %s postfix/smtp[3]: text",
			`{"MESSAGE":"text","SYSLOG_IDENTIFIER":"postfix/smtp","_HOSTNAME":"%s","__REALTIME_TIMESTAMP":"1795426167524440"}`,
		} {
			lines = append(lines, fmt.Sprintf(shape, host))
		}
	}
	decode := func(d *Decoder, line string) string {
		var rec Record
		if !d.Decode([]byte(line), &rec) {
			return "none"
		}
		return fmt.Sprintf("%s|%s|%s|%s|%s", rec.Time.UTC().Format(time.RFC3339Nano), rec.Host, rec.Program, rec.PID(), rec.Text)
	}
	piece := parsers.Piece{Start: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Location: time.UTC}
	alone := map[string]string{}
	for _, line := range lines {
		alone[line] = decode(NewDecoder(piece), line)
	}
	for _, first := range lines {
		for _, second := range lines {
			d := NewDecoder(piece)
			for _, line := range []string{first, second, first} {
				if got := decode(d, line); got != alone[line] {
					t.Errorf("%s\nbetween %s\nand %s:\n got  %s\n want %s", line, first, second, got, alone[line])
				}
			}
		}
	}
}

func TestDockerJoinsLongLines(t *testing.T) {
	t.Parallel()
	beginning := strings.Repeat("x", dockerSplit-len("postfix/smtp[3]: "))
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	var rec Record
	d.Decode([]byte(`{"log":"postfix/smtp[3]: `+beginning+`","stream":"stdout","time":"2026-11-23T09:18:31Z"}`), &rec)
	if len(rec.Text) > 0 {
		t.Errorf("half a line: got %q, want nothing", rec.Text)
	}
	d.Decode([]byte(`{"log":"two\n","stream":"stdout","time":"2026-11-23T09:18:31Z"}`), &rec)
	if string(rec.Text) != beginning+"two" || string(rec.Program) != "postfix/smtp" {
		t.Errorf("%q: %q", rec.Program, rec.Text)
	}
}

// A log without years goes over New Year, and a late line of December comes
// after the first of January.
func TestYears(t *testing.T) {
	t.Parallel()
	d := NewDecoder(parsers.Piece{Start: time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), Location: time.UTC})
	var rec Record
	for _, step := range []struct {
		stamp string
		year  int
	}{{"Dec 31 23:59:59", 2025}, {"Jan  1 00:00:01", 2026}, {"Dec 31 23:59:58", 2025}, {"Jan  1 00:00:02", 2026}, {"Jun 30 00:00:00", 2026}, {"Dec 31 00:00:00", 2026}, {"Feb 29 00:00:00", 2027}} {
		d.Decode([]byte(step.stamp+" mail postfix/smtp[1]: text"), &rec)
		if y := rec.Time.Year(); y != step.year {
			t.Errorf("%s: got %d, want %d", step.stamp, y, step.year)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`Nov 23 09:18:31 mail postfix/smtp[305]: text`, `<22>1 2026-11-23T09:18:31Z mail postfix 305 - [a b="c"] text`,
		`{"log":"2026-11-23T09:18:31.1+00:00 mail postfix/smtp[3]: text\n","time":"2026-11-23T09:18:31.2Z"}`,
		`{"MESSAGE":[106,246],"SYSLOG_IDENTIFIER":"x"}`, `2026-11-23T09:29:28+0000 mail a[1]: message repeated 2 times: [ b]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		d := NewDecoder(parsers.Piece{Location: time.UTC})
		var first, again Record
		a := d.Decode(line, &first)
		text := string(first.Text)
		if b := d.Decode(line, &again); d.partial == nil && (a != b || a && text != string(again.Text)) {
			t.Fatalf("read twice: %v %q, %v %q", a, text, b, again.Text)
		}
		if a && first.Repeat < 1 {
			t.Fatalf("repeated %d times", first.Repeat)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	line := []byte("Nov 23 09:18:31 mail postfix/submission/smtpd[305]: connect from ws17.corp.example[192.0.2.7]")
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	var rec Record
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(line, &rec)
	}
}

// Texts that isWrapped reports begin as wrappedBeginnings say: others are never
// given to it.
func TestWrappedBeginnings(t *testing.T) {
	t.Parallel()
	texts := []string{" text", "[ID 1 mail.info] text", "message repeated 2 times: [ text]", "2026-11-23T09:18:31 mail a: text"}
	for month := time.January; month <= time.December; month++ {
		texts = append(texts, month.String()[:3]+" 23 09:18:31 mail a: text")
	}
	wrapped := newBeginnings()
	for _, text := range texts {
		if !isWrapped([]byte(text)) || wrapped.wayOf([]byte(text))&wrappedWays == 0 {
			t.Errorf("%q: wrapped %t, begins in ways %b", text, isWrapped([]byte(text)), wrapped.wayOf([]byte(text)))
		}
	}
}
