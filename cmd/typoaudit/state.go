package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/parsers"
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
	auditor *audit.Auditor
	result  *audit.Result
	reading *parsers.Reading
	partial bool // part of the input could not be read
	memory  *memory
}

// sources are what an audit reads.
type sources struct {
	paths []string
	imap  []*imapOptions // with a history only
}

// A memory is an open history, nil where there is none.
type memory struct {
	store   *history.Store
	options *stateOptions
	run     int64
	began   time.Time
	pasts   []parsers.Past
	seen    map[int64]time.Time // when each source was there last
	next    int64               // number of the next source
	earlier audit.Earlier
	packs   []parsers.Pack // what this run read
}

// auditAll reads paths, and what the history knows beyond them, and takes the
// verdict. The history that it opened must be closed by memory.close.
func (e *env) auditAll(ctx context.Context, ro *readingOptions, ao *auditOptions, so *stateOptions, progress string, from sources) (*audited, error) {
	if err := so.check(); err != nil {
		return nil, err
	}
	if so.folder == "" {
		auditor, reading, partial, err := e.audit(ctx, ro, ao, progress, from.paths)
		if err != nil {
			return nil, err
		}
		return &audited{auditor: auditor, result: auditor.Result(reading), reading: reading, partial: partial}, nil
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
	if errors.Is(err, parsers.ErrPack) {
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
		if errors.Is(err, parsers.ErrPack) {
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
	m.pasts, m.seen = nil, map[int64]time.Time{}
	for _, s := range sources {
		p, err := unsealPast(s.State)
		if err != nil {
			return err
		}
		m.pasts = append(m.pasts, *p)
		m.seen[s.ID] = s.Seen
	}
	m.earlier = audit.Earlier{FirstSeen: map[string]time.Time{}}
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

// maxTries is how often the logs are read anew when rotation goes on at the
// same time.
const maxTries = 5

// auditOn reads where earlier runs ended, and takes the verdict.
func (e *env) auditOn(ctx context.Context, m *memory, j *job, options audit.Options, progress string, from sources) (*audited, error) {
	ledgering := m.ledgering(options, j)
	sinks, reading, partial, err := e.readLogs(ctx, m, j, ledgering, progress, from.paths)
	if err != nil {
		return nil, err
	}
	if len(from.paths) > 0 {
		cut, err := e.tellSources(reading)
		if err != nil && len(from.imap) == 0 {
			return nil, err
		}
		if err != nil {
			e.complain(err)
		}
		partial = partial || cut || err != nil
	}
	for _, o := range from.imap {
		cut, err := e.addIMAP(ctx, o, j, sinks, reading, progress)
		if err != nil {
			return nil, err
		}
		partial = partial || cut
	}
	if !slices.ContainsFunc(reading.Sources, func(s *parsers.SourceReading) bool { return s.Format != "" }) {
		return nil, errors.New("none of the sources could be read")
	}
	return m.finish(ctx, j, options, sinks, reading, partial)
}

// readLogs reads files. When one is rotated away meanwhile, all are read anew.
func (e *env) readLogs(ctx context.Context, m *memory, j *job, l audit.Ledgering, progress string, paths []string) (*stateSinks, *parsers.Reading, bool, error) {
	for try := 1; ; try++ {
		var inputs []*parsers.Input
		partial := false
		if len(paths) > 0 {
			var err error
			if inputs, partial, err = e.open(paths); err != nil {
				return nil, nil, false, err
			}
		}
		for _, in := range inputs {
			if in.Size() < 0 {
				return nil, nil, false, &hintError{fmt.Errorf("%s: cannot be known again by a later run", in.Name()), "with --state give files, not standard input or a pipe"}
			}
		}
		sinks := &stateSinks{ledgering: l, jobs: j.read.Jobs}
		j.read.NewSink = sinks.add
		j.read.Begin = func(r *parsers.Reading) { sinks.reading = r }
		j.read.Resume = &parsers.Resumption{Run: m.run, Pasts: m.pasts, Next: m.next, NewSink: sinks.addOpen}
		stop := e.showProgress(progress, inputs)
		reading, err := parsers.Read(ctx, inputs, j.read)
		stop()
		if err != nil {
			return nil, nil, false, err
		}
		if !replaced(reading) || try == maxTries {
			return sinks, reading, partial, nil
		}
	}
}

// addIMAP reads mailboxes behind the logs. They are read for the whole span each
// time: mail stays where it is. A server that cannot be read is a gap.
func (e *env) addIMAP(ctx context.Context, o *imapOptions, j *job, sinks *stateSinks, reading *parsers.Reading, progress string) (partial bool, err error) {
	r, partial, err := e.readIMAP(ctx, o, j, sinks.ledgering, progress, int32(len(reading.Sources)))
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("imap %s: %w", o.host, err)
		e.complain(err)
		reading.Sources = append(reading.Sources, &parsers.SourceReading{Name: o.user + "@" + o.host, Err: err})
		return true, nil
	}
	reading.Sources = append(reading.Sources, r.Sources...)
	for _, sink := range r.Sinks {
		sinks.imap = append(sinks.imap, sink.(*audit.Ledger))
	}
	return partial, nil
}

// replaced tells whether a file was rotated away as it was read.
func replaced(r *parsers.Reading) bool {
	for _, s := range r.Sources {
		if errors.Is(s.Err, parsers.ErrReplaced) {
			return true
		}
	}
	return false
}

// ledgering widens the window by what is evidence, and what its trend tells.
func (m *memory) ledgering(options audit.Options, j *job) audit.Ledgering {
	l := options.Ledgering(j.since, j.until)
	l.From = j.since
	if !j.since.IsZero() {
		until := j.until
		if until.IsZero() {
			until = m.began
		}
		weeks := until.Add(-audit.MaxWeeks * 7 * 24 * time.Hour)
		before := j.since.Add(j.since.Sub(until)) // the window of the same length before
		for _, t := range []time.Time{weeks, before} {
			if t.Before(l.Since) {
				l.Since = t
			}
		}
	}
	return l
}

// finish adds the deliveries of earlier runs, and takes the verdict.
func (m *memory) finish(ctx context.Context, j *job, options audit.Options, sinks *stateSinks, reading *parsers.Reading, partial bool) (*audited, error) {
	ledgers := sinks.ledgers()
	if err := m.replay(ctx, sinks.ledgering, reading, j.read.Jobs, &ledgers); err != nil {
		return nil, err
	}
	packs, err := sinks.packed()
	if err != nil {
		return nil, err
	}
	m.packs = packs
	for _, p := range packs {
		m.earlier.Audited[p.Day] = true
	}
	for day := range sinks.open.days {
		m.earlier.Audited[day] = true
	}
	m.earlier.Until = j.until
	options.Earlier, options.OnlyNew = &m.earlier, m.options.onlyNew
	auditor := audit.NewAuditor(mergeAll(ledgers), options)
	return &audited{auditor: auditor, result: auditor.Result(reading), reading: reading, partial: partial, memory: m}, nil
}

// replay gives the deliveries that earlier runs kept to ledgers of their own,
// and says which sources tell something.
func (m *memory) replay(ctx context.Context, l audit.Ledgering, reading *parsers.Reading, jobs int, ledgers *[]*audit.Ledger) error {
	from, to := int64(math.MinInt32)+1, int64(math.MaxInt32)
	if !l.Since.IsZero() {
		from = parsers.DayOf(l.Since)
	}
	if !l.Until.IsZero() {
		to = parsers.DayOf(l.Until)
	}
	anew, used := map[int64]bool{}, map[int64]bool{}
	for _, s := range reading.Sources {
		anew[s.ID()] = s.Anew()
		used[s.ID()] = !s.Gone() || s.Unsettled()
	}
	packs := make(chan []byte, jobs)
	errs := make([]error, jobs)
	replayer := parsers.NewReplayer(reading)
	var workers sync.WaitGroup
	for i := range jobs {
		ledger := audit.NewLedger(l)
		*ledgers = append(*ledgers, ledger)
		workers.Go(func() {
			for sealed := range packs {
				errs[i] = cmp.Or(errs[i], replayer.Replay(sealed, ledger))
			}
		})
	}
	err := m.store.Packs(ctx, from, to, parsers.NoDay, func(p history.Pack) error {
		if !anew[p.Source] {
			used[p.Source] = used[p.Source] || p.Day >= parsers.DayOf(l.From)
			packs <- p.Sealed
		}
		return nil
	})
	close(packs)
	workers.Wait()
	for _, s := range reading.Sources {
		s.Unused = s.Gone() && !used[s.ID()]
	}
	return errors.Join(append(errs, err)...)
}

// stateSinks are the sinks of a run with a history: what is settled is packed
// besides.
type stateSinks struct {
	ledgering audit.Ledgering
	jobs      int
	reading   *parsers.Reading
	all       []*stateSink
	open      openSink
	imap      []*audit.Ledger
}

// An openSink takes what has no end yet.
type openSink struct {
	ledger *audit.Ledger
	days   map[int64]bool
}

// Add implements parsers.Sink.
func (s *openSink) Add(d *parsers.Delivery) {
	s.ledger.Add(d)
	s.days[parsers.DayOf(d.Time)] = true
}

type stateSink struct {
	ledger *audit.Ledger
	pack   *parsers.PackSink
}

// Add implements parsers.Sink.
func (s *stateSink) Add(d *parsers.Delivery) {
	s.ledger.Add(d)
	s.pack.Add(d)
}

// add makes the sink of a worker or, behind those of all workers, the joiner.
func (s *stateSinks) add() parsers.Sink {
	sink := &stateSink{audit.NewLedger(s.ledgering), parsers.NewPackSink(s.reading)}
	sink.pack.Joined = len(s.all) == s.jobs
	sink.pack.Trim = audit.NewTrimmer(s.ledgering).Trim
	s.all = append(s.all, sink)
	return sink
}

func (s *stateSinks) addOpen() parsers.Sink {
	s.open = openSink{audit.NewLedger(s.ledgering), map[int64]bool{}}
	return &s.open
}

func (s *stateSinks) ledgers() (all []*audit.Ledger) {
	for _, sink := range s.all {
		all = append(all, sink.ledger)
	}
	if s.open.ledger != nil {
		all = append(all, s.open.ledger)
	}
	return append(all, s.imap...)
}

func (s *stateSinks) packed() ([]parsers.Pack, error) {
	var all []*parsers.PackSink
	for _, sink := range s.all {
		all = append(all, sink.pack)
	}
	return parsers.Packs(all)
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
		p := s.Past()
		if p == nil {
			continue
		}
		state, err := sealPast(*p)
		if err != nil {
			return err
		}
		seen := m.began
		if s.Gone() {
			seen = m.seen[s.ID()]
		}
		u.Sources = append(u.Sources, history.Source{ID: p.ID, Name: p.Name, Size: p.Size, Seen: seen, State: state})
		if s.Anew() {
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
func tell(u *history.Update, r *audit.Result) {
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
func sealPast(p parsers.Past) ([]byte, error) {
	open := p.Open
	p.Open, p.Tally.Errors, p.Changed = nil, nil, p.Changed.UTC()
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var b parsers.Packer
	b.Text(string(text))
	b.Text(string(open))
	return parsers.Seal(b.B)
}

func unsealPast(sealed []byte) (*parsers.Past, error) {
	raw, err := parsers.Unseal(sealed)
	if err != nil {
		return nil, fmt.Errorf("what is known of a source: %w", err)
	}
	u := parsers.Unpack(raw)
	var p parsers.Past
	if err := json.Unmarshal(u.Bytes(), &p); err != nil {
		return nil, fmt.Errorf("what is known of a source: %w", parsers.ErrPack)
	}
	p.Open = u.Bytes()
	return &p, u.Err
}
