package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// isLearnDue reports whether the verdicts are to be taken again: now and then, and where most
// of what is known is new.
func (w *Watch) isLearnDue() bool {
	since := w.Now().Sub(w.learnt)
	return since >= max(w.o.Learn, costShare*w.learnCost) || since >= costShare*w.learnCost && w.counts.Deliveries > 2*w.learntAt
}

// learned are verdicts that were taken.
type learned struct {
	verdicts   *audit.Snapshot
	deliveries int64
	took       time.Duration
	note       string // that the history was damaged and set aside
	err        error
}

// learnBeside takes the verdicts while those in use are asked.
func (w *Watch) learnBeside(ctx context.Context) {
	w.learnt = w.Now()
	learn, err := w.prepareToLearn(ctx)
	if err != nil {
		w.complainUnless(ctx, err)
		return
	}
	w.learning = make(chan learned, 1)
	at := w.counts.Deliveries
	go func(done chan<- learned) {
		var l learned
		if err := read.Contain("the verdicts", func() { l = learn() }); err != nil {
			l.err = err
		}
		l.deliveries = at
		done <- l
	}(w.learning)
}

// takeLearned takes verdicts into use that are ready.
func (w *Watch) takeLearned() {
	select {
	case l := <-w.learning:
		w.learning = nil
		if l.note != "" {
			w.Complain(errors.New(l.note))
			w.dirty = true // the next history is begun at the next save
			return
		}
		if l.err != nil {
			w.Complain(fmt.Errorf("the verdicts are those of before: %w", l.err))
			return
		}
		w.take(l)
	default:
	}
}

func (w *Watch) take(l learned) {
	w.verdicts, w.learnCost, w.learntAt, w.learnt = l.verdicts, l.took, max(l.deliveries, w.learntAt), w.Now()
}

// prepareToLearn opens the history, and returns what takes the verdicts on what it has and
// closes it. One that is damaged is set aside.
func (w *Watch) prepareToLearn(ctx context.Context) (func() learned, error) {
	began := time.Now()
	quiet := w.World
	quiet.Complain = func(error) {} // it was complained of when it was read
	m, err := w.remember(ctx, quiet)
	if err != nil {
		return nil, err
	}
	o := w.o.Options
	o.Audit.Now, o.Audit.Ignore = w.Now(), w.rules
	return func() (l learned) {
		defer func() { // after a panic as well: the history would stay locked
			l.err = errors.Join(l.err, m.close())
			l.took = time.Since(began)
		}()
		verdicts, err := newPass(Sources{Configured: true}, o, quiet, m).judge(ctx)
		if isDamaged(err) {
			if err = m.restart(ctx); err == nil {
				l.note = m.store.Note
				return l
			}
		}
		if err == nil {
			err = verdicts.CheckRecipients()
		}
		if l.err = err; err == nil {
			l.verdicts = verdicts.Snapshot()
		}
		return l
	}, nil
}
