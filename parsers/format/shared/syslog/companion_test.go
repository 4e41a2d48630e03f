package syslog

import "testing"

// TestCompanions: a program whose name only begins as a companion's does is none.
func TestCompanions(t *testing.T) {
	t.Parallel()
	for program, want := range map[string]uint8{
		"dovecot": companion, "php-fpm8.2": unrelated, "cyrus/imap": companion, "amavis": companion, "policyd-spf": companion, "sshd": unrelated,
		"imapfilter-gw": stranger, "policy-relay": namesake, "b1c2d3e4f5a6": stranger, "courier-1": stranger, "syslog": stranger,
	} {
		if got := noteOf([]byte(program)); got != want {
			t.Errorf("%s: got %d, want %d", program, got, want)
		}
	}
}
