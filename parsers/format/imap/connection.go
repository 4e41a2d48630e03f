package imap

import (
	"context"
	"time"
)

// A connection keeps a session for an account: it connects when one is wanted,
// and again when that one has ended. It is not safe for concurrent use.
type connection struct {
	server   *Server
	login    *login
	limits   Limits
	progress *Progress
	session  *session      // nil if there is none
	wasted   time.Duration // on attempts that brought nothing
	wrong    int           // sessions that ended with an answer that cannot be read
	holds    int           // in a row
}

func newConnection(server *Server, l *login, limits Limits, p *Progress) *connection {
	return &connection{server: server, login: l, limits: limits, progress: p}
}

// another returns a connection to the same account with nothing wasted yet.
func (c *connection) another() *connection {
	return newConnection(c.server, c.login, c.limits, c.progress)
}

// open returns the session, a new one if there is none. The time that may still
// be wasted bounds each of its waits.
func (c *connection) open(ctx context.Context) (*session, error) {
	if c.session != nil && c.session.conn.Fault() == nil {
		return c.session, nil
	}
	l, err := c.limitsLeft()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	c.session, err = connect(ctx, c.server, c.login, l)
	c.noteWaste(err, time.Since(start))
	if err == nil {
		c.allow(c.session.atOnce)
	}
	return c.session, err
}

// allow keeps commands to as many messages as the server takes at once; 0 is any number.
func (c *connection) allow(atOnce int) {
	if atOnce > 0 {
		c.limits.Batch, c.limits.Window = min(c.limits.Batch, atOnce), min(c.limits.Window, atOnce)
	}
}

// attempt lets f work with a session, and gives the session up if the error of f
// ends it.
func (c *connection) attempt(ctx context.Context, f func(*session) error) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	start := time.Now()
	err = f(s)
	c.noteWaste(err, time.Since(start))
	if endsSession(err) {
		c.close()
	}
	if err == nil {
		c.holds = 0
	}
	return err
}

// logOut says goodbye to the server, if there is a session.
func (c *connection) logOut(ctx context.Context) {
	if c.session != nil {
		c.session.logOut(ctx)
		c.session = nil
	}
}

// close ends the session without a word to the server, if there is one.
func (c *connection) close() {
	if c.session != nil {
		c.session.close()
		c.session = nil
	}
}
