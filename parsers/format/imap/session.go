package imap

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// A session is a connection that is logged in.
type session struct {
	account *account
	limits  Limits
	guard   *guard
	client  *imapclient.Client
	folder  string // the one that is open, "" for none
	list    *imap.SelectData
	exists  atomic.Uint32 // messages of the open folder, with those removed since
	removed atomic.Uint32 // messages that were removed while the folder was open
	message fetched       // the last one that was read; its memory is used again
}

// connect dials the server and logs in.
func connect(ctx context.Context, server *Server, a *account, l Limits) (*session, error) {
	conn, err := server.dial(ctx, l)
	if err != nil {
		return nil, err
	}
	g := newGuard(conn, l.Read)
	g.begin(l.Greeting, budget{maxGreeting, maxResponses})
	s := &session{account: a, limits: l, guard: g}
	s.client = imapclient.New(g, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
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
	if err := s.logIn(ctx, l); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) greet(ctx context.Context) error {
	if err := s.do(ctx, "greet", s.limits.Greeting, budget{maxGreeting, maxResponses}, func() error { return waitGreeting(s.client) }); err != nil {
		return err
	}
	if s.client.State() != imap.ConnStateNotAuthenticated {
		return errPreAuth
	}
	return nil
}

// waitGreeting waits for the greeting. Where the connection is closed behind a
// refusal, the library tells the one or the other as chance has it: it is asked
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

// do asks the server for something, and waits for its answer: until ctx ends,
// for so long, and for so much. asked says what it is asked.
func (s *session) do(ctx context.Context, asked string, answer time.Duration, budget budget, f func() error) error {
	s.guard.begin(answer, budget)
	stop := context.AfterFunc(ctx, func() { s.guard.kill(context.Cause(ctx)) })
	err := f()
	stop()
	s.guard.end()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.explain(asked, err)
}

// open opens a folder for reading only: EXAMINE changes nothing (RFC 9051
// section 6.3.3).
func (s *session) open(ctx context.Context, folder string) error {
	if s.folder == folder {
		return nil
	}
	return s.do(ctx, "open the folder", s.limits.Answer, usual(), func() (err error) {
		s.folder = ""
		if s.list, err = s.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait(); err == nil {
			s.folder = folder
			s.exists.Store(s.list.NumMessages)
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
	_ = s.do(ctx, "say goodbye", logoutTime, usual(), func() error { return s.client.Logout().Wait() })
	s.close()
}

// close gives up the connection. The library's own Close would wait for what
// the server may never send.
func (s *session) close() { s.guard.kill(errors.New("done")) }
