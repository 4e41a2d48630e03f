package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
	"github.com/typoaudit/typoaudit/report/mail"
)

// lastNotes is how long notes that are being sent are waited for at the end.
const lastNotes = 400 * time.Millisecond

// A warner sends notes to the senders of marked mail, as [mail] says.
type warner struct {
	e        *env
	mail     *config.Mail
	template *mail.WarningTemplate
	zone     *time.Location
}

// startNotes makes the notes of the mode warn; nil where there are none, which is said.
func (s *guardService) startNotes(ctx context.Context) (*guard.Notes, error) {
	if s.mode != guard.Warn || s.o.noNotes {
		return nil, nil
	}
	if s.c.Mail == nil {
		does := "a slip is marked with a header"
		if s.o.opensmtpd {
			does = "OpenSMTPD marks nothing"
		}
		s.e.complain(failure.WithHint(fmt.Errorf("guard: no [mail] is configured: %s, and no sender gets a note", does), "see \"typoaudit help weekly\", or --no-notes"))
		return nil, nil
	}
	t, err := mail.ParseWarning(s.o.NoticeLanguage)
	if err != nil {
		return nil, err
	}
	zone, err := s.e.zone(s.o.TZ)
	if err != nil {
		return nil, err
	}
	w := &warner{e: s.e, mail: s.c.Mail, template: t, zone: zone}
	return guard.NewNotes(ctx, &s.guard.Counters, w.send, guard.NoteGaps(), s.complainOf("a note to a sender")), nil
}

// send sends a note once.
func (w *warner) send(ctx context.Context, n *guard.Note) error {
	text := mail.Warning{Recipient: n.Recipient, Meant: n.Meant, Domain: n.Domain, Intended: n.Intended, Listed: n.Listed}
	now := w.e.now()
	msg, err := w.template.Compose(text, n.To, mail.Options{From: w.mail.From, Date: now.In(w.zone), MessageID: mail.WarningID(text, n.To, w.mail.From, now)})
	if err != nil {
		return fmt.Errorf("%w: %w", err, guard.ErrPermanent)
	}
	const refused = 5 // the first digit of the answer of a server that takes it never
	if err = w.e.send(ctx, w.mail, msg); answerCode(err)/100 == refused {
		err = errors.Join(err, guard.ErrPermanent)
	}
	return err
}

// endNotes waits a moment for the notes, and says how many no sender gets.
func (s *guardService) endNotes() {
	s.notes.Close(lastNotes)
	if n := s.guard.Counters.NotesDropped.Load() + s.guard.Counters.NotesFailed.Load(); n > 0 {
		s.e.complain(fmt.Errorf("guard: notes that were not sent: %d", n))
	}
}
