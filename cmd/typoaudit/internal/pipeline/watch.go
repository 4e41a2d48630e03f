package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/found"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/troubles"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A Watch is the resident form of a run. It goes on reading logs as they grow, in steps:
//
//	look   at the files: nothing changed, some grew, or something was rotated
//	read   on from the states in memory, and ask what is new against the verdicts
//	save   now and then: read on from the history and save, as a run does
//	learn  now and then: take the verdicts again, beside those in use
//
// What is read in memory is forgotten when it is saved: the history is that of runs at those
// moments, and a Watch that is killed reads again from the last of them. What was found is
// kept in the folder of the history, so that nothing is found twice.
type Watch struct {
	World
	o        WatchOptions
	files    *following
	troubles *troubles.Troubles

	states []read.State // of all logs, in memory
	next   int64        // the ID of the next source that is new
	passes int64        // in memory

	verdicts *audit.Snapshot
	learning chan learned // nil if the verdicts are not taken right now
	known    *result.Earlier
	rules    result.Rules

	found *found.List
	fresh []candidate // that were not asked yet
	// asked has the deliveries that were asked lately: what is open, and what is saved, is
	// read again.
	asked, askedBefore map[uint64]bool
	sniffed            map[uint64]parsers.Format

	began               time.Time
	newsFrom, logsFrom  time.Time // older entries of the journal are no news, nor is what is older in a log that was never read
	dirty               bool      // something was read that is not saved
	saved, learnt       time.Time
	saveCost, learnCost time.Duration
	saves               int
	tries, torn         int       // to save, and to read, while something was rotated
	run                 int64     // that saved last
	ran                 time.Time // when that was, before the Watch
	own                 bool      // it was this Watch
	counts              WatchCounts
	live                int64 // deliveries read in memory that are not saved
	learntAt            int64 // deliveries that were saved when the verdicts were taken
}

// WatchOptions say what is watched.
type WatchOptions struct {
	Options         // with a History
	Sources Sources // logs and the journal alone
	// Save and Learn are how often what was read is saved, and the verdicts are taken again.
	Save, Learn time.Duration
	// Rules reads the ignore rules, if they are others than when it was called last.
	Rules func() (rules result.Rules, changed bool, err error)
	// Found is given what a report would list as new. What it does last is to print it, and it
	// returns the checksum of what it printed: after a kill between that and its return the
	// finding is found again, and LastSaid is another one.
	Found func(*Finding) (said uint64)
	// Journal follows the journal; nil where it is not watched.
	Journal *journal.Follower
}

// A Finding is a delivery that a report would list as new.
type Finding struct {
	*audit.Found
	// New says that no report had the lookalike.
	New bool
	// Read is when the delivery was read.
	Read time.Time
}

// WatchCounts are what a Watch counts.
type WatchCounts struct {
	Deliveries, Malformed, NotUnderstood int64
	Questions, Ignored, Unasked          int64
	Saved                                time.Time // when the history was saved last
	Read                                 time.Time // when the logs were looked at last without a fault
	Newest                               time.Time // of the deliveries that were read
}

// NewWatch returns a Watch that has read nothing yet.
func NewWatch(o WatchOptions, w World) (*Watch, error) {
	known, err := found.Open(o.History.Folder, Holder(w.Now()))
	if err != nil {
		return nil, err
	}
	t := troubles.New(w.Now, w.Complain)
	w.Complain = t.Complain
	h := *o.History
	h.moment = true
	o.History = &h
	x := &Watch{World: w, o: o, found: known, troubles: t, asked: map[uint64]bool{}, sniffed: map[uint64]parsers.Format{}}
	x.files = newFollowing(o.Sources, o.Journal, w, t)
	return x, nil
}

// Counts returns what was counted so far.
func (w *Watch) Counts() WatchCounts {
	c := w.counts
	c.Deliveries += w.live
	return c
}

// LastSaid is what Found returned last, be it to an earlier Watch of the history; 0 if it is not
// known.
func (w *Watch) LastSaid() uint64 { return w.found.LastSaid() }

// Step looks at the logs once, and does what is due. It fails only where the Watch cannot
// go on: other faults are complained of, and what failed is tried again.
func (w *Watch) Step(ctx context.Context) error {
	if err := w.readRules(); err != nil {
		return err
	}
	if w.verdicts == nil {
		if err := w.begin(ctx); err != nil || w.verdicts == nil {
			return err
		}
	}
	w.takeLearned()
	if err := w.readOn(ctx); err != nil {
		return err
	}
	if w.isSaveDue() {
		w.complainUnless(ctx, w.save(ctx))
	}
	if w.learning == nil && w.isLearnDue() {
		w.learnBeside(ctx)
	}
	w.complainUnless(ctx, w.askFresh())
	return context.Cause(ctx)
}

// Close saves what was read, and gives back what the Watch holds.
func (w *Watch) Close(ctx context.Context) error {
	var err error
	if w.o.Journal != nil {
		w.o.Journal.End()
	}
	if w.learning != nil {
		<-w.learning
	}
	if w.verdicts != nil && w.dirty {
		w.tries = maxTries
		err = w.save(ctx)
	}
	if w.verdicts != nil {
		err = errors.Join(err, w.askFresh())
	}
	w.files.close()
	return errors.Join(err, w.found.Close())
}

// begin takes the first verdicts. What the logs held before anything was ever read is no news:
// it is for the report of a run. What was written since the last run is, and so it is not
// saved before there are verdicts to ask.
func (w *Watch) begin(ctx context.Context) error {
	w.began = w.Now()
	err := w.open(ctx)
	if err == nil && w.newsFrom.IsZero() {
		w.newsFrom = w.began.Truncate(time.Second) // as are the stamps of logs
		w.logsFrom = w.newsFrom
		if w.run > 0 {
			w.newsFrom = w.newsFrom.Add(-newsAge)
			w.logsFrom = w.ran.Add(-newsAge)
		}
	}
	if err == nil && w.run == 0 {
		err = w.save(ctx)
	}
	var learn func() learned
	if err == nil {
		learn, err = w.prepareToLearn(ctx)
	}
	switch {
	case errors.Is(err, errLater):
		return nil
	case errors.Is(err, ErrLocked):
		w.troubles.ComplainIfItStays(err)
		return nil
	case err != nil:
		return err
	}
	l := learn()
	if l.note != "" { // there is another history, to begin with
		w.Complain(errors.New(l.note))
		return nil
	}
	if l.err != nil {
		return l.err
	}
	w.take(l)
	return nil
}

// readRules reads the ignore rules where they changed. It fails if they cannot be read at first:
// later those of before count.
func (w *Watch) readRules() error {
	rules, changed, err := w.o.Rules()
	switch {
	case err != nil && w.verdicts == nil:
		return err
	case err != nil:
		w.Complain(fmt.Errorf("the ignore rules of before count: %w", err))
	case changed:
		w.rules = rules
	}
	return nil
}

// open takes what the history knows, and follows the journal from where the history has it.
func (w *Watch) open(ctx context.Context) error {
	m, err := w.remember(ctx, w.World)
	if err != nil {
		return err
	}
	w.states, w.next, w.known, w.run, w.ran = m.files, m.next, &m.earlier, m.run-1, m.ran
	if j := w.o.Journal; j != nil && !j.IsStarted() {
		j.Start(ctx, w.World.Journal, m.journalCursor(), (&pass{memory: m}).journalSince())
	}
	return m.close()
}

// remember opens the history. That a damaged one was set aside is said, whoever found it.
func (w *Watch) remember(ctx context.Context, world World) (*memory, error) {
	m, err := remember(ctx, w.o.History, world)
	if err == nil && m.store.Note != "" {
		w.Complain(errors.New(m.store.Note))
	}
	return m, err
}

// complainUnless complains of an error, unless that is the end of the Watch, or passes.
func (w *Watch) complainUnless(ctx context.Context, err error) {
	switch {
	case err == nil || ctx.Err() != nil || errors.Is(err, errLater):
	case errors.Is(err, ErrLocked): // a run is at work
		w.troubles.ComplainIfItStays(err)
	default:
		w.Complain(err)
	}
}

// readOn reads what was written since the last look, in memory.
func (w *Watch) readOn(ctx context.Context) error {
	look := w.files.look()
	if look.same {
		w.noteRead(&look)
		return nil
	}
	inputs := look.grown
	if look.rotated {
		inputs = w.files.withSiblings(look.all, w.states)
	}
	p, err := w.readInMemory(ctx, inputs)
	if err == nil && !look.rotated && p.hasNew(w.states) { // it is another log than before
		look.rotated = true
		p, err = w.readInMemory(ctx, w.files.withSiblings(look.all, w.states))
	}
	if err != nil {
		return err
	}
	if w.torn++; (look.torn || p.isTorn()) && w.torn < maxTries {
		return nil // it is read whole a moment later
	}
	w.torn, w.dirty = 0, true
	w.files.settle(&look, p.reading)
	w.states, w.next = p.states(w.states), p.resume.Next
	w.live += p.deliveries()
	w.fresh = append(w.fresh, p.candidates(w)...)
	w.noteRead(&look)
	return nil
}

// noteRead notes that all that is followed was looked at, unless part of it could not be.
func (w *Watch) noteRead(l *look) {
	if w.files.isWhole(l) {
		w.counts.Read = w.Now()
	}
}

// errLater says that the logs are being rotated, or the history is in use: it passes.
var errLater = errors.New("later")

// Bounds of how often something is done: at the beginning often, and never so that it takes
// more than a twentieth of the time.
const (
	firstSave   = 5 * time.Second
	rotatedSave = 30 * time.Second // after a log was rotated: what is kept of it may soon be less
	costShare   = 20
)

func (w *Watch) isSaveDue() bool {
	if !w.dirty {
		return false
	}
	every := min(w.o.Save, firstSave<<min(w.saves, 16))
	if w.files.rotated {
		every = min(every, rotatedSave)
	}
	return w.Now().Sub(w.saved) >= max(every, costShare*w.saveCost)
}

// save reads on from the history, as a run does, and saves what was read. From then on the
// states in memory are those of the history.
func (w *Watch) save(ctx context.Context) (err error) {
	began := time.Now()
	defer func() { w.saveCost = time.Since(began) }()
	m, err := w.remember(ctx, w.World)
	if errors.Is(err, ErrLocked) && w.learning != nil {
		return errLater
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	resume := w.files.hold()
	defer resume()
	look := w.files.look()
	p := &livePass{memory: m, resume: &read.Resumption{Run: m.run, Previous: m.files, Next: m.next}}
	if err := w.read(ctx, p, w.files.withSiblings(look.all, slices.Concat(m.files, w.states))); err != nil {
		return err
	}
	if w.tries++; (look.torn || p.isTorn()) && w.tries < maxTries {
		return errLater
	}
	w.known = &m.earlier
	if w.verdicts != nil { // what is saved is not read again
		fresh := p.candidates(w)
		if m.run <= w.run { // the history was set aside, and all that the logs have is read again
			fresh = slices.DeleteFunc(fresh, w.isFromBefore)
			if m.store.Note == "" {
				w.Complain(errors.New("the history is another one than before: what the logs have is read again"))
			}
		}
		w.fresh = append(w.fresh, fresh...)
		if err := w.askFresh(); err != nil {
			return err
		}
	}
	if err := w.keep(ctx, m, p); err != nil {
		return err
	}
	w.tries, w.dirty, w.live = 0, false, 0
	w.saves++
	w.saved, w.counts.Saved = w.Now(), w.Now()
	w.files.settle(&look, p.reading)
	w.files.forgetGone(w.Now())
	w.states, w.next = p.states(m.files), p.resume.Next
	return w.found.Prune(w.Now()) // last: what was saved is saved, though this fails
}

// isFromBefore reports what is older than the last history that was saved, which had it, or than
// the Watch: it is no news.
func (w *Watch) isFromBefore(c candidate) bool {
	last := w.saved
	if last.IsZero() {
		last = w.began
	}
	return c.delivery.Time.Before(last)
}

// keep writes a pass to the history.
func (w *Watch) keep(ctx context.Context, m *memory, p *livePass) error {
	u := &history.Update{Run: m.run, Began: m.began, Retention: m.options.Retention, Join: read.JoinPacks}
	if w.own && m.run == w.run+1 {
		u.Replaces = w.run
	}
	if err := m.addSources(u, p.reading); err != nil {
		return err
	}
	packs, err := p.packed()
	if err != nil {
		return err
	}
	for _, x := range packs {
		u.Packs = append(u.Packs, history.Pack{Source: x.Source, Day: x.Day, Deliveries: x.Deliveries, Sealed: x.Sealed})
	}
	if err := m.store.Save(ctx, u); err != nil {
		return err
	}
	w.run, w.own = m.run, true
	w.counts.Deliveries += p.deliveries()
	p.countFaults(m.files, &w.counts)
	return nil
}

// askFresh asks what was read and not asked yet, and gives away what is found.
func (w *Watch) askFresh() error {
	var failed error // a disk that is full keeps nothing from being found
	s := result.NewSuppressor(w.rules, w.Now())
	for i := range w.fresh {
		c := &w.fresh[i]
		key := audit.KeyOf(&c.delivery)
		if w.asked[key] || w.askedBefore[key] || w.found.Has(key) {
			continue
		}
		w.asked[key] = true
		a := w.verdicts.Weigh(&c.delivery, w.rules, w.Now())
		switch {
		case a == nil:
		case a.Question != "":
			w.counts.Questions++
			w.found.Add(key, w.Now())
		case s.LeavesOut(&a.Delivery):
			w.counts.Ignored++
			w.found.Add(key, w.Now())
		case w.known.IsNew(&a.Delivery):
			_, reported := w.known.FirstSeen[a.Domain]
			said := w.o.Found(&Finding{Found: a, New: !reported, Read: c.read})
			w.found.AddSaid(key, w.Now(), said)
			failed = cmp.Or(failed, w.found.Flush()) // at once: a kill in between repeats the finding
		}
	}
	w.fresh = nil
	if len(w.asked) > maxCandidates {
		w.askedBefore, w.asked = w.asked, map[uint64]bool{}
	}
	return cmp.Or(failed, w.found.Flush())
}

// readInMemory reads inputs on from the states in memory.
func (w *Watch) readInMemory(ctx context.Context, inputs []*source.Input) (*livePass, error) {
	const inMemory = 1 << 31 // numbers of passes that are those of no run
	w.passes++
	p := &livePass{resume: &read.Resumption{Run: inMemory + w.passes%inMemory, Previous: slices.Clone(w.states), Next: w.next}}
	return p, w.read(ctx, p, inputs)
}

// read reads inputs as a pass.
func (w *Watch) read(ctx context.Context, p *livePass, inputs []*source.Input) (err error) {
	o := w.o.Read
	o.Now, o.Resume, o.Sniffed = w.Now(), p.resume, w.sniffed
	if p.tenant = w.o.Tenant; p.tenant != nil { // a nil pointer would be a Viewer
		o.Resume.Viewer = p.tenant
	}
	p.trimmer = func() *audit.Trimmer { return audit.NewTrimmer(w.o.Audit.Ledgering(time.Time{}, time.Time{})) }
	o.Begin = func(r *read.Reading) { p.reading = r }
	o.NewSink = p.add
	p.reading, err = read.Read(ctx, inputs, o)
	if err != nil {
		return err
	}
	for _, s := range p.reading.Sources {
		w.files.judge(s)
	}
	return nil
}
