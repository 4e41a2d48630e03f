package syslog

import "testing"

func TestShowsOutcome(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"to=<a@b.example>, relay=mx[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 ok)":                                                          true,
		"3AF: relay=mx[192.0.2.1]:25, delay=1, dsn=2.0.0":                                                                                             true,
		"6AK: to=<a@b.example>, mailer=esmtp, stat=Sent":                                                                                              true,
		`smtp delivery evpid=4af32511bd2cb5b1 result="Ok"`:                                                                                            true,
		"1xVQBv-00002R-2R => a@b.example":                                                                                                             true,
		"1xVQBv-00002R-2R ** a@b.example: Unrouteable address":                                                                                        true,
		"=> a@b.example R=dnslookup":                                                                                                                  true,
		"reject: RCPT from h[192.0.2.7]: 550 5.7.1 <x@y.example>: refused; from=<a@b.example> to=<x@y.example> proto=ESMTP":                           true,
		"H=h [192.0.2.7] F=<a@b.example> rejected RCPT <x@y.example>: relay not permitted":                                                            true,
		"ruleset=check_rcpt, arg1=<x@y.example>, relay=h [192.0.2.7], reject=550 5.7.1 <x@y.example>... Relaying denied":                              true,
		"ruleset=check_mail, arg1=<x@y.example>, reject=553 5.1.8 <x@y.example>... Domain of sender address does not exist":                           false,
		"NOQUEUE: reject: EHLO from a.example[192.0.2.107]: 504 5.5.2 <User>: Helo command rejected; proto=SMTP helo=<User>":                          false,
		"NOQUEUE: reject_warning: RCPT from h[192.0.2.7]: 550 5.7.1 <x@y.example>: refused; from=<a@b.example> to=<x@y.example> proto=ESMTP helo=<h>": false,
		"3AF09DE6ED: info: header To: x@y.example from h[192.0.2.7]; from=<a@b.example> to=<x@y.example> proto=ESMTP helo=<h>":                        false,
		"Sent mail for root@corp.example (221 2.0.0 Bye) uid=0 username=root outbytes=356":                                                            true,
		"From: <a@b.example> to: <c@d.example>, <e@f.example>":                                                                                        true,
		"forwarding: message 1.2.envelope: from <> to <c@d.example>":                                                                                  true,
		"DEQUEUER [113457753] SMTP(d.example)c@d.example relayed: relayed via mx.d.example":                                                           true,
		"session from <a@b.example> is idle":                                                                                                          false,
		"copied to <c@d.example>":                                                                                                                     false,
		"moved from <x> to <y>":                                                                                                                       false,
		"postfix.service: Main process exited, code=exited, status=1/FAILURE":                                                                         false,
		"imap-login: Login: user=<alice@corp.example>, method=PLAIN, rip=192.0.2.7":                                                                   false,
		"connect from unknown[192.0.2.7]":                                                                                                             false,
		"user a@b.example -> c@d.example":                                                                                                             false,
		"":                                                                                                                                            false,
	} {
		if got := ShowsOutcome([]byte(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestShowsHandling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Mail (m1-to-d.example) with messageId <1@b.example> sent successfully to mx.d.example at 192.0.2.7 from a@b.example for [c@d.example]": true,
		"Successfully spooled mail Mail1 from MaybeSender{a@b.example} on 192.0.2.7 for [c@d.example]":                                          true,
		"Router: Message 0036C2A1 transferred to MX.D.EXAMPLE for c@d.example via SMTP":                                                         true,
		"[abc] Delivered to c@d.example from a@b.example (250 ok)":                                                                              true,
		`{"from":"a@b.example","to":"c@d.example","status":"sent"}`:                                                                             true,
		"message from a@b.example to c@d.example delivered":                                                                                     true,
		"SEND,SMTP,a@b.example,c@d.example,Hello":                                                                                               true,
		"starting delivery 1: msg 123 to remote c@d.example":                                                                                    true,
		"[notice] [ABC.1.1] [outbound] delivered file=1 domain=d.example host=mx.d.example":                                                     true,
		"Info: MID 12345 ICID 99 RID 0 To: <c@d.example>":                                                                                       true,
		"a reset of the password was sent to c@d.example":                                                                                       false,
		"login of a@b.example accepted for a@b.example by host 192.0.2.7":                                                                       false,
		"relayed a note of a@b.example by SMTP":                                                                                                 false,
		"<1@corp.example> and message-id 2@corp.example of a@b.example sent":                                                                    true,
		"message-id=<1@b.example> id 2@b.example sent":                                                                                          false,
		"moved from a@b.example to c@d.example":                                                                                                 false,
		"a@b.example/192.0.2.7:1194 SENT CONTROL [a@b.example]":                                                                                 false,
		"sent to user@localhost by smtp, a@b":                                                                                                   false,
		"":                                                                                                                                      false,
	} {
		if got := showsHandling([]byte(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestShowsCommand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"SMTPD 3 17 [192.0.2.7] RCPT TO:<jane@army.ml>":                               true,
		`smtp-in: "RCPT TO:<jane@army.ml>" => 250 Ok`:                                 true,
		`smtp-in: Failed command on session 1: "RCPT TO:<jane@army.ml>" => 451 Later`: false,
		`smtp-in: Failed command on session 1: "RCPT TO:<jane@army.ml>" => 550 No`:    false,
		`smtp-in: "RCPT TO:<jane>" => 250 Ok`:                                         false,
		"RCPT of jane@army.ml":                                                        false,
	} {
		if got := showsCommand([]byte(text)); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	f := Format{[]Body{noting{}}}
	for head, want := range map[string]string{
		"\n192.0.2.1 - - [23/Nov/2026:09:18:31 +0000] \"GET / HTTP/1.1\" 200 12\n": "is of the access log of a web server, which holds no mail",
		"Nov 23 09:18:31 mail sshd[3]: x\n":                                        `is of "sshd", which is no mail server that is known, or does not write such a line`,
		"Nov 23 09:18:31 mail hello world\n":                                       "has a time stamp, but does not name the program that wrote it",
		"hello world\n":                                                            "has no time stamp of a form that is known",
		"hello\n@ to=<x@y.example>, status=sent\n":                                 "looks like a delivery in a wrapper that is not known: it has no time stamp of a form that is known",
		"{\"a\":1}\n": "is JSON without a key that is known to hold a line of a log or a field of a mail",
		"a\x00b":      "",
		"":            "",
	} {
		if line, got := f.Explain([]byte(head)); got != want || (len(line) > 0) != (want != "") {
			t.Errorf("%q: got %q, %q, want %q", head, line, got, want)
		}
	}
}

func TestIsOrdinary(t *testing.T) {
	t.Parallel()
	for _, begin := range ordinary {
		if !isOrdinary([]byte(begin + "ect from h")) {
			t.Errorf("%s: is not ordinary", begin)
		}
	}
	for _, text := range []string{"disn", "cisc", "conc", "Statistics", "PASs", "to=<", "loss of"} {
		if isOrdinary([]byte(text)) {
			t.Errorf("%s: is ordinary", text)
		}
	}
}
