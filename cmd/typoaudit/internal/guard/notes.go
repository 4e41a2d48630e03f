package guard

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Note is what a sender is to read of a mail that was marked and passed.
type Note struct {
	To        string // the sender
	Recipient string // as it was typed
	Meant     string // "" if it is not known
	Domain    string // of the recipient
	Intended  string // "" if it is not known
	Listed    bool   // it is in the file of --refuse, and was not weighed
}

// Bounds of the notes: maxNotes may wait, more are dropped; a try to send one may take
// noteTime; about a recipient longer than maxAddress, in bytes, there is none: it is no address
// (RFC 5321 section 4.5.3.1), and may be a letter to the sender.
const (
	maxNotes   = 64
	noteTime   = time.Minute
	maxAddress = 320
)

// ErrPermanent is part of the error of a note that another try does not help.
var ErrPermanent = errors.New("not tried again")

// Notes are sent one after the other, in the background: a mail server that hangs holds up
// no answer.
type Notes struct {
	notes    *background[Note]
	counters *Counters
	stop     context.CancelFunc
}

// NoteGaps are those before the tries to send a note.
func NoteGaps() []time.Duration { return []time.Duration{0, 10 * time.Second, time.Minute} }

// NewNotes returns notes that are sent by send, after each gap until one try does, and
// counted. failed is given the first error of several in a row.
func NewNotes(ctx context.Context, c *Counters, send func(context.Context, *Note) error, gaps []time.Duration, failed func(error)) *Notes {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	n := &Notes{counters: c, stop: stop}
	hadFailed := false
	n.notes = newBackground(maxNotes, func(x Note) {
		err := tryToSend(ctx, send, gaps, &x)
		if err == nil {
			c.NotesSent.Add(1)
		} else {
			c.NotesFailed.Add(1)
			if !hadFailed {
				failed(err)
			}
		}
		hadFailed = err != nil
	})
	return n
}

// tryToSend sends a note, in a few tries.
func tryToSend(ctx context.Context, send func(context.Context, *Note) error, gaps []time.Duration, x *Note) (err error) {
	for _, gap := range gaps {
		select {
		case <-ctx.Done():
			return errors.Join(err, errEnded)
		case <-time.After(gap):
		}
		once, done := context.WithTimeout(ctx, noteTime)
		err = send(once, x)
		done()
		if err == nil || errors.Is(err, ErrPermanent) {
			return err
		}
	}
	return err
}

var errEnded = errors.New("the guard has ended")

// Add says whether a note waits to be sent now.
func (n *Notes) Add(x Note) bool {
	waits := n.notes.add(x)
	if !waits {
		n.counters.NotesDropped.Add(1)
	}
	return waits
}

// Close waits a while until all notes are sent; those that are not have failed then.
func (n *Notes) Close(wait time.Duration) {
	late := time.AfterFunc(wait, n.stop)
	defer late.Stop()
	defer n.stop()
	n.notes.close()
}

// note gives the sender of a mail that passes marked a note, if it is known who that is and
// not too many were given, to the address and by the login. It says whether one is on its way.
func (g *Guard) note(r *Request, d *Decision) bool {
	if g.o.Note == nil || g.o.Mode != Warn || d.Action != Mark || r.Login == "" || r.Unsent || len(r.Recipient) > maxAddress {
		return false
	}
	to := g.addressOf(&r.Attempt)
	if to == "" {
		return false
	}
	a := asking{pair: pairOf(r), domain: d.Domain, instance: r.Instance, at: g.o.Now()}
	people := slices.Compact([]string{a.person, to})
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, who := range people {
		a.person = who
		if g.noted.turn(a, false) != turnAsk {
			g.noted.takeBack(a, people[:i])
			return false
		}
	}
	if !g.o.Note(Note{To: to, Recipient: r.Recipient, Meant: d.Meant, Domain: d.Domain, Intended: d.Intended, Listed: d.Reason == ReasonListed}) {
		g.noted.takeBack(a, people)
		return false
	}
	for _, who := range people {
		g.keep(Kept{Time: a.at, What: keptNoted, Person: who, Recipient: a.recipient, Domain: a.domain, Instance: a.instance})
	}
	return true
}

// addressOf returns the address of ours of whoever makes an attempt, "" if there is none:
// nobody outside is ever written to. Of what may mean more than one mailbox to a mail server
// there is none either.
func (g *Guard) addressOf(a *audit.Attempt) string {
	s := g.snapshot.Load()
	if s == nil {
		return ""
	}
	for _, name := range [...]string{a.Login, a.Sender} {
		if local, _, isAddress := domain.SplitAddress(name); isAddress && isPlain(local) && s.IsInside(name) && g.o.Tenant.Wrote(name, name) {
			return strings.ToLower(name)
		}
	}
	return ""
}

// isPlain says whether a local part has no character that needs quotes, or names a route.
func isPlain(local string) bool {
	return !strings.ContainsFunc(local, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-+'", r)
	})
}
