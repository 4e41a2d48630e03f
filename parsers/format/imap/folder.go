package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A folder is one that is read: what the server says of it, which messages are
// wanted, and the outcome.
type folder struct {
	id      Folder
	raw     string // its name as the server sent it; "" if it did not
	context bool   // it holds received mail, which is evidence alone
	index   int32  // among the sources
	out     *read.Source
	err     error // why it was not read to its end

	validity uint32
	uidNext  uint32 // 0 if the server does not say
	exists   uint32 // how many messages it holds: the least of what the server said
	span     span
	highest  uint32       // UID that was listed, now or by an earlier run
	bad      []badMessage // those that could not be read
	begun    bool         // a message was asked for

	mu      sync.Mutex // of out and reports, while helpers write as well
	reports []uint32   // UIDs of reports of deliveries, whose bodies are read last
}

// A badMessage is one that could not be read.
type badMessage struct {
	uid    uint32
	reason string
}

func newFolder(account string, c chosen) *folder {
	return &folder{id: Folder{account, c.name}, raw: c.raw, context: c.context, err: c.err}
}

// begin notes the state of the folder on the server, and which messages of it are
// wanted.
func (f *folder) begin(selected *imap.SelectData, known map[Folder]Position, since time.Time) {
	f.validity, f.uidNext, f.exists = selected.UIDValidity, uint32(selected.UIDNext), selected.NumMessages
	previous, ran := known[f.id]
	f.span = newSpan(previous, ran, f.validity, f.context, since)
	f.highest = f.span.previous.LastUID
}

// hasNothingNew reports whether no message is wanted, by what the server said
// when the folder was opened.
func (f *folder) hasNothingNew() bool {
	s := &f.span
	return f.exists == 0 || s.known && f.uidNext == s.previous.LastUID+1 && len(s.previous.Missing) == 0 && !s.wider
}

// expected returns how many messages are to be read, at most.
func (f *folder) expected() uint32 {
	s := &f.span
	if s.known && f.uidNext > 0 && !s.wider {
		return min(f.exists, f.uidNext-min(f.uidNext, s.previous.LastUID+1)+uint32(len(s.previous.Missing)))
	}
	return f.exists
}

// errChanged means that the UIDs of the messages mean others than before.
var errChanged error = &refusal{asked: "keep the UIDVALIDITY of the folder while it was read"}

// enter opens the folder in a session, and checks that it is still the same.
func (f *folder) enter(ctx context.Context, s *session) error {
	if err := s.open(ctx, f.id.Name, f.raw); err != nil {
		return err
	}
	if s.selected.UIDValidity != f.validity {
		return errChanged
	}
	return nil
}

// enterFirst enters the folder in the session that lists it. Before a message was asked
// for, UIDs that mean others than in the survey cost nothing: Courier gives a folder that
// no client has opened yet another UIDVALIDITY each time.
func (f *folder) enterFirst(ctx context.Context, s *session) error {
	err := f.enter(ctx, s)
	if errors.Is(err, errChanged) && !f.begun && !f.span.known {
		f.validity, f.uidNext, err = s.selected.UIDValidity, uint32(s.selected.UIDNext), nil
	}
	if err == nil {
		f.exists = min(f.exists, s.selected.NumMessages)
	}
	return err
}

// quarantine leaves a message out for good.
func (f *folder) quarantine(uid uint32, reason string) {
	f.bad = append(f.bad, badMessage{uid, reason})
}

// close writes the outcome into the source.
func (f *folder) close() {
	slices.SortFunc(f.bad, func(x, y badMessage) int { return int(int64(x.uid) - int64(y.uid)) })
	for _, b := range f.bad {
		f.out.Bad(parsers.Origin{Source: f.index, Line: int64(b.uid)}, b.reason)
	}
	f.out.Lines = f.out.Records + f.out.Malformed
	f.out.Err = prefix(f.out.Name, f.err, f.badError())
}

// maxNamed is how many bad messages an error names.
const maxNamed = 10

// badError names the messages that could not be read. It is nil if there are
// none.
func (f *folder) badError() error {
	if len(f.bad) == 0 {
		return nil
	}
	text := ""
	for _, b := range f.bad[:min(len(f.bad), maxNamed)] {
		text += fmt.Sprintf(", uid %d (%s)", b.uid, b.reason)
	}
	if more := len(f.bad) - maxNamed; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return fmt.Errorf("%d of the messages could not be read: %s", len(f.bad), text[2:])
}

// prefix joins errors, each with the name of the source. Nil ones are left out.
func prefix(name string, errs ...error) error {
	var named []error
	for _, err := range errs {
		if err != nil {
			named = append(named, source.NewError(name, err))
		}
	}
	return errors.Join(named...)
}

// position returns where a folder that was read to its end is resumed.
func (f *folder) position() Position {
	p := Position{UIDValidity: f.validity, LastUID: f.highest, Since: f.span.first, Context: f.context}
	for _, b := range f.bad {
		p.Missing = append(p.Missing, b.uid)
	}
	return p
}
