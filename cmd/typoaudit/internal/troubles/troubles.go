// Package troubles says complaints of a program that goes on.
package troubles

import (
	"time"
)

// Troubles are complaints of a program that goes on: the same one is said now and then, and
// one that passes by itself not at all.
type Troubles struct {
	now   func() time.Time
	say   func(error)
	known map[string]*trouble
}

// A trouble is what was complained of.
type trouble struct{ first, last, said time.Time }

// How long a complaint may last without being said, within what time it must come again to
// be the same one, how often it is said, and how many are known.
const (
	passing     = 5 * time.Second
	sameTrouble = 15 * time.Minute
	sayAgain    = 6 * time.Hour
	maxTroubles = 1024
)

// New returns complaints that are said by a function. now is the time.
func New(now func() time.Time, say func(error)) *Troubles {
	return &Troubles{now: now, say: say, known: map[string]*trouble{}}
}

// of returns what is known of a complaint.
func (t *Troubles) of(err error) *trouble {
	now, text := t.now(), err.Error()
	x := t.known[text]
	if x == nil || now.Sub(x.last) > sameTrouble {
		if len(t.known) >= maxTroubles {
			clear(t.known)
		}
		x = &trouble{first: now}
		t.known[text] = x
	}
	x.last = now
	return x
}

// Complain says what is wrong, unless it was said lately.
func (t *Troubles) Complain(err error) {
	if err == nil {
		return
	}
	if x := t.of(err); x.said.IsZero() || t.now().Sub(x.said) >= sayAgain {
		x.said = t.now()
		t.say(err)
	}
}

// Passed notes that a complaint is over.
func (t *Troubles) Passed(text string) { delete(t.known, text) }

// ComplainIfItStays is Complain for what passes when rotation is over.
func (t *Troubles) ComplainIfItStays(err error) {
	if x := t.of(err); t.now().Sub(x.first) >= passing {
		t.Complain(err)
	}
}
