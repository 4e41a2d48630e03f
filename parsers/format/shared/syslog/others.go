package syslog

// isOther reports a program that is known to be no container, and of no mail server
// but its own: what it says of mail is what others wrote. The name counts up to the first
// character that is no letter.
func isOther(program []byte) bool {
	end := 0
	for end < len(program) && (program[end]|0x20)-'a' < 26 {
		end++
	}
	switch string(program[:end]) {
	case "postfix", "kernel", "systemd", "CRON", "cron", "crond", "anacron", "sshd", "sudo", "su", "login", "dbus", "polkitd", "auditd", "audit",
		"rsyslogd", "syslogd", "journal", "logrotate", "NetworkManager", "dhclient", "dnsmasq", "named", "unbound", "ntpd", "chronyd", "chrony", "snmpd",
		"dovecot", "imapd", "imap", "pop", "lmtpd", "lmtpunix", "cyrus", "master", "saslauthd", "authdaemond", "imaplogin",
		"amavis", "amavisd", "spamd", "spamc", "spamass", "spampd", "rspamd", "clamd", "clamsmtpd", "clamav", "freshclam", "milter", "mimedefang",
		"MailScanner", "opendkim", "opendmarc", "openarc", "dkimproxy", "dkim", "postgrey", "policyd", "policy", "postsrsd", "postfwd", "sqlgrey", "gld",
		"httpd", "apache", "nginx", "php", "mysqld", "mariadbd", "postgres", "redis", "fail", "logwatch", "monit", "nagios", "zabbix", "puppet", "ansible":
		return true
	}
	return false
}
