package guard

import (
	"bufio"
	"encoding/json"
	"io"
	"time"
)

// A Kept is a question or an answer that a later guard must know of.
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
)

// maxKept bounds a line of what is kept, in bytes. A longer one is skipped.
const maxKept = 8 << 10

// ReadKept reads what earlier guards kept, a JSON object a line. Lines that are none are
// skipped and counted: the last one may have been cut by a crash.
func ReadKept(r io.Reader) (all []Kept, skipped int, err error) {
	lines := bufio.NewReaderSize(r, maxKept)
	for {
		line, tooLong, err := lines.ReadLine()
		if err == io.EOF {
			return all, skipped, nil
		}
		if err != nil {
			return all, skipped, err
		}
		var k Kept
		if tooLong || json.Unmarshal(line, &k) != nil || k.Person == "" || k.Recipient == "" {
			skipped++
			for tooLong && err == nil {
				_, tooLong, err = lines.ReadLine()
			}
			continue
		}
		all = append(all, k)
	}
}

// Resume makes the guard know what earlier ones asked, and what was answered.
func (g *Guard) Resume(all []Kept) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range all {
		p := pair{k.Person, k.Recipient}
		switch k.What {
		case keptConfirmed:
			g.limits.confirm(p, k.Time)
		case keptAsked:
			g.limits.note(asking{pair: p, domain: k.Domain, instance: k.Instance, at: k.Time})
		}
	}
}

// StillKept returns those that count at a time: questions of the last week, and the
// answers that are not older than a retention, 0 for all of them.
func StillKept(all []Kept, now time.Time, retention time.Duration) (left []Kept) {
	for _, k := range all {
		age := now.Sub(k.Time)
		if k.What == keptConfirmed && (retention == 0 || age < retention) || k.What == keptAsked && age < week {
			left = append(left, k)
		}
	}
	return left
}
