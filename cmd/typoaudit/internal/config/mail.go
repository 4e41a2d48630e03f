package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/report"
)

// A Mail is [mail].
type Mail struct {
	From   string   `toml:"from"`
	To     []string `toml:"to"`
	Via    string   `toml:"via"`           // sendmail, sendmail:/path, smtp://user@host:port or smtps://
	TLS    string   `toml:"tls,omitempty"` // starttls (default) or none, with smtp://
	When   string   `toml:"when"`          // always, findings or new
	Attach []string `toml:"attach"`
	// Contact is whom the reader of a note may ask; the first of To if it is empty.
	Contact string `toml:"contact,omitempty"`
	Secret
}

// check says what is wrong with [mail], and fills in its defaults.
func (m *Mail) check() error {
	m.Via, m.When = cmp.Or(m.Via, "sendmail"), cmp.Or(m.When, "always")
	switch {
	case m.From == "":
		return errors.New("no from")
	case len(m.To) == 0:
		return errors.New("no to")
	case !slices.Contains([]string{"always", "findings", "new"}, m.When):
		return fmt.Errorf("when %q: always, findings or new", m.When)
	case m.TLS != "" && m.TLS != "starttls" && m.TLS != "none":
		return fmt.Errorf("tls %q: starttls or none", m.TLS)
	}
	for _, address := range append([]string{m.From, m.Contact}, m.To...) {
		if _, err := mail.ParseAddress(address); err != nil && address != "" {
			return fmt.Errorf("%q: not an address", address)
		}
	}
	if m.Attach == nil {
		m.Attach = []string{"csv"}
	}
	for _, name := range m.Attach {
		if _, err := report.ByName(name); err != nil {
			return fmt.Errorf("attach: %w", err)
		}
	}
	t, err := m.Transport()
	if err != nil {
		return err
	}
	return m.Secret.check(t.User != "")
}

// A Transport is how mail goes out.
type Transport struct {
	Program    string // sendmail(8)
	Host, User string
	Port       int
	Implicit   bool // TLS from the first byte
}

// IsLocal reports whether the server is this machine itself.
func (t *Transport) IsLocal() bool {
	ip := net.ParseIP(t.Host)
	return strings.EqualFold(t.Host, "localhost") || ip != nil && ip.IsLoopback()
}

// Ports of submission (RFC 8314 section 3.3, RFC 6409).
const (
	portSubmission  = 587
	portSubmissions = 465
)

// Transport understands via. The error names it.
func (m *Mail) Transport() (*Transport, error) {
	if program, ok := strings.CutPrefix(m.Via, "sendmail"); ok {
		program, named := strings.CutPrefix(program, ":")
		switch {
		case !named && program == "":
			return &Transport{Program: "/usr/sbin/sendmail"}, nil
		case named && filepath.IsAbs(program):
			return &Transport{Program: program}, nil
		}
		return nil, fmt.Errorf("via %q: sendmail, or sendmail: and the path of the program", m.Via)
	}
	u, err := url.Parse(m.Via)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("via %q: sendmail, smtp://user@host:port or smtps://user@host:port", m.Via)
	}
	if _, secret := u.User.Password(); secret {
		return nil, errors.New("via: the password does not belong here: name a password_file, password_command or password_credential")
	}
	t := &Transport{Host: u.Hostname(), User: u.User.Username(), Port: portSubmission, Implicit: u.Scheme == "smtps"}
	if t.Implicit {
		t.Port = portSubmissions
	}
	if u.Port() != "" {
		if t.Port, err = strconv.Atoi(u.Port()); err != nil || t.Port < 1 || t.Port > 65535 {
			return nil, fmt.Errorf("via %q: no such port", m.Via)
		}
	}
	if m.TLS == "none" && (t.Implicit || !t.IsLocal()) {
		return nil, errors.New(`tls = "none": only to this machine itself`)
	}
	return t, nil
}
