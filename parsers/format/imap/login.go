package imap

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
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

// A login is an Account with the secrets that were used for it, so that they
// are never shown.
type login struct {
	account Account
	used    []string
}

// secret asks for the secret of another session.
func (l *login) secret(ctx context.Context) (string, error) {
	secret, err := l.account.Secret(ctx)
	if err != nil {
		return "", err
	}
	if secret == "" {
		return "", errors.New("the secret is empty")
	}
	if !slices.Contains(l.used, secret) {
		l.used = append(l.used, secret)
	}
	return secret, nil
}

// maxSaid is how much of a server's text is shown, in bytes.
const maxSaid = 200

// tame returns a text of the server in a form that may be shown: one line, cut, and
// nothing at all if it gives away a secret. A server may send back what it was
// sent.
func (l *login) tame(text string) string {
	for _, secret := range l.used {
		if givesAway(text, secret) {
			return "(a text that repeats the secret)"
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxSaid {
		text = strings.ToValidUTF8(text[:maxSaid], "") + "…"
	}
	return text
}

// errNoMechanism means that the server takes no login of the kind we have.
var errNoMechanism = errors.New("the server takes no login of this kind")

// logIn logs the account in.
func (s *session) logIn(ctx context.Context) error {
	secret, err := s.login.secret(ctx)
	if err != nil {
		return err
	}
	caps, err := s.capabilities(ctx)
	if err != nil {
		return err
	}
	client, err := s.login.account.saslClient(caps, secret)
	if err != nil {
		return err
	}
	user := s.login.account.User
	return s.do(ctx, "log in "+user, s.limits.Answer, wire.SmallBudget(), func() error {
		if client == nil {
			return s.client.Login(user, secret).Wait()
		}
		return s.client.Authenticate(client)
	})
}

// capabilities returns those that the server has before a login.
func (s *session) capabilities(ctx context.Context) (caps imap.CapSet, err error) {
	err = s.do(ctx, "list its capabilities", s.limits.Answer, wire.SmallBudget(), func() error {
		if caps = s.client.Caps(); caps == nil {
			return errMalformed
		}
		return nil
	})
	return caps, err
}

// saslClient returns how to log in by AUTHENTICATE, nil for the LOGIN command.
func (a *Account) saslClient(caps imap.CapSet, secret string) (sasl.Client, error) {
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
// server's reason for a refusal, which must be answered to get the refusal
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

// saslName escapes the characters that end a name (RFC 5801 section 4).
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
