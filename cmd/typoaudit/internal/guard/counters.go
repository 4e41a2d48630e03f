package guard

import (
	"sync/atomic"
	"time"
)

// Counters count what a guard did. They are safe for concurrent use, and name nobody.
type Counters struct {
	Requests     atomic.Int64 // recipients that were asked about
	Findings     atomic.Int64 // of those, what looked like a slip
	Questions    atomic.Int64 // refused once, for the sender to answer
	Confirmed    atomic.Int64 // answered by sending again
	Refused      atomic.Int64 // refused for good
	Warned       atomic.Int64 // marked with a header
	Limited      atomic.Int64 // let pass because the sender was asked often enough
	Late         atomic.Int64 // let pass because the answer took too long
	NotReady     atomic.Int64 // let pass because nothing was learned yet
	Malformed    atomic.Int64 // requests that were not understood
	Refusals     atomic.Int64 // connections that were closed because there were too many
	NotesSent    atomic.Int64 // to senders of marked mail
	NotesFailed  atomic.Int64 // that could not be sent
	NotesDropped atomic.Int64 // that were not even tried, since too many were waiting
	Latency      Histogram    // of the decisions
}

// LatencyBounds are the upper bounds of the buckets of a Histogram; the last bucket has
// none.
func LatencyBounds() []time.Duration {
	return []time.Duration{
		50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
		time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond, Deadline,
	}
}

// A Histogram counts durations by LatencyBounds.
type Histogram struct {
	Buckets [11]atomic.Int64 // not cumulative
	Sum     atomic.Int64     // nanoseconds
}

func (h *Histogram) add(d time.Duration) {
	bounds := LatencyBounds()
	i := 0
	for i < len(bounds) && d > bounds[i] {
		i++
	}
	h.Buckets[i].Add(1)
	h.Sum.Add(int64(d))
}

func (c *Counters) count(d *Decision, took time.Duration) {
	c.Requests.Add(1)
	c.Latency.add(took)
	if d.IsFinding() {
		c.Findings.Add(1)
	}
	switch d.Action {
	case Mark:
		c.Warned.Add(1)
	case Ask:
		c.Questions.Add(1)
	case Deny:
		c.Refused.Add(1)
	}
	switch {
	case d.Confirmed:
		c.Confirmed.Add(1)
	case d.Reason == ReasonLimit:
		c.Limited.Add(1)
	case d.Reason == ReasonLate:
		c.Late.Add(1)
	case d.Reason == ReasonNotReady:
		c.NotReady.Add(1)
	}
}
