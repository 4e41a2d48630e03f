package imap

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A reader is a Read at work: first it surveys all accounts, then it reads their
// folders.
type reader struct {
	options  Options
	stop     context.CancelCauseFunc
	sinks    chan parsers.Sink // the idle ones, one for each connection that may be open
	accounts []*account
	reading  Reading
}

// An account is an Account under reading, with the folders that were chosen.
type account struct {
	name       string
	connection *connection
	folders    []*folder
	err        error // of the survey: no folder is read
}

func newReader(o Options, stop context.CancelCauseFunc) *reader {
	r := &reader{options: o, stop: stop, sinks: make(chan parsers.Sink, max(1, o.Jobs))}
	r.reading = Reading{Positions: map[Folder]Position{}, Replaced: map[Folder]bool{}}
	if o.Progress == nil {
		r.options.Progress = &Progress{}
	}
	for range cap(r.sinks) {
		sink := o.NewSink()
		r.reading.Sinks = append(r.reading.Sinks, sink)
		r.sinks <- sink
	}
	g, known := &gate{shared: o.SharedSecret && len(o.Accounts) > 1}, &secrets{}
	for _, a := range o.Accounts {
		l := &login{account: a, program: program{o.Program, o.Version}, gate: g, known: known}
		r.accounts = append(r.accounts, &account{name: a.Name, connection: newConnection(&r.options.Server, l, o.Limits, r.options.Progress)})
	}
	return r
}

// each calls f for each account, on as many connections as are allowed.
func (r *reader) each(ctx context.Context, f func(ctx context.Context, a *account)) {
	queue := make(chan *account, len(r.accounts))
	for _, a := range r.accounts {
		queue <- a
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(cap(r.sinks), len(r.accounts)) {
		workers.Go(func() {
			for a := range queue {
				if ctx.Err() == nil {
					r.contain(a.name, func() { f(ctx, a) })
				}
			}
		})
	}
	workers.Wait()
}

// contain calls f. A panic ends the run, and shows no data.
func (r *reader) contain(name string, f func()) {
	if err := read.Contain(name, f); err != nil {
		r.stop(err)
	}
}

// isCrowded reports whether accounts wait for each other's connections: then
// none keeps its session.
func (r *reader) isCrowded() bool { return len(r.accounts) > cap(r.sinks) }

// survey logs everybody in and looks which folders there are and how much is
// new in them.
func (r *reader) survey(ctx context.Context) {
	r.options.Progress.accounts(len(r.accounts))
	r.each(ctx, func(ctx context.Context, a *account) {
		a.err = r.surveyAccount(ctx, a)
		if a.err != nil || r.isCrowded() {
			a.connection.logOut(ctx)
		}
		r.options.Progress.surveyed()
	})
}

// surveyAccount finds the folders of an account. A folder that is refused for now, again
// and again, does not keep the others from being read.
func (r *reader) surveyAccount(ctx context.Context, a *account) error {
	err := a.connection.retry(ctx, func(s *session) error { return r.findFolders(ctx, a, s, false) })
	var refused *refusal
	if isHold(err) && errors.As(err, &refused) && refused.asked == askedToOpen && ctx.Err() == nil {
		return a.connection.attempt(ctx, func(s *session) error { return r.findFolders(ctx, a, s, true) })
	}
	return err
}

// findFolders lists, chooses and opens the folders of an account. What is refused for now
// is an error, unless the patience is over.
func (r *reader) findFolders(ctx context.Context, a *account, s *session, impatient bool) error {
	all, unreadable, err := s.listFolders(ctx)
	if err != nil {
		return err
	}
	picked, err := r.options.Selection.choose(all, unreadable)
	if err != nil {
		return err
	}
	var folders []*folder
	for _, c := range picked {
		f := newFolder(a.name, c)
		if f.err == nil {
			f.err = f.find(ctx, s, c.tries, all)
			var missing *noFolderError
			if endsSession(f.err) || isHold(f.err) && !impatient || errors.As(f.err, &missing) {
				return f.err
			}
			if f.err == nil {
				f.begin(s.selected, r.options.Known, r.options.Since)
			}
		}
		folders = append(folders, f)
	}
	a.folders = folders
	return nil
}

// find opens the folder. One that the server does not list may be there all the same: it
// has the first of some names by which it can be opened.
func (f *folder) find(ctx context.Context, s *session, names []string, all []listed) error {
	if len(names) == 0 {
		return s.open(ctx, f.id.Name, f.raw)
	}
	for _, name := range names {
		err := s.open(ctx, name, "")
		if err == nil {
			f.id.Name = name
		}
		if err == nil || endsSession(err) || isHold(err) {
			return err
		}
	}
	return &noFolderError{fmt.Sprintf("no folder %q", f.id.Name), namesOf(all)}
}

// plan gives each folder its place among the sources.
func (r *reader) plan() {
	for _, a := range r.accounts {
		if a.err != nil {
			name := "imap:" + a.name
			r.reading.Sources = append(r.reading.Sources, &read.Source{Name: name, Err: source.NewError(name, a.err)})
			r.reading.Folders = append(r.reading.Folders, Folder{})
			continue
		}
		for _, f := range a.folders {
			f.index = r.options.FirstSource + int32(len(r.reading.Sources))
			f.out = &read.Source{Name: "imap:" + a.name + "/" + f.id.Name, Format: FormatName, Mailbox: true}
			r.reading.Sources = append(r.reading.Sources, f.out)
			r.reading.Folders = append(r.reading.Folders, f.id)
			if f.span.replaced {
				r.reading.Replaced[f.id] = true
			}
			r.options.Progress.expect(f.expected())
		}
	}
}

// readAll reads the folders in which something is new, and notes the outcome of
// all.
func (r *reader) readAll(ctx context.Context) {
	r.each(ctx, func(ctx context.Context, a *account) {
		for _, f := range a.folders {
			r.readFolder(ctx, a, f)
		}
		if r.isCrowded() {
			a.connection.logOut(ctx)
		}
		r.options.Progress.finished()
	})
	for _, a := range r.accounts {
		for _, f := range a.folders {
			f.close()
			if f.err == nil && ctx.Err() == nil && f.validity != 0 {
				r.reading.Positions[f.id] = f.position()
			}
		}
	}
}

// readFolder reads a folder to its end, with helpers for as many connections as no
// account needs.
func (r *reader) readFolder(ctx context.Context, a *account, f *folder) {
	if f.err != nil || f.hasNothingNew() {
		return
	}
	sink := <-r.sinks
	defer func() { r.sinks <- sink }()
	d := newDownload(f, a.connection, newWriter(f, sink, r.options.Progress), func(f func()) { r.contain(a.name, f) })
	for range min(maxHelpers, cap(r.sinks)/len(r.accounts)-1, int(f.expected())/(2*r.options.Limits.Batch)) {
		sink := <-r.sinks
		h := d.addHelper(newWriter(f, sink, r.options.Progress))
		defer func() {
			h.connection.logOut(ctx)
			r.sinks <- sink
		}()
	}
	f.err = d.run(ctx)
}

// logOut ends the sessions that are still open.
func (r *reader) logOut(ctx context.Context) {
	r.each(ctx, func(ctx context.Context, a *account) { a.connection.logOut(ctx) })
	for _, a := range r.accounts {
		a.connection.close() // where ctx has ended
	}
}
