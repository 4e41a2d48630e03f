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

// A refusal is the server's answer NO: it will not do what it was asked to.
type refusal struct {
	asked string // the request, such as "log in"
	text  string // the server's reason, safe to be shown; may be empty
}

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
	message  wire.Message     // the last one that the client read; its memory is used again
}

// connect dials the server and logs in.
func connect(ctx context.Context, server *Server, login *login, l Limits) (*session, error) {
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
	if err := s.logIn(ctx); err != nil {
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
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && fault == nil:
		return &refusal{asked, s.login.tame(refused.Text)}
	case errors.As(fault, &limit):
		return fmt.Errorf("asked to %s, the server sent %w", asked, limit)
	case errors.Is(fault, wire.ErrStalled), errors.Is(fault, errTotal), errors.Is(fault, context.Canceled):
		return fmt.Errorf("asked to %s: %w", asked, fault)
	case fault != nil:
		return fmt.Errorf("asked to %s: %w", asked, errClosed)
	}
	return fmt.Errorf("asked to %s, the server sent %w", asked, errMalformed)
}

// malformed gives up the connection because of an answer that cannot be true.
func (s *session) malformed(asked string) error {
	err := s.explain(asked, errMalformed)
	s.close()
	return err
}

// open opens a folder for reading only: EXAMINE changes nothing (RFC 9051
// section 6.3.3).
func (s *session) open(ctx context.Context, folder string) error {
	if s.folder == folder {
		return nil
	}
	return s.do(ctx, "open the folder", s.limits.Answer, wire.SmallBudget(), func() (err error) {
		s.folder = ""
		if s.selected, err = s.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err == nil {
			s.folder = folder
			s.exists.Store(s.selected.NumMessages)
			s.removed.Store(0)
		}
		return err
	})
}

// messages returns how many messages the open folder holds by now. The
// library's own count is set only after the command that opens a folder has
// ended.
func (s *session) messages() uint32 {
	exists := s.exists.Load()
	return exists - min(exists, s.removed.Load())
}

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
