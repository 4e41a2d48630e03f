package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// stateOptions are the flags that concern the history.
type stateOptions struct {
	folder    string
	onlyNew   bool
	retention int // days
}

func (o *stateOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.folder, "state", "", "keep the history in `DIR`: only what is new is read, and the report tells what is new in it")
	f.BoolVar(&o.onlyNew, "new", false, "report only what was not reported before; needs --state")
	f.IntVar(&o.retention, "retention-days", 0, "remove from the history what is older than `N` days (default: keep it)")
}

func (o *stateOptions) check() error {
	switch {
	case o.onlyNew && o.folder == "":
		return errors.New("--new: needs --state, where it stands what was reported before")
	case o.retention < 0:
		return fmt.Errorf("--retention-days %d: at least 1, or 0 to keep everything", o.retention)
	}
	return nil
}

// An audited is an audit that was made, and what it leaves to the next one.
type audited struct {
	result  *result.Result
	reading *read.Reading
	astray  error // why the result must not be mailed to whom it is for, nil if it may
	partial bool  // part of the input could not be read
	memory  *memory
}

// judge takes the verdicts on what a ledger has.
func judge(l *audit.Ledger, o audit.Options) (*audit.Verdicts, error) {
	evidence, err := audit.Learn(l, o)
	if err != nil {
		return nil, err
	}
	return evidence.Judge(), nil
}

// answer makes the result of an audit.
func answer(v *audit.Verdicts, reading *read.Reading, partial bool) (*audited, error) {
	out := &audited{reading: reading, astray: v.CheckRecipients(), partial: partial}
	var err error
	if out.result, err = v.Result(reading); err != nil {
		return nil, err
	}
	return out, nil
}

// A memory is an open history, nil where there is none.
type memory struct {
	store     *history.Store
	options   *stateOptions
	run       int64
	began     time.Time
	pasts     []read.State        // of files
	mailboxes []read.State        // on servers
	seen      map[int64]time.Time // when each source was there last
	next      int64               // number of the next source
	earlier   result.Earlier
	packs     []read.Pack // what this run read
}

// auditAll reads paths, and what the history knows beyond them, and takes the
// verdict. The history that it opened must be closed by memory.close.
func (e *env) auditAll(ctx context.Context, ro *readingOptions, ao *auditOptions, so *stateOptions, progress string, from sources) (*audited, error) {
	if err := so.check(); err != nil {
		return nil, err
	}
	if so.folder == "" {
		verdicts, reading, partial, err := e.audit(ctx, ro, ao, progress, from.paths)
		if err != nil {
			return nil, err
		}
		return answer(verdicts, reading, partial)
	}
	j, err := ro.job(e)
	if err != nil {
		return nil, err
	}
	options, err := ao.options(e, j)
	if err != nil {
		return nil, err
	}
	m, err := e.remember(ctx, so)
	if err != nil {
		return nil, err
	}
	a, err := e.auditOn(ctx, m, j, options, progress, from)
	if errors.Is(err, carry.ErrPack) {
		if err = m.startAnew(ctx); err == nil {
			e.complain(errors.New(m.store.Note))
			a, err = e.auditOn(ctx, m, j, options, progress, from)
		}
	}
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	return a, nil
}

// remember opens the history.
func (e *env) remember(ctx context.Context, so *stateOptions) (*memory, error) {
	store, err := history.Open(ctx, so.folder, e.holder(), e.now())
	var locked *history.LockedError
	if errors.As(err, &locked) {
		return nil, &hintError{fmt.Errorf("the history is in use: %w", err), "two runs at once would count twice: wait for the other one, or give each its own --state"}
	}
	if err != nil {
		return nil, err
	}
	if store.Note != "" {
		e.complain(errors.New(store.Note))
	}
	m := &memory{store: store, options: so, began: e.now()}
	if err := m.load(ctx); err != nil {
		if errors.Is(err, carry.ErrPack) {
			if err = m.startAnew(ctx); err == nil {
				e.complain(errors.New(store.Note))
				return m, nil
			}
		}
		return nil, errors.Join(err, m.close())
	}
	return m, nil
}

// holder names this run to others that find the history in use.
func (e *env) holder() string {
	return fmt.Sprintf("process %d, since %s", os.Getpid(), e.now().Format(time.RFC3339))
}

func (m *memory) close() error {
	if m == nil {
		return nil
	}
	return m.store.Close()
}

// startAnew sets a history aside of which a part is damaged.
func (m *memory) startAnew(ctx context.Context) error {
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
	sources, err := m.store.Sources(ctx)
	if err != nil {
		return err
	}
	m.pasts, m.mailboxes, m.seen = nil, nil, map[int64]time.Time{}
	for _, s := range sources {
		p, err := unsealPast(s.State)
		if err != nil {
			return err
		}
		if p.Mailbox == nil {
			m.pasts = append(m.pasts, *p)
		} else {
			m.mailboxes = append(m.mailboxes, *p)
		}
		m.seen[s.ID] = s.Seen
	}
	m.earlier = result.Earlier{FirstSeen: map[string]time.Time{}}
	if m.earlier.Audited, err = m.store.Days(ctx); err != nil {
		return err
	}
	if m.earlier.Reported, err = m.store.Reported(ctx); err != nil {
		return err
	}
	findings, err := m.store.Findings(ctx)
	for _, f := range findings {
		if f.Told {
			m.earlier.FirstSeen[f.Domain] = f.First
		}
	}
	return err
}

// errUnsaved tells that the report is out and the history is as it was.
var errUnsaved = errors.New("the history is not saved; the next run repeats this one")

// save writes what the run leaves, in one transaction. told says that the
// report is where it was meant to go.
func (a *audited) save(ctx context.Context, told bool) error {
	m := a.memory
	if m == nil {
		return nil
	}
	u := &history.Update{
		Run: m.run, Began: m.began, Told: told, Retention: time.Duration(m.options.retention) * 24 * time.Hour,
	}
	for _, s := range a.reading.Sources {
		p := s.State()
		if p == nil {
			continue
		}
		state, err := sealPast(*p)
		if err != nil {
			return err
		}
		seen := m.began
		if s.Missing() {
			seen = m.seen[s.ID()]
		}
		u.Sources = append(u.Sources, history.Source{ID: p.ID, Name: p.Name, Size: p.Size, Seen: seen, State: state})
		if s.Reread() {
			u.Anew = append(u.Anew, p.ID)
		}
	}
	for _, p := range m.packs {
		u.Packs = append(u.Packs, history.Pack{Source: p.Source, Day: p.Day, Deliveries: p.Deliveries, Sealed: p.Sealed})
	}
	tell(u, a.result)
	if err := m.store.Save(ctx, u); err != nil {
		return errors.Join(err, errUnsaved)
	}
	return nil
}

// tell adds what a report tells to u.
func tell(u *history.Update, r *result.Result) {
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
		u.Reported = append(u.Reported, history.Reported{Key: d.Key(), Domain: d.Lookalike, Time: at(d.Time), Count: d.Count})
	}
}

// sealPast packs what a later run must know of a source.
func sealPast(p read.State) ([]byte, error) {
	open := p.Open
	p.Open, p.Tally.Errors, p.Changed = nil, nil, p.Changed.UTC()
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var b carry.Packer
	b.Text(string(text))
	b.Text(string(open))
	return carry.Seal(b.B)
}

func unsealPast(sealed []byte) (*read.State, error) {
	raw, err := carry.Unseal(sealed)
	if err != nil {
		return nil, fmt.Errorf("what is known of a source: %w", err)
	}
	u := carry.Unpack(raw)
	var p read.State
	if err := json.Unmarshal(u.Bytes(), &p); err != nil {
		return nil, fmt.Errorf("what is known of a source: %w", carry.ErrPack)
	}
	p.Open = u.Bytes()
	return &p, u.Err
}
