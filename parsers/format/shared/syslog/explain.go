package syslog

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// Explain implements parsers.Explainer. A line that shows a delivery says most, and
// else the first one stands for all.
func (f Format) Explain(head []byte) (line []byte, reason string) {
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, ""
	}
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	n := 0
	for all := range bytes.Lines(head) {
		l := bytes.TrimSpace(all)
		if len(l) == 0 {
			continue
		}
		if n++; n > sniffLines {
			break
		}
		if !isAccess(l) && ShowsOutcome(l) {
			return l, "looks like a delivery in a wrapper that is not known: it " + d.lacks(l)
		}
		if line == nil {
			line, reason = l, d.lacks(l)
		}
	}
	return line, reason
}

// lacks says what is missing in a line of which no body is known.
func (d *Decoder) lacks(line []byte) string {
	var rec Record
	switch ok := d.Decode(line, &rec); {
	case isAccess(line):
		return "is of the access log of a web server, which holds no mail"
	case !ok && (line[0] == '{' || line[0] == '['):
		return "is JSON without a key that is known to hold a line of a log or a field of a mail"
	case !ok || d.Wrapper == WrapperBare && rec.Time.IsZero():
		return "has no time stamp of a form that is known"
	case len(rec.Program) == 0:
		return "has a time stamp, but does not name the program that wrote it"
	}
	return fmt.Sprintf("is of %q, which is no mail server that is known, or does not write such a line", rec.Program)
}

// isAccess reports a line of the access log of a web server, in the common or the
// combined format: it quotes a request, and has the status after it.
func isAccess(line []byte) bool {
	_, after, ok := bytes.Cut(line, []byte(" HTTP/"))
	_, status, quoted := bytes.Cut(after, []byte("\" "))
	return ok && quoted && len(status) >= len("200") && isDigit(status[0]) && isDigit(status[1]) && isDigit(status[2])
}

// linesLost returns how many lines a logger says that it lost, 1 where it does not say that, 0 if
// it says no such thing, or only of programs that are no mail servers:
//
//	imjournal: 46893 messages lost due to rate-limiting (20000 allowed within 600 seconds)
//	imuxsock lost 235 messages from pid 4321 due to rate-limiting
//	imuxsock[pid: 207, name: /usr/lib/postfix/sbin/smtp] from <mail:info>: 235 messages lost due to rate-limiting
//	action-3-builtin:omfile queue: queue full, messages discarded
//	file '/var/log/mail.log'[8] write error - …: No space left on device
//	Suppressed 1287 messages from postfix.service
//	Forwarding to syslog missed 14 messages.
func linesLost(text []byte) int64 {
	has := func(s string) bool { return bytes.Contains(text, []byte(s)) }
	if has("write error") && has("No space left") {
		return 1
	}
	before, after, ok := bytes.Cut(text, []byte(" messages"))
	if !ok || !has("messages lost") && !has(" lost ") && !has("discarded") && !has(" drop") && !has("Suppressed ") && !has(" missed ") {
		return 0
	}
	if _, name, ok := bytes.Cut(before, []byte(", name: ")); ok && !namesMail(name) {
		return 0
	}
	if unit, ok := bytes.CutPrefix(after, []byte(" from ")); ok && has("Suppressed ") && !namesMail(unit) {
		return 0
	}
	number := before[bytes.LastIndexByte(before, ' ')+1:]
	n, err := strconv.ParseInt(string(number), 10, 32)
	if err != nil || n < 1 {
		n = 1
	}
	return n
}

// namesMail reports a program or a unit of systemd that may be a mail server, or hold one.
func namesMail(name []byte) bool {
	for _, word := range [...]string{"mail", "smtp", "mta", "postfix", "exim", "courier", "maddy", "mox", "chasquid", "stalwart", "docker", "container", "podman", "k3s", "kubelet"} {
		if bytes.Contains(name, []byte(word)) {
			return true
		}
	}
	return false
}
