// Package postfix reads the log of Postfix (2.x to 3.x), in any syslog wrapper.
//
// A message lives under a queue id, and each daemon logs its part of that life:
//
//	postfix/submission/smtpd[300]: 3AF09DE6ED: client=ws17[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
//	postfix/pickup[292]: CADBFDE7D2: uid=0 from=<root@corp.example>[ orig_id=DE141DE7F1]
//	postfix/cleanup[303]: 3AF09DE6ED: message-id=<001.one@corp.example>
//	postfix/cleanup[303]: 3AF09DE6ED: warning: header Subject: Plan from ws17[192.0.2.7]; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>
//	postfix/qmgr[294]: 3AF09DE6ED: from=<alice@corp.example>, size=426, nrcpt=1 (queue active)
//	postfix/smtp[305]: 3AF09DE6ED: to=<jane@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=0.03, delays=0.01/0.02/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 07B32762)
//	postfix/qmgr[294]: 3AF09DE6ED: from=<alice@corp.example>, status=expired, returned to sender
//	postfix/qmgr[294]: 3AF09DE6ED: removed
//
// and what never got an id is refused in one line:
//
//	postfix/smtpd[300]: NOQUEUE: reject: RCPT from h[192.0.2.7]: 550 5.7.1 <x@y.example>: refused; from=<a@b.example> to=<x@y.example> proto=ESMTP helo=<h>
//
// A filter before the queue (postconf(5) smtpd_proxy_filter) or Dovecot's
// submission service submits the message, and only their line names who logged in:
//
//	postfix/submission/smtpd[361]: NOQUEUE: client=ws17[192.0.2.7], sasl_method=PLAIN, sasl_username=alice
//	postfix/submission/smtpd[361]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as D2A5D9DA2EC; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17> sasl_username=<alice>
//	dovecot: submission(alice)<388><x>: Successfully relayed message: from=<alice@corp.example>, size=265, id=1, nrcpt=1, reply=`250 2.0.0 Ok: queued as 44032A6606D'
//
// Queue ids are short (upper-case hexadecimal, reused within seconds) or long
// (postconf(5) enable_long_queue_ids). The daemon's name may be lost on the
// way (rsyslog cuts at the slash), so lines are known by the shape of the text
// after the id, read from its beginning: the reply of a remote server, a subject
// or a HELO come after the fields and are never searched for them.
//
// A message may go through several ids: a content filter re-injects it
// ("queued as", XFORWARD's orig_queue_id), local(8) forwards it ("forwarded
// as"), postsuper requeues it (orig_id), a pipe filter submits it again (same
// message-id). Such hops are joined: the last one's word counts, and login,
// size and subject are the first one's. Address verification probes
// (status=deliverable, undeliverable) are no mail.
package postfix

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// Body reads the lines of Postfix in a log that others may share.
type Body struct{}

// Name implements syslog.Body.
func (Body) Name() string { return "postfix" }

// Title implements syslog.Body.
func (Body) Title() string { return "Postfix mail log" }

// Claims implements syslog.Body. A program whose name is lost is known by the
// queue id that its text begins with. One named "postfix" alone may be a container,
// whose lines have the names of their programs within.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	if string(program) == "dovecot" {
		return bytes.HasPrefix(text, []byte("submission(")), false // its submission service: see dovecotRelayed
	}
	slash := bytes.LastIndexByte(program, '/')
	if string(program) == "pmg-smtp-filter" {
		return true, true
	}
	if bytes.HasPrefix(program, []byte("postfix")) || slash >= 0 && isDaemon(program[slash+1:]) {
		return true, slash >= 0
	}
	if len(program) > 0 {
		return false, true
	}
	return Body{}.Recognises(text), false
}

// Recognises implements syslog.Untagged. Sendmail's lines begin alike.
func (Body) Recognises(text []byte) bool {
	if rest, ok := bytes.CutPrefix(text, []byte("NOQUEUE: ")); ok {
		return kindOf(rest) == refusedLine
	}
	_, rest, ok := cutQueueID(text)
	if !ok {
		return false
	}
	switch kindOf(rest) {
	case otherLine:
		return false
	case fromLine:
		return bytes.Contains(rest, []byte(", nrcpt=")) || bytes.Contains(rest, []byte(", status="))
	case toLine:
		return bytes.Contains(rest, []byte(", status="))
	}
	return true
}

// Begins implements syslog.Selective: a queue id, "NOQUEUE: ", "proxy-accept: " and
// "proxy-reject: ", which a filter before the queue gets, or "submission(" of Dovecot.
// A long id begins with a digit: see cutQueueID.
func (Body) Begins() []syslog.Beginning {
	const digits, hex, letters = "0123456789", "0123456789ABCDEF", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return []syslog.Beginning{{First: digits, Second: digits + letters}, {First: hex, Second: hex}, {First: "N", Second: "O"}, {First: "p", Second: "r"}, {First: "s", Second: "u"}}
}

// EndsWhole implements syslog.Selective: a line of a delivery ends with the reply in
// brackets.
func (Body) EndsWhole(text []byte) bool {
	return len(text) == 0 || text[len(text)-1] != ')' || bytes.HasSuffix(text, []byte("(queue active)"))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Reused, t.Borrows = true, true
	return &piece{Parser: queue.Parser{Table: t}}
}

// NewJoiner implements syslog.Body.
func (Body) NewJoiner(sink parsers.Sink) parsers.Joiner {
	j := queue.NewJoiner(sink)
	j.Reused = true
	return j
}

// isDaemon reports the programs of Postfix that log about messages, so that a
// syslog_name without "postfix" in it is known as well.
func isDaemon(name []byte) bool {
	switch string(name) {
	case "smtp", "smtpd", "qmgr", "oqmgr", "nqmgr", "cleanup", "pickup", "local", "virtual", "lmtp", "pipe",
		"bounce", "error", "retry", "discard", "postsuper", "postscreen":
		return true
	}
	return false
}
