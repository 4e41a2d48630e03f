package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// sources are what an audit reads.
type sources struct {
	paths   []string
	context []string       // paths that are evidence alone
	imap    []*imapOptions // with a history only: see addIMAP
	content bool           // messages that are findings are searched
}

// maxTries is how often the logs are read anew when rotation goes on at the
// same time.
const maxTries = 5

// auditOn reads where earlier runs ended, and takes the verdict.
func (e *env) auditOn(ctx context.Context, m *memory, j *job, options audit.Options, progress string, from sources) (*audited, error) {
	ledgering := m.ledgering(options, j)
	sinks, reading, partial, err := e.readLogs(ctx, m, j, ledgering, progress, from)
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
	mail := mailOpener{files: reading, search: from.content}
	defer mail.close()
	for _, o := range from.imap {
		cut, err := e.addIMAP(ctx, o, j, m, sinks, reading, &mail, progress)
		if err != nil {
			return nil, err
		}
		partial = partial || cut
	}
	if !slices.ContainsFunc(reading.Sources, func(s *read.Source) bool { return s.Format != "" }) {
		return nil, errors.New("none of the sources could be read")
	}
	m.addLeft(reading)
	options.Inspect = inspector(&mail, from.content)
	a, err := m.finish(ctx, j, options, sinks, reading, partial)
	for _, i := range mail.imap {
		if err == nil && e.tellSkipped(i.messages, from.content) {
			a.partial = true
		}
	}
	return a, err
}

// A mailOpener opens the messages of all sources again.
type mailOpener struct {
	files  parsers.Messages
	imap   []imapMail
	search bool
}

// imapMail opens those of the sources from one number to another.
type imapMail struct {
	first, end int32
	messages   *imap.Messages
	opener     *oneByOne
}

// NewOpener implements parsers.Messages.
func (m *mailOpener) NewOpener() parsers.Opener {
	return sourceOpener{m.files.NewOpener(), m.imap}
}

// A sourceOpener opens messages of files itself.
type sourceOpener struct {
	parsers.Opener
	imap []imapMail
}

// OpenMessage implements parsers.Opener.
func (p sourceOpener) OpenMessage(o parsers.Origin) (io.Reader, error) {
	for _, i := range p.imap {
		if o.Source >= i.first && o.Source < i.end {
			return i.opener.OpenMessage(o)
		}
	}
	return p.Opener.OpenMessage(o)
}

func (m *mailOpener) close() {
	for _, i := range m.imap {
		i.messages.Close()
	}
}

// readLogs reads files. When one is rotated away meanwhile, all are read anew.
func (e *env) readLogs(ctx context.Context, m *memory, j *job, l audit.Ledgering, progress string, from sources) (*stateSinks, *read.Reading, bool, error) {
	lookedAgain := false
	for try := 1; ; try++ {
		var inputs []*source.Input
		partial := false
		if len(from.paths) > 0 {
			var err error
			if inputs, partial, err = e.open(from.paths, from.context); err != nil {
				return nil, nil, false, err
			}
		}
		for _, in := range inputs {
			if in.Size() < 0 {
				return nil, nil, false, &hintError{fmt.Errorf("%s: cannot be known again by a later run", in.Name()), "with --state give files, not standard input or a pipe"}
			}
		}
		sinks := &stateSinks{ledgering: l}
		j.read.NewSink = sinks.add
		j.read.Begin = func(r *read.Reading) { sinks.reading = r }
		j.read.Resume = &read.Resumption{Run: m.run, Previous: m.pasts, Next: m.next}
		stop := e.showProgress(progress, inputs)
		reading, err := read.Read(ctx, inputs, j.read)
		stop()
		if err != nil {
			return nil, nil, false, err
		}
		again := replaced(reading)
		if supplanted(reading) && !lookedAgain {
			again, lookedAgain = true, true
		}
		if !again || try == maxTries {
			return sinks, reading, partial, nil
		}
	}
}

// replaced tells whether a file was rotated away as it was read.
func replaced(r *read.Reading) bool {
	for _, s := range r.Sources {
		if errors.Is(s.Err, source.ErrReplaced) {
			return true
		}
	}
	return false
}

// supplanted tells whether a log that is known is not found, and another one has
// its name. Rotation by copying does that for a moment: the copy may have been made
// behind the look for it, and the log emptied before it was read.
func supplanted(r *read.Reading) bool {
	return slices.ContainsFunc(r.Sources, (*read.Source).Replaced)
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
		weeks := until.Add(-result.MaxWeeks * 7 * 24 * time.Hour)
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
func (m *memory) finish(ctx context.Context, j *job, options audit.Options, sinks *stateSinks, reading *read.Reading, partial bool) (*audited, error) {
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
	for _, s := range reading.Sources {
		m.auditedMail(s)
	}
	m.earlier.Until = j.until
	options.Earlier, options.OnlyNew = &m.earlier, m.options.onlyNew
	verdicts, err := judge(mergeAll(ledgers), options)
	if err != nil {
		return nil, err
	}
	a, err := answer(verdicts, reading, partial)
	if err != nil {
		return nil, err
	}
	a.memory = m
	return a, nil
}

// auditedMail notes the days of a mailbox: of files nothing is kept, and on a
// server a day without mail was looked at as well.
func (m *memory) auditedMail(s *read.Source) {
	if s.ID() != 0 && s.Format != imap.FormatName || s.Format == "" || s.First.IsZero() {
		return
	}
	for day := read.DayOf(s.First); day <= read.DayOf(s.Last); day++ {
		m.earlier.Audited[day] = true
	}
}

// replay gives the deliveries that earlier runs kept to ledgers of their own,
// and says which sources tell something.
func (m *memory) replay(ctx context.Context, l audit.Ledgering, reading *read.Reading, jobs int, ledgers *[]*audit.Ledger) error {
	from, to := int64(math.MinInt32)+1, int64(math.MaxInt32)
	if !l.Since.IsZero() {
		from = read.DayOf(l.Since)
	}
	if !l.Until.IsZero() {
		to = read.DayOf(l.Until)
	}
	anew, used := map[int64]bool{}, map[int64]bool{}
	for _, s := range reading.Sources {
		anew[s.ID()] = s.Reread()
		used[s.ID()] = !s.Missing() || s.HasOpen()
	}
	packs := make(chan []byte, jobs)
	errs := make([]error, jobs)
	replayer := read.NewReplayer(reading)
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
	err := m.store.Packs(ctx, from, to, read.NoDay, func(p history.Pack) error {
		if !anew[p.Source] {
			used[p.Source] = used[p.Source] || p.Day >= read.DayOf(l.From)
			packs <- p.Sealed
		}
		return nil
	})
	close(packs)
	workers.Wait()
	for _, s := range reading.Sources {
		s.Unused = s.Missing() && !used[s.ID()]
	}
	return errors.Join(append(errs, err)...)
}

// stateSinks are the sinks of a run with a history: what is settled is packed
// besides.
type stateSinks struct {
	ledgering audit.Ledgering
	reading   *read.Reading
	all       []*stateSink
	open      openSink
	mail      []*stateSink // of mailboxes on servers
}

// An openSink takes what has no end yet.
type openSink struct {
	ledger *audit.Ledger
	days   map[int64]bool
}

// Add implements parsers.Sink.
func (s *openSink) Add(d *parsers.Delivery) {
	s.ledger.Add(d)
	s.days[read.DayOf(d.Time)] = true
}

type stateSink struct {
	ledger *audit.Ledger
	pack   *read.PackSink
}

// Add implements parsers.Sink.
func (s *stateSink) Add(d *parsers.Delivery) {
	s.ledger.Add(d)
	s.pack.Add(d)
}

// add makes the sink of a role.
func (s *stateSinks) add(role read.Role) parsers.Sink {
	if role == read.Open {
		s.open = openSink{audit.NewLedger(s.ledgering), map[int64]bool{}}
		return &s.open
	}
	sink := &stateSink{audit.NewLedger(s.ledgering), read.NewPackSink(s.reading, role)}
	sink.pack.Trim = audit.NewTrimmer(s.ledgering).Trim
	s.all = append(s.all, sink)
	return sink
}

func (s *stateSinks) ledgers() (all []*audit.Ledger) {
	for _, sink := range s.all {
		all = append(all, sink.ledger)
	}
	if s.open.ledger != nil {
		all = append(all, s.open.ledger)
	}
	for _, sink := range s.mail {
		all = append(all, sink.ledger)
	}
	return all
}

func (s *stateSinks) packed() ([]read.Pack, error) {
	var all []*read.PackSink
	for _, sink := range slices.Concat(s.all, s.mail) {
		all = append(all, sink.pack)
	}
	return read.Packs(all)
}
