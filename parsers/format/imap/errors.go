package imap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/emersion/go-imap/v2"
)

var (
	// errStalled tells of a server that said nothing, or not all, in time.
	errStalled = errors.New("no answer in time")
	// errMalformed tells of an answer that is no IMAP.
	errMalformed = errors.New("an answer that cannot be read")
	errClosed    = errors.New("the server closed the connection")
	errTotal     = errors.New("not done in the time that was given for all")
)

// A refusal is a server's word that it will not do what it was asked.
type refusal struct {
	asked string // what it was asked, such as "log in"
	text  string // what it said, safe to be shown
}

func (e *refusal) Error() string {
	if e.text == "" {
		return "the server refused to " + e.asked
	}
	return fmt.Sprintf("the server refused to %s: %s", e.asked, e.text)
}

// explain puts what went wrong into words of our own: those of the library may
// hold whatever the server sent.
func (s *session) explain(asked string, err error) error {
	var refused *imap.Error
	fault := s.guard.fault()
	var limit *limitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && fault == nil:
		return &refusal{asked, s.account.tame(refused.Text)}
	case errors.As(fault, &limit):
		return fmt.Errorf("asked to %s, the server sent %w", asked, limit)
	case errors.Is(fault, errStalled), errors.Is(fault, errTotal), errors.Is(fault, context.Canceled):
		return fmt.Errorf("asked to %s: %w", asked, fault)
	case fault != nil:
		return fmt.Errorf("asked to %s: %w", asked, errClosed)
	}
	return fmt.Errorf("asked to %s, the server sent %w", asked, errMalformed)
}

// lost tells whether the connection was lost without a word that was wrong: the
// same may go well the next time.
func lost(err error) bool {
	return errors.Is(err, errClosed) || errors.Is(err, errStalled)
}

// dialError says why there is no connection, without the library's addresses.
func dialError(address string, err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		err = errStalled
	}
	return fmt.Errorf("connect to %s: %w", address, err)
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// maxSaid is how much of a server's text is shown, in bytes.
const maxSaid = 200

// tame returns what a server said, fit to be shown: one line, cut, and nothing
// at all if it gives away a secret. A server may send back what it was sent.
func (a *account) tame(text string) string {
	for _, secret := range a.secrets() {
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
