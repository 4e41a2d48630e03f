package imap

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/shared/secret"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
)

func roots(t *testing.T, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

// isGivenAway reports whether a line that went over in plain text logs in, or has the secret as it
// is or in base64. Such a line may be the beginning of TLS, in whose random bytes a search for
// pieces of the secret would find some now and then.
func isGivenAway(line string) bool {
	for _, text := range []string{"LOGIN", "AUTHENTICATE", secretWord, base64.StdEncoding.EncodeToString([]byte(secretWord)), base64.StdEncoding.EncodeToString([]byte("\x00kim\x00" + secretWord))} {
		if strings.Contains(line, strings.TrimRight(text, "=")) {
			return true
		}
	}
	return false
}

// TestNothingSecretInPlain: whatever is done to a connection on its way, the
// secret does not go over it in plain text.
func TestNothingSecretInPlain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server   fakeimap.Server
		noRoots  bool
		complain string
	}{
		"as it should be":   {},
		"no offer":          {server: fakeimap.Server{Greeting: "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready", Before: func(c *fakeimap.Conn, name string) bool { return name == "STARTTLS" && refuses("unknown")(c) }}, complain: "took the offer out"},
		"logged in already": {server: fakeimap.Server{Greeting: "* PREAUTH [CAPABILITY IMAP4rev1] welcome"}, complain: "logged in already"},
		"an unknown signer": {noRoots: true, complain: "certificate signed by unknown authority"},
		"injected answers": {server: on("STARTTLS", func(c *fakeimap.Conn) bool {
			c.Say("%s OK go on\r\n* OK [CAPABILITY AUTH=PLAIN] injected", c.Tag)
			return true
		}), complain: "talk TLS"},
		"OK and no TLS":       {server: on("STARTTLS", func(c *fakeimap.Conn) bool { c.OK(); return true }), complain: silence},
		"an endless greeting": {server: on("GREETING", func(c *fakeimap.Conn) bool { return flood(c, "* OK "+strings.Repeat("x", 1000)) }), complain: "closed the connection"},
		"stalls":              {server: on("STARTTLS", stall), complain: silence},
		"drips":               {server: on("STARTTLS", drip), complain: silence},
		"goodbye":             {server: on("STARTTLS", says("* BYE bye")), complain: "took the offer out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name == "an endless greeting" { // a call for each byte
				t.Skip("slow: left out with -short")
			}
			s := &tt.server
			s.Messages = sent(2)
			fakeimap.Start(t, s, false)
			o := kim(s, StartTLS)
			if tt.complain == silence {
				o.Limits = hasty()
			}
			if !tt.noRoots {
				o.Server.Roots = roots(t, s.CAFile(t))
			}
			r, all := collect(t, o)
			switch err := sourceErrors(r); {
			case tt.complain == "" && (err != nil || len(all) != 2):
				t.Errorf("%d deliveries, %v", len(all), err)
			case tt.complain != "" && (err == nil || !strings.Contains(err.Error(), tt.complain) || len(all) > 0):
				t.Errorf("%d deliveries, said %v, want %q", len(all), err, tt.complain)
			}
			for _, line := range s.Commands() {
				if plain, ok := strings.CutPrefix(line, "plain: "); ok && isGivenAway(plain) {
					t.Errorf("in plain text: %q", line)
				}
			}
		})
	}
}

func TestImplicitTLS(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(2)}
	fakeimap.Start(t, s, true)
	o := kim(s, ImplicitTLS)
	if r, all := collect(t, o); len(all) > 0 || sourceErrors(r) == nil {
		t.Errorf("an unknown signer is trusted: %d", len(all))
	}
	o.Server.Roots = roots(t, s.CAFile(t))
	if r, all := collect(t, o); len(all) != 2 || sourceErrors(r) != nil {
		t.Errorf("got %d deliveries, %v, want 2 and no error", len(all), sourceErrors(r))
	}
	o.Server.Host = "127.0.0.2"
	if r, all := collect(t, o); len(all) > 0 || sourceErrors(r) == nil {
		t.Errorf("a certificate for another host is trusted: %d", len(all))
	}
}

// TestPlainOnlyToLoopback: 192.0.2.1 is nobody's (RFC 5737), so the test
// stands in for the connection.
func TestPlainOnlyToLoopback(t *testing.T) {
	t.Parallel()
	s := Server{Host: "192.0.2.1", Security: Plain}
	if _, err := s.secure(t.Context(), strangerConn{}); err == nil || !strings.Contains(err.Error(), "only this machine") {
		t.Errorf("%v", err)
	}
}

// TestSecretsAreNotRepeated: a server that sends back what it was sent does
// not make us show it.
func TestSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	plain := "\x00kim\x00" + secretWord
	for name, echo := range map[string]string{
		"plain": secretWord, "base64": base64.StdEncoding.EncodeToString([]byte(plain)), "of the secret alone": base64.StdEncoding.EncodeToString([]byte(secretWord)),
		"hex": hex.EncodeToString([]byte(secretWord)), "backwards": "3-dna-rod4bu0rT", "in capitals": strings.ToUpper(secretWord), "cut": secretWord[:5],
		"spaced": strings.Join(strings.Split(secretWord, ""), " "), "percent": "%54%72%30%75%62%34%64%6f%72",
	} {
		commands := []string{"AUTHENTICATE", "UID FETCH", "LIST", "EXAMINE", "UID SEARCH"}
		if testing.Short() {
			commands = commands[:2]
		}
		for _, command := range commands {
			s := on(command, refuses("cannot do "+echo))
			s.Messages = sent(1)
			fakeimap.Start(t, &s, false)
			r, _ := collect(t, kim(&s, Plain))
			err := sourceErrors(r)
			if err == nil || strings.Contains(err.Error(), echo) || !strings.Contains(err.Error(), "repeats the secret") {
				t.Errorf("%s at %s: %v", name, command, err)
			}
		}
	}
}

// TestSecretsAreNotGreetedWith: a server knows the secret of another day, and says it
// before anybody logs in.
func TestSecretsAreNotGreetedWith(t *testing.T) {
	t.Parallel()
	for _, greeting := range []string{"* BYE no more of " + secretWord, "* BYE [ALERT] " + base64.StdEncoding.EncodeToString([]byte(secretWord)), "* NO " + secretWord} {
		s := &fakeimap.Server{Greeting: greeting, Messages: sent(1)}
		fakeimap.Start(t, s, false)
		o := kim(s, Plain)
		o.Limits = hasty()
		r, _ := collect(t, o)
		if err := sourceErrors(r); err == nil || secret.IsIn(err.Error(), secretWord) {
			t.Errorf("%s: %v", greeting, err)
		}
	}
}

func TestTame(t *testing.T) {
	t.Parallel()
	a := &login{known: &secrets{all: []string{secretWord}}}
	for text, want := range map[string]string{
		"Authentication failed.":              "Authentication failed.",
		"two\r\n lines":                       "two lines",
		"[AUTHENTICATIONFAILED] bad password": "[AUTHENTICATIONFAILED] bad password",
	} {
		if got := a.tame(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := a.tame(strings.Repeat("é", 1000)); len(got) > maxSaid+len("…") {
		t.Errorf("%d bytes", len(got))
	}
}

func TestMechanisms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mechanism    Mechanism
		capabilities string
		want         string // part of what is sent
		complain     string
	}{
		{Password, "AUTH=PLAIN SASL-IR", "AUTHENTICATE PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00kim\x00"+secretWord)), ""},
		{Password, "", `LOGIN "kim" "` + secretWord + `"`, ""},
		{Password, "LOGINDISABLED", "", "no login of this kind"},
		{Token, "AUTH=XOAUTH2 SASL-IR", "AUTHENTICATE XOAUTH2 " + base64.StdEncoding.EncodeToString([]byte("user=kim\x01auth=Bearer "+secretWord+"\x01\x01")), ""},
		{Token, "AUTH=OAUTHBEARER SASL-IR", "AUTHENTICATE OAUTHBEARER " + base64.StdEncoding.EncodeToString([]byte("n,a=kim,\x01auth=Bearer "+secretWord+"\x01\x01")), ""},
		{OAuthBearer, "AUTH=OAUTHBEARER AUTH=XOAUTH2 SASL-IR", "AUTHENTICATE OAUTHBEARER", ""},
		{Token, "AUTH=PLAIN", "", "no login of this kind"},
	} {
		s := &fakeimap.Server{Messages: sent(1), Greeting: fmt.Sprintf("* OK [CAPABILITY %s] ready", strings.TrimSpace("IMAP4rev1 "+tt.capabilities))}
		fakeimap.Start(t, s, false)
		o := kim(s, Plain)
		o.Accounts[0].Mechanism = tt.mechanism
		r, _ := collect(t, o)
		if err := sourceErrors(r); tt.complain == "" && err != nil || tt.complain != "" && (err == nil || !strings.Contains(err.Error(), tt.complain)) {
			t.Errorf("%v %s: %v", tt.mechanism, tt.capabilities, err)
		}
		if tt.want != "" && !slices.ContainsFunc(s.Commands(), func(c string) bool { return strings.Contains(c, tt.want) }) {
			t.Errorf("%v %s: sent %q", tt.mechanism, tt.capabilities, s.Commands())
		}
	}
}
