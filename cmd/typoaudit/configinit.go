package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// configTemplate is what config init writes.
//
//go:embed config.toml
var configTemplate string

func newConfigInitCmd(e *env) *cobra.Command {
	return e.command(spec{
		use:   "init [PATH...]",
		short: "Print a configuration for what is found on this machine",
		examples: `typoaudit config init > /etc/typoaudit/typoaudit.toml
typoaudit config init /srv/logs/mail.log > typoaudit.toml`,
		long: `The logs are those that are named, else those of this machine: where mail servers of
Debian, Red Hat, SUSE and FreeBSD write them, else the journal of systemd. The domain
of the mail is that of /etc/mailname or of the host's name. Nothing is asked, changed
or sent.`,
		exit: `0  printed
2  usage, or a named log is not there`,
		run: func(_ context.Context, _ *config.Settled, paths []string) error { return initConfig(e, paths) },
	})
}

// usualLogs are where mail servers write, as patterns: each with the rotated ones.
func usualLogs() []string {
	return []string{
		"/var/log/mail.log",      // Debian, Ubuntu
		"/var/log/maillog",       // Red Hat, FreeBSD, OpenBSD, NetBSD
		"/var/log/mail",          // SUSE
		"/var/log/exim4/mainlog", // Exim of Debian
		"/var/log/exim/main.log", // Exim of Red Hat
		"/var/log/exim/mainlog",  // Exim of FreeBSD
		"/var/log/exim_mainlog",  // cPanel
		"/var/log/postfix.log",   // Postfix without syslog (MAILLOG_README)
		"/var/log/qmail/current", // qmail by multilog
	}
}

// localServers are programs that take mail on port 25 of this machine. Their sendmail(8) has
// rights of its own, which the service of systemd may not get.
func localServers() []string {
	return []string{"/usr/sbin/postfix", "/usr/sbin/exim4", "/usr/sbin/exim", "/usr/sbin/smtpctl", "/usr/libexec/sendmail/sendmail", "/usr/lib/sm.bin/sendmail", "/usr/sbin/courieresmtpd"}
}

// A found is what config init knows of a machine.
type found struct {
	Found, Journal bool
	Paths          []string
	Domain         string // that may be ours: the traffic knows better
	From, To, Via  string
}

// A machine says what is there. Patterns are those of filepath.Glob.
type machine struct {
	isThere  func(pattern string) bool
	mailname string
}

// thisMachine is the machine that the program runs on.
func thisMachine() machine {
	text, _ := os.ReadFile("/etc/mailname")
	name, _, _ := strings.Cut(string(text), "\n")
	if name == "" {
		host, _ := os.Hostname()
		_, name, _ = strings.Cut(host, ".")
	}
	return machine{isThere, strings.TrimSpace(name)}
}

// isThere reports whether a pattern has a match that is a file with something in it, or a
// folder.
func isThere(pattern string) bool {
	matches, _ := filepath.Glob(pattern)
	return slices.ContainsFunc(matches, func(m string) bool {
		info, err := os.Stat(m)
		return err == nil && info.Size() > 0
	})
}

// find looks for logs, unless some are named. The journal is taken where there is no log:
// what stands in both would be read twice.
func (m machine) find(named []string) *found {
	f := &found{Paths: named}
	if len(named) == 0 {
		for _, path := range usualLogs() {
			if m.isThere(path) {
				f.Paths = append(f.Paths, path+"*")
			}
		}
		f.Journal = len(f.Paths) == 0 && (m.isThere("/var/log/journal/*") || m.isThere("/run/log/journal/*"))
	}
	f.Found = len(f.Paths) > 0 || f.Journal
	if !f.Found {
		f.Paths = []string{"/var/log/mail.log*"}
	}
	f.Domain = "corp.example"
	at := "localhost"
	if d, err := domain.Parse(m.mailname); err == nil && strings.Contains(d.String(), ".") {
		at = d.String()
		if r, ok := d.Registrable(); ok {
			f.Domain = r.String()
		}
	}
	f.Via = "smtp://localhost:25"
	if m.isThere("/usr/sbin/sendmail") && !slices.ContainsFunc(localServers(), m.isThere) {
		f.Via = "sendmail" // of a program that only passes mail on, and listens to nobody
	}
	f.From, f.To = "typoaudit@"+at, "root@"+at
	return f
}

func initConfig(e *env, paths []string) error {
	var named []string
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			return fmt.Errorf("%s: %w", p, failure.Plain(err))
		}
		named = append(named, absolute(p))
	}
	f := thisMachine().find(named)
	if !f.Found {
		e.complain(failure.WithHint(errors.New("no mail log was found on this machine"), "name yours: typoaudit config init PATH"))
	}
	return writeConfig(e.stdout, f)
}

func writeConfig(w io.Writer, f *found) error {
	t, err := template.New("config").Funcs(template.FuncMap{"toml": tomlString}).Parse(configTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, f)
}

// tomlString writes a string as TOML and JSON alike have it.
func tomlString(s string) string {
	text, _ := json.Marshal(s) // a string can be marshalled
	return string(text)
}
