package imap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// A way is how an account is logged in: by a mechanism of AUTHENTICATE, or by LOGIN.
type way uint8

const (
	byPlain      way = iota // RFC 4616, with the first response at once where the server takes it
	byPlainLater            // the same, with the first response when the server asks for it
	bySCRAM                 // RFC 7677
	byCommand               // the command LOGIN
	byLogin                 // AUTHENTICATE LOGIN, which no RFC describes
	byXOAuth2
	byOAuthBearer
)

// ways returns the ways that are tried, one after the other: see isOtherWay.
func (a *Account) ways(caps imap.CapSet) []way {
	has := func(mechanism string) bool { return caps.Has(imap.AuthCap(mechanism)) }
	switch {
	case a.Mechanism == Password:
		return passwordWays(caps)
	case a.Mechanism == XOAuth2, a.Mechanism == Token && has(xoauth2):
		return []way{byXOAuth2}
	case a.Mechanism == OAuthBearer, has(sasl.OAuthBearer):
		return []way{byOAuthBearer}
	}
	return nil
}

// passwordWays returns the ways for a password. The connection is encrypted, so that
// PLAIN gives nothing away, and it works however the server keeps the password, which
// SCRAM does not.
func passwordWays(caps imap.CapSet) (ways []way) {
	has := func(mechanism string) bool { return caps.Has(imap.AuthCap(mechanism)) }
	switch {
	case has(sasl.Plain):
		ways = append(ways, byPlain)
		if caps.Has(imap.CapSASLIR) {
			ways = append(ways, byPlainLater)
		}
	case has(scramSHA256):
		ways = append(ways, bySCRAM)
	}
	if !caps.Has(imap.CapLoginDisabled) {
		ways = append(ways, byCommand)
	}
	if has(sasl.Login) {
		ways = append(ways, byLogin)
	}
	return ways
}

// isOtherWay reports whether an error is of the way of a login, and not of who logs in:
// a command that the server does not understand or cannot do. Any other refusal ends the
// login: one more password that is wrong may lock somebody out.
func isOtherWay(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && !isHold(err) && (refused.code == "CANNOT" || refused.kind == "BAD" && refused.code == "")
}

// client returns the side of a mechanism that is ours.
func (w way) client(user, secret string) (sasl.Client, error) {
	switch w {
	case byPlain, byPlainLater:
		return sasl.NewPlainClient("", user, secret), nil
	case bySCRAM:
		return newSCRAMClient(user, secret)
	case byLogin:
		return &loginClient{user: user, password: secret}, nil
	case byXOAuth2:
		return &bearer{mechanism: xoauth2, user: user, token: secret}, nil
	}
	return &bearer{mechanism: sasl.OAuthBearer, user: user, token: secret}, nil
}

// An exchange keeps an empty response empty. The library writes "=" for it, which is for
// the first response alone (RFC 9051 section 6.2.2); Cyrus takes it for another step.
type exchange struct {
	sasl.Client
	conn *wire.Conn
}

// Next implements sasl.Client.
func (e *exchange) Next(challenge []byte) ([]byte, error) {
	response, err := e.Client.Next(challenge)
	if err == nil && len(response) == 0 {
		e.conn.Substitute("=\r\n", "\r\n")
	}
	return response, err
}

// loginClient is AUTHENTICATE LOGIN. The library's own takes no question but
// "Password:".
type loginClient struct {
	user, password string
	named          bool
}

// Start implements sasl.Client.
func (l *loginClient) Start() (mechanism string, initial []byte, err error) {
	return sasl.Login, []byte(l.user), nil
}

// Next implements sasl.Client.
func (l *loginClient) Next(question []byte) ([]byte, error) {
	if !l.named && !bytes.Contains(bytes.ToLower(question), []byte("pass")) {
		l.named = true
		return []byte(l.user), nil
	}
	return []byte(l.password), nil
}

const scramSHA256 = "SCRAM-SHA-256"

// scramClient is SCRAM-SHA-256.
type scramClient struct{ conversation *scram.ClientConversation }

func newSCRAMClient(user, password string) (sasl.Client, error) {
	c, err := scram.SHA256.NewClient(user, password, "")
	if err != nil {
		return nil, errors.New("the user or the password has characters that " + scramSHA256 + " does not allow")
	}
	return &scramClient{c.NewConversation()}, nil
}

// Start implements sasl.Client.
func (s *scramClient) Start() (mechanism string, initial []byte, err error) {
	first, err := s.conversation.Step("")
	return scramSHA256, []byte(first), err
}

// Next implements sasl.Client. The server proves that it knows the password as well.
func (s *scramClient) Next(challenge []byte) ([]byte, error) {
	response, err := s.conversation.Step(string(challenge))
	if err != nil {
		return nil, errors.New("the server does not keep to " + scramSHA256)
	}
	return []byte(response), nil
}

// A gate lets accounts log in that share a secret: one at a time until it is known to be
// right, and none after it was refused. Most servers say the same of a wrong secret and
// of a user that is none, so that the first refusal counts, unless it says that it is of
// the user. Of those that give no reason it takes a few.
type gate struct {
	shared  bool
	mu      sync.Mutex
	proven  bool
	vague   int   // refusals without a reason
	refused error // no other account is tried
}

// maxVague is how many accounts may be refused without a reason before no other is tried.
const maxVague = 3

// pass lets an account log in.
func (g *gate) pass(ctx context.Context, logIn func(context.Context) error) error {
	if !g.shared {
		return logIn(ctx)
	}
	g.mu.Lock()
	if g.proven {
		g.mu.Unlock()
		return logIn(ctx)
	}
	defer g.mu.Unlock()
	if g.refused != nil {
		return fmt.Errorf("not tried, for all accounts log in by the same secret (if it is right, take who is refused off the list): %w", g.refused)
	}
	err := logIn(ctx)
	g.note(err)
	return err
}

// note learns from the outcome of a login.
func (g *gate) note(err error) {
	var refused *refusal
	switch {
	case err == nil:
		g.proven = true
	case errors.Is(err, errNoMechanism):
		g.refused = err
	case !errors.As(err, &refused), isHold(err), refused.isOfUser():
	case refused.isOfSecret():
		g.refused = err
	default:
		if g.vague++; g.vague == maxVague {
			g.refused = err
		}
	}
}

// isOfSecret reports whether a login was refused for the secret, or for it or the user.
func (e *refusal) isOfSecret() bool {
	return e.code != "" || containsAny(e.text, "auth", "password", "credential", "secret", "invalid", "incorrect", "wrong", "denied", "fail", "error", "reject")
}

// isOfUser reports whether a login was refused for who the user is, and not for the
// secret.
func (e *refusal) isOfUser() bool {
	return e.code == "AUTHORIZATIONFAILED" || e.code == "NONEXISTENT" || containsAny(e.text, "unknown user", "no such user", "user unknown", "no such mailbox", "user not found", "does not exist", "doesn't exist")
}
