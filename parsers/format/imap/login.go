package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
	"github.com/typoaudit/typoaudit/parsers/format/shared/secret"
)

// A Mechanism is how an account is logged in.
type Mechanism uint8

// The mechanisms. The zero value is a password: see passwordWays.
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

// A login is an Account with all secrets that the server may know by now, so that they
// are never shown.
type login struct {
	account Account
	program program
	gate    *gate
	known   *secrets
}

// secrets are those that were asked for, for any account of a server. It is safe for
// concurrent use.
type secrets struct {
	mu  sync.Mutex
	all []string
}

// add keeps a secret.
func (k *secrets) add(s string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Contains(k.all, s) {
		k.all = append(k.all, s)
	}
}

// areIn reports whether a text of the server holds one of them.
func (k *secrets) areIn(text string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.ContainsFunc(k.all, func(s string) bool { return secret.IsIn(text, s) })
}

// A program is what a server is told that asks who we are (RFC 2971).
type program struct{ name, version string }

// asked names the request to log in, for errors.
func (l *login) asked() string { return "log in " + l.account.User }

// secret asks for the secret of another session.
func (l *login) secret(ctx context.Context) (string, error) {
	word, err := l.account.Secret(ctx)
	if err != nil {
		return "", err
	}
	if word == "" {
		return "", errors.New("the secret is empty")
	}
	l.known.add(word)
	return word, nil
}

// maxSaid is how much of a server's text is shown, in bytes.
const maxSaid = 200

// tame returns a text of the server in a form that may be shown: one line, cut, and
// nothing at all if it gives away a secret. A server may send back what it was
// sent.
func (l *login) tame(text string) string {
	if l.known.areIn(text) {
		return "(a text that repeats the secret)"
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
func (s *session) logIn(ctx context.Context, secret string) error {
	caps, err := s.capabilities(ctx)
	if err != nil {
		return err
	}
	ways := s.login.account.ways(caps)
	if len(ways) == 0 {
		return errNoMechanism
	}
	for _, w := range ways {
		if err = s.logInBy(ctx, w, caps, secret); !isOtherWay(err) {
			break
		}
	}
	return err
}

// logInBy logs in in one way.
func (s *session) logInBy(ctx context.Context, w way, caps imap.CapSet, secret string) error {
	user := s.login.account.User
	if w == byCommand {
		return s.do(ctx, s.login.asked(), s.limits.Answer, wire.SmallBudget(), func() error { return s.client.Login(user, secret).Wait() })
	}
	client, err := w.client(user, secret)
	if err != nil {
		return err
	}
	if w == byPlainLater || w == byLogin {
		delete(caps, imap.CapSASLIR) // the library looks there whether to send the first response at once
	}
	err = s.do(ctx, s.login.asked(), s.limits.Answer, wire.SmallBudget(), func() error { return s.client.Authenticate(&exchange{client, s.conn}) })
	return s.withReason(err, client)
}

// withReason adds to a refusal of a token what the server said of it before.
func (s *session) withReason(err error, client sasl.Client) error {
	b, ok := client.(*bearer)
	if err == nil || !ok || b.reason == "" {
		return err
	}
	return fmt.Errorf("%w; its reason: %s", err, s.login.tame(b.reason))
}

// introduce says which program this is, where the server asks for it: some let nobody
// open a folder before (163.com, 126.com, yeah.net). It learns what the server can do for
// who is logged in.
func (s *session) introduce(ctx context.Context) error {
	caps, err := s.capabilitiesNow(ctx)
	if err != nil {
		return err
	}
	s.marks = caps.Has(imap.CapSpecialUse) && caps.Has(imap.CapListExtended)
	for c := range caps {
		if n, ok := strings.CutPrefix(string(c), "MESSAGELIMIT="); ok {
			s.atOnce, _ = strconv.Atoi(n)
		}
	}
	if !caps.Has(imap.CapID) {
		return nil
	}
	err = s.do(ctx, "hear who we are", s.limits.Answer, wire.SmallBudget(), func() error {
		_, err := s.client.ID(&imap.IDData{Name: s.login.program.name, Version: s.login.program.version}).Wait()
		return err
	})
	if endsSession(err) {
		return err
	}
	return nil // a server that does not want to know is asked for the mail all the same
}

// capabilitiesNow returns the capabilities after the login. The library asks again where
// they did not come with it, and may not have begun to.
func (s *session) capabilitiesNow(ctx context.Context) (caps imap.CapSet, err error) {
	end, _ := s.conn.Statuses()
	if caps, err = s.capabilities(ctx); err != nil || end.Code == "CAPABILITY" || caps.Has(imap.CapSpecialUse) && caps.Has(imap.CapListExtended) {
		return caps, err
	}
	err = s.do(ctx, "list its capabilities", s.limits.Answer, wire.SmallBudget(), func() error {
		now, err := s.client.Capability().Wait()
		if err == nil {
			caps = now
		}
		return err
	})
	if endsSession(err) {
		return nil, err
	}
	return caps, nil
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

const xoauth2 = "XOAUTH2"

// bearer logs in by a token. The library's own OAUTHBEARER gives up at the
// server's reason for a refusal, which must be answered to get the refusal
// itself (RFC 7628 section 3.2.3).
type bearer struct {
	mechanism, user, token string
	reason                 string // the server's, in JSON; it is not safe to be shown
}

// Start implements sasl.Client.
func (b *bearer) Start() (mechanism string, initial []byte, err error) {
	const sep = "\x01"
	if b.mechanism == xoauth2 {
		return b.mechanism, []byte("user=" + b.user + sep + "auth=Bearer " + b.token + sep + sep), nil
	}
	return b.mechanism, []byte("n,a=" + saslName(b.user) + "," + sep + "auth=Bearer " + b.token + sep + sep), nil
}

// Next implements sasl.Client.
func (b *bearer) Next(challenge []byte) ([]byte, error) {
	b.reason = string(challenge)
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
