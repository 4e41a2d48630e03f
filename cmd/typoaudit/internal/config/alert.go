package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// An Alert is one [[alert]]: where watch sends alerts at once.
type Alert struct {
	Type          string   `toml:"type"`                     // command, mail, webhook or syslog
	MinConfidence float64  `toml:"min_confidence,omitempty"` // 0.9 without
	Arrived       string   `toml:"arrived,omitempty"`        // maybe (default) or yes
	Names         *bool    `toml:"names,omitempty"`          // of people; true without
	Command       string   `toml:"command,omitempty"`        // command: for the shell
	To            []string `toml:"to,omitempty"`             // mail; those of [mail] without
	URL           string   `toml:"url,omitempty"`            // webhook
	URLFile       string   `toml:"url_file,omitempty"`       // webhook: where the address is a secret itself
	Template      string   `toml:"template,omitempty"`       // webhook: json (default), slack, teams, matrix or ntfy
	Socket        string   `toml:"socket,omitempty"`         // syslog; /dev/log without
	// Secret is the key of the signature of a webhook (password_*), or what it logs in by
	// (token_*).
	Secret
}

// Templates returns the forms that the body of a webhook may have.
func Templates() []string { return []string{"json", "slack", "teams", "matrix", "ntfy"} }

// check says what is wrong with an alert, and fills in its defaults. hasMail says that there
// is a [mail].
func (a *Alert) check(hasMail bool) error {
	a.Arrived, a.MinConfidence = cmp.Or(a.Arrived, "maybe"), cmp.Or(a.MinConfidence, 0.9)
	switch {
	case a.Type == "":
		return errors.New("no type: command, mail, webhook or syslog")
	case !slices.Contains([]string{"command", "mail", "webhook", "syslog"}, a.Type):
		return fmt.Errorf("type %q: command, mail, webhook or syslog", a.Type)
	case a.MinConfidence < 0 || a.MinConfidence > 1:
		return fmt.Errorf("min_confidence %g: from 0 to 1", a.MinConfidence)
	case a.Arrived != "maybe" && a.Arrived != "yes":
		return fmt.Errorf("arrived %q: maybe or yes", a.Arrived)
	}
	if err := a.checkKeys(); err != nil {
		return err
	}
	switch a.Type {
	case "command":
		if a.Command == "" {
			return errors.New("no command")
		}
	case "mail":
		return a.checkMail(hasMail)
	case "webhook":
		return a.checkWebhook()
	case "syslog":
		a.Socket = cmp.Or(a.Socket, "/dev/log")
	}
	return nil
}

// checkKeys refuses the keys of another type.
func (a *Alert) checkKeys() error {
	for _, k := range []struct {
		name, of string
		given    bool
	}{
		{"command", "command", a.Command != ""}, {"to", "mail", len(a.To) > 0}, {"url", "webhook", a.URL != ""}, {"url_file", "webhook", a.URLFile != ""},
		{"template", "webhook", a.Template != ""}, {"socket", "syslog", a.Socket != ""}, {"password_* and token_*", "webhook", a.Secret != Secret{}},
	} {
		if k.given && a.Type != k.of {
			return fmt.Errorf("%s: for type %q alone", k.name, k.of)
		}
	}
	return nil
}

func (a *Alert) checkMail(hasMail bool) error {
	if !hasMail {
		return errors.New(`type "mail" is sent by [mail], which is missing`)
	}
	for _, address := range a.To {
		if _, err := mail.ParseAddress(address); err != nil {
			return fmt.Errorf("to %q: not an address", address)
		}
	}
	return nil
}

func (a *Alert) checkWebhook() error {
	a.Template = cmp.Or(a.Template, "json")
	switch {
	case !slices.Contains(Templates(), a.Template):
		return fmt.Errorf("template %q: %s", a.Template, strings.Join(Templates(), ", "))
	case (a.URL == "") == (a.URLFile == ""):
		return errors.New("url or url_file: one of them")
	}
	if a.URL != "" {
		if err := CheckWebhook(a.URL); err != nil {
			return fmt.Errorf("url: %w", err)
		}
	}
	return a.Secret.check(false)
}

// CheckWebhook says what is wrong with the address of a webhook. The error does not repeat
// it: it may be a secret.
func CheckWebhook(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return errors.New("not an address such as https://chat.example/hook")
	case u.User != nil:
		return errors.New("a password does not belong here: name a password_file or token_file")
	case u.Scheme == "https", u.Scheme == "http" && (&Transport{Host: u.Hostname()}).IsLocal():
		return nil
	}
	return errors.New("https:// is needed, and http:// to this machine itself alone")
}
