package pipeline

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A server reads the mailboxes of one server where earlier runs ended, as sources
// after those that were read before.
type server struct {
	*pass
	options *imap.Options
	known   map[imap.Folder]*read.State // empty without a history
}

// readServer reads mailboxes. A server that cannot be read is a gap, unless nothing else
// can; with a history, what earlier runs read of it counts still.
func (p *pass) readServer(ctx context.Context, from Server) error {
	first := len(p.reading.Sources)
	s := server{pass: p, known: map[imap.Folder]*read.State{}}
	r, err := s.read(ctx, from)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case len(p.from.Servers) == 1 && len(p.from.Paths)+len(p.from.Aliases) == 0:
		return err
	default:
		p.missServer(from, first, err)
		return nil
	}
	if p.memory != nil {
		s.persist(r)
	}
	p.messages.add(first, len(p.reading.Sources), r.Messages(ctx, p.o.Content))
	return nil
}

// read reads the folders and complains of those that could not be read. It fails
// when none could.
func (s *server) read(ctx context.Context, from Server) (*imap.Reading, error) {
	o, err := from.Options(ctx)
	if err != nil {
		return nil, err
	}
	s.options = o
	o.Jobs, o.Since, o.Progress = s.o.Read.Jobs, s.sinks.ledgering.Since, &imap.Progress{}
	o.FirstSource = int32(len(s.reading.Sources))
	o.NewSink = s.sinks.addMailbox
	o.Begin = s.begin
	if s.memory != nil {
		o.Known = s.positions()
	}
	stop := s.ShowMessages(o.Progress)
	r, err := imap.Read(ctx, *o)
	stop()
	if err != nil {
		return nil, err
	}
	errs, good := s.failures(r)
	if !good {
		return nil, withHint(errors.Join(errs...))
	}
	for _, err := range errs {
		s.Complain(err)
	}
	s.partial = s.partial || len(errs) > 0
	return r, nil
}

// missServer notes that nothing of a server could be read, in the place of its sources:
// each account that failed is a gap of its own.
func (p *pass) missServer(from Server, first int, err error) {
	p.reading.Sources = p.reading.Sources[:first]
	reasons := []error{err}
	if joined, ok := failure.Cause(err).(interface{ Unwrap() []error }); ok {
		reasons = joined.Unwrap()
	}
	for i, reason := range reasons {
		reason = fmt.Errorf("imap %s: %w", from.Host, reason)
		p.reading.Sources = append(p.reading.Sources, &read.Source{Name: from.User + "@" + from.Host, Err: reason})
		if i == len(reasons)-1 {
			reason = failure.SameHint(err, reason)
		}
		p.failed = append(p.failed, reason)
	}
}

// failures returns why folders and accounts could not be read, and whether anything
// could: one that has nothing new counts.
func (s *server) failures(r *imap.Reading) (errs []error, good bool) {
	for i, x := range r.Sources {
		f := r.Folders[i]
		_, was := s.options.Known[f]
		_, is := r.Positions[f]
		good = good || x.Err == nil || x.Records > 0 || was && is && !r.Replaced[f]
		if x.Err != nil {
			errs = append(errs, x.Err)
		}
	}
	return errs, good
}

// withHint adds what may help.
func withHint(err error) error {
	var noTLS tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &noTLS):
		return failure.WithHint(err, "the server does not begin with TLS there; see --tls starttls")
	case errors.As(err, &unknown):
		return failure.WithHint(err, "name the organisation's own certificate authority by --ca-file")
	}
	return err
}

// positions returns the places up to which the history knows the folders.
func (s *server) positions() map[imap.Folder]imap.Position {
	all := map[imap.Folder]imap.Position{}
	for i := range s.memory.mailboxes {
		p := &s.memory.mailboxes[i]
		f := imap.Folder{Account: p.Mailbox.Account, Name: p.Mailbox.Folder}
		if p.Mailbox.Server != s.options.Server.Address() || s.isRead(p) || s.known[f] != nil {
			continue
		}
		s.known[f] = p
		all[f] = imap.Position{UIDValidity: p.Mailbox.UIDValidity, LastUID: p.Mailbox.LastUID, Since: p.Mailbox.Since, Context: p.Mailbox.Context, Missing: p.Mailbox.Missing}
	}
	return all
}

// isRead reports whether a mailbox is a source of this pass already.
func (p *pass) isRead(m *read.State) bool {
	return slices.ContainsFunc(p.reading.Sources, func(s *read.Source) bool { return s.ID() == m.ID })
}

// begin adds the folders to the sources. With a history each has its number before
// deliveries of it are packed.
func (s *server) begin(r *imap.Reading) {
	for i, x := range r.Sources {
		f := r.Folders[i]
		switch p := s.known[f]; {
		case s.memory == nil, f == imap.Folder{}: // the latter is an account that could not be had
		case p != nil:
			x.Identify(p.ID)
		default:
			x.Identify(*s.next)
			*s.next++
		}
	}
	s.reading.Sources = append(s.reading.Sources, r.Sources...)
}

// persist notes what a later run must know of the folders. One that was not read to
// its end is as it was before.
func (s *server) persist(r *imap.Reading) {
	for i, x := range r.Sources {
		f := r.Folders[i]
		p := s.known[f]
		switch {
		case r.Replaced[f]:
			x.MarkReread()
		case p != nil:
			x.ResumeFrom(p)
		}
		if at, ok := r.Positions[f]; ok {
			x.KeepMailbox(imap.FormatName, read.Mailbox{
				Server: s.options.Server.Address(), Account: f.Account, Folder: f.Name,
				UIDValidity: at.UIDValidity, LastUID: at.LastUID, Since: at.Since, Context: at.Context, Missing: at.Missing,
			})
		}
	}
}

// addUnread adds the mailboxes that this pass did not read: what earlier runs read of
// them counts still.
func (p *pass) addUnread() {
	for i := range p.memory.mailboxes {
		if m := &p.memory.mailboxes[i]; !p.isRead(m) {
			p.reading.Sources = append(p.reading.Sources, m.Unread())
		}
	}
}
