package imap

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// Errors that end a session.
var (
	errMalformed = errors.New("an answer that cannot be read")
	errClosed    = errors.New("the server closed the connection")
	errTotal     = errors.New("not done in the time that was given for all")
	errDone      = errors.New("done")
)

// A refusal is the server's answer NO or BAD: it will not do what it was asked to, or
// not all of it.
type refusal struct {
	asked     string // the request, such as "log in"
	text      string // the server's reason, safe to be shown; may be empty
	kind      string // NO or BAD
	code      string // as in a wire.Status
	arguments string // of the code
}

// A goodbye is the end of a connection that the server gave a reason for.
type goodbye struct {
	asked string
	text  string // safe to be shown
}

func (e *goodbye) Error() string {
	return fmt.Sprintf("asked to %s, the server closed the connection: %s", e.asked, e.text)
}

func (e *goodbye) Unwrap() error { return errClosed }

func (e *refusal) Error() string {
	if e.text == "" {
		return "the server refused to " + e.asked
	}
	return fmt.Sprintf("the server refused to %s: %s", e.asked, e.text)
}

// A session is a connection that is logged in.
type session struct {
	login    *login
	limits   Limits
	conn     *wire.Conn
	client   *imapclient.Client
	folder   string           // the one that is open, "" for none
	selected *imap.SelectData // its state when it was opened
	exists   atomic.Uint32    // messages of the open folder, with those removed since
	removed  atomic.Uint32    // messages that were removed while the folder was open
	vanished uint32           // what the connection had counted of VANISHED when it was opened
	marks    bool             // the server marks the uses of folders
	atOnce   int              // messages that one command may be about (RFC 9738); 0 for any number
}

// connect dials the server and logs in. The secret is asked for before: the server may
// know it from another time, and have it in its greeting.
func connect(ctx context.Context, server *Server, login *login, l Limits) (*session, error) {
	secret, err := login.secret(ctx)
	if err != nil {
		return nil, err
	}
	c, err := server.dial(ctx, l)
	if err != nil {
		return nil, err
	}
	s := &session{login: login, limits: l, conn: wire.New(c, l.Read)}
	s.conn.Begin(l.Greeting, greetingBudget())
	s.client = imapclient.New(s.conn, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Expunge: func(uint32) { s.removed.Add(1) },
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				s.exists.Store(*d.NumMessages + s.removed.Load())
			}
		},
	}})
	if err := s.greet(ctx); err != nil {
		s.close()
		return nil, err
	}
	if err := login.gate.pass(ctx, func(ctx context.Context) error { return s.logIn(ctx, secret) }); err != nil {
		s.close()
		return nil, err
	}
	if err := s.introduce(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// greetingBudget bounds what the server may send before the first command.
func greetingBudget() wire.Budget {
	return wire.Budget{Bytes: maxGreeting, Responses: wire.MaxResponses}
}

func (s *session) greet(ctx context.Context) error {
	if err := s.do(ctx, "greet", s.limits.Greeting, greetingBudget(), func() error { return waitGreeting(s.client) }); err != nil {
		return err
	}
	if s.client.State() != imap.ConnStateNotAuthenticated {
		return errPreAuth
	}
	return nil
}

// waitGreeting waits for the greeting. Where the connection is closed after a
// refusal, the library returns the one or the other as chance has it: it is asked
// until that is the refusal, or there hardly can be one.
func waitGreeting(c *imapclient.Client) (err error) {
	const tries = 20
	for range tries {
		var refused *imap.Error
		if err = c.WaitGreeting(); err == nil || errors.As(err, &refused) {
			break
		}
	}
	return err
}

// do lets f send a command and wait for its answer until ctx ends, at most for
// the time of answer and for the bytes of budget. asked names the command in
// errors.
func (s *session) do(ctx context.Context, asked string, answer time.Duration, budget wire.Budget, f func() error) error {
	s.conn.Begin(answer, budget)
	stop := context.AfterFunc(ctx, func() { s.conn.Kill(context.Cause(ctx)) })
	err := f()
	stop()
	s.conn.End()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.explain(asked, err)
}

// explain puts an error into words of our own: those of the library may hold
// whatever the server sent.
func (s *session) explain(asked string, err error) error {
	var refused *imap.Error
	var limit *wire.LimitError
	fault := s.conn.Fault()
	end, said := s.conn.Statuses()
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && (fault == nil || said.Kind == "BYE" && end.Kind == ""):
		if end.Kind == "" {
			end = said // the greeting
		}
		if end.Kind == "" {
			end = wire.Status{Kind: string(refused.Type), Code: string(refused.Code), Text: refused.Text}
		}
		return s.refused(asked, end)
	case errors.As(fault, &limit):
		return fmt.Errorf("asked to %s, the server sent %w", asked, limit)
	case errors.Is(fault, wire.ErrStalled), errors.Is(fault, errTotal), errors.Is(fault, context.Canceled):
		return fmt.Errorf("asked to %s: %w", asked, fault)
	case fault != nil && said.Kind == "BYE" && said.Text != "":
		return held(&goodbye{asked, s.login.tame(said.Text)}, said, isPassing(said))
	case fault != nil:
		return fmt.Errorf("asked to %s: %w", asked, errClosed)
	}
	return fmt.Errorf("asked to %s, the server sent %w", asked, errMalformed)
}

// refused returns the refusal in a status.
func (s *session) refused(asked string, end wire.Status) error {
	text := end.Text
	if text == "" && end.Code != "" {
		text = "[" + end.Code + "]"
	}
	passing := isPassing(end)
	if asked == s.login.asked() {
		passing = isPassingLogin(end)
	}
	return held(&refusal{asked, s.login.tame(text), end.Kind, end.Code, end.Arguments}, end, passing)
}

// held makes a hold of what is refused for now.
func held(err error, why wire.Status, passing bool) error {
	if !passing {
		return err
	}
	return &hold{err, toldWait(why.Text), why.Code == "SERVERBUG" || containsAny(why.Text, "internal error", "server error")}
}

// malformed gives up the connection because of an answer that cannot be true.
func (s *session) malformed(asked string) error {
	err := s.explain(asked, errMalformed)
	s.close()
	return err
}

// standIn is what the library names where the server is to be sent a name as it sent it.
const standIn = "typoaudit-folder"

const askedToOpen = "open the folder"

// open opens a folder for reading only: EXAMINE changes nothing (RFC 9051
// section 6.3.3). It is named as the server named it, raw, if it did.
func (s *session) open(ctx context.Context, folder, raw string) error {
	if s.folder == folder {
		return nil
	}
	name := folder
	if raw != "" && name != "INBOX" {
		quoted, ok := quotedName(raw)
		if !ok {
			return &refusal{asked: "name the folder: its name has a line end"}
		}
		name = standIn
		s.conn.Substitute(`"`+standIn+`"`, quoted)
	}
	return s.do(ctx, askedToOpen, s.limits.Answer, wire.SmallBudget(), func() (err error) {
		s.folder = ""
		if s.selected, err = s.client.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait(); err == nil {
			s.folder = folder
			s.exists.Store(s.selected.NumMessages)
			s.removed.Store(0)
			s.vanished = s.conn.Vanished()
		}
		return err
	})
}

// messages returns how many messages the open folder holds by now. The
// library's own count is set only after the command that opens a folder has
// ended.
func (s *session) messages() uint32 {
	exists := s.exists.Load()
	return exists - min(exists, s.expunged())
}

// expunged returns how many messages were removed since the folder was opened.
func (s *session) expunged() uint32 { return s.removed.Load() + s.conn.Vanished() - s.vanished }

// logoutTime is how long the server's goodbye is waited for.
const logoutTime = 2 * time.Second

// logOut says goodbye.
func (s *session) logOut(ctx context.Context) {
	_ = s.do(ctx, "log out", logoutTime, wire.SmallBudget(), func() error { return s.client.Logout().Wait() })
	s.close()
}

// close gives up the connection. The library's own Close would wait for an
// answer that may never come.
func (s *session) close() { s.conn.Kill(errDone) }
