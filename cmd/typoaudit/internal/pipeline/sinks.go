package pipeline

import (
	"fmt"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// Sinks are the sinks of a pass: a ledger each. With a history, what is settled is
// packed besides.
type sinks struct {
	ledgering audit.Ledgering
	packing   bool
	tenant    *organisation.Tenant // nil for everybody's mail
	views     []*organisation.TenantSink
	reading   *read.Reading // known before the first sink is made
	all       []*sink       // of workers and of the joiner
	open      []*openSink   // none if nothing is open
}

// A sink is one of a worker.
type sink struct {
	ledger *audit.Ledger
	pack   *read.PackSink
}

// Add implements parsers.Sink.
func (s *sink) Add(d *parsers.Delivery) {
	s.ledger.Add(d)
	s.pack.Add(d)
}

// Bounce implements parsers.Sink.
func (s *sink) Bounce(b *parsers.Bounce) {
	s.ledger.Bounce(b)
	s.pack.Bounce(b)
}

// An openSink takes what has no end yet: it is part of this report, and reported
// again by the next run.
type openSink struct {
	ledger *audit.Ledger
	days   map[int64]bool
}

// Add implements parsers.Sink.
func (s *openSink) Add(d *parsers.Delivery) {
	s.ledger.Add(d)
	s.days[read.DayOf(d.Time)] = true
}

// Bounce implements parsers.Sink.
func (s *openSink) Bounce(b *parsers.Bounce) { s.ledger.Bounce(b) }

// newSinks returns the sinks of a pass, without any yet.
func (p *pass) newSinks() *sinks {
	return &sinks{ledgering: p.ledgering(), packing: p.memory != nil, tenant: p.o.Tenant}
}

// ledgering is how the ledgers are made. What stands before the window is evidence, and
// says since when a lookalike is written to: with a history as far back as the trend is
// about, and without one from the beginning of the log.
func (p *pass) ledgering() audit.Ledgering {
	since, until := p.o.Since, p.o.Until
	l := p.o.Audit.Ledgering(since, until)
	l.From = since
	if p.memory == nil {
		l.Since = time.Time{}
		return l
	}
	if since.IsZero() {
		return l
	}
	if until.IsZero() {
		until = p.memory.began
	}
	weeks := until.Add(-result.MaxWeeks * 7 * 24 * time.Hour)
	before := since.Add(since.Sub(until)) // the window of the same length before
	for _, t := range []time.Time{weeks, before} {
		if t.Before(l.Since) {
			l.Since = t
		}
	}
	return l
}

// add makes the sink of a role, which takes the mail of the tenant alone, if there is one.
func (s *sinks) add(role read.Role) parsers.Sink {
	made := s.make(role)
	if s.tenant == nil {
		return made
	}
	view := s.tenant.Sink(made)
	s.views = append(s.views, view)
	return view
}

// mentionTenant returns remarks on what is in no tenant's report, or not in this one's.
func (s *sinks) mentionTenant() (remarks []string) {
	var unowned, mixed int64
	for _, v := range s.views {
		unowned += v.Unowned
		mixed += v.Mixed
	}
	if unowned > 0 {
		remarks = append(remarks, fmt.Sprintf("deliveries that were submitted here under a sender of no tenant's domain, and are in no tenant's report: %d", unowned))
	}
	if mixed > 0 {
		remarks = append(remarks, fmt.Sprintf("deliveries whose sender has an address of another tenant in it, and that are not in this report: %d", mixed))
	}
	return remarks
}

// make makes the sink of a role for everybody's mail.
func (s *sinks) make(role read.Role) parsers.Sink {
	if role == read.Open {
		made := &openSink{audit.NewLedger(s.ledgering), map[int64]bool{}}
		s.open = append(s.open, made)
		return made
	}
	made := &sink{ledger: audit.NewLedger(s.ledgering)}
	s.all = append(s.all, made)
	if !s.packing {
		return made.ledger
	}
	made.pack = read.NewPackSink(s.reading, role)
	made.pack.Trim = audit.NewTrimmer(s.ledgering).Trim
	return made
}

// addMailbox makes the sink of a connection to a server, which is a worker.
func (s *sinks) addMailbox() parsers.Sink { return s.add(read.Worker) }

// ledgers returns those of all sinks.
func (s *sinks) ledgers() (all []*audit.Ledger) {
	for _, made := range s.all {
		all = append(all, made.ledger)
	}
	for _, made := range s.open {
		all = append(all, made.ledger)
	}
	return all
}

// packed returns what the sinks packed.
func (s *sinks) packed() ([]read.Pack, error) {
	var all []*read.PackSink
	for _, made := range s.all {
		all = append(all, made.pack)
	}
	return read.Packs(all)
}
