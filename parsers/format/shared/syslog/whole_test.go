package syslog_test

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// A tagged is a line of a genuine log without its stamp and host.
type tagged struct{ program, pid, text string }

// genuine returns the lines of a genuine log in the traditional format, and the
// deliveries that they must give.
func genuine(t *testing.T) (all []tagged, want []string) {
	t.Helper()
	log, err := os.ReadFile("../../postfix/testdata/proxyfilter.log")
	if err != nil {
		t.Fatal(err)
	}
	var plain strings.Builder
	for line := range strings.Lines(string(log)) {
		line = strings.TrimRight(line, "\n")
		header, text, ok := strings.Cut(line, "]: ")
		words := strings.Fields(header)
		program, pid, tag := strings.Cut(words[len(words)-1], "[")
		if !ok || !tag || !strings.HasPrefix(program, "postfix/") {
			continue
		}
		all = append(all, tagged{program, pid, text})
		fmt.Fprintf(&plain, "Nov 23 09:18:31 mail %s[%s]: %s\n", program, pid, text)
	}
	deliveries, _ := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(plain.String()))
	if len(deliveries) < 10 {
		t.Fatalf("%d deliveries in the genuine log", len(deliveries))
	}
	return all, described(deliveries)
}

// described is what the deliveries say, but for where and when.
func described(all []parsers.Delivery) (lines []string) {
	for _, d := range all {
		d.Origin, d.Time = parsers.Origin{}, time.Time{}
		lines = append(lines, parserstest.Describe(&d))
	}
	slices.Sort(lines)
	return lines
}

func quoted(text string) string {
	b, _ := json.Marshal(text) // of a string, which has no error
	return string(b)
}

// readBest reads a log in the format that knows it best.
func readBest(t *testing.T, log string) []parsers.Delivery {
	t.Helper()
	lines, records := syslog.Format{Bodies: bodies()}, syslog.CollectedFormat{Bodies: bodies()}
	if head := []byte(log[:min(len(log), 64<<10)]); records.Sniff(head) > lines.Sniff(head) {
		all, _ := readStream(t, records, log)
		return all
	}
	all, _ := parserstest.Read(lines, []byte(log))
	return all
}

func compare(t *testing.T, all []parsers.Delivery, want []string) {
	t.Helper()
	if got := described(all); !slices.Equal(got, want) {
		t.Errorf("%d deliveries, want %d:\n%s\nwant\n%s", len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWholeLogs reads a genuine log in each wrapper: each line after the other, so that
// nothing of one may be in the next.
func TestWholeLogs(t *testing.T) {
	t.Parallel()
	all, want := genuine(t)
	line := func(l tagged) string { return "Nov 23 09:18:31 mail " + l.program + "[" + l.pid + "]: " + l.text }
	for name, wrap := range map[string]func(l tagged) string{
		"journalctl -o json": func(l tagged) string {
			return `{"__REALTIME_TIMESTAMP":"1795425511000000","_PID":"` + l.pid + `","_HOSTNAME":"mail","SYSLOG_IDENTIFIER":"` + l.program + `","MESSAGE":` + quoted(l.text) + "}"
		},
		"docker json-file": func(l tagged) string {
			return `{"log":` + quoted(line(l)+"\n") + `,"stream":"stdout","time":"2026-11-23T09:18:31Z"}`
		},
		"RFC 5424 with the tag within": func(l tagged) string {
			return "<22>1 2026-11-23T09:18:31Z mail " + l.program + " " + l.pid + " - - " + l.program + "[" + l.pid + "]: " + l.text
		},
		"$(format-ewmm) of syslog-ng": func(l tagged) string {
			return `<22>1 2026-11-23T09:18:31Z mail @syslog-ng - - - {"PROGRAM":"` + l.program + `","PID":"` + l.pid + `","MESSAGE":` + quoted(l.text) + "}"
		},
		"$(format-welf) of syslog-ng": func(l tagged) string {
			return "PROGRAM=" + l.program + " PID=" + l.pid + " HOST=mail MESSAGE=" + quoted(l.text)
		},
		"macOS": func(l tagged) string {
			return "Nov 23 09:18:31 mail " + l.program + "[" + l.pid + "] <Info>: " + l.text
		},
		"macOS' unified log": func(l tagged) string {
			return "2026-11-23 09:18:31.266625+0000  mail " + l.program[len("postfix/"):] + "[" + l.pid + "]: (libsystem_c.dylib) " + l.text
		},
		"logfmt":            func(l tagged) string { return "time=2026-11-23T09:18:31Z level=info msg=" + quoted(line(l)) },
		"archives of Wazuh": func(l tagged) string { return "2026 Nov 23 09:18:31 (mail) 192.0.2.1->/var/log/mail.log " + line(l) },
		"archives of OSSEC": func(l tagged) string { return "2026 Nov 23 09:18:31 mail->/var/log/mail.log " + line(l) },
		"pm2":               func(l tagged) string { return "0|mta      | 2026-11-23T09:18:31: " + line(l) },
		"fly.io":            func(l tagged) string { return "2026-11-23T09:18:31Z app[148ed599c12d89] ams [info]" + line(l) },
		"New Relic": func(l tagged) string {
			return `{"timestamp":1795425511000,"hostname":"mail","message":` + quoted(line(l)) + "}"
		},
		"text of CloudWatch": func(l tagged) string { return "EVENTS\t1795599999000\t" + line(l) + "\t1795425511000" },
		"Splunk's XML": func(l tagged) string {
			return "<field k='_raw'><v xml:space='preserve' trunc='0'>" + html.EscapeString(line(l)) + "</v></field>"
		},
		"values without a name": func(l tagged) string {
			return `"2026-11-23 09:18:31","mail","` + l.program + "[" + l.pid + `]:",` + strconv.Quote(l.text)
		},
		"GELF, shortened": func(l tagged) string {
			return `{"version":"1.1","host":"mail","short_message":` + quoted(l.text[:min(len(l.text), 64)]) + `,"full_message":` + quoted(l.text) + `,"timestamp":1795425511,"_SourceName":"` + l.program + `","_ProcessID":` + l.pid + "}"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			for _, l := range all {
				log.WriteString(wrap(l) + "\n")
			}
			compare(t, readBest(t, log.String()), want)
		})
	}
}

// TestWholeAnswers reads it in answers of APIs: in one line that is longer than what a
// format is recognised by, and over several.
func TestWholeAnswers(t *testing.T) {
	t.Parallel()
	all, want := genuine(t)
	line := func(l tagged) string {
		return quoted("Nov 23 09:18:31 mail " + l.program + "[" + l.pid + "]: " + l.text)
	}
	padding := quoted(strings.Repeat("x", 2<<10))
	for name, test := range map[string]struct {
		before, between, after string
		wrap                   func(l tagged) string
	}{
		"Elasticsearch": {`{"took":1,"hits":{"hits":[`, ",", "]}}", func(l tagged) string {
			return `{"_source":{"@timestamp":"2026-11-23T09:18:31Z","agent":` + padding + `,"message":` + line(l) + "}}"
		}},
		"Elasticsearch, over several lines": {"{\n\"took\": 1,\n\"hits\": {\n\"hits\": [\n", ",\n", "\n]\n}\n}\n", func(l tagged) string {
			return "{\n\"_source\": {\n\"message\": " + line(l) + "\n}\n}"
		}},
		"Loki": {`{"data":{"result":[{"stream":{"x":` + padding + `},"values":[`, ",", "]}]}}", func(l tagged) string {
			return `["1795425511000000000",` + line(l) + "]"
		}},
		"Azure Log Analytics": {`{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated"},{"name":"ProcessName"},{"name":"ProcessID"},{"name":"SyslogMessage"}],"rows":[`, ",", "]}]}", func(l tagged) string {
			return `["2026-11-23T09:18:31Z","` + l.program + `",` + l.pid + `,` + quoted(l.text) + "]"
		}},
		"Splunk's rows": {`{"preview":false,"fields":["_time","_raw"],"rows":[`, ",", "]}", func(l tagged) string { return `["2026-11-23T09:18:31Z",` + line(l) + "]" }},
		"Google's YAML": {"", "\n", "\n", func(l tagged) string {
			return "---\ninsertId: 1abc\ntextPayload: " + line(l) + "\ntimestamp: '2026-11-23T09:18:31.123Z'"
		}},
		"Google's YAML, folded": {"", "\n", "\n", func(l tagged) string {
			text := strings.ReplaceAll(l.program+"["+l.pid+"]: "+l.text, "'", "''")
			return "---\ntextPayload: 'Nov 23 09:18:31 mail\n  " + text + "'\nlogName: x"
		}},
		"Logstash's rubydebug":                {"", "\n", "\n", func(l tagged) string { return "{\n    \"@version\" => \"1\",\n    \"message\" => " + line(l) + "\n}" }},
		"an answer that has no end":           {`{"events":[`, ",", `,{"timestamp":1795425511000,"mess`, func(l tagged) string { return `{"timestamp":1795425511000,"message":` + line(l) + "}" }},
		"lines beside lists of lists":         {`{"hits":[`, ",", "]}", func(l tagged) string { return `{"message":` + line(l) + `,"tags":["a","b"],"pos":[["x","y"]]}` }},
		"lines beside rows":                   {`{"hits":[`, ",", "]}", func(l tagged) string { return `{"message":` + line(l) + `,"columns":["a","b"],"rows":[["x","y"]]}` }},
		"a column with a control in its name": {`{"columns":["a\u0001","b\u200b","message"],"rows":[`, ",", "]}", func(l tagged) string { return `[1,2,` + line(l) + "]" }},
		"rows, and values of other keys":      {`{"tags":["a"],"schema":[{"field":"message"},{"field":"id"}],"datarows":[`, ",", "]}", func(l tagged) string { return `[` + line(l) + `,7]` }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log []string
			for _, l := range all {
				log = append(log, test.wrap(l))
			}
			compare(t, readBest(t, test.before+strings.Join(log, test.between)+test.after), want)
		})
	}
}

// TestUnreadRecords: a record of an export that shows a delivery and holds no line that is
// known is counted, and so is an object that breaks off.
func TestUnreadRecords(t *testing.T) {
	t.Parallel()
	known := `{"message":"Nov 23 09:18:31 mail postfix/smtp[305]: ` + to + `"}`
	for _, unread := range []string{
		`{"message":"relay-7 gave 3F2A11E0C5 away: to=<jane@army.ml>, result=accepted"}`,
		`{"program":"gateway","message":"to=<jane@army.ml> status=sent"}`,
		`{"message":"Nov 23 09:18:`,
	} {
		_, tally := readStream(t, syslog.CollectedFormat{Bodies: bodies()}, "["+known+",\n"+unread)
		if tally.Malformed != 1 {
			t.Errorf("%s: %d malformed, want 1", unread, tally.Malformed)
		}
	}
}

// TestTextsOfAnArray: an array holds one line in parts, or several lines.
func TestTextsOfAnArray(t *testing.T) {
	t.Parallel()
	line := func(id, text string) string {
		return `"Nov 23 09:18:31 mail postfix/smtp[305]: ` + id + text[strings.IndexByte(text, ':'):] + `"`
	}
	for log, want := range map[string]int{
		`{"lines":[` + line("3F2A11E0C5", to) + `,` + line("3F2A11E0C6", to) + `,"other",` + line("3F2A11E0C7", to) + `]}`: 3,
		`{"values":[["1795425511000000000",` + line("3F2A11E0C5", to) + `]]}`:                                              1,
		`{"row":["2026-11-23T09:18:31Z","mail","postfix/smtp[305]: ` + to + `"]}`:                                          1,
	} {
		if all, _ := readStream(t, syslog.CollectedFormat{Bodies: bodies()}, log); len(all) != want {
			t.Errorf("%s: %d deliveries, want %d", log, len(all), want)
		}
	}
}

// TestBrokenRows: a row whose quotes do not end is counted, and the others are read; all
// lines of the export are counted.
func TestBrokenRows(t *testing.T) {
	t.Parallel()
	known := `7,"Nov 23 09:18:31 mail postfix/smtp[305]: ` + to + `"` + "\n"
	log := "host,message\n" + known + known + `7,"Nov 23 09:18:31 mail ` + "\n7,x\n"
	all, tally := readStream(t, syslog.CollectedFormat{Bodies: bodies()}, log)
	if tally.Malformed != 1 || len(all) != 1 || tally.Records != 2 || tally.Lines != 5 {
		t.Errorf("%d malformed, %d records of %d lines, %d deliveries; want 1, 2, 5, 1", tally.Malformed, tally.Records, tally.Lines, len(all))
	}
}

// TestRowsAreNoLines: the fields of a row that stand after the line are no part of it, though the
// row begins as a line does.
func TestRowsAreNoLines(t *testing.T) {
	t.Parallel()
	row := func(text string) string { return "a,postfix/" + text + ",2026-11-23T09:18:31Z\n" }
	log := "id,message,timestamp\n" + row("smtpd[1]: connect from x[192.0.2.7]") + row("qmgr[2]: 3F2A11E0C5: removed") + row("smtpd[1]: disconnect from x[192.0.2.7]")
	lines, rows := syslog.Format{Bodies: bodies()}, syslog.CollectedFormat{Bodies: bodies()}
	if a, b := lines.Sniff([]byte(log)), rows.Sniff([]byte(log)); a >= b {
		t.Errorf("a log of lines %d, a table %d", a, b)
	}
	kiwi := strings.Repeat("2026-11-23 09:18:31\tMail.Info\tmail\tpostfix/smtp[305]: "+to+"\n", 3)
	if a, b := lines.Sniff([]byte(kiwi)), rows.Sniff([]byte(kiwi)); a <= b {
		t.Errorf("lines with tabs: %d as a log of lines, %d as a table", a, b)
	}
}

// TestBlockLines: of an export of blocks all lines count, and a record is where it begins.
func TestBlockLines(t *testing.T) {
	t.Parallel()
	log := strings.Repeat("---\ntextPayload: 'Nov 23 09:18:31 mail\n  postfix/smtp[305]: "+to+"'\ninsertId: x\n", 2)
	all, tally := readStream(t, syslog.CollectedFormat{Bodies: bodies()}, log)
	if tally.Lines != 8 || len(all) != 1 || all[0].Origin.Line != 5 {
		t.Errorf("%d lines, %v; want 8, and one on line 5", tally.Lines, all)
	}
}

// TestDamagedRecords: a record in which a column is missing, or a key is damaged, is read or
// counted.
func TestDamagedRecords(t *testing.T) {
	t.Parallel()
	head := "id,received,reported,host,message,tag\n" + `1,2026-11-23 09:18:30,2026-11-23 09:18:30,mail," ` + from + `",postfix/qmgr[279]:` + "\n"
	for _, row := range []string{
		`1,2026-11-23 09:18:30,mail," ` + to + `",postfix/smtp[305]:`,
		`1,2026-11-23 09:18:31,2026-11-23 ` + strings.ReplaceAll(to, ",", ";") + `,postfix/smtp[305]:`,
		`1,2026-11-23 09:18:30,2026-11-23 09:18:30," ` + to + `",mail,postfix/smtp[305]:`,
		to + `"`,
	} {
		all, tally := readStream(t, syslog.CollectedFormat{Bodies: bodies()}, head+row+"\n")
		if len(all) == 0 && tally.Malformed == 0 {
			t.Errorf("%s: no delivery, and all lines understood", row)
		}
	}
	object := `{"appname":"postfix/smtp","facility":"mail","hostname":"mail","mess#ge":"` + to + `","severity":"info"}`
	all, tally := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(object+"\n"))
	if len(all) == 0 && tally.Malformed == 0 {
		t.Errorf("%s: no delivery, and all lines understood", object)
	}
}
