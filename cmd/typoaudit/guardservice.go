package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

// keptName is the file in the folder of the history with what was asked and answered.
const keptName = "guard.jsonl"

// A guardService runs a guard until it is told to end.
type guardService struct {
	e       *env
	o       *guardOptions
	c       *config.Settled
	paths   []string
	guard   *guard.Guard
	mode    guard.Mode
	log     *guard.Writer // decisions
	kept    *guard.Writer // questions, answers and notes; nil without a folder for them
	notes   *guard.Notes  // to senders; nil for none
	options pipeline.Options
	lists   stamps
	others  answersFile
	learned struct {
		sync.Mutex
		run  int64 // of the history
		busy bool  // learning goes on
	}
}

func (o *guardOptions) newService(e *env, c *config.Settled, mode guard.Mode, paths []string) (*guardService, error) {
	s := &guardService{e: e, o: o, c: c, paths: paths, mode: mode}
	var err error
	if s.options, err = o.understand(e, c); err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		s.options.History = &pipeline.History{Folder: o.State}
	}
	s.guard = guard.New(guard.Options{
		Mode: mode, Block: blockConfidence, Deadline: o.deadline, Retention: o.retention(), Now: e.now, Tenant: s.options.Tenant,
		Record: func(r *guard.Request, d *guard.Decision) { s.log.Write(s.guard.NewRecord(r, d)) },
		Keep: func(k guard.Kept) {
			if s.kept != nil {
				s.kept.Write(k)
			}
		},
		Note: func(n guard.Note) bool { return s.notes != nil && s.notes.Add(n) },
	})
	return s, s.readLists()
}

// retention is how long answers count, 0 for good.
func (o *guardOptions) retention() time.Duration {
	return time.Duration(o.RetentionDays) * 24 * time.Hour
}

// run serves until ctx ends. It listens when it has learned: a mail server does without it
// until then.
func (s *guardService) run(ctx context.Context) error {
	hangup := s.e.onHangup()
	log := s.e.stdout
	if s.o.opensmtpd { // which reads the answers there
		log = s.e.stderr
	}
	s.log = guard.NewWriter(log, s.complainOf("the log of decisions"))
	defer s.closeWriter(s.log, "the log of decisions")
	if s.o.State != "" {
		if err := s.resume(); err != nil {
			return err
		}
	}
	if s.kept != nil {
		defer s.closeWriter(s.kept, keptName)
	}
	var err error
	if s.notes, err = s.startNotes(ctx); err != nil {
		return err
	}
	if s.notes != nil {
		defer s.endNotes()
	}
	failed := make(chan error, 1)
	if s.o.opensmtpd { // it waits until its filters have begun
		go func() { failed <- s.guard.Filter(s.e.stdin, s.e.stdout) }()
	}
	if err := s.learn(ctx); err != nil {
		if len(s.paths) > 0 || ctx.Err() != nil {
			return err
		}
		s.e.complain(failure.WithHint(err, "all mail passes until there is something to learn from"))
	}
	if err := s.listen(ctx, failed); err != nil {
		return err
	}
	fmt.Fprintf(s.e.stderr, "typoaudit: guard: learned from %d deliveries; mode %s\n", s.guard.Learned(), s.o.mode)
	go s.keepLearning(ctx, hangup)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-failed:
		return err
	}
}

// complainOf returns what complains that something could not be written.
func (s *guardService) complainOf(what string) func(error) {
	return func(err error) { s.e.complain(fmt.Errorf("%s: %w; mail flows", what, failure.Plain(err))) }
}

// closeWriter writes what waits, and says how much was not written.
func (s *guardService) closeWriter(w *guard.Writer, what string) {
	w.Close()
	if n := w.Dropped(); n > 0 {
		s.e.complain(fmt.Errorf("guard: lines of %s that were not written: %d", what, n))
	}
}

// resume reads what earlier guards asked, and adds to that file from then on. Where it
// cannot be had, questions and answers are known until the guard ends.
func (s *guardService) resume() error {
	if err := os.MkdirAll(s.o.State, 0o700); err != nil {
		return fmt.Errorf("--state %s: %w", s.o.State, failure.Plain(err))
	}
	s.others.path = filepath.Join(s.o.State, keptName)
	var still []guard.Kept
	err := withFolder(context.Background(), s.o.State, func() error { // others may add to it
		all, err := s.others.next()
		still = guard.StillKept(all, s.e.now(), s.o.retention())
		if err != nil {
			return err
		}
		return s.others.rewrite(still, len(all))
	})
	s.guard.Resume(still)
	if err != nil {
		s.e.complain(fmt.Errorf("what is asked and answered is forgotten when the guard ends: %w", err))
		s.others.path = ""
		return nil
	}
	s.kept = guard.NewWriter(appender(s.others.path), s.complainOf(s.others.path))
	return nil
}

// resumeOthers takes over what other guards with the same folder asked meanwhile.
func (s *guardService) resumeOthers() {
	if s.others.path == "" {
		return
	}
	all, err := s.others.next()
	s.guard.Resume(all)
	if err != nil && !s.others.hadFailed {
		s.e.complain(fmt.Errorf("guard: what other guards asked and were answered is not known: %w", err))
	}
	s.others.hadFailed = err != nil
}

// endLine returns text to add to a file, after the end of a line that was cut there, as by a full disk.
func endLine(f *os.File, text []byte) []byte {
	var last [1]byte
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return text
	} else if _, err := f.ReadAt(last[:], info.Size()-1); err != nil || last[0] == '\n' {
		return text
	}
	return append([]byte("\n"), text...)
}

// An appender adds to the file that has its name at the time: another guard with the same
// folder replaces it when it starts, and meanwhile nothing is added. Questions are rare enough to
// open it for each.
type appender string

// Write implements io.Writer.
func (a appender) Write(b []byte) (n int, err error) {
	err = withFolder(context.Background(), filepath.Dir(string(a)), func() error {
		f, err := os.OpenFile(string(a), os.O_RDWR|os.O_APPEND|os.O_CREATE, fileMode)
		if err != nil {
			return err
		}
		n, err = f.Write(endLine(f, b))
		n = min(n, len(b))
		return errors.Join(err, f.Close())
	})
	return n, err
}
