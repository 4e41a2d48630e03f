package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// TestConfigInit: what is found on a machine makes a configuration that can be read, with
// the sources and addresses that fit.
func TestConfigInit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		there    []string
		mailname string
		sources  []config.Source
		from     string
		via      string
	}{
		"Debian with rsyslog":  {[]string{"/var/log/mail.log", "/var/log/journal/*", "/usr/sbin/sendmail", "/usr/sbin/postfix"}, "mx.corp.example", []config.Source{{Type: "log", Paths: []string{"/var/log/mail.log*"}}}, "typoaudit@mx.corp.example", "smtp://localhost:25"},
		"Debian with journald": {[]string{"/var/log/journal/*", "/usr/sbin/sendmail"}, "corp.example", []config.Source{{Type: "journald"}}, "typoaudit@corp.example", "sendmail"},
		"volatile journal":     {[]string{"/run/log/journal/*"}, "", []config.Source{{Type: "journald"}}, "typoaudit@localhost", "smtp://localhost:25"},
		"two servers":          {[]string{"/var/log/maillog", "/var/log/exim/main.log"}, "not a name", []config.Source{{Type: "log", Paths: []string{"/var/log/maillog*", "/var/log/exim/main.log*"}}}, "typoaudit@localhost", "smtp://localhost:25"},
		"nothing":              {nil, "", []config.Source{{Type: "log", Paths: []string{"/var/log/mail.log*"}}}, "typoaudit@localhost", "smtp://localhost:25"},
	} {
		m := machine{func(pattern string) bool { return slices.Contains(test.there, pattern) }, test.mailname}
		var b bytes.Buffer
		if err := writeConfig(&b, m.find(nil)); err != nil {
			t.Fatal(err)
		}
		c, err := config.Parse("/etc/typoaudit/typoaudit.toml", b.Bytes())
		if err != nil {
			t.Errorf("%s: %v in:\n%s", name, err, b.String())
			continue
		}
		if diff := cmp.Diff(test.sources, c.Sources); diff != "" || c.Mail.From != test.from || c.Mail.Via != test.via || len(c.Internal) > 0 {
			t.Errorf("%s: from %s via %s, internal %v; -want +got:\n%s", name, c.Mail.From, c.Mail.Via, c.Internal, diff)
		}
	}
}

// TestConfigInitNamed: logs that are named are taken, whatever else is there.
func TestConfigInitNamed(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), `a "log"`)
	if err := os.WriteFile(log, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := call(t.Context(), nil, "config", "init", log)
	c, err := config.Parse("/c.toml", []byte(r.stdout))
	if err != nil || r.status != exitOK || r.stderr != "" || len(c.Sources) != 1 || c.Sources[0].Paths[0] != log {
		t.Errorf("status %d, %s, %v: %+v", r.status, r.stderr, err, c)
	}
	r = call(t.Context(), nil, "config", "init", log+"s")
	if r.status != exitUsage || r.stdout != "" || !strings.Contains(r.stderr, "no such file") {
		t.Errorf("a log that is not there: status %d, %q, %s", r.status, r.stdout, r.stderr)
	}
}
