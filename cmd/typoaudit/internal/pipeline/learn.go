package pipeline

import (
	"context"
	"errors"
	"sync"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// Learned is what was learned from sources or from a history.
type Learned struct {
	*audit.Snapshot
	Run     int64 // the last run of the history, 0 of sources
	Partial bool  // part of the sources could not be read
}

// Learn makes a snapshot of sources, or without any of the history: another run may have
// that open. The snapshot of a history without a run knows of no mail.
func Learn(ctx context.Context, from Sources, o Options, w World) (*Learned, error) {
	if len(from.Paths) > 0 {
		verdicts, partial, err := Judge(ctx, from, o, w)
		if err != nil {
			return nil, err
		}
		return &Learned{Snapshot: verdicts.Snapshot(), Partial: partial}, nil
	}
	for try := 1; ; try++ {
		l, err := learnHistory(ctx, o)
		if try == maxTries || !errors.Is(err, history.ErrChanged) {
			return l, err
		}
	}
}

func learnHistory(ctx context.Context, o Options) (_ *Learned, err error) {
	h, err := history.Look(ctx, o.History.Folder)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	run, err := h.Run(ctx)
	if err != nil {
		return nil, err
	}
	ledger, err := o.recallAll(ctx, h)
	if err != nil {
		return nil, err
	}
	verdicts, err := verdictsOn([]*audit.Ledger{ledger}, o.Audit)
	if err != nil {
		return nil, err
	}
	return &Learned{Snapshot: verdicts.Snapshot(), Run: run}, nil
}

// recallAll gives the packs of a history to a ledger, on several cores.
func (o *Options) recallAll(ctx context.Context, h *history.Reading) (*audit.Ledger, error) {
	packs := make(chan []byte, o.Read.Jobs)
	ledgers, errs := make([]*audit.Ledger, o.Read.Jobs), make([]error, o.Read.Jobs)
	var workers sync.WaitGroup
	for i := range ledgers {
		ledgers[i] = audit.NewLedger(o.Audit.Ledgering(o.Since, o.Until))
		workers.Go(func() {
			for sealed := range packs {
				crashed := read.Contain("the history", func() { errs[i] = errors.Join(errs[i], read.ReplayAlone(sealed, ledgers[i])) })
				errs[i] = errors.Join(errs[i], crashed)
			}
		})
	}
	err := h.Packs(ctx, func(p history.Pack) error {
		packs <- p.Sealed
		return ctx.Err()
	})
	close(packs)
	workers.Wait()
	if err = errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	return Merge(ledgers), nil
}
