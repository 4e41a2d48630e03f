package main

import (
	"context"
	"fmt"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A mailboxReading reads the mailboxes of one server where earlier runs ended,
// as sources behind those of an audit.
type mailboxReading struct {
	memory  *memory
	sinks   *stateSinks
	reading *read.Reading // of the audit
	next    *int64        // the id of the next source that is new
	server  string
	known   map[imap.Folder]*read.State
}

// addIMAP reads mailboxes behind the logs. A server that cannot be read is a
// gap.
func (e *env) addIMAP(ctx context.Context, o *imapOptions, j *job, m *memory, sinks *stateSinks, reading *read.Reading, mail *mailOpener, progress string) (partial bool, err error) {
	first := len(reading.Sources)
	b := mailboxReading{memory: m, sinks: sinks, reading: reading, next: &j.read.Resume.Next, known: map[imap.Folder]*read.State{}}
	r, partial, err := e.readIMAP(ctx, o, j, sinks.ledgering, progress, b.prepare)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if err != nil {
		err = fmt.Errorf("imap %s: %w", o.host, err)
		e.complain(err)
		reading.Sources = append(reading.Sources[:first], &read.Source{Name: o.user + "@" + o.host, Err: err})
		return true, nil
	}
	b.handOn(r)
	messages := r.Messages(ctx, mail.search)
	mail.imap = append(mail.imap, imapMail{int32(first), int32(len(reading.Sources)), messages, &oneByOne{Messages: messages}})
	return partial, nil
}

// prepare makes the reading go on from what the history knows of the server.
func (b *mailboxReading) prepare(o *imap.Options) {
	b.server = o.Server.Address()
	o.Known = map[imap.Folder]imap.Position{}
	for i := range b.memory.mailboxes {
		p := &b.memory.mailboxes[i]
		f := imap.Folder{Account: p.Mailbox.Account, Name: p.Mailbox.Folder}
		if p.Mailbox.Server != b.server || isAmong(b.reading, p) || b.known[f] != nil {
			continue
		}
		b.known[f] = p
		o.Known[f] = imap.Position{UIDValidity: p.Mailbox.UIDValidity, LastUID: p.Mailbox.LastUID, Since: p.Mailbox.Since, Context: p.Mailbox.Context, Missing: p.Mailbox.Missing}
	}
	o.FirstSource = int32(len(b.reading.Sources))
	o.NewSink = b.sinks.addMailbox
	o.Begin = b.begin
}

// isAmong tells whether a mailbox is a source of this run already.
func isAmong(r *read.Reading, p *read.State) bool {
	for _, s := range r.Sources {
		if s.ID() == p.ID {
			return true
		}
	}
	return false
}

// begin gives each folder its id, before deliveries of it are packed.
func (b *mailboxReading) begin(r *imap.Reading) {
	for i, s := range r.Sources {
		f := r.Folders[i]
		switch p := b.known[f]; {
		case f == imap.Folder{}: // an account that could not be had
		case p != nil:
			s.Identify(p.ID)
		default:
			s.Identify(*b.next)
			*b.next++
		}
	}
	b.reading.Sources = append(b.reading.Sources, r.Sources...)
}

// handOn notes what a later run must know of the folders. One that was not read
// to its end is as it was before.
func (b *mailboxReading) handOn(r *imap.Reading) {
	for i, s := range r.Sources {
		f := r.Folders[i]
		p := b.known[f]
		switch {
		case r.Replaced[f]:
			s.MarkReread()
		case p != nil:
			s.ResumeFrom(p)
		}
		if at, ok := r.Positions[f]; ok {
			s.KeepMailbox(imap.FormatName, read.Mailbox{
				Server: b.server, Account: f.Account, Folder: f.Name,
				UIDValidity: at.UIDValidity, LastUID: at.LastUID, Since: at.Since, Context: at.Context, Missing: at.Missing,
			})
		}
	}
}

// addLeft adds the mailboxes that this run did not read: what they told counts
// still.
func (m *memory) addLeft(reading *read.Reading) {
	for i := range m.mailboxes {
		if p := &m.mailboxes[i]; !isAmong(reading, p) {
			reading.Sources = append(reading.Sources, p.Unread())
		}
	}
}

// addMailbox makes the sink of a connection.
func (s *stateSinks) addMailbox() parsers.Sink {
	sink := &stateSink{audit.NewLedger(s.ledgering), read.NewPackSink(s.reading, read.Worker)}
	sink.pack.Trim = audit.NewTrimmer(s.ledgering).Trim
	s.mail = append(s.mail, sink)
	return sink
}
