package main

import (
	"strings"
	"testing"
)

// strangers are lines of servers and services that write in another way than those whose logs they are put
// into.
func strangers() map[string]string {
	return map[string]string{
		"an event of SES":       `{"eventType":"Delivery","mail":{"timestamp":"2026-11-20T09:00:00Z","source":"ann@corp.example","messageId":"01","destination":["jane@army.ml"]},"delivery":{"recipients":["jane@army.ml"],"smtpResponse":"250 2.0.0 ok"}}`,
		"a record of KumoMTA":   `{"type":"Delivery","id":"a1","sender":"ann@corp.example","recipient":"jane@army.ml","queue":"army.ml","site":"mx.army.ml","size":1024,"response":{"code":250,"content":"OK"},"timestamp":1795174364}`,
		"an event of SendGrid":  `{"email":"jane@army.ml","timestamp":1795174366,"smtp-id":"<s1@corp.example>","event":"delivered","response":"250 2.0.0 OK","sg_message_id":"a.filter"}`,
		"a row of hMailServer":  "2026-11-20 09:00:00\tann@corp.example\tjane@army.ml\t192.0.2.7\t203.0.113.9\tSMTP\t?\t250\t13",
		"a row of Zeek":         "1795174364.123456\tC1\t198.51.100.7\t4000\t192.0.2.20\t25\t1\tws4\tann@corp.example\tjane@army.ml\t<z1@corp.example>\tPlan\t250 2.0.0 Ok",
		"a line of MDaemon":     "Fri 2026-11-20 10:00:00: [1] --> RCPT To:<jane@army.ml>",
		"a line of hMailServer": "\"SMTPC\"\t5700\t25\t\"2026-11-20 10:00:01.000\"\t\"192.0.2.20\"\t\"SENT: RCPT TO:<jane@army.ml>\"",
	}
}

// TestStrangers: a log does not call itself whole that holds lines of another server, in whatever shape.
func TestStrangers(t *testing.T) {
	t.Parallel()
	for _, f := range append(mailServers(), smallServers()...) {
		for name, line := range strangers() {
			both := f
			both.lines = func(w *text, m mixedMail) {
				f.lines(w, m)
				w.add("%s\n", line)
				f.lines(w, mixedMail{n: m.n + 1, when: m.when, from: m.from, to: "joe@partner.example"})
			}
			if status, out := scanOne(t, both, "kim@partner.example"); status == exitOK && !strings.Contains(out, `"jane@army.ml"`) {
				t.Errorf("%s, %s: exit 0", f.file, name)
			}
		}
	}
}

// TestNoStrangers: what programs beside a server say in objects and rows is no delivery.
func TestNoStrangers(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`{"time":"2026-11-20T09:00:00Z","level":"info","msg":"login","user":"ann@corp.example","ip":"192.0.2.7"}`,
		`{"event":"login","email":"ann@corp.example","ok":true}`,
		"Nov 20 09:00:00 mail web[7]: 1\tann@corp.example\tlogin\t192.0.2.7\tok\t200\t13",
		"Nov 20 09:00:00 mail backup[7]: {\"job\":\"mail\",\"files\":250,\"owner\":\"root\"}",
	} {
		f := mailServers()[0]
		whole := f.lines
		f.lines = func(w *text, m mixedMail) {
			whole(w, m)
			w.add("%s\n", line)
		}
		if status, out := scanOne(t, f, "kim@partner.example"); status != exitOK {
			t.Errorf("%s: exit %d: %s", line, status, out)
		}
	}
}
