package syslog

import (
	"bytes"
	"cmp"
	"slices"
	"sync"

	"github.com/typoaudit/typoaudit/parsers"
)

// A stranger is a program that no body claims, as it is noted in its tag.
const (
	unnoted   uint8 = iota
	stranger        // a line is looked for within its lines
	namesake        // of a companion or of a system's program: see isNamesake
	companion       // of a mail server: its lines are known, and none is a delivery
	unrelated       // to mail
	logger          // of the lines of others: it says when some are lost
)

// noteOf returns what a program is that no body claims.
func noteOf(program []byte) uint8 {
	switch {
	case isCompanionName(program):
		return companion
	case isLoggerName(program):
		return logger
	case isSystemName(program):
		return unrelated
	case isNamesake(program):
		return namesake
	}
	return stranger
}

// isStranger reports a program that no body claims and that may be anything: a line is
// looked for within its text. What the others write of mail is what strangers wrote.
func isStranger(t *tag, program []byte) bool { return noteIn(t, program) == stranger }

// noteIn returns the note of a program, which its tag keeps if there is one.
func noteIn(t *tag, program []byte) uint8 {
	if t == nil {
		return noteOf(program)
	}
	if t.kind == unnoted {
		t.kind = noteOf(program)
	}
	return t.kind
}

// unread counts a line that no body claims, of the tag t if that is known.
func (p *lineParser) unread(t *tag, program, line []byte) {
	if len(line) == 0 {
		return
	}
	text := line
	if noteIn(t, program) > namesake {
		if _, after, ok := bytes.Cut(line, program); ok { // its own header is no other line
			text = after
		}
	}
	p.unreadText(t, program, text)
}

// unreadText counts a line that no body claims by its text. One that looks like a delivery
// is missed, unless its program is known to write such lines.
func (p *lineParser) unreadText(t *tag, program, text []byte) {
	if t != nil {
		t.lines++
	} else {
		p.tally.NotOurs.Add(string(program), 1)
	}
	note := noteIn(t, program)
	if note <= namesake {
		if ShowsMail(text) {
			p.missed(program)
		}
		return
	}
	if note == logger {
		p.lost(program, text)
	}
	p.tally.Known = p.tally.Known || note == companion
	if p.last.IsZero() && note == companion && showsPassing(text) {
		p.tally.Passed.Add(string(program), 1)
	}
	p.searchUnread(program, nil, text)
}

// NoteStranger counts a line that a format does not read, of a log that other programs share, if it
// looks like one of a mail and its program is not known to write such lines.
func NoteStranger(d *Decoder, line []byte, at parsers.Origin, t *parsers.Tally) {
	if !ShowsMail(line) {
		return
	}
	var rec Record
	if d.Decode(line, &rec) && noteOf(rec.Program) > namesake {
		return
	}
	t.Missed(at, cmp.Or(string(rec.Program), parsers.NoProgram), parsers.ReasonUnread)
}

// ShowsPassing reports a line that says what became of a mail, or that it went on, or whom it is from
// and to.
func ShowsPassing(text []byte) bool { return ShowsMail(text) || showsPassing(text) }

// showsPassing reports a line of a companion that names the recipient of a mail which it
// passes on, or that it did so: amavis, Dovecot's Sieve, rspamd, MIMEDefang, MailScanner,
// Roundcube.
// It is asked until a line of a mail server comes.
func showsPassing(text []byte) bool {
	for _, words := range [...]string{"> -> <", "forwarded to <", " rcpts: <", "MDLOG,", ") to ", "; Message "} {
		if i := bytes.Index(text, []byte(words)); i >= 0 && bytes.IndexByte(text[i:], '.') > 0 {
			return true
		}
	}
	addresses, recipient := addressesIn(text)
	return addresses > 1 && recipient
}

// lost counts the lines that a logger says are lost. Some of them may be of deliveries.
func (p *lineParser) lost(program, text []byte) {
	n := linesLost(text)
	if n == 0 {
		return
	}
	p.tally.Missed(p.origin(), string(program), "lines before it are lost")
	p.tally.Malformed += n - 1
	p.tally.NotUnderstood.Add(string(program), n-1)
	p.tally.Problem(string(program) + " says that lines of this log are lost")
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
	"MailScanner", "amavis", "amavisd", "amavisd-new", "anvil", "authdaemond", "cbpolicyd", "clamav-milter", "clamd", "clamsmtpd", "courier-imapd", "courier-pop3d",
	"cyrus", "dkim-filter", "dkim-milter", "dkimproxy.in", "dkimproxy.out", "dovecot", "freshclam", "gld", "gromox-delivery", "imap", "imap-login", "imapd", "imapd-ssl", "imaplogin", "iredapd", "kopano-dagent",
	"lmtpd", "lmtpunix", "master", "milter-greylist", "mimedefang", "mimedefang-multiplexor", "mimedefang.pl", "openarc", "opendkim", "opendmarc", "policyd",
	"policyd-spf", "policyd-weight", "pop3", "pop3-login", "pop3d", "pop3d-ssl", "pop3login", "postfwd", "postfwd2", "postfwd3", "postgrey", "postscreen",
	"plesk-sendmail", "plesk_saslauthd", "psa-pc-remote", "postsrsd", "pyzor", "razor", "roundcube", "rspamd", "rspamd_proxy", "saslauthd", "spamass-milter", "spamc", "spamd", "spampd", "sqlgrey", "zarafa-dagent",
}

// system are the names of programs that every computer has, or those of servers that have
// nothing to do with mail.
var system = [...]string{
	"CRON", "NetworkManager", "anacron", "apache", "audit", "auditd", "chronyd", "cron", "crond", "dbus-daemon", "dhclient", "dnsmasq", "fail2ban",
	"fail2ban-server", "fail2ban.actions", "fail2ban.filter", "httpd", "journal", "kernel", "login", "logrotate", "logwatch", "mariadbd", "monit", "mysqld", "nagios",
	"named", "nginx", "ntpd", "php", "php-fpm", "polkitd", "postgres", "puppet-agent", "redis", "redis-server", "rsyslogd", "snmpd", "sshd", "sshd-session", "su", "sudo",
	"syslog-ng", "syslogd", "systemd", "systemd-logind", "unbound", "zabbix_agentd",
}

// isCompanionName reports the name of a companion of mail servers, or of a part of one:
// "cyrus/imap".
func isCompanionName(program []byte) bool {
	name, _, _ := bytes.Cut(program, []byte("/"))
	return slices.Contains(companions[:], string(name))
}

// isSystemName reports the name of a program that has nothing to do with mail, with a
// version after it or not: "php-fpm8.2".
func isSystemName(program []byte) bool {
	return slices.Contains(system[:], string(program)) || slices.Contains(system[:], string(bytes.TrimRight(program, "0123456789.")))
}

// isLoggerName reports a daemon that writes logs, with the number of its message after it or not:
// "rsyslogd-2177".
func isLoggerName(program []byte) bool {
	switch string(program) {
	case "journal", "rsyslogd", "syslog-ng", "syslogd", "systemd-journal", "systemd-journald":
		return true
	}
	return bytes.HasPrefix(program, []byte("rsyslogd-"))
}

// isNamesake reports a program whose name begins with the word that names a companion or a
// system's program: clamav-daemon, systemd-resolved. It may be a part of that one, and repeat
// what a stranger wrote: no line is looked for within its text. It may also be a mail
// server, such as policy-relay: what looks like a delivery is counted.
func isNamesake(program []byte) bool { return namesakes()[string(beginning(program))] }

// beginning returns the letters that a name begins with.
func beginning(name []byte) []byte {
	end := 0
	for end < len(name) && (name[end]|0x20)-'a' < 26 {
		end++
	}
	return name[:end]
}

// namesakes returns the words that names of companions and of a system's programs begin
// with, and those of their kin. A courier may be the mail server of that name, and a syslog
// holds lines of others.
var namesakes = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{"ansible": true, "chrony": true, "policy": true}
	for _, name := range slices.Concat(companions[:], system[:]) {
		words[string(beginning([]byte(name)))] = true
	}
	delete(words, "courier")
	delete(words, "syslog")
	return words
})
