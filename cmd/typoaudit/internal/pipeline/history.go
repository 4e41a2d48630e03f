package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A History says how one is used.
type History struct {
	Folder    string
	OnlyNew   bool          // report only what was not reported before
	Retention time.Duration // older things are removed, 0 for none
	moment    bool          // it is given back soon: see history.Moment
}

// A memory is an open history.
type memory struct {
	store     *history.Store
	options   *History
	run       int64
	began     time.Time
	ran       time.Time // when the run before began; zero for none
	files     []read.State
	mailboxes []read.State        // on servers
	seen      map[int64]time.Time // when each source was there last
	next      int64               // number of the next source
	earlier   result.Earlier
	packs     []read.Pack // what this run read
	inspected []history.Inspected
	opened    *contentsMemory // nil before messages are opened
}

// remember opens the history, nil without one.
func remember(ctx context.Context, o *History, w World) (*memory, error) {
	if o == nil {
		return nil, nil
	}
	holder := Holder(w.Now())
	if o.moment {
		holder = history.Moment + holder
	}
	store, err := history.Open(ctx, o.Folder, holder, w.Now())
	var locked *history.LockedError
	if errors.As(err, &locked) {
		return nil, failure.WithHint(fmt.Errorf("%w: %w", ErrLocked, err), "two runs at once would count twice: wait for the other one, or give each its own --state")
	}
	if err != nil {
		return nil, err
	}
	if store.Warning != "" {
		w.Complain(errors.New(store.Warning))
	}
	m := &memory{store: store, options: o, began: w.Now()}
	err = m.load(ctx)
	if isDamaged(err) {
		err = m.restart(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// isDamaged reports an error of what an earlier run kept: it is set aside.
func isDamaged(err error) bool {
	return errors.Is(err, carry.ErrPack) || errors.Is(err, history.ErrDamaged)
}

// Holder names this run to others that find the history in use.
func Holder(now time.Time) string {
	return fmt.Sprintf("process %d, since %s", os.Getpid(), now.Format(time.RFC3339))
}

func (m *memory) close() error {
	if m == nil {
		return nil
	}
	return m.store.Close()
}

// restart sets a history aside of which a part is damaged.
func (m *memory) restart(ctx context.Context) error {
	if err := m.store.SetAside(m.began); err != nil {
		return err
	}
	if err := m.store.Renew(ctx); err != nil {
		return err
	}
	return m.load(ctx)
}

// load reads what the run needs to know, but for the deliveries.
func (m *memory) load(ctx context.Context) (err error) {
	if m.run, m.next, err = m.store.Next(ctx); err != nil {
		return err
	}
	if err := m.loadSources(ctx); err != nil {
		return err
	}
	m.earlier = result.Earlier{FirstSeen: map[string]time.Time{}, NoReport: true}
	runs, err := m.store.Runs(ctx)
	if err != nil {
		return err
	}
	if len(runs) > 0 {
		m.ran = runs[0].Began // the last one is the first
	}
	for _, r := range runs {
		m.earlier.NoReport = m.earlier.NoReport && !r.Reported
	}
	if m.earlier.Audited, err = m.store.Days(ctx); err != nil {
		return err
	}
	if m.earlier.Reported, err = m.store.Reported(ctx); err != nil {
		return err
	}
	if m.inspected, err = m.store.Inspected(ctx); err != nil {
		return err
	}
	findings, err := m.store.Findings(ctx)
	for _, f := range findings {
		if f.Reported {
			m.earlier.FirstSeen[f.Domain] = f.First
		}
	}
	return err
}

func (m *memory) loadSources(ctx context.Context) error {
	sources, err := m.store.Sources(ctx)
	if err != nil {
		return err
	}
	m.files, m.mailboxes, m.seen = nil, nil, map[int64]time.Time{}
	for _, s := range sources {
		p, err := read.Unseal(s.State)
		if err != nil {
			return err
		}
		if p.Mailbox == nil {
			m.files = append(m.files, *p)
		} else {
			m.mailboxes = append(m.mailboxes, *p)
		}
		m.seen[s.ID] = s.Seen
	}
	return nil
}

// errUnsaved says that the report is out and the history is as it was.
var errUnsaved = errors.New("the history is not saved; the next run repeats this one")

// Save writes what the run leaves to the history, if there is one, in one
// transaction. reported says that the report is where it was meant to go.
func (a *Outcome) Save(ctx context.Context, reported bool) error {
	m := a.memory
	if m == nil {
		return nil
	}
	u := &history.Update{Run: m.run, Began: m.began, Reported: reported, Retention: m.options.Retention, Join: read.JoinPacks}
	if err := m.addSources(u, a.Reading); err != nil {
		return err
	}
	for _, p := range m.packs {
		u.Packs = append(u.Packs, history.Pack{Source: p.Source, Day: p.Day, Deliveries: p.Deliveries, Sealed: p.Sealed})
	}
	addFindings(u, a.Result)
	if err := m.opened.addTo(u); err != nil {
		return err
	}
	if err := m.store.Save(ctx, u); err != nil {
		return errors.Join(err, errUnsaved)
	}
	return nil
}

// MarkReported notes in the history, if there is one, that a report that was saved as
// not yet reported has got out.
func (a *Outcome) MarkReported(ctx context.Context) error {
	if a.memory == nil {
		return nil
	}
	return a.memory.store.MarkReported(ctx, a.memory.run)
}

// Close closes the history.
func (a *Outcome) Close() error { return a.memory.close() }

// addSources adds what a later run must know of the sources.
func (m *memory) addSources(u *history.Update, r *read.Reading) error {
	for _, s := range r.Sources {
		p := s.State()
		if p == nil {
			continue
		}
		state, err := p.Seal()
		if err != nil {
			return err
		}
		seen := m.began
		if s.Missing() {
			seen = m.seen[s.ID()]
		}
		u.Sources = append(u.Sources, history.Source{ID: p.ID, Name: p.Name, Size: p.Size, Seen: seen, State: state})
		if s.Reread() {
			u.Reread = append(u.Reread, p.ID)
		}
	}
	return nil
}

// addFindings adds what a report says.
func addFindings(u *history.Update, r *result.Result) {
	at := func(t *time.Time) time.Time {
		if t == nil {
			return time.Time{}
		}
		return *t
	}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		u.Findings = append(u.Findings, history.Finding{Domain: l.Domain, Intended: l.Intended, Kind: l.Kind, First: at(l.FirstSeen), Last: at(l.Last)})
	}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		u.Deliveries = append(u.Deliveries, history.Delivery{Key: d.Key(), Domain: d.Lookalike, Time: at(d.Time), Count: d.Count})
	}
}

// journalOverlap is from when on a journal is read again before the last delivery that an
// earlier run read of it: a message may have been waiting for so long.
const journalOverlap = 6 * 24 * time.Hour

// journalSince is from when on the journal has something new, the zero time if all of it
// may be.
func (p *pass) journalSince() (since time.Time) {
	if p.memory == nil {
		return since
	}
	for i := range p.memory.files {
		if f := &p.memory.files[i]; f.Name == journal.Name && !f.Tally.Last.IsZero() && f.Tally.Last.Add(-journalOverlap).After(since) {
			since = f.Tally.Last.Add(-journalOverlap)
		}
	}
	return since
}

// journalCursor is up to where a Watch read the journal, "" if a run read it last.
func (m *memory) journalCursor() (cursor string) {
	if m == nil {
		return ""
	}
	last := int64(0)
	for i := range m.files {
		if f := &m.files[i]; f.Name == journal.Name && f.ID > last {
			cursor, last = f.Cursor, f.ID
		}
	}
	return cursor
}
