// Package pipeline leads from sources to what was found in them:
//
//	sources → ledgers → inspection → verdict → Outcome
//
// Files are read first, then the mailboxes on servers, then what a history knows
// beyond both. Commands that audit differ in their Sources and Options alone.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// Sources are what an audit reads.
type Sources struct {
	Paths   []string // files and folders, "-" for standard input, journal.Name
	Context []string // paths that are evidence alone
	Servers []Server
	Aliases []string // files of addresses that mail is sent on to, also patterns
	// Configured means that the paths are those of the configuration, which is audited
	// unattended: they are known to be logs or mailboxes, also while they are empty; a
	// history that cannot be opened is a gap, whatever the reason, and names that never occur stand in the
	// report alone.
	Configured bool
}

// A Server is one with mailboxes.
type Server struct {
	User, Host string // to name it
	// Options says how it is read. It is called when its turn has come, and may
	// ask for a password.
	Options func(context.Context) (*imap.Options, error)
}

// Options say how sources are read and judged.
type Options struct {
	Read         read.Options         // but for the sinks and the resumption
	Since, Until time.Time            // zero for all
	Audit        audit.Options        // but for what the history and the inspection add
	Content      bool                 // messages that are findings are searched
	Tenant       *organisation.Tenant // whose mail alone is audited; nil for everybody's
	History      *History             // nil without one
	Gaps         []error              // what could not be had before
}

// A World is the program around a run.
type World struct {
	Stdin        io.Reader
	Now          func() time.Time
	Complain     func(error) // of what could not be read
	Journal      journal.Exporter
	ShowBytes    func([]*source.Input) (stop func())
	ShowMessages func(*imap.Progress) (stop func())
}

// An Outcome is an audit that was made, and what it leaves to the next one.
type Outcome struct {
	Result  *result.Result
	Reading *read.Reading
	// Misaddressed is why the result must not be mailed to whom it is for, nil if
	// it may.
	Misaddressed error
	Partial      bool // part of the input could not be read
	memory       *memory
}

// ErrLocked is the error of a history that another run has open.
var ErrLocked = errors.New("the history is in use")

// Run reads sources, and what the history knows beyond them, and takes the verdicts.
// The Outcome must be closed.
func Run(ctx context.Context, from Sources, o Options, w World) (*Outcome, error) {
	m, err := remember(ctx, o.History, w)
	if err != nil && (from.Configured || history.IsOfDisk(err)) && !errors.Is(err, ErrLocked) && ctx.Err() == nil {
		o.Gaps, err = append(o.Gaps, fmt.Errorf("the history cannot be used, what earlier runs read is missing: %w", err)), nil
	}
	if err != nil {
		return nil, err
	}
	a, err := runOnce(ctx, from, o, w, m)
	if m != nil && isDamaged(err) {
		if err = m.restart(ctx); err == nil {
			a, err = runOnce(ctx, from, o, w, m)
		}
	}
	if err != nil {
		return nil, errors.Join(err, m.close())
	}
	return a, nil
}

func runOnce(ctx context.Context, from Sources, o Options, w World, m *memory) (*Outcome, error) {
	p := newPass(from, o, w, m)
	defer p.messages.close()
	verdicts, err := p.judge(ctx)
	if err != nil {
		return nil, err
	}
	return p.outcome(ctx, verdicts)
}

// Judge reads sources, without a history, and takes the verdicts: for questions about
// them. partial says that a part of the sources could not be read.
func Judge(ctx context.Context, from Sources, o Options, w World) (verdicts *audit.Verdicts, partial bool, err error) {
	p := newPass(from, o, w, nil)
	defer p.messages.close()
	verdicts, err = p.judge(ctx)
	return verdicts, p.partial, err
}
