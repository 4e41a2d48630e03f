package syslog

import (
	"bytes"
	"slices"
)

// A stranger is a program that no body claims, as it is noted in its tag.
const (
	unnoted   uint8 = iota
	stranger        // its lines are searched for deliveries
	companion       // of a mail server: its lines are known, and none is a delivery
	unrelated       // to mail
)

// noteOf returns what a program is that no body claims.
func noteOf(program []byte) uint8 {
	switch {
	case isCompanionName(program):
		return companion
	case isSystemName(program):
		return unrelated
	}
	return stranger
}

// unread counts a line that no body claims, of the tag t if that is known. It is
// searched for a delivery only where its program is a stranger.
func (p *lineParser) unread(t *tag, program, text []byte) {
	if len(text) == 0 {
		return
	}
	var note uint8
	if t != nil {
		if t.lines++; t.kind == unnoted {
			t.kind = noteOf(program)
		}
		note = t.kind
	} else {
		p.tally.NotOurs.Add(string(program), 1)
		note = noteOf(program)
	}
	switch {
	case note == companion:
		p.tally.Known = true
	case note == stranger && ShowsOutcome(text):
		p.missed(program)
	}
}

// countStrangers adds the lines that the tags have counted.
func (p *lineParser) countStrangers() {
	p.tally.NotOurs.Merge(p.decoder.stranger)
	for i := range p.decoder.tags {
		t := &p.decoder.tags[i]
		p.tally.NotOurs.Add(string(t.name), t.lines)
	}
}

// companions are the programs that log beside a mail server and deliver nothing to
// the outside themselves. Their lines may look like deliveries, such as amavis' "Passed
// CLEAN, <a> -> <b>", which the mail server reports as well. A log of them is a mail
// log. The names are whole: one that only begins alike may be a mail server.
var companions = [...]string{
	"amavis", "amavisd", "amavisd-new", "anvil", "authdaemond", "clamav-milter", "clamd", "clamsmtpd", "courier-imapd", "courier-pop3d", "cyrus", "dovecot",
	"freshclam", "imap", "imap-login", "imapd", "imapd-ssl", "imaplogin", "milter-greylist", "mimedefang", "mimedefang-multiplexor", "mimedefang.pl", "openarc",
	"opendkim", "opendmarc", "policyd", "policyd-spf", "policyd-weight", "pop3", "pop3-login", "pop3d", "pop3d-ssl", "pop3login", "postfwd", "postfwd2", "postfwd3",
	"postgrey", "postscreen", "postsrsd", "pyzor", "razor", "rspamd", "rspamd_proxy", "saslauthd", "spamass-milter", "spamc", "spamd", "spampd", "sqlgrey",
}

// system are the names of programs that every computer has.
var system = [...]string{
	"CRON", "cron", "crond", "dbus-daemon", "kernel", "logrotate", "named", "ntpd", "rsyslogd", "sshd", "su", "sudo", "syslog-ng", "syslogd",
	"systemd", "systemd-logind",
}

// isCompanionName reports the name of a companion of mail servers, or of a part of one:
// "cyrus/imap".
func isCompanionName(program []byte) bool {
	name, _, _ := bytes.Cut(program, []byte("/"))
	return slices.Contains(companions[:], string(name))
}

// isSystemName reports the name of a program that has nothing to do with mail.
func isSystemName(program []byte) bool {
	return slices.Contains(system[:], string(program))
}
