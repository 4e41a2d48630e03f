// Package imap reads the folders of sent mail of one account or of many over
// IMAP (RFC 9051, and RFC 3501 before it).
//
// Nothing is changed on the server: a folder is opened by EXAMINE, and all
// that is fetched is fetched by BODY.PEEK. Of each message the size, the time
// of arrival and the few header fields that tell who wrote to whom are asked
// for; no body is:
//
//	C: a EXAMINE Sent
//	C: b UID SEARCH 1:50000
//	C: c UID FETCH 1:1000 (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM TO …)])
//
// The folders are those that the server marks as \Sent (RFC 6154), else those
// that are named so in one of many languages.
//
// # Faults
//
// A server is not trusted. A guard between the IMAP client and the network
// bounds the time and the bytes of each answer; only messages that were asked
// for are taken, each once, and what was received is held against what the
// server listed. When a connection breaks, or an answer cannot be read, the
// folder goes on in a new connection behind what was received: first with a
// single message, then with more and more. A message that fails alone is left
// out and named.
//
// Folders are read from their newest messages to their oldest, so that
// messages which are removed meanwhile do not hide others.
package imap

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// FormatName is the format of a folder in coverage.
const FormatName = "imap"

// Options say what is read.
type Options struct {
	Server    Server
	Accounts  []Account
	Selection Selection
	Since     time.Time // only messages that the server got since; zero for all
	Jobs      int       // connections, at least 1
	Limits    Limits
	// NewSink makes the sink of one connection. It is called before any
	// reading, and not at the same time.
	NewSink func() parsers.Sink
	// FirstSource is the index that the first folder has among the sources of
	// an audit.
	FirstSource int32
	// Known are the places up to which folders were read before: only what
	// came later is read, and what an earlier Since left out.
	Known map[Folder]Position
	// Begin, if not nil, is given the Reading when its sources are known and
	// before any message is read.
	Begin func(*Reading)
	// Progress, if not nil, is told how far the reading is.
	Progress *Progress
}

// A Folder is a folder of an account, by the names of both.
type Folder struct{ Account, Name string }

// A Position is the place up to which a folder was read. It means nothing
// under another UIDVALIDITY (RFC 9051 section 2.3.1.1), or for a folder that was
// read as another kind.
type Position struct {
	UIDValidity uint32
	LastUID     uint32
	Since       time.Time // the day from which on messages were asked for, zero for all
	Context     bool      // it was read for what received mail tells
	Missing     []uint32  // UIDs up to LastUID that could not be read, ascending
}

// A Reading is what became of the folders.
type Reading struct {
	read.Reading // a source is a folder, or an account that could not be had
	// Folders are those that Sources are, the zero Folder for an account.
	Folders []Folder
	// Replaced tells the folders of which what is known from before means
	// nothing any more: they are read anew.
	Replaced map[Folder]bool
	// Positions are those of the folders that were read to their end.
	Positions map[Folder]Position

	reader *reader
}

// Read reads the folders. It fails only when ctx ends or the program itself is
// at fault; what is wrong with an account or a folder is told in its
// SourceReading.
func Read(ctx context.Context, o Options) (*Reading, error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if o.Limits.Total > 0 {
		defer time.AfterFunc(o.Limits.Total, func() { cancel(errTotal) }).Stop()
	}
	r := newReader(o, cancel)
	r.survey(inner)
	r.plan()
	if o.Begin != nil {
		o.Begin(&r.reading)
	}
	r.readAll(inner)
	r.logOut(inner)
	if err := context.Cause(inner); err != nil && !errors.Is(err, errTotal) {
		return nil, err
	}
	r.reading.reader = r
	return &r.reading, nil
}

// A reader is a Read at work.
type reader struct {
	o       Options
	fail    context.CancelCauseFunc
	sinks   chan parsers.Sink // those that nobody uses
	people  []*person
	reading Reading
}

// A person is an account with what was found in it.
type person struct {
	account account
	session *session // nil if there is none
	folders []*folder
	err     error
	wasted  time.Duration // on attempts that brought nothing
	mu      sync.Mutex    // of wasted
}

func newReader(o Options, fail context.CancelCauseFunc) *reader {
	r := &reader{o: o, fail: fail, sinks: make(chan parsers.Sink, max(1, o.Jobs)), reading: Reading{Positions: map[Folder]Position{}, Replaced: map[Folder]bool{}}}
	if o.Progress == nil {
		r.o.Progress = &Progress{}
	}
	for range cap(r.sinks) {
		sink := o.NewSink()
		r.reading.Sinks = append(r.reading.Sinks, sink)
		r.sinks <- sink
	}
	for _, a := range o.Accounts {
		r.people = append(r.people, &person{account: account{Account: a}})
	}
	return r
}

// each calls f for each person, on as many connections as are allowed.
func (r *reader) each(ctx context.Context, f func(ctx context.Context, p *person)) {
	queue := make(chan *person, len(r.people))
	for _, p := range r.people {
		queue <- p
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(cap(r.sinks), len(r.people)) {
		workers.Go(func() {
			for p := range queue {
				if ctx.Err() == nil {
					r.guarded(p.account.Name, func() { f(ctx, p) })
				}
			}
		})
	}
	workers.Wait()
}

// guarded calls f. A panic ends the run, and shows no data.
func (r *reader) guarded(name string, f func()) {
	defer func() {
		if recover() != nil {
			r.fail(fmt.Errorf("%s: %w", name, read.ErrInternal))
		}
	}()
	f()
}

// survey logs everybody in and looks which folders there are and how much is
// new in them. The sessions stay if there is a connection for each.
func (r *reader) survey(ctx context.Context) {
	r.o.Progress.accounts(len(r.people))
	r.each(ctx, func(ctx context.Context, p *person) {
		p.err = r.retry(ctx, p, func(s *session) error { return r.look(ctx, p, s, false) })
		if isLost(p.err) && !lost(p.err) {
			if err := r.retry(ctx, p, func(s *session) error { return r.look(ctx, p, s, true) }); err == nil {
				p.err = nil
			}
		}
		if p.err != nil || len(r.people) > cap(r.sinks) {
			p.leave(ctx)
		}
		r.o.Progress.surveyed()
	})
}

func (r *reader) look(ctx context.Context, p *person, s *session, some bool) error {
	p.folders = nil
	all, err := s.listFolders(ctx, some)
	if err != nil {
		return err
	}
	picked, err := r.o.Selection.choose(all)
	if err != nil {
		return err
	}
	for _, c := range picked {
		f := &folder{reader: r, person: p, chosen: c, bottom: ^uint32(0)}
		if f.err = s.open(ctx, c.name); f.err == nil {
			f.opened(s)
		} else if isLost(f.err) {
			return f.err
		}
		p.folders = append(p.folders, f)
	}
	return nil
}

// leave says goodbye, if there is a session.
func (p *person) leave(ctx context.Context) {
	if p.session != nil {
		p.session.logOut(ctx)
		p.session = nil
	}
}

// plan gives each folder its place among the sources.
func (r *reader) plan() {
	for _, p := range r.people {
		if p.err != nil {
			name := "imap:" + p.account.Name
			r.reading.Sources = append(r.reading.Sources, &read.Source{Name: name, Err: fmt.Errorf("%s: %w", name, p.err)})
			r.reading.Folders = append(r.reading.Folders, Folder{})
			continue
		}
		for _, f := range p.folders {
			f.index = r.o.FirstSource + int32(len(r.reading.Sources))
			f.out = &read.Source{Name: "imap:" + p.account.Name + "/" + f.name, Format: FormatName, Mailbox: true}
			r.reading.Sources = append(r.reading.Sources, f.out)
			r.reading.Folders = append(r.reading.Folders, f.id())
			if f.isReplaced() {
				r.reading.Replaced[f.id()] = true
			}
			r.o.Progress.expect(f.expected())
		}
	}
}

// readAll reads the folders in which something is new.
func (r *reader) readAll(ctx context.Context) {
	r.each(ctx, func(ctx context.Context, p *person) {
		for _, f := range p.folders {
			f.read(ctx)
		}
		if len(r.people) > cap(r.sinks) {
			p.leave(ctx)
		}
		r.o.Progress.finished()
	})
	for _, p := range r.people {
		for _, f := range p.folders {
			f.close(ctx)
		}
	}
}

func (r *reader) logOut(ctx context.Context) {
	r.each(ctx, func(ctx context.Context, p *person) { p.leave(ctx) })
	for _, p := range r.people {
		if p.session != nil {
			p.session.close()
		}
	}
}
