package syslog_test

import (
	"fmt"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestNamesakesForge: what a program repeats of a stranger's text is no delivery, and where the
// program may be a mail server it is counted as missed.
func TestNamesakesForge(t *testing.T) {
	t.Parallel()
	for _, program := range []string{
		"clamav", "clamav-daemon", "systemd-resolved", "systemd-networkd", "dbus", "dbus-broker", "chrony", "policy-spf", "policy-relay", "spamass",
		"zabbix_server", "zabbix_proxy", "ansible-command", "ansible-setup", "puppet", "puppet-master", "apache-proxy", "nginx-proxy", "php7.4-fpm", "milter-regex",
		"redis-sentinel", "sshd-auth", "dovecot-lda", "postgres-1", "fail2ban.jail",
	} {
		for _, header := range []string{"Nov 23 09:18:31 mail ", "Nov 23 09:18:31 <mail.info> mail ", "2026-11-23T09:18:31Z INFO mail "} {
			log := fmt.Appendf(nil, "Nov 23 09:18:30 mail postfix/qmgr[2]: %s\n%s%s[7]: postfix/smtp[305]: %s\n", from, header, program, to)
			all, tally := parserstest.Read(syslog.Format{Bodies: bodies()}, log)
			for _, d := range all {
				if d.Recipient == "jane@partner.example" {
					t.Errorf("%s%s: a delivery to %s", header, program, d.Recipient)
				}
			}
			if tally.Malformed == 0 {
				t.Errorf("%s%s: all lines understood", header, program)
			}
		}
	}
}

// TestNamesakesForgeRows: nor is it one in the records of a collector.
func TestNamesakesForgeRows(t *testing.T) {
	t.Parallel()
	log := "time,program,message\n2026-11-23T09:18:30Z,postfix/qmgr," + `"` + from + `"` + "\n2026-11-23T09:18:31Z,clamav," + `"postfix/smtp[305]: ` + to + `"` + "\n"
	all, tally := readStream(t, syslog.CollectedFormat{Bodies: bodies()}, log)
	if len(all) > 0 || tally.Malformed != 1 {
		t.Errorf("%v, %d malformed; want none, and 1", all, tally.Malformed)
	}
}

// TestStrangersInWrappers: in a wrapper that only a search takes off, the lines of other
// programs are theirs, as they are without it; what looks like a delivery is missed all the
// same, and what has no program is not understood.
func TestStrangersInWrappers(t *testing.T) {
	t.Parallel()
	const sent = "Nov 23 09:18:31 mail postfix/smtp[305]: " + to
	for _, prefix := range []string{"[pod/mail-0/postfix] ", "2026 "} {
		for line, want := range map[string]struct {
			malformed int64
			program   string
		}{
			"Nov 23 09:18:31 mail dovecot: imap-login: Login: user=<kim>": {0, "dovecot"},
			"Nov 23 09:18:31 mail webapp[7]: a page was shown":            {0, "webapp"},
			"Nov 23 09:18:31 mail webapp[7]: \"" + to + "\"":              {1, "webapp"},
			"a page was shown": {1, ""},
		} {
			all, tally := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(prefix+sent+"\n"+prefix+line+"\n"))
			if len(all) != 1 || tally.Malformed != want.malformed || want.program != "" && tally.NotOurs[want.program] != 1 {
				t.Errorf("%s%s: got %d deliveries, %d malformed, not ours %v; want 1, %d, 1 of %q", prefix, line, len(all), tally.Malformed, tally.NotOurs, want.malformed, want.program)
			}
		}
	}
}

// TestTornBeforeName: a line torn after that of a companion is seen also where the name of the
// companion stands in it once more.
func TestTornBeforeName(t *testing.T) {
	t.Parallel()
	const first = "Nov 23 09:18:31 mail postfix/smtp[305]: " + to + "\nNov 23 09:18:31 mail dovecot: imap-login: Login: user=<kim>\n"
	const torn = "Nov 23 09:18:31 mail dovecot: imap-login: LNov 23 09:18:32 mail postfix/smtp[305]: " + to + " dovecot\n"
	_, tally := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(first+torn))
	if tally.Malformed != 1 {
		t.Errorf("got %d malformed, want 1", tally.Malformed)
	}
}
