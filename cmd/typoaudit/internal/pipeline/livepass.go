package pipeline

import (
	"errors"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A livePass is one way of a Watch over logs, from some states on.
type livePass struct {
	memory  *memory // nil for one in memory: then nothing is packed
	resume  *read.Resumption
	reading *read.Reading
	sinks   []*liveSink
	tenant  *organisation.Tenant // nil for everybody's mail
	trimmer func() *audit.Trimmer
}

// A liveSink takes the deliveries of one worker: those that may be findings are kept, to be
// asked.
type liveSink struct {
	pack       *read.PackSink // nil where nothing is packed
	settled    bool           // the deliveries are counted: those that are open come again
	deliveries int64
	newest     time.Time
	candidates []parsers.Delivery
	more       int64 // beyond maxCandidates
}

// maxCandidates bounds the deliveries of a pass, and a worker, that are kept to be asked.
const maxCandidates = 1 << 16

// add makes the sink of a role, which takes the mail of the tenant alone, if there is one.
func (p *livePass) add(role read.Role) parsers.Sink {
	s := &liveSink{settled: role != read.Open}
	if p.memory != nil && role != read.Open {
		s.pack = read.NewPackSink(p.reading, role)
		s.pack.Trim = p.trimmer().Trim
	}
	p.sinks = append(p.sinks, s)
	return p.tenant.View(s)
}

// Add implements parsers.Sink.
func (s *liveSink) Add(d *parsers.Delivery) {
	if s.pack != nil {
		s.pack.Add(d)
	}
	if s.settled {
		s.deliveries += int64(max(1, d.Count))
		if d.Time.After(s.newest) {
			s.newest = d.Time
		}
	}
	switch {
	case d.Local || d.Arrived < parsers.ArrivedMaybe || d.Copy:
	case d.Direction == parsers.DirectionInbound || d.Direction == parsers.DirectionInternal:
	case len(s.candidates) == maxCandidates:
		s.more++
	default:
		s.candidates = append(s.candidates, d.Clone())
	}
}

// Bounce implements parsers.Sink.
func (s *liveSink) Bounce(b *parsers.Bounce) {
	if s.pack != nil {
		s.pack.Bounce(b)
	}
}

// A candidate is a delivery that may be a finding.
type candidate struct {
	delivery parsers.Delivery
	read     time.Time
}

// candidates returns the deliveries that are to be asked.
func (p *livePass) candidates(w *Watch) (all []candidate) {
	newsFrom := p.newsFrom(w)
	for _, s := range p.sinks {
		for i := range s.candidates {
			d := &s.candidates[i]
			if d.Time.IsZero() || !d.Time.Before(newsFrom[d.Origin.Source]) {
				all = append(all, candidate{*d, w.Now()})
			}
		}
		if s.more > 0 {
			w.counts.Unasked += s.more
			w.Complain(errors.New("deliveries were too many at once to be asked about: run reports what is found in them"))
		}
		if s.newest.After(w.counts.Newest) {
			w.counts.Newest = s.newest
		}
	}
	return all
}

// newsAge is how old what a journal has may be to be news to a Watch that goes on from a
// history: all of it is written again, a part at a time.
const newsAge = 24 * time.Hour

// newsFrom returns, of each source, from when on its deliveries are news: the zero time for all.
func (p *livePass) newsFrom(w *Watch) []time.Time {
	from := make([]time.Time, len(p.reading.Sources))
	for i, s := range p.reading.Sources {
		switch {
		case s.Name == journal.Name:
			from[i] = w.newsFrom
		case p.isFirst(s): // it could not be read before, or was put there
			from[i] = w.logsFrom
		}
	}
	return from
}

// isFirst reports a source that no pass has read before.
func (p *livePass) isFirst(s *read.Source) bool {
	return !slices.ContainsFunc(p.resume.Previous, func(k read.State) bool { return k.ID == s.ID() })
}

// deliveries is how many were read that have their end.
func (p *livePass) deliveries() (n int64) {
	for _, s := range p.sinks {
		n += s.deliveries
	}
	return n
}

func (p *livePass) packed() ([]read.Pack, error) {
	var all []*read.PackSink
	for _, s := range p.sinks {
		if s.pack != nil {
			all = append(all, s.pack)
		}
	}
	return read.Packs(all)
}

// states returns those that the pass left: of a log that could not be read, the one of
// before.
func (p *livePass) states(before []read.State) []read.State {
	left := slices.Clone(before)
	for _, s := range p.reading.Sources {
		state := s.State()
		if state == nil {
			continue
		}
		if i := slices.IndexFunc(left, func(b read.State) bool { return b.ID == state.ID }); i >= 0 {
			left[i] = *state
		} else {
			left = append(left, *state)
		}
	}
	return left
}

// hasNew reports whether the pass found a log that is none of those known.
func (p *livePass) hasNew(known []read.State) bool {
	return slices.ContainsFunc(p.reading.Sources, func(s *read.Source) bool {
		return s.ID() != 0 && !slices.ContainsFunc(known, func(k read.State) bool { return k.ID == s.ID() })
	})
}

// isTorn reports whether something was rotated while it was read.
func (p *livePass) isTorn() bool {
	return slices.ContainsFunc(p.reading.Sources, func(s *read.Source) bool { return isReplaced(s) || s.Replaced() })
}

// countFaults counts what was not understood, beyond what was known before.
func (p *livePass) countFaults(before []read.State, c *WatchCounts) {
	for _, s := range p.reading.Sources {
		malformed, missed := s.Malformed, s.NotUnderstood.Total()
		if i := slices.IndexFunc(before, func(b read.State) bool { return b.ID == s.ID() }); i >= 0 && !s.Reread() {
			malformed -= before[i].Tally.Malformed
			missed -= before[i].Tally.NotUnderstood.Total()
		}
		c.Malformed += max(0, malformed)
		c.NotUnderstood += max(0, missed)
	}
}
