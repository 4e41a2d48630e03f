package imap

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
)

// A Mechanism is how an account is logged in.
type Mechanism uint8

// The mechanisms. The zero value is a password, by PLAIN (RFC 4616) if the
// server knows it, else by LOGIN.
const (
	Password    Mechanism = iota
	Token                 // OAuth 2: XOAUTH2 if the server knows it, else OAUTHBEARER (RFC 7628)
	XOAuth2               // Google's and Microsoft's own
	OAuthBearer           // RFC 7628
)

// An Account is whose mail is read.
type Account struct {
	Name      string // as shown, and as the report names its folders
	User      string // as logged in; with a master user it is "name*master"
	Mechanism Mechanism
	// Secret returns the password or token. It is asked for each connection,
	// because tokens age.
	Secret func(ctx context.Context) (string, error)
}

// An account is an Account at work. It remembers the secrets that it used, to
// keep them out of what is shown.
type account struct {
	Account
	used []string
}

func (a *account) secret(ctx context.Context) (string, error) {
	s, err := a.Secret(ctx)
	if err != nil {
		return "", err
	}
	if s == "" {
		return "", errors.New("the secret is empty")
	}
	for _, known := range a.used {
		if known == s {
			return s, nil
		}
	}
	a.used = append(a.used, s)
	return s, nil
}

func (a *account) secrets() []string { return a.used }

// errNoMechanism tells that the server takes no login of the kind we have.
var errNoMechanism = errors.New("the server takes no login of this kind")

// logIn logs the account in.
func (s *session) logIn(ctx context.Context, l Limits) error {
	secret, err := s.account.secret(ctx)
	if err != nil {
		return err
	}
	var caps imap.CapSet
	if err := s.do(ctx, "say what it can", l.Answer, usual(), func() error {
		if caps = s.client.Caps(); caps == nil {
			return errMalformed
		}
		return nil
	}); err != nil {
		return err
	}
	client, err := s.account.saslClient(caps, secret)
	if err != nil {
		return err
	}
	return s.do(ctx, fmt.Sprintf("log in %s", s.account.User), l.Answer, usual(), func() error {
		if client == nil {
			return s.client.Login(s.account.User, secret).Wait()
		}
		return s.client.Authenticate(client)
	})
}

// saslClient returns how to log in, nil for the LOGIN command.
func (a *account) saslClient(caps imap.CapSet, secret string) (sasl.Client, error) {
	has := func(mechanism string) bool { return caps.Has(imap.AuthCap(mechanism)) }
	switch {
	case a.Mechanism == Password && has(sasl.Plain):
		return sasl.NewPlainClient("", a.User, secret), nil
	case a.Mechanism == Password && !caps.Has(imap.CapLoginDisabled):
		return nil, nil
	case a.Mechanism == Password:
		return nil, errNoMechanism
	case a.Mechanism == XOAuth2, a.Mechanism == Token && has(xoauth2):
		return &bearer{mechanism: xoauth2, user: a.User, token: secret}, nil
	case a.Mechanism == OAuthBearer, has(sasl.OAuthBearer):
		return &bearer{mechanism: sasl.OAuthBearer, user: a.User, token: secret}, nil
	}
	return nil, errNoMechanism
}

const xoauth2 = "XOAUTH2"

// bearer logs in by a token. The library's own OAUTHBEARER gives up at the
// server's reason for a refusal, which must be answered to hear the refusal
// itself (RFC 7628 section 3.2.3).
type bearer struct{ mechanism, user, token string }

// Start implements sasl.Client.
func (b *bearer) Start() (mechanism string, initial []byte, err error) {
	const sep = "\x01"
	if b.mechanism == xoauth2 {
		return b.mechanism, []byte("user=" + b.user + sep + "auth=Bearer " + b.token + sep + sep), nil
	}
	return b.mechanism, []byte("n,a=" + saslName(b.user) + "," + sep + "auth=Bearer " + b.token + sep + sep), nil
}

// Next implements sasl.Client.
func (b *bearer) Next([]byte) ([]byte, error) {
	if b.mechanism == xoauth2 {
		return []byte{}, nil
	}
	return []byte{1}, nil
}

// saslName escapes what would end a name (RFC 5801 section 4).
func saslName(user string) string {
	var b []byte
	for i := range len(user) {
		switch user[i] {
		case ',':
			b = append(b, "=2C"...)
		case '=':
			b = append(b, "=3D"...)
		default:
			b = append(b, user[i])
		}
	}
	return string(b)
}
