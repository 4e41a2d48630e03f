package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/typoaudit/typoaudit/parsers/source"
)

// Journald stands for the journal of this machine in a list of paths. A file of that
// name is ./journald.
const Journald = "journald"

// journalOverlap is from when on a journal is read again before the last delivery that an
// earlier run read of it: a message may have been waiting for so long.
const journalOverlap = 6 * 24 * time.Hour

// journalSince is from when on the journal has something new, the zero time if all of it
// may be.
func (p *pass) journalSince() (since time.Time) {
	if p.memory == nil {
		return since
	}
	for i := range p.memory.files {
		if f := &p.memory.files[i]; f.Name == Journald && !f.Tally.Last.IsZero() && f.Tally.Last.Add(-journalOverlap).After(since) {
			since = f.Tally.Last.Add(-journalOverlap)
		}
	}
	return since
}

// openJournal returns the journal since a time as an input, all of it for the zero time. It is read from a file without a name, since
// an input is read more than once. An error beside an input is a gap in it. A journal
// without any entry is an error: every machine that runs has some, so it is another one's,
// or not to be read by this user.
func openJournal(ctx context.Context, w World, since time.Time) (*source.Input, error) {
	f, err := unnamedFile()
	if err != nil {
		return nil, fmt.Errorf("%s: a temporary file: %w", Journald, err)
	}
	gap := w.Journal(ctx, f, since)
	in, err := source.FromFile(Journald, f)
	if gap == nil && err == nil && in.Size() == 0 {
		gap = errors.New("no entry of the journal can be read")
	}
	if gap != nil {
		gap = fmt.Errorf("%s: %w", Journald, gap)
	}
	if err != nil || in.Size() == 0 {
		return nil, errors.Join(gap, err, f.Close())
	}
	return in, gap
}
