package pipeline

import (
	"cmp"
	"context"
	"errors"
	"math"
	"sync"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// recall returns ledgers of the deliveries of earlier runs, and notes for the verdict
// and for the history what this one read.
func (p *pass) recall(ctx context.Context) ([]*audit.Ledger, error) {
	p.addUnread()
	ledgers, err := p.replay(ctx)
	if err != nil {
		return nil, err
	}
	m := p.memory
	if m.packs, err = p.sinks.packed(); err != nil {
		return nil, err
	}
	for _, pack := range m.packs {
		m.earlier.Audited[pack.Day] = true
	}
	for _, open := range p.sinks.open {
		for day := range open.days {
			m.earlier.Audited[day] = true
		}
	}
	for _, s := range p.reading.Sources {
		m.noteDays(s)
	}
	m.earlier.Until = p.o.Until
	return ledgers, nil
}

// noteDays notes the days of a mailbox: of files nothing is kept, and on a server a
// day without mail was looked at as well.
func (m *memory) noteDays(s *read.Source) {
	if s.ID() != 0 && s.Format != imap.FormatName || s.Format == "" || s.First.IsZero() {
		return
	}
	for day := read.DayOf(s.First); day <= read.DayOf(s.Last); day++ {
		m.earlier.Audited[day] = true
	}
}

// replay gives the deliveries that earlier runs kept to ledgers of their own, and
// notes which sources that are missing now have none of the time that is audited.
func (p *pass) replay(ctx context.Context) (ledgers []*audit.Ledger, err error) {
	l := p.sinks.ledgering
	from, to := int64(math.MinInt32)+1, int64(math.MaxInt32)
	if !l.Since.IsZero() {
		from = read.DayOf(l.Since)
	}
	if !l.Until.IsZero() {
		to = read.DayOf(l.Until)
	}
	again, used := map[int64]bool{}, map[int64]bool{}
	for _, s := range p.reading.Sources {
		again[s.ID()] = s.Reread()
		used[s.ID()] = !s.Missing() || s.HasOpen()
	}
	r := p.newReplay()
	err = p.memory.store.Packs(ctx, from, to, read.NoDay, func(pack history.Pack) error {
		if !again[pack.Source] {
			used[pack.Source] = used[pack.Source] || pack.Day >= read.DayOf(l.From)
			r.packs <- pack.Sealed
		}
		return nil
	})
	ledgers, failed := r.close()
	for _, s := range p.reading.Sources {
		s.Unused = s.Missing() && !used[s.ID()]
	}
	return ledgers, errors.Join(failed, err)
}

// A replay gives packs to ledgers, one a worker.
type replay struct {
	packs   chan []byte
	ledgers []*audit.Ledger
	errs    []error // of each worker
	workers sync.WaitGroup
}

func (p *pass) newReplay() *replay {
	jobs := p.o.Read.Jobs
	r := &replay{packs: make(chan []byte, jobs), errs: make([]error, jobs)}
	replayer := read.NewReplayer(p.reading)
	for i := range jobs {
		ledger := audit.NewLedger(p.sinks.ledgering)
		r.ledgers = append(r.ledgers, ledger)
		r.workers.Go(func() {
			for sealed := range r.packs {
				crashed := read.Contain("the history", func() { r.errs[i] = cmp.Or(r.errs[i], replayer.Replay(sealed, ledger)) })
				r.errs[i] = cmp.Or(r.errs[i], crashed)
			}
		})
	}
	return r
}

// close waits for the workers.
func (r *replay) close() ([]*audit.Ledger, error) {
	close(r.packs)
	r.workers.Wait()
	return r.ledgers, errors.Join(r.errs...)
}
