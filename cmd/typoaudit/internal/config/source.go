package config

import (
	"errors"
	"fmt"
	"strings"
)

// A Source is one [[source]].
type Source struct {
	Type  string   `toml:"type"`
	Paths []string `toml:"paths,omitempty"` // log, mailbox

	Host      string   `toml:"host,omitempty"` // imap
	Port      int      `toml:"port,omitempty"`
	User      string   `toml:"user,omitempty"`
	TLS       string   `toml:"tls,omitempty"` // implicit, starttls or none
	CAFile    string   `toml:"ca_file,omitempty"`
	Mailboxes []string `toml:"mailboxes,omitempty"`      // none: the folders of sent mail
	Context   []string `toml:"context,omitempty"`        // such as INBOX, for who answers
	Skipped   []string `toml:"skip_mailboxes,omitempty"` // those that hold no sent mail, whatever their names
	UsersFile string   `toml:"users_file,omitempty"`
	Separator string   `toml:"master_separator,omitempty"` // between a user and the master user
	Secret
}

// A Secret says where a password comes from: never from the file itself.
type Secret struct {
	PasswordFile       string `toml:"password_file,omitempty"`
	PasswordCommand    string `toml:"password_command,omitempty"`
	PasswordCredential string `toml:"password_credential,omitempty"` // a name in $CREDENTIALS_DIRECTORY
	TokenFile          string `toml:"token_file,omitempty"`          // imap: OAuth
	TokenCommand       string `toml:"token_command,omitempty"`
}

// check says what is wrong with a source.
func (s *Source) check() error {
	imap := s.Host != "" || s.Port != 0 || s.User != "" || s.TLS != "" || s.CAFile != "" || len(s.Mailboxes)+len(s.Context)+len(s.Skipped) > 0 || s.UsersFile != "" || s.Separator != "" || s.Secret != Secret{}
	switch s.Type {
	case "log", "mailbox":
		switch {
		case len(s.Paths) == 0:
			return errors.New("no paths")
		case imap:
			return fmt.Errorf("type %q takes paths alone", s.Type)
		}
		return nil
	case "journald":
		if imap || len(s.Paths) > 0 {
			return errors.New(`type "journald" takes nothing else`)
		}
		return nil
	case "imap":
		switch {
		case len(s.Paths) > 0:
			return errors.New(`type "imap" takes no paths`)
		case s.Host == "":
			return errors.New("no host")
		case s.User == "":
			return errors.New("no user")
		case s.Port < 0 || s.Port > 65535:
			return fmt.Errorf("port %d: from 1 to 65535", s.Port)
		case s.TLS != "" && s.TLS != "implicit" && s.TLS != "starttls" && s.TLS != "none":
			return fmt.Errorf("tls %q: implicit, starttls or none", s.TLS)
		}
		return s.Secret.check(true)
	case "":
		return errors.New("no type: log, journald, mailbox or imap")
	}
	return fmt.Errorf("type %q: log, journald, mailbox or imap", s.Type)
}

// check says what is wrong with where a password comes from.
func (s *Secret) check(needed bool) error {
	n := 0
	for _, v := range []string{s.PasswordFile, s.PasswordCommand, s.PasswordCredential, s.TokenFile, s.TokenCommand} {
		if v != "" {
			n++
		}
	}
	switch {
	case n > 1:
		return errors.New("one of password_file, password_command, password_credential, token_file and token_command is enough")
	case n == 0 && needed:
		return errors.New("no password: name a password_file, password_command or password_credential")
	case strings.ContainsAny(s.PasswordCredential, "/\\") || s.PasswordCredential == "..":
		return fmt.Errorf("password_credential %q: not a name", s.PasswordCredential)
	}
	return nil
}
