package guard

import (
	"slices"
	"strings"
	"time"
)

// Limits of the questions: who is asked too often answers without reading.
const (
	// confirmAfter is how soon a mail program may send again by itself.
	confirmAfter = 20 * time.Second
	// confirmWithin is until when the second try is the answer.
	confirmWithin = 10 * time.Minute
	// askAgain is how long the same person is not asked for the same recipient.
	askAgain = 24 * time.Hour
	// weekly is how many questions a person is asked in a week.
	weekly = 3
	week   = 7 * 24 * time.Hour
)

// A verdict of the limits on one more question.
type turn int

const (
	turnAsk     turn = iota // it is asked
	turnRepeat              // it was asked a moment ago, and is again
	turnConfirm             // it was asked, and this is the answer
	turnKnown               // it was answered before
	turnOver                // enough was asked
)

// A pair is a person and a recipient, in lower case.
type pair struct{ person, recipient string }

func pairOf(r *Request) pair { return pair{r.Person(), strings.ToLower(r.Recipient)} }

// An asking is a question that a person was asked.
type asking struct {
	pair
	domain   string // of the recipient
	instance string // of the mail
	at       time.Time
}

// limits know who was asked what, and what was answered. They are not safe for concurrent
// use.
type limits struct {
	asked     map[string][]asking // of each person, those of the last week
	confirmed map[pair]time.Time
	right     map[string][]pair // those of confirmed, by the domain of the recipient
	retention time.Duration     // of answers; 0: for good
	sweepAt   int               // with so many people in asked, those of old questions are forgotten
}

// leastSwept is with how many people the old questions are looked for first.
const leastSwept = 10_000

func newLimits(retention time.Duration) *limits {
	return &limits{retention: retention, sweepAt: leastSwept, asked: map[string][]asking{}, confirmed: map[pair]time.Time{}, right: map[string][]pair{}}
}

// turn says whether a question may be asked, and notes it if so. Without asks nobody reads
// it: the second mail is no answer then.
func (l *limits) turn(a asking, asks bool) turn {
	if at, ok := l.confirmed[a.pair]; ok {
		if isRetained(at, a.at, l.retention) {
			return turnKnown
		}
		l.unconfirm(a.pair)
	}
	l.forget(a.person, a.at)
	questions := map[string]bool{}
	for _, before := range l.asked[a.person] {
		questions[before.key()] = true
		if before.pair != a.pair {
			continue
		}
		switch passed := a.at.Sub(before.at); {
		case passed < -confirmAfter: // the clock was ahead: nobody can answer until then
			return turnOver
		case passed < confirmAfter, passed <= confirmWithin && a.instance != "" && a.instance == before.instance: // the same mail is nobody's answer
			return turnRepeat
		case passed <= confirmWithin && asks:
			l.confirm(a.pair, a.at)
			return turnConfirm
		case passed < askAgain:
			return turnOver
		}
	}
	if len(questions) >= weekly && !questions[a.key()] {
		return turnOver
	}
	l.note(a)
	return turnAsk
}

// key is the same for the recipients of one mail at one domain: they are one question.
func (a *asking) key() string {
	if a.instance == "" {
		return a.recipient + " " + a.at.Format(time.RFC3339Nano)
	}
	return a.instance + " " + a.domain
}

// note notes a question, in the order of time, once.
func (l *limits) note(a asking) {
	if len(l.asked) >= l.sweepAt { // who is asked once and never comes again would stay
		for person := range l.asked {
			l.forget(person, a.at)
		}
		l.sweepAt = max(leastSwept, 2*len(l.asked))
	}
	all := l.asked[a.person]
	if slices.ContainsFunc(all, a.isSame) {
		return
	}
	i := len(all)
	for i > 0 && all[i-1].at.After(a.at) {
		i--
	}
	l.asked[a.person] = slices.Insert(all, i, a)
}

// isSame says whether two are the same question.
func (a *asking) isSame(b asking) bool { return a.pair == b.pair && a.at.Equal(b.at) }

// takeBack forgets a question to each of some people: it was not asked.
func (l *limits) takeBack(a asking, people []string) {
	for _, a.person = range people {
		if l.asked[a.person] = slices.DeleteFunc(l.asked[a.person], a.isSame); len(l.asked[a.person]) == 0 {
			delete(l.asked, a.person)
		}
	}
}

// confirm notes that a person means a recipient.
func (l *limits) confirm(p pair, at time.Time) {
	if _, isKnown := l.confirmed[p]; !isKnown {
		host := hostOf(p.recipient)
		l.right[host] = append(l.right[host], p)
	}
	l.confirmed[p] = at
}

// calledRight returns how many answers said of the domain of a recipient that it is meant, but for
// that to the same question.
func (l *limits) calledRight(p pair, now time.Time) (n int) {
	for _, x := range l.right[hostOf(p.recipient)] {
		if x != p && isRetained(l.confirmed[x], now, l.retention) {
			if n++; n == maxWitnesses {
				break
			}
		}
	}
	return n
}

// maxWitnesses is how many answers about a domain are counted: more change nothing.
const maxWitnesses = 8

// hostOf returns the domain of a recipient.
func hostOf(recipient string) string { return recipient[strings.LastIndexByte(recipient, '@')+1:] }

// unconfirm forgets that a person means a recipient.
func (l *limits) unconfirm(p pair) {
	delete(l.confirmed, p)
	host := hostOf(p.recipient)
	if l.right[host] = slices.DeleteFunc(l.right[host], func(x pair) bool { return x == p }); len(l.right[host]) == 0 {
		delete(l.right, host)
	}
}

// isRetained says whether an answer counts at a time, by a retention, 0 for good.
func isRetained(answered, now time.Time, retention time.Duration) bool {
	return retention == 0 || now.Sub(answered) < retention
}

// forget forgets the questions of a person that count no more.
func (l *limits) forget(person string, now time.Time) {
	all := l.asked[person]
	n := 0
	for n < len(all) && now.Sub(all[n].at) >= week {
		n++
	}
	if n == len(all) {
		delete(l.asked, person)
		return
	}
	l.asked[person] = all[n:]
}
