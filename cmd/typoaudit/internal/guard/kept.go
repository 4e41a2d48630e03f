package guard

import (
	"bufio"
	"encoding/json"
	"io"
	"time"
)

// A Kept is a question, an answer or a note that a later guard must know of.
type Kept struct {
	Time      time.Time `json:"time"`
	What      string    `json:"what"`
	Person    string    `json:"person"`
	Recipient string    `json:"recipient"`
	Domain    string    `json:"domain,omitempty"`
	Instance  string    `json:"instance,omitempty"`
}

// What is kept.
const (
	keptAsked     = "asked"
	keptConfirmed = "confirmed"
	keptNoted     = "noted"
)

// maxKept bounds a line of what is kept, in bytes. A longer one is skipped.
const maxKept = 8 << 10

// ReadKept reads what earlier guards kept, a JSON object a line. Lines that are none are
// skipped: the last one may have been cut by a crash.
func ReadKept(r io.Reader) (all []Kept, err error) {
	lines := bufio.NewReaderSize(r, maxKept)
	isRest := false // of a line that is too long
	for {
		line, tooLong, err := lines.ReadLine()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		var k Kept
		if !isRest && !tooLong && json.Unmarshal(line, &k) == nil && k.Person != "" && k.Recipient != "" {
			all = append(all, k)
		}
		isRest = tooLong
	}
}

// WriteKept writes what ReadKept reads.
func WriteKept(w io.Writer, all []Kept) error {
	lines := json.NewEncoder(w)
	for _, k := range all {
		if err := lines.Encode(k); err != nil {
			return err
		}
	}
	return nil
}

// Resume makes the guard know what earlier or other guards asked, and what was answered. What it
// knows already counts once.
func (g *Guard) Resume(all []Kept) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range all {
		p := pair{k.Person, k.Recipient}
		a := asking{pair: p, domain: k.Domain, instance: k.Instance, at: k.Time}
		switch k.What {
		case keptConfirmed:
			g.limits.confirm(p, k.Time)
		case keptAsked:
			g.limits.note(a)
		case keptNoted:
			g.noted.note(a)
		}
	}
}

// StillKept returns those that count at a time: questions and notes of the last week, and the
// answers that are not older than a retention, 0 for all of them.
func StillKept(all []Kept, now time.Time, retention time.Duration) (left []Kept) {
	for _, k := range all {
		isRecent := now.Sub(k.Time) < week
		if k.What == keptConfirmed && isRetained(k.Time, now, retention) || (k.What == keptAsked || k.What == keptNoted) && isRecent {
			left = append(left, k)
		}
	}
	return left
}
