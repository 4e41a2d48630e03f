package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/format/imap"
)

func (o *imapOptions) server() (imap.Server, error) {
	s := imap.Server{Host: o.host, Port: o.port}
	switch o.security {
	case "implicit":
	case "starttls":
		s.Security = imap.StartTLS
	case "none":
		s.Security = imap.Plain
	default:
		return s, fmt.Errorf("--tls %s: implicit, starttls or none", o.security)
	}
	if o.caFile == "" {
		return s, nil
	}
	pem, err := os.ReadFile(o.caFile)
	if err != nil {
		return s, fmt.Errorf("--ca-file %s: %w", o.caFile, plainError(err))
	}
	s.Roots = x509.NewCertPool()
	if !s.Roots.AppendCertsFromPEM(pem) {
		return s, fmt.Errorf("--ca-file %s: no certificate in PEM form", o.caFile)
	}
	return s, nil
}

// users returns whose mail is read, without their secrets.
func (o *imapOptions) users() ([]imap.Account, error) {
	if o.usersFile == "" {
		return []imap.Account{{Name: o.user, User: o.user}}, nil
	}
	text, err := os.ReadFile(o.usersFile)
	if err != nil {
		return nil, fmt.Errorf("--users-file %s: %w", o.usersFile, plainError(err))
	}
	var users []imap.Account
	seen := map[string]bool{}
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		name, _, _ := strings.Cut(line, "#")
		if name = strings.TrimSpace(name); name == "" || seen[name] {
			continue
		}
		seen[name] = true
		users = append(users, imap.Account{Name: name, User: name + o.separator + o.user})
	}
	if len(users) == 0 {
		return nil, fmt.Errorf("--users-file %s: no user in it", o.usersFile)
	}
	return users, nil
}
