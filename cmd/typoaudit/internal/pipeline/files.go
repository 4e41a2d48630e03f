package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// Open expands the paths of sources. It complains of those that cannot be had, which
// make the reading partial, and fails when there are none but those.
func Open(ctx context.Context, from Sources, w World) (inputs []*source.Input, partial bool, err error) {
	return open(ctx, from, w, time.Time{}, "")
}

// open is Open, but for the journal before a time, or up to a cursor.
func open(ctx context.Context, from Sources, w World, since time.Time, cursor string) (inputs []*source.Input, partial bool, err error) {
	paths := slices.DeleteFunc(slices.Clone(from.Paths), func(p string) bool { return p == journal.Name })
	inputs, errs := source.Expand(paths, w.Stdin, w.Now())
	if len(paths) < len(from.Paths) {
		in, err := journal.Open(ctx, w.Journal, since, cursor)
		if in != nil {
			inputs = append(inputs, in)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(inputs) == 0 {
		return nil, false, errors.Join(errs...)
	}
	if len(from.Context) > 0 {
		others, missing := source.Expand(from.Context, w.Stdin, w.Now())
		for _, in := range others {
			in.AsContext()
		}
		inputs, errs = append(inputs, others...), append(errs, missing...)
	}
	for _, err := range errs {
		w.Complain(err)
	}
	return inputs, len(errs) > 0, nil
}

// ComplainOfSources complains of sources that could not be read. It fails when none
// was recognised, but for empty logs: nothing may have happened.
func ComplainOfSources(r *read.Reading, from Sources, w World) (partial bool, err error) {
	var errs, empty []error
	for _, s := range r.Sources {
		for _, gap := range s.Gaps {
			errs = append(errs, fmt.Errorf("%s: as parse said: %s", s.Name, gap))
		}
		switch {
		case s.Err != nil:
			errs = append(errs, s.Err)
		case s.Format == "":
			empty = append(empty, fmt.Errorf("%s: %s", s.Name, strings.Join(s.Problems, ", ")))
		}
	}
	if !slices.ContainsFunc(r.Sources, isRecognised) {
		if !slices.ContainsFunc(r.Sources, func(s *read.Source) bool { return !from.isQuiet(s) }) {
			if !from.Configured {
				w.Complain(errors.Join(empty...))
			}
			return false, nil
		}
		return false, withLine(errors.Join(append(errs, empty...)...))
	}
	if err := missedMany(r); err != nil {
		errs = append(errs, err)
	}
	for _, err := range errs {
		w.Complain(err)
	}
	return len(errs) > 0, nil
}

// missedMany is the error of sources of which more deliveries may be missing than a
// whole one has; nil if there are fewer.
func missedMany(r *read.Reading) error {
	var all parsers.Tally
	for _, s := range r.Sources {
		if !s.Unused {
			all.NotUnderstood.Merge(s.NotUnderstood)
			all.Deliveries += s.Deliveries
		}
	}
	if !all.MissesMany() {
		return nil
	}
	if len(all.NotUnderstood) == 1 && all.NotUnderstood[parsers.NoProgram] > 0 { // as in tables and mailboxes
		return fmt.Errorf("messages or rows that look like deliveries were not understood: %d", all.NotUnderstood.Total())
	}
	return fmt.Errorf("lines that look like deliveries were not understood: %v", all.NotUnderstood)
}

// maxTries is how often the files are read again when rotation goes on at the same
// time.
const maxTries = 5

// readFiles reads the files. With a history it reads where earlier runs ended, and
// all of them again when one was rotated away meanwhile.
func (p *pass) readFiles(ctx context.Context) error {
	lookedAgain := false
	for try := 1; ; try++ {
		partial, err := p.readFilesOnce(ctx)
		if err != nil {
			return err
		}
		again := slices.ContainsFunc(p.reading.Sources, isReplaced)
		if !lookedAgain && slices.ContainsFunc(p.reading.Sources, (*read.Source).Replaced) {
			// Rotation by copying does that for a moment: the copy may have been made
			// after the look for it, and the log emptied before it was read.
			again, lookedAgain = true, true
		}
		if p.memory == nil || !again || try == maxTries {
			p.partial = partial
			break
		}
	}
	p.unopened = slices.Clone(p.problems)
	if len(p.reading.Sources) == 0 {
		return nil
	}
	partial, err := ComplainOfSources(p.reading, p.from, p.World)
	if err != nil {
		if p.readsLogsAlone() && p.rests == nil { // another shard may have what can be read
			return err
		}
		p.failed = append(p.failed, err)
	}
	p.partial = p.partial || partial
	return nil
}

// readsLogsAlone reports that there is nothing to read but paths.
func (p *pass) readsLogsAlone() bool { return len(p.from.Servers)+len(p.from.Aliases) == 0 }

// isReplaced reports whether a file was rotated away as it was read.
func isReplaced(s *read.Source) bool { return errors.Is(s.Err, source.ErrReplaced) }

func (p *pass) readFilesOnce(ctx context.Context) (partial bool, err error) {
	var inputs []*source.Input
	if len(p.from.Paths) > 0 {
		inputs, partial, err = open(ctx, p.from, p.World, p.journalSince(), p.memory.journalCursor())
		switch {
		case err != nil && p.readsLogsAlone():
			return false, err
		case err != nil:
			p.failed = append(p.failed[:0], err)
		}
	}
	o := p.o.Read
	p.sinks = p.newSinks()
	o.Begin = func(r *read.Reading) { p.sinks.reading = r }
	o.NewSink = p.sinks.add
	if m := p.memory; m != nil {
		if err := checkStreams(inputs); err != nil {
			return false, err
		}
		o.Resume = &read.Resumption{Run: m.run, Previous: m.files, Next: m.next}
		if p.o.Tenant != nil { // a nil pointer would be a Viewer
			o.Resume.Viewer = p.o.Tenant
		}
		p.next = &o.Resume.Next
	}
	if p.rests != nil {
		o.Shard = &read.Sharding{Subjects: p.sinks.ledgering.Subjects, TakeRest: p.rests.Take}
	}
	stop := p.ShowBytes(inputs)
	defer stop()
	p.reading, err = read.Read(ctx, inputs, o)
	return partial, err
}

// checkStreams refuses inputs that a later run could not know again.
func checkStreams(inputs []*source.Input) error {
	for _, in := range inputs {
		if in.Size() < 0 {
			return failure.WithHint(fmt.Errorf("%s: cannot be known again by a later run", in.Name()), "with --state give files, not standard input or a pipe")
		}
	}
	return nil
}
