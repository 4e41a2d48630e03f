package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/report/mail"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

type notifyOptions struct {
	config.Settings
	template string
	dryRun   string
	from     string
}

func (o *notifyOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "ignore-file", "state", "tz", "notice-language")
	f.Lookup("state").Usage = "keep in `DIR` who was written to about what (default: that of run)"
	f.Lookup("tz").Usage = "show times in `ZONE` (default: that of this machine)"
	f.StringVar(&o.template, "template", "", "the `FILE` with the text of the note")
	f.StringVar(&o.dryRun, "dry-run", "", "write the notes into `DIR`, and send nothing")
	f.StringVar(&o.from, "from", "", "the `ADDRESS` that the notes are from (default: from of [mail])")
}

func newNotifyCmd(e *env) *cobra.Command {
	var o notifyOptions
	return e.command(spec{
		use:   "notify REPORT.json",
		short: "Write to each sender about the own slips",
		examples: `typoaudit notify report.json --dry-run notes/
typoaudit notify report.json
typoaudit notify report.json --template note.tmpl --dry-run notes/`,
		long: `notify writes one plain note to each sender of the own domains of a report, with
what was meant, and sends it as [mail] of the configuration says. Which
deliveries a sender got a note about is kept in --state: none is sent twice. --dry-run writes the
notes as .eml files into a folder, and sends and keeps nothing.

The text fits the cause, and is in --notice-language. No note goes to an alias, a list
or a program, from where it might go the same way: one to those whom [mail] names
says what to change there. --template FILE has a text of your own (Go's text/template),
which sees .Sender, .Messages, .Deliveries and .Contact.`,
		exit: `0  sent, or nothing to send
2  usage, no report, or a note could not be sent
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		args:  oneArg("REPORT.json"),
		scope: config.Unattended,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runNotify(ctx, e, &o, c, args[0])
		},
	})
}

func runNotify(ctx context.Context, e *env, o *notifyOptions, c *config.Settled, path string) error {
	m := c.Mail
	if c.Tenant == nil && len(c.Tenants) > 0 {
		return fmt.Errorf("%s has tenants, each with its own [mail]: name whose report it is by --tenant", c.Path)
	}
	r, err := e.reportWithout(c, path, o.IgnoreFile)
	if err != nil {
		return err
	}
	if r.Pseudonymized {
		return fmt.Errorf("report %s: %w", path, result.ErrPseudonymized)
	}
	w, err := o.writer(e, c.File)
	if err != nil {
		return err
	}
	if o.dryRun != "" {
		return w.dryRun(ctx, r, o.dryRun, o.State)
	}
	if m == nil {
		return failure.WithHint(errors.New("no [mail] is configured, by which the notes could be sent"), "--dry-run DIR writes them into a folder")
	}
	return w.sendAll(ctx, r, m, o.State)
}

// A noticeWriter composes notes.
type noticeWriter struct {
	e        *env
	template *mail.NoteTemplate
	from     string
	owners   []string // of aliases, lists and programs: whom the report goes to
	contact  string
	location *time.Location
	file     *config.File
}

func (o *notifyOptions) writer(e *env, c *config.File) (*noticeWriter, error) {
	w := &noticeWriter{e: e, from: o.from, file: c}
	m := c.Mail
	if m != nil {
		w.from, w.owners, w.contact = cmp.Or(w.from, m.From), m.To, cmp.Or(m.Contact, m.To[0])
	}
	if w.from == "" {
		return nil, errors.New("no sender of the notes: --from, or from of [mail] in the configuration")
	}
	if len(w.owners) == 0 {
		w.owners, w.contact = []string{w.from}, w.from
	}
	loc, err := e.zone(o.TZ)
	if err != nil {
		return nil, err
	}
	w.location = loc
	text := ""
	if o.template != "" {
		if text, err = readTemplate(o.template); err != nil {
			return nil, err
		}
	}
	if w.template, err = mail.ParseNote(filepath.Base(o.template), text, o.NoticeLanguage); err != nil {
		return nil, fmt.Errorf("the text of the notes: %w", err)
	}
	return w, nil
}

func (w *noticeWriter) compose(n *result.Notice) (*gomail.Msg, error) {
	now := w.e.now()
	return w.template.Compose(n, mail.Options{
		From: w.from, To: w.owners, Contact: w.contact, Date: now.In(w.location), MessageID: mail.NoteID(n, w.from, now), Location: w.location,
	})
}

// dryRun writes the notes into a folder.
func (w *noticeWriter) dryRun(ctx context.Context, r *result.Result, folder, state string) error {
	isSent := func(uint64) bool { return false }
	if state != "" && history.IsThere(state) {
		s, err := history.OpenExisting(ctx, state, pipeline.Holder(w.e.now()))
		if err != nil {
			return err
		}
		keys, err := s.Notified(ctx)
		if err = errors.Join(err, s.Close()); err != nil {
			return err
		}
		isSent = func(key uint64) bool { return keys[key] }
	}
	notices, unreachable := r.Notices(isSent)
	w.mentionUnreachable(unreachable)
	w.mentionListed(len(r.Listed))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", folder, failure.Plain(err))
	}
	for i := range notices {
		msg, err := w.compose(&notices[i])
		if errors.Is(err, mail.ErrAddress) {
			w.skip(err)
			continue
		}
		if err != nil {
			return err
		}
		// Numbered: no name of a log becomes that of a file.
		name := filepath.Join(folder, fmt.Sprintf("note-%04d.eml", i+1))
		if err := writeFile(name, func(out io.Writer) error { return mail.Write(out, msg) }); err != nil {
			return err
		}
	}
	return nil
}

// sendAll sends the notes that were not sent before, and remembers each at
// once: a crash repeats one note at most.
func (w *noticeWriter) sendAll(ctx context.Context, r *result.Result, m *config.Mail, folder string) (err error) {
	if folder == "" {
		if folder, err = w.e.defaultState(w.file); err != nil {
			return err
		}
	}
	s, err := history.Open(ctx, folder, pipeline.Holder(w.e.now()), w.e.now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if s.Warning != "" {
		w.e.complain(errors.New(s.Warning))
	}
	if s.Note != "" {
		w.e.complain(errors.New(s.Note))
	}
	keys, err := s.Notified(ctx)
	if err != nil {
		return err
	}
	notices, unreachable := r.Notices(func(key uint64) bool { return keys[key] })
	w.mentionUnreachable(unreachable)
	w.mentionListed(len(r.Listed))
	for i := range notices {
		msg, err := w.compose(&notices[i])
		if errors.Is(err, mail.ErrAddress) {
			w.skip(err)
			continue
		}
		if err != nil {
			return err
		}
		if err := w.send(ctx, s, m, &notices[i], msg); err != nil {
			return err
		}
	}
	return nil
}

// send sends a note, and notes that.
func (w *noticeWriter) send(ctx context.Context, s *history.Store, m *config.Mail, n *result.Notice, msg *gomail.Msg) error {
	w.e.sending.Lock()
	defer w.e.sending.Unlock()
	if err := w.e.send(ctx, m, msg); err != nil {
		return fmt.Errorf("the note to %s: %w", cmp.Or(n.Sender, strings.Join(w.owners, ", ")), err)
	}
	return s.Notify(context.WithoutCancel(ctx), n.Keys(), w.e.now()) // a signal is no reason to send it once more
}

// skip names a sender who gets no note; the others get theirs.
func (w *noticeWriter) skip(err error) {
	fmt.Fprintf(w.e.stderr, "typoaudit: no note: %v\n", err)
}

// mentionListed says how many addresses are wrong that no mail went to: of them no sender is
// known.
func (w *noticeWriter) mentionListed(n int) {
	if n > 0 {
		fmt.Fprintf(w.e.stderr, "typoaudit: no note is written about wrong addresses of alias maps and lists: %d (\"typoaudit fixes\" lists them)\n", n)
	}
}

// mentionUnreachable says how many senders get no note.
func (w *noticeWriter) mentionUnreachable(n int) {
	if n > 0 {
		fmt.Fprintf(w.e.stderr, "typoaudit: %d of the senders get no note: they have no address of the own domains\n", n)
	}
}
