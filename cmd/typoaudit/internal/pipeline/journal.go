package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
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

// journalCursor is up to where a Watch read the journal, "" if a run read it last.
func (m *memory) journalCursor() (cursor string) {
	if m == nil {
		return ""
	}
	last := int64(0)
	for i := range m.files {
		if f := &m.files[i]; f.Name == Journald && f.ID > last {
			cursor, last = f.Cursor, f.ID
		}
	}
	return cursor
}

// openJournal returns the journal after a cursor as an input, or since a time where there is
// none, all of it for the zero time. It is read from a file without a name, since an input is
// read more than once. An error beside an input is a gap in it. A journal without any entry
// is an error, unless there was one before: every machine that runs has some, so it is another
// one's, or not to be read by this user.
func openJournal(ctx context.Context, w World, since time.Time, cursor string) (*source.Input, error) {
	f, err := unnamedFile()
	if err != nil {
		return nil, fmt.Errorf("%s: a temporary file: %w", Journald, err)
	}
	gap := w.Journal(ctx, f, since, cursor)
	in, err := source.FromFile(Journald, f)
	if gap == nil && err == nil && in.Size() == 0 && cursor == "" {
		gap = errors.New("no entry of the journal can be read")
	}
	if gap != nil {
		gap = fmt.Errorf("%s: %w", Journald, gap)
	}
	if err != nil || in.Size() == 0 {
		return nil, errors.Join(gap, err, f.Close())
	}
	if cursor != "" {
		in.GoesOn(cursorAtEnd(f, in.Size(), cursor))
	}
	return in, gap
}

// cursorAtEnd returns the cursor of the last entry of a file, or another one if there is
// none.
func cursorAtEnd(f *os.File, size int64, otherwise string) string {
	b := make([]byte, min(size, maxRest))
	n, _ := f.ReadAt(b, size-int64(len(b))) // what cannot be read has no cursor
	return cmp.Or(lastCursor(b[:n]), otherwise)
}
