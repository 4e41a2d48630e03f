package pipeline

import (
	"time"
)

// Troubles are complaints of a program that goes on: the same one is said now and then, and
// one that passes by itself not at all.
type troubles struct {
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

func newTroubles(now func() time.Time, say func(error)) *troubles {
	return &troubles{now: now, say: say, known: map[string]*trouble{}}
}

// of returns what is known of a complaint.
func (t *troubles) of(err error) *trouble {
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

// complain says what is wrong, unless it was said lately.
func (t *troubles) complain(err error) {
	if err == nil {
		return
	}
	if x := t.of(err); x.said.IsZero() || t.now().Sub(x.said) >= sayAgain {
		x.said = t.now()
		t.say(err)
	}
}

// passed notes that a complaint is over.
func (t *troubles) passed(text string) { delete(t.known, text) }

// complainIfItStays is complain for what passes when rotation is over.
func (t *troubles) complainIfItStays(err error) {
	if x := t.of(err); t.now().Sub(x.first) >= passing {
		t.complain(err)
	}
}
