package syslog_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/format/ironport"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/qmail"
	"github.com/typoaudit/typoaudit/parsers/format/sendmail"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func bodies() []syslog.Body {
	return []syslog.Body{postfix.Body{}, exim.Body{}, sendmail.Body{}}
}

// The two lines that each wrapper is put around: who wrote, and what became of it.
const (
	from = "3F2A11E0C5: from=<ann@corp.example>, size=1089, nrcpt=1 (queue active)"
	to   = "3F2A11E0C5: to=<jane@partner.example>, relay=mx.partner.example[192.0.2.20]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
)

// wrapped writes both lines in a wrapper, in which PROG, PID and TEXT stand for
// what is within.
func wrapped(wrapper, between string) string {
	write := func(program, pid, text string) string {
		return strings.NewReplacer("PROG", program, "PID", pid, "TEXT", text).Replace(wrapper)
	}
	return write("qmgr", "279", from) + between + write("smtp", "305", to)
}

// TestWrappers reads the same two lines in the wrappers that people have.
func TestWrappers(t *testing.T) {
	t.Parallel()
	const event = "2026-11-23T09:18:31Z"
	for _, test := range []struct{ name, wrapper, time string }{
		{"a severity", "2026-11-23T09:18:31Z INFO    postfix/PROG[PID]: TEXT", event},
		{"a severity, in a container's log", "mta-1  | 2026-11-23T09:18:31Z INFO    postfix/PROG[PID]: TEXT", event},
		{"colours of docker compose", "\x1b[36mmta-1  |\x1b[0m Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"colours within the line", "\x1b[32mNov 23 09:18:31\x1b[0m mail \x1b[36mpostfix/PROG[PID]\x1b[0m: TEXT", event},
		{"blanks that do not break, of a page", "Nov\u00a023\u00a009:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"tabs for blanks", "Nov 23 09:18:31\tmail\tpostfix/PROG[PID]:\tTEXT", event},
		{"a tab before the text", "Nov 23 09:18:31 mail postfix/PROG[PID]:\tTEXT", event},
		{"journalctl in Russian", "ноя 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"journalctl in Spanish", "nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"journalctl in Japanese", "11月 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"the day before its month", "23. Nov 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"docker service logs", "mail_mta.1.x7k2@node1    | Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"docker service logs -t", "2026-11-23T09:18:31.123456789Z mail_mta.1.x7k2@node1    | postfix/PROG[PID]: TEXT", event},
		{"diff", "+Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"grep -A", "/var/log/mail-1.log-12-Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"a quote", "'Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT'", event},
		{"syslogd -v", "Nov 23 09:18:31 <mail.info> mail postfix/PROG[PID]: TEXT", event},
		{"stern", "mta-0 postfix 2026-11-23T09:18:31Z mail postfix/PROG[PID]: TEXT", event},
		{"kubectl --prefix", "[pod/mta-0/postfix] Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"a clock of twelve hours", "11/23/2026 09:18:31 AM mail postfix/PROG[PID]: TEXT", event},
		{"a day, its month and year", "23-Nov-2026 09:18:31.000 mail postfix/PROG[PID]: TEXT", event},
		{"the date of mail", "Mon, 23 Nov 2026 09:18:31 +0000 mail postfix/PROG[PID]: TEXT", event},
		{"the stamp of web servers", "[23/Nov/2026:10:18:31 +0100] mail postfix/PROG[PID]: TEXT", event},
		{"digits alone", "20261123T091831Z mail postfix/PROG[PID]: TEXT", event},
		{"Unix seconds in brackets", "[1795425511] mail postfix/PROG[PID]: TEXT", event},
		{"a table of one column, without a name", `"Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT"`, event},
		{"Datadog", `{"date":"2026-11-23T09:18:31Z","service":"exim","message":"postfix/PROG[PID]: TEXT"}`, event},
		{"ECS, whose host lies deeper", `{"@timestamp":"2026-11-23T09:18:31Z","message":"TEXT","log":{"syslog":{"appname":"postfix/PROG","procid":PID,"hostname":"mail"}}}`, event},
		{"Logstash's names", `{"@timestamp":"2026-11-23T09:18:31Z","syslog_program":"postfix/PROG","syslog_pid":"PID","syslog_message":"TEXT"}`, event},
		{"octets of RFC 6587", "99 <22>1 2026-11-23T09:18:31Z mail postfix/PROG PID - - TEXT", event},
		{"RFC 5424 without PRI", "2026-11-23T09:18:31Z mail postfix/PROG PID - - TEXT", event},
		{"the year first", "2026 Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"colons in the date", "2026:11:23-09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"slashes in the date", "2026/11/23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"a stamp in brackets", "[2026-11-23T09:18:31Z] postfix/PROG[PID]: TEXT", event},
		{"one blank before the day", "Nov 3 09:18:31 mail postfix/PROG[PID]: TEXT", "2026-11-03T09:18:31Z"},
		{"an address between host and tag", "Nov 23 09:18:31 mail 192.0.2.1 postfix/PROG[PID]: TEXT", event},
		{"a priority between host and tag", "2026-11-23T09:18:31Z mail Mail.Info postfix/PROG[PID]: TEXT", event},
		{"svlogd", "2026-11-23_09:18:31.00000 postfix/PROG[PID]: TEXT", event},
		{"two stamps", "Nov 23 09:18:31 relay Nov 23 09:18:30 mail postfix/PROG[PID]: TEXT", event},
		{"tabs of Grafana", "1795425511000\t2026-11-23T09:18:31Z\tNov 23 09:18:31 mail postfix/PROG[PID]: TEXT", event},
		{"labels of logcli", `2026-11-23T09:18:31Z {job="mail"} Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT`, event},
		{"Papertrail's archive", "7711561783320576\t2026-11-23T09:18:31Z\t2026-11-23T09:18:31Z\t2\tmail\t192.0.2.1\tMail\tInfo\tpostfix/PROG\tTEXT", event},
		{"Fluent Bit's stdout", `[0] mail: [[1795425511.0, {}], {"time"=>"2026-11-23T09:18:31Z", "ident"=>"postfix/PROG", "message"=>"TEXT"}]`, event},
		{"the tag of a container", "Nov 23 09:18:31 dockerhost b1c2d3e4f5a6[77]: postfix/PROG[PID]: TEXT", event},
		{"a container named like a server", "Nov 23 09:18:31 dockerhost postfix[77]: postfix/PROG[PID]: TEXT", event},
		{"a program of another name", "Nov 23 09:18:31 mail PROG[PID]: TEXT", event},
		{"json-file without a line feed", `{"log":"Nov 23 09:18:30 mail postfix/PROG[PID]: TEXT","time":"2026-11-23T09:18:31Z"}`, event},
		{"journald", `{"__REALTIME_TIMESTAMP":"1795425511000000","SYSLOG_IDENTIFIER":"b1c2d3e4f5a6","MESSAGE":"postfix/PROG[PID]: TEXT"}`, event},
		{"Splunk", `{"preview":false,"result":{"_raw":"Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT","_time":"2026-11-23 09:18:31.000 UTC","host":"mail"}}`, event},
		{"Loki", `{"labels":{"job":"mail"},"line":"Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT","timestamp":"2026-11-23T09:18:31Z"}`, event},
		{"Elasticsearch", `{"_index":"x","_source":{"@timestamp":"2026-11-23T09:18:31Z","process":{"name":"postfix/PROG"},"message":"TEXT"}}`, event},
		{"Google Cloud", `{"receiveTimestamp":"2026-11-23T09:19:00Z","timestamp":"2026-11-23T09:18:31Z","jsonPayload":{"message":"postfix/PROG[PID]: TEXT"}}`, event},
		{"syslog-ng", `{"PROGRAM":"postfix/PROG","MESSAGE":"TEXT","ISODATE":"2026-11-23T09:18:31+00:00"}`, event},
		{"NXLog", `{"EventTime":"2026-11-23 09:18:31","SourceName":"postfix/PROG","Message":"TEXT"}`, event},
		{"Wazuh", `{"timestamp":"2026-11-23T09:18:31.000+0000","full_log":"Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT","predecoder":{"program_name":"postfix/PROG"}}`, event},
		{"VictoriaLogs", `{"_time":"2026-11-23T09:18:31Z","_msg":"Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT"}`, event},
		{"Fluentd's file", `2026-11-23T09:18:31Z	mail.info	{"ident":"postfix/PROG","message":"TEXT"}`, event},
		{"mailcow's log", `{"time":"1795425511","program":"postfix/PROG","priority":"info","message":"TEXT"}`, event},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := syslog.Format{Bodies: bodies()}
			log := []byte(wrapped(test.wrapper, "\n") + "\n")
			if f.Sniff(log) == 0 || f.Found(log) != "postfix" {
				t.Errorf("Sniff: %d, Found: %s", f.Sniff(log), f.Found(log))
			}
			all, tally := parserstest.Read(f, log)
			expect(t, all, tally, test.time)
		})
	}
}

func expect(t *testing.T, all []parsers.Delivery, tally parsers.Tally, when string) {
	t.Helper()
	if len(all) != 1 || tally.Malformed > 0 {
		t.Fatalf("%d deliveries, %d malformed; want one", len(all), tally.Malformed)
	}
	d := all[0]
	got := fmt.Sprintf("%s -> %s %s %s", d.Sender, d.Recipient, d.Status, d.Time.UTC().Format("01-02T15:04:05Z"))
	if want := "ann@corp.example -> jane@partner.example delivered " + when[len("2026-"):]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

type sink struct {
	parserstest.NoBounces
	all []parsers.Delivery
}

func (s *sink) Add(d *parsers.Delivery) { s.all = append(s.all, d.Clone()) }

func readStream(t *testing.T, f parsers.StreamFormat, log string) ([]parsers.Delivery, parsers.Tally) {
	t.Helper()
	if f.Sniff([]byte(log)) == 0 {
		t.Error("not recognised")
	}
	var s sink
	tally, err := f.Read(context.Background(), parsers.Piece{Location: time.UTC}, bytes.NewReader([]byte(log)), &s)
	if err != nil {
		t.Error(err)
	}
	return s.all, tally
}

// TestCollected reads them in exports whose records are not lines.
func TestCollected(t *testing.T) {
	t.Parallel()
	const inner = "Nov 23 09:18:31 mail postfix/PROG[PID]: TEXT"
	for _, test := range []struct{ name, before, wrapper, between, after string }{
		{"Splunk's CSV", "\"_serial\",\"_time\",host,\"_raw\"\n", `0,"2026-11-23T09:18:31.000+0000",mail,"` + inner + `"`, "\n", ""},
		{"a column in front, unquoted", "id,message,timestamp\n", `a,"postfix/PROG[PID]: TEXT",2026-11-23T09:18:31Z`, "\n", "\na,postfix/qmgr[279]: 3F2A11E0C5: removed,2026-11-23T09:18:31Z\n"},
		{"a table without names", "", `2026-11-23T09:18:31Z,mail,postfix/PROG[PID]:,"TEXT"`, "\n", "\n"},
		{"tabs without names", "", "2026-11-23T09:18:31Z\tmail\tpostfix/PROG\tPID\tTEXT", "\n", "\n"},
		{"German names", "Zeit;Host;Meldung\n", `23.11.2026 09:18:31;mail;"postfix/PROG[PID]: TEXT"`, "\n", "\n"},
		{"Kibana's CSV", "@timestamp,message\n", `"Nov 23, 2026 @ 09:18:31.000","` + inner + `"`, "\n", ""},
		{"Graylog's CSV", "timestamp,source,application_name,message\n", `2026-11-23T09:18:31Z,mail,postfix/PROG,"TEXT"`, "\n", ""},
		{"Azure's CSV", "TimeGenerated [UTC],ProcessName,SyslogMessage\n", `"11/23/2026, 9:18:31.000 AM",postfix/PROG,"TEXT"`, "\n", ""},
		{"tabs", "time\tprogram\tmessage\n", "2026-11-23T09:18:31Z\tpostfix/PROG\tTEXT", "\n", ""},
		{"an array", "[", `{"time":"1795425511","program":"postfix/PROG","message":"TEXT"}`, ",", "]"},
		{"an array over several lines", "[\n", "  {\n    \"textPayload\": \"" + inner + "\",\n    \"timestamp\": \"2026-11-23T09:18:31Z\"\n  }", ",\n", "\n]\n"},
		{"CloudWatch's answer", `{"events": [`, `{"timestamp":1795425511000,"message":"` + inner + `","ingestionTime":1795425599000}`, ",", "]}"},
		{"CloudWatch Insights' answer", `{"results": [`, `[{"field":"@timestamp","value":"2026-11-23 09:18:31.000"},{"field":"@message","value":"` + inner + `"}]`, ",", "]}"},
		{"Elasticsearch's answer", `{"took":1,"hits":{"hits":[`, `{"_source":{"@timestamp":"2026-11-23T09:18:31Z","message":"` + inner + `"}}`, ",", "]}}"},
		{"Loki's answer", `{"data":{"result":[{"stream":{"job":"mail"},"values":[`, `["1795425511000000000","` + inner + `"]`, ",", "]}]}}"},
		{"journalctl -o verbose", "", "Mon 2026-11-23 09:18:31.000000 UTC [s=6c8c;i=1a]\n    SYSLOG_IDENTIFIER=postfix/PROG\n    MESSAGE=TEXT", "\n", "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := syslog.CollectedFormat{Bodies: bodies()}
			log := test.before + wrapped(test.wrapper, test.between) + test.after
			if got := f.Found([]byte(log)); got != "postfix" {
				t.Errorf("Found: %s", got)
			}
			all, tally := readStream(t, f, log)
			expect(t, all, tally, "2026-11-23T09:18:31Z")
		})
	}
}

// TestCollectedColumns reads the columns that the user names, and no others.
func TestCollectedColumns(t *testing.T) {
	t.Parallel()
	f := syslog.CollectedFormat{Bodies: bodies(), Columns: map[string]string{"message": "what", "program": "who", "time": "when"}}
	all, tally := readStream(t, f, "taken,when,who,message,what\n"+wrapped(`2026-11-25T00:00:00Z,2026-11-23T09:18:31Z,postfix/PROG,none,"TEXT"`, "\n"))
	expect(t, all, tally, "2026-11-23T09:18:31Z")
}

// untagged are lines of servers that have no tag: who wrote, and what became of it.
var untagged = map[string][]string{
	"exim": {
		"2026-11-23 09:18:27 1xVQBv-00002R-2R <= ann@corp.example U=ann P=local S=448",
		"2026-11-23 09:18:27 1xVQBv-00002R-2R => jane@partner.example R=dnslookup T=remote_smtp H=mx [192.0.2.20]",
		"2026-11-23 09:18:28 1xVQBv-00002R-2R Completed",
	},
	"sendmail": {
		"8ANHIbcG002794: from=<ann@corp.example>, size=108, class=0, nrcpts=1, relay=pc1.corp.example [192.168.1.45]",
		"8ANHIbcG002794: to=<jane@partner.example>, delay=00:00:01, mailer=esmtp, relay=mx. [192.0.2.2], dsn=2.0.0, stat=Sent (ok)",
	},
	"qmail": {
		"new msg 100", "info msg 100: bytes 10 from <ann@corp.example> qp 1 uid 89", "starting delivery 7: msg 100 to remote jane@partner.example",
		"delivery 7: success: 192.0.2.10_accepted_message./",
	},
	"ironport": {
		"Mon Nov 23 09:18:27 2026 Info: Start MID 100 ICID 6", "Mon Nov 23 09:18:27 2026 Info: MID 100 ICID 6 From: <ann@corp.example>",
		"Mon Nov 23 09:18:27 2026 Info: MID 100 ICID 6 RID 0 To: <jane@partner.example>", "Mon Nov 23 09:18:27 2026 Info: Message done DCID 7 MID 100 to RID [0]",
	},
}

// readServer reads a log of the server in a wrapper.
func readServer(t *testing.T, server, log string) ([]parsers.Delivery, parsers.Tally) {
	t.Helper()
	switch server {
	case "qmail":
		return readStream(t, syslog.Unwrapped{UntaggedStream: qmail.Format{}}, log)
	case "ironport":
		return readStream(t, syslog.Unwrapped{UntaggedStream: ironport.Format{}}, log)
	}
	return parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(log))
}

// TestUntagged reads servers whose lines have no tag, in containers' logs.
func TestUntagged(t *testing.T) {
	t.Parallel()
	wrappers := []string{
		"2026-11-23T09:18:31Z TEXT", "mta-1  | 2026-11-23T09:18:31Z TEXT", "2026-11-23T09:18:31Z stdout F TEXT", "Nov 23 09:18:31 dockerhost b1c2d3e4f5a6[77]: TEXT",
		"<30>1 2026-11-23T09:18:31Z dockerhost mta 77 mta - TEXT", `<30>1 2026-11-23T09:18:31Z dockerhost mta 77 - [timeQuality tzKnown="1" isSynced="1"] TEXT`,
		"2026-11-23 09:18:31.123456789 TEXT", `{"log":"TEXT\n","stream":"stdout","time":"2026-11-23T09:18:31Z"}`,
		`{"version":"1.1","host":"mail","short_message":"TEXT","timestamp":1795425511}`,
	}
	for server, lines := range untagged {
		for _, wrapper := range wrappers {
			var log strings.Builder
			for _, l := range lines {
				log.WriteString(strings.Replace(wrapper, "TEXT", l, 1) + "\n")
			}
			t.Run(server+" in "+wrapper, func(t *testing.T) {
				t.Parallel()
				all, tally := readServer(t, server, log.String())
				expect(t, all, tally, "2026-11-23T09:18:31Z")
			})
		}
	}
}

// TestListed reads them as tools list lines: the number of one is no host, and a stamp without
// a T stands after the path of its file as well.
func TestListed(t *testing.T) {
	t.Parallel()
	listed := []string{
		"* LINE", "• LINE", "  N. LINE", "N) LINE", "N: LINE", "N:LINE", "/var/log/exim4/mainlog.2.gz:LINE", "mainlog:N:LINE", `C:\Mail Server\main.log:N:LINE`, "/var/log/mainlog-N-LINE",
	}
	for server, lines := range untagged {
		for _, shape := range listed {
			var log strings.Builder
			for i, l := range lines {
				if server == "sendmail" || server == "qmail" {
					l = "2026-11-23 09:18:27 " + l
				}
				log.WriteString(strings.NewReplacer("N", fmt.Sprint(i+8), "LINE", l).Replace(shape) + "\n")
			}
			t.Run(server+" as "+shape, func(t *testing.T) {
				t.Parallel()
				all, tally := readServer(t, server, log.String())
				expect(t, all, tally, "2026-11-23T09:18:27Z")
			})
		}
	}
}

// TestArrayOfTexts: lines in an array on one line are read, and an array that breaks off is an error.
func TestArrayOfTexts(t *testing.T) {
	t.Parallel()
	line := `"Nov 23 09:18:31 mail postfix/smtp[305]: ` + to + ` \"x\\\""`
	whole := `["Nov 23 09:18:30 mail postfix/smtpd[300]: connect from pc7[192.0.2.7]", ` + line + `, ` + line + "]\n"
	f := syslog.CollectedFormat{Bodies: []syslog.Body{postfix.Body{}}}
	if f.Sniff([]byte(whole)) == 0 {
		t.Fatal("not recognised")
	}
	if all, tally := readStream(t, f, whole); len(all) != 1 || tally.Lines != 3 || tally.Malformed != 0 {
		t.Errorf("got %d deliveries of %d lines, %d malformed; want 1 of 3, 0", len(all), tally.Lines, tally.Malformed)
	}
	for _, n := range []int{1, 2, len(line)} {
		if _, err := f.Read(t.Context(), parsers.Piece{Location: time.UTC}, strings.NewReader(whole[:len(whole)-1-n]), &sink{}); err == nil {
			t.Errorf("%d bytes less: no error", n)
		}
	}
}

// TestUnwrappedStrangers: the lines of another server in the same log are counted.
func TestUnwrappedStrangers(t *testing.T) {
	t.Parallel()
	const delivery = "Nov 23 09:18:31 mail postfix/smtp[305]: " + to
	for name, log := range map[string]string{
		"lines":   "ts 2026-11-23T09:18:31Z new msg 100\nts " + delivery + "\n",
		"objects": `{"log":"new msg 100\n","time":"2026-11-23T09:18:31Z"}` + "\n" + `{"log":"` + delivery + `\n","time":"2026-11-23T09:18:31Z"}` + "\n",
		"rows":    "time,message\n2026-11-23T09:18:31Z,new msg 100\n2026-11-23T09:18:31Z,\"" + delivery + "\"\n",
	} {
		all, tally := readStream(t, syslog.Unwrapped{UntaggedStream: qmail.Format{}}, log)
		if len(all) != 0 || tally.Malformed != 1 || tally.NotUnderstood.Total() != 1 {
			t.Errorf("%s: got %d deliveries, %d malformed, %v not understood; want 0, 1, 1", name, len(all), tally.Malformed, tally.NotUnderstood)
		}
	}
}

// TestForgedLines: what a stranger wrote into the line of another program is not
// taken for a line.
func TestForgedLines(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"Nov 23 09:18:31 mail sshd[7]: postfix/smtp[305]: " + to,
		"Nov 23 09:18:31 mail dovecot: imap-login: Aborted login: user=<postfix/smtp[305]: " + to + ">",
		"Nov 23 09:18:31 mail webapp[7]: feedback from a user postfix/smtp[305]: " + to,
		`Nov 23 09:18:31 mail webapp[7]: "` + to + `"`,
		"Nov 23 09:18:31 mail postfix/cleanup[7]: 3F2A11E0C6: warning: header Subject: postfix/smtp[305]: " + to + " from x[192.0.2.1]; from=<x@y.example> to=<z@y.example> proto=ESMTP",
	} {
		if all, _ := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(line+"\n")); len(all) > 0 {
			t.Errorf("%s: got %+v, want nothing", line, all)
		}
	}
}

// FuzzSearch: no line panics, and what is found is of the line.
func FuzzSearch(f *testing.F) {
	f.Add([]byte("mta-1 | [0] x: 2026 Nov 3 09:18:31 {job=\"m\"} mail postfix/smtp[305]: " + to))
	f.Add([]byte(`{"a":{"log":"Nov 23 2026 09:18:31 mail postfix/smtp[305]: text","time":1}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		d := syslog.NewDecoder(parsers.Piece{Location: time.UTC})
		var rec syslog.Record
		if d.Search(line, &rec, func(_, text []byte) bool { return bytes.HasPrefix(text, []byte("text")) }) && rec.Repeat < 1 {
			t.Errorf("%q: %+v", line, rec)
		}
		_, _ = parserstest.Read(syslog.Format{Bodies: bodies()}, line)
	})
}
